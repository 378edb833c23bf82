"""What must hold of pauses: who has said "not now" is not called until they can again, unless nobody else is left.

That is so in an emergency alone, where everybody else who is listed for the home has said it too.
"""

from collections.abc import Collection, Iterator

from alerts.callers import PAUSING
from linli.alert import Severity
from linli.people import Role
from tests.alerts.engine import Row
from tests.alerts.engine_look import Look


def pause_violations(look: Look) -> Iterator[str]:
    """Yield who was called while they could not come; whoever goes all the same may be reminded."""
    if look.engine.clock_was_set:
        return
    listed = look.engine.roster.people
    pauses = [row for row in look.tables["pauses"] if row["person"] in listed]
    wanted = [row for row in pauses if listed[row["person"]].role in PAUSING]
    for alert in look.tables["alerts"] if wanted else ():
        for at, person, what in look.calls(alert):
            paused = {row["person"] for row in wanted if _runs(row, at)}
            if what != "reminded" and person in paused and not _is_last(look, alert, paused):
                yield f"pause: {person} was {what} for {alert['id']} in a pause"


def _runs(row: Row, at: int) -> bool:
    ended = row["until"] if row["ended_at"] is None else min(row["until"], row["ended_at"])
    return bool(row["since"] < at < ended)


def _is_last(look: Look, alert: Row, paused: Collection[str]) -> bool:
    """Tell whether an emergency has nobody left who has not paused."""
    if alert["severity"] != Severity.EMERGENCY:
        return False
    around = look.engine.roster.around(look.engine.roster.homes[alert["home"]])
    return all(person.person in paused for person in around if person.role is not Role.RESIDENT)

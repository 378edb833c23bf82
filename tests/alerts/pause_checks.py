"""What must hold of pauses: who has said "not now" is not called until they can again."""

from collections.abc import Iterator

from alerts.callers import PAUSING
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
            if what != "reminded" and any(_runs(row, person, at) for row in wanted):
                yield f"pause: {person} was {what} for {alert['id']} in a pause"


def _runs(row: Row, person: str, at: int) -> bool:
    ended = row["until"] if row["ended_at"] is None else min(row["until"], row["ended_at"])
    return bool(row["person"] == person and row["since"] < at < ended)

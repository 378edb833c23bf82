"""People whom no channel reaches any more: each is a notice to the site's staff, which ends when a message gets through.

Either each far end has said that it never will, or for a day and three messages none has taken any.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from alerts.courier import FAULT, NOT_LISTED, NOT_THEIRS
from linli.alert import Alert, AlertKind, Entry, Severity
from linli.finding import Finding
from linli.people import Person, Roster
from linli.store import audit
from linli.words import Sentence

ABOUT = "person:"
"""What the `about` of such a notice begins with, before the person's id."""
REFUSED_FOR = timedelta(days=1)
MESSAGES = 3
"""For so long, and so many messages, each channel of a person has to take none, where no far end says that it never will."""
_OURS = frozenset({FAULT, NOT_LISTED, NOT_THEIRS})
"""Reasons that say nothing of an address."""


class Unreachable:
    """Finds whom staff must know about, and whom not any more. Names ids and kinds of channels, never an address."""

    def __init__(self, roster: Callable[[], Roster]) -> None:
        self._roster = roster

    def found(self, connection: Connection, after_line: int) -> list[Finding]:
        """Return a finding for each person who turned out to be unreachable after a line of the log, one a day."""
        lines = {(line.what, line.who): (site, line) for site, line in audit.failures_since(connection, after_line)}
        found = {
            line.who: finding
            for site, line in lines.values()
            if (finding := self._finding(connection, site, line)) is not None
        }
        return list(found.values())

    def _finding(self, connection: Connection, site: str, line: Entry) -> Finding | None:
        person = self._roster().people.get(line.who)
        if person is None or audit.was_reached(connection, line.who, line.at):
            return None
        if line.what == "person_unreachable":
            return _finding(person, site, line, _FOR_GOOD)
        return _finding(person, site, line, _FOR_A_DAY) if _is_long_refused(connection, person, line) else None

    def over(self, connection: Connection) -> list[str]:
        """Return the ids of the open notices whose person has been reached since."""
        ours = [alert for alert in audit.open_of_kind(connection, AlertKind.SYSTEM) if alert.about.startswith(ABOUT)]
        return [alert.id for alert in ours if audit.was_reached(connection, _person_of(alert), alert.evidence_at)]


def _is_long_refused(connection: Connection, person: Person, line: Entry) -> bool:
    """Tell whether all that would ring at a person's has taken nothing for long; the page of their own takes everything."""
    rings = [way.id for way in person.channels if way.kind != "inbox"]
    refused = audit.refused(connection, person.person, besides=_OURS)
    return bool(rings) and all(
        way in refused and refused[way].messages >= MESSAGES and line.at - refused[way].since >= REFUSED_FOR
        for way in rings
    )


_FOR_GOOD = "No message reaches {person}: {channels} failed for good. Put the right address into the roster."
_FOR_A_DAY = "No message has reached {person} for a day: {channels} took none. Look at the address in the roster."


def _finding(person: Person, site: str, line: Entry, said: str) -> Finding:
    kinds = ", ".join(dict.fromkeys([*(way.kind for way in person.channels), str(line.detail.get("channel", "inbox"))]))
    told = {"person": person.person, "channels": kinds}
    return Finding(
        f"{ABOUT}{person.person}:{line.at.date().isoformat()}",
        "",
        site,
        AlertKind.SYSTEM,
        Severity.NOTICE,
        line.at,
        Sentence(said, told),
        told,
        about=f"{ABOUT}{person.person}",
    )


def _person_of(alert: Alert) -> str:
    return alert.about.removeprefix(ABOUT)

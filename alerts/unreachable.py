"""People whom no channel reaches any more: each is a notice to the site's staff, which ends when a message gets through."""

from collections.abc import Callable

from sqlalchemy import Connection

from linli.alert import Alert, AlertKind, Entry, Severity
from linli.finding import Finding
from linli.people import Person, Roster
from linli.store import audit
from linli.words import Sentence

ABOUT = "person:"
"""What the `about` of such a notice begins with, before the person's id."""


class Unreachable:
    """Finds whom staff must know about, and whom not any more. Names ids and kinds of channels, never an address."""

    def __init__(self, roster: Callable[[], Roster]) -> None:
        self._roster = roster

    def found(self, connection: Connection, after_line: int) -> list[Finding]:
        """Return a finding for each person who turned out to be unreachable after a line of the log, one a day."""
        lines = audit.unreachable_since(connection, after_line)
        return [found for site, line in lines if (found := self._finding(connection, site, line)) is not None]

    def _finding(self, connection: Connection, site: str, line: Entry) -> Finding | None:
        person = self._roster().people.get(line.who)
        if person is None or audit.was_reached(connection, line.who, line.at):
            return None
        return _finding(person, site, line)

    def over(self, connection: Connection) -> list[str]:
        """Return the ids of the open notices whose person has been reached since."""
        ours = [alert for alert in audit.open_of_kind(connection, AlertKind.SYSTEM) if alert.about.startswith(ABOUT)]
        return [alert.id for alert in ours if audit.was_reached(connection, _person_of(alert), alert.evidence_at)]


def _finding(person: Person, site: str, line: Entry) -> Finding:
    kinds = ", ".join(dict.fromkeys([*(way.kind for way in person.channels), str(line.detail.get("channel", "inbox"))]))
    return Finding(
        f"{ABOUT}{person.person}:{line.at.date().isoformat()}",
        "",
        site,
        AlertKind.SYSTEM,
        Severity.NOTICE,
        line.at,
        Sentence(
            "No message reaches {person}: {channels} failed for good. Put the right address into the roster.",
            {"person": person.person, "channels": kinds},
        ),
        {"person": person.person, "channels": kinds},
        about=f"{ABOUT}{person.person}",
    )


def _person_of(alert: Alert) -> str:
    return alert.about.removeprefix(ABOUT)

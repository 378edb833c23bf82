"""A look into the alert engine from outside: its rows sorted by alert, and each log folded into what it comes to.

The log is folded here a second time, by other code than the product's, and must come to the same tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from linli.clock import millis
from tests.alerts.engine import Engine, Row, Tables

CALLS = frozenset({"called", "asked", "reminded", "second_channel"})
"""Lines of the log that say that somebody was written to."""
SAYS_OF_PERSON = {
    "silent": "silent",
    "declined": "declined",
    "accepted": "accepted",
    "joined": "accepted",
    "drill_answered": "accepted",
    "at_door": "at_door",
}
SAYS_OF_ALERT = {
    "accepted": "accepted",
    "at_door": "at_door",
    "lease_ended": "open",
    "called_anew": "open",
    "closed": "closed",
}


@dataclass
class Folded:
    """An alert as its log alone tells it."""

    state: str = "open"
    outcome: str = ""
    marks: int = 0
    episodes: int = 1
    people: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)


def fold(log: Iterable[Row]) -> Folded:
    """Return what a log comes to."""
    told = Folded()
    for line in log:
        _take(told, line["what"], line["who"], msgspec.json.decode(line["detail"]))
    return told


def _take(told: Folded, what: str, who: str, detail: Mapping[str, Any]) -> None:
    """Take one line in: first what it says of a person, then of the alert."""
    person = str(detail.get("person", who))
    if what in SAYS_OF_PERSON and person != "linli":  # homes join an incident in its own words
        told.people[person] = SAYS_OF_PERSON[what]
    elif what in {"called", "asked"} and told.people.get(person) in {None, "silent", "declined"}:
        told.people[person] = "asked"
    if what in SAYS_OF_ALERT:
        told.state = SAYS_OF_ALERT[what]
    elif what == "declined" and told.state in {"accepted", "at_door"} and told.state not in told.people.values():
        told.state = "open"
    told.outcome = str(detail.get("outcome", told.outcome))
    told.marks = int(detail.get("marks", told.marks + (what == "late")))
    told.episodes += what == "repeated"
    if what == "notice_sent":
        told.sent.add(str(detail["key"]))


@dataclass(frozen=True)
class Look:
    """The engine's rows at one moment, sorted by alert."""

    engine: Engine
    tables: Tables
    log: Mapping[str, list[Row]]
    requests: Mapping[str, list[Row]]
    outbox: Mapping[str, list[Row]]

    @classmethod
    def at(cls, engine: Engine) -> "Look":
        """Read everything."""
        tables = engine.tables()
        by_alert: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in ("log", "requests", "outbox")}
        for name, found in by_alert.items():
            for row in tables[name]:
                found[row["alert"]].append(row)
        return cls(engine, tables, by_alert["log"], by_alert["requests"], by_alert["outbox"])

    @property
    def now(self) -> int:
        """Return the moment of the look."""
        return millis(self.engine.clock.now())

    def calls(self, alert: Row) -> list[tuple[int, str, str]]:
        """Return when who was written to about an alert, and in which words of the log."""
        lines = [line for line in self.log[alert["id"]] if line["what"] in CALLS]
        return [(line["at"], msgspec.json.decode(line["detail"])["person"], line["what"]) for line in lines]


def ms(span: timedelta) -> int:
    """Return a span in whole milliseconds, as the rows have it."""
    return span // timedelta(milliseconds=1)

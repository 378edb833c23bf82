"""The calls for a home that are over, as its family may know them: never a room, a reading, or a note of staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.access import Reach
from dashboard.services import Services
from dashboard.spans import names_of
from dashboard.standing import CALLING, alert_reason, visible_alerts
from dashboard.vocabulary import OUTCOMES
from linli.alert import Entry
from linli.people import Home, Role
from linli.store import cases
from linli.words import Sentence

SHOWN = 3
_LOOKED_THROUGH = 50
"""Among so many of the latest alerts: notices and drills are none of these calls."""


@dataclass(frozen=True, slots=True)
class AtDoor:
    """Somebody was at her door, from when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over. `outcome` is in the words that they chose who ended it."""

    why: Sentence
    began_at: datetime
    ended_at: datetime
    outcome: str
    came: tuple[AtDoor, ...] = ()
    only_asked: bool = False
    """Nobody but the elder herself was asked."""


def past_calls(services: Services, asker: Reach, home: Home, language: str) -> list[PastCall]:
    """Return the latest calls for a home that are over, newest first, with who was at the door in each."""
    found = visible_alerts(services, asker, state="closed", home=home.home, limit=_LOOKED_THROUGH)
    over = [one for one in found if one.alert.severity in CALLING and not one.alert.drill][:SHOWN]
    names = names_of(services.roster(), language)
    with services.care.read() as connection:
        logs = {one.alert.id: cases.read_log(connection, one.alert.id) for one in over}
    return [
        PastCall(
            alert_reason(one.alert, asker),
            one.alert.opened_at,
            one.alert.closed_at,
            OUTCOMES[one.alert.outcome][0] if one.alert.outcome else "",
            tuple(_came(logs[one.alert.id], names)),
            only_asked=all(request.role is Role.RESIDENT for request in one.requests),
        )
        for one in over
        if one.alert.closed_at is not None
    ]


def _came(log: Iterable[Entry], names: Mapping[str, str]) -> list[AtDoor]:
    """Return who was at the door, each from when they first said so."""
    first: dict[str, datetime] = {}
    for entry in log:
        if entry.what == "at_door":
            first.setdefault(entry.who, entry.at)
    return [AtDoor(names.get(person, person), at) for person, at in first.items()]

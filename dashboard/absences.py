"""When a home is empty, and who may say so, never over a pause that its resident has asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.access import RESIDENT, Reach
from dashboard.problems import Problem
from dashboard.services import Services
from linli.store import absences
from linli.store.absences import Absence

EVENING = time(20)
SOON = timedelta(hours=1)
"""An evening that is as near as this is not offered."""
UNDO = timedelta(minutes=10)
"""How long after somebody was noted as back this can be undone by one press."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An end that is offered: in so many hours, or at a moment."""

    words: str
    hours: int | None = None
    until: datetime | None = None


def choices(now: datetime, zone: ZoneInfo) -> Iterator[Choice]:
    """Yield the ends that can be chosen by one press."""
    today = datetime.combine(now.astimezone(zone).date(), EVENING, zone)
    yield Choice("2 hours", hours=2)
    if today > now + SOON:
        yield Choice("until this evening", until=today.astimezone(UTC))
    yield Choice("until tomorrow evening", until=_on_day(today, 1))
    yield Choice("3 days", until=_on_day(today, 3))
    yield Choice("a week", until=_on_day(today, 7))


def _on_day(evening: datetime, days: int) -> datetime:
    """Return the same clock time some days later; the clocks may change in between."""
    return (evening + timedelta(days=days)).astimezone(UTC)


def running(services: Services, home: str) -> Absence | None:
    """Return the absence or pause that runs in a home."""
    with services.care.read() as connection:
        return absences.of(connection, home, services.clock.now())


def undoable(services: Services, home: str) -> Absence | None:
    """Return the absence that was ended a moment ago, and could go on."""
    now = services.clock.now()
    with services.care.read() as connection:
        ended = absences.cut_short(connection, home, now, now - UNDO)
    return None if ended is None or ended.is_pause else ended


def begin(services: Services, asker: Reach, absence: Absence) -> None:
    """Note an absence; raises 409 where its resident has paused linli and somebody else asks."""
    _must_not_touch_pause(services, asker, absence.home)
    services.homes.begin_absence(absence)


def end(services: Services, asker: Reach, home: str) -> None:
    """Note that somebody is at home again; raises 409 as `begin` does."""
    _must_not_touch_pause(services, asker, home)
    services.homes.end_absence(home)


def _must_not_touch_pause(services: Services, asker: Reach, home: str) -> None:
    known = running(services, home)
    if known is not None and known.is_pause and asker.role != RESIDENT:
        raise Problem(409, "She has paused linli herself; only she can end that. Please ask her.")

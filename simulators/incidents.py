"""Incidents: what befalls a home, when, and the truth about it that a detector is measured by."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from linli.errors import LinliError
from linli.signals import Kind
from linli.wire import is_id


class IncidentKind(StrEnum):
    """What can befall a home."""

    FALL = "fall"
    SOS = "sos"
    SILENT_MORNING = "silent-morning"
    SLOW_DECLINE = "slow-decline"
    FEVER = "fever"
    WANDERING = "wandering"
    GATEWAY_LOSS = "gateway-loss"
    POWER_CUT = "power-cut"
    MISSED_CHECK_IN = "missed-check-in"
    SMOKE = "smoke"
    LEAK = "leak"


@dataclass(frozen=True, slots=True)
class Nature:
    """What holds for all incidents of a kind. `expects`: any one of these alert kinds is the right answer."""

    expects: tuple[str, ...]
    lasts: timedelta | None
    """How long unless said otherwise; None is for ever."""
    needs: tuple[Kind, ...] = ()
    """The home must have a device that tells one of these."""
    stops_life: bool = False


NATURES: dict[IncidentKind, Nature] = {
    IncidentKind.FALL: Nature(("inactivity", "bathroom", "missed_check_in"), None, stops_life=True),
    IncidentKind.SOS: Nature(("sos",), timedelta(hours=3), (Kind.SOS,)),
    IncidentKind.SILENT_MORNING: Nature(("inactivity", "missed_check_in"), None, stops_life=True),
    IncidentKind.SLOW_DECLINE: Nature(("routine_change",), timedelta(days=42)),
    IncidentKind.FEVER: Nature(("vitals",), timedelta(days=3), (Kind.BODY_TEMPERATURE, Kind.HEART_RATE)),
    IncidentKind.WANDERING: Nature(("night_door",), timedelta(hours=2, minutes=30), (Kind.CONTACT,)),
    IncidentKind.GATEWAY_LOSS: Nature(("unmonitored", "system"), timedelta(hours=3)),
    IncidentKind.POWER_CUT: Nature(("unmonitored", "system"), timedelta(hours=2)),
    IncidentKind.MISSED_CHECK_IN: Nature(("missed_check_in",), timedelta(hours=12), (Kind.CHECK_IN,)),
    IncidentKind.SMOKE: Nature(("smoke",), timedelta(minutes=10), (Kind.SMOKE,)),
    IncidentKind.LEAK: Nature(("leak",), timedelta(minutes=45), (Kind.LEAK,)),
}


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that befalls a home. `lasts` None takes what is usual for the kind."""

    home: str
    kind: IncidentKind
    at: datetime
    lasts: timedelta | None = None

    @property
    def ends(self) -> datetime | None:
        """Return when it is over; None: never."""
        lasts = self.lasts or NATURES[self.kind].lasts
        return None if lasts is None else self.at + lasts


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened. Any one alert of the kinds in `expects`, after `began`, is the right answer.

    Where `stops_life`, no sign of life is told between `began` and `ended` (None: until the end).
    """

    homes: tuple[str, ...]
    kind: IncidentKind
    began: datetime
    ended: datetime | None
    expects: tuple[str, ...]
    stops_life: bool
    at_home: bool
    """Whether the resident of the first home was in when it began."""


_HOW = "write it as HOME:KIND@TIME, for example w-3-2-502:fall@+2h30m"
_TIMES = "a time with offset (2026-03-01T08:00:00+08:00), +2h30m after the start, or day3 09:00"
_AFTER = re.compile(r"\+(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?\Z")
_ON_DAY = re.compile(r"day(\d{1,4})[ T](\d{1,2}):(\d{2})\Z")


def parse_incident(text: str, *, start: datetime, zone: ZoneInfo) -> Incident:
    """Read `HOME:KIND@TIME`; raises LinliError saying what is wrong.

    TIME is ISO 8601 with offset, `+1d2h30m` after the start, or `day3 09:00`, local, where day1 is the start's date.
    """
    home, colon, rest = text.strip().partition(":")
    kind, sign, moment = rest.partition("@")
    if not (colon and sign and kind and moment):
        raise LinliError(f"{text!r} is not an incident: {_HOW}")
    if not is_id(home):
        raise LinliError(f"{home!r} cannot be the id of a home: {_HOW}")
    return Incident(home, _parse_kind(kind), _parse_moment(moment.strip(), start, zone))


def _parse_kind(text: str) -> IncidentKind:
    try:
        return IncidentKind(text.strip())
    except ValueError:
        raise LinliError(f"unknown kind of incident {text!r}; known are {', '.join(IncidentKind)}") from None


def _parse_moment(text: str, start: datetime, zone: ZoneInfo) -> datetime:
    after, on_day = _AFTER.match(text), _ON_DAY.match(text)
    try:
        if after and any(after.groups()):
            days, hours, minutes, seconds = (int(part or 0) for part in after.groups())
            return start + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if on_day:
            return _on_day(*(int(part) for part in on_day.groups()), start=start, zone=zone)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise LinliError(f"{text!r} is not a time of an incident: give {_TIMES}") from None
    if moment.tzinfo is None:
        raise LinliError(f"{text!r} has no offset from UTC: give {_TIMES}")
    return moment


def _on_day(number: int, hour: int, minute: int, *, start: datetime, zone: ZoneInfo) -> datetime:
    if number < 1:
        raise ValueError("the first day is day1")
    day = start.astimezone(zone).date() + timedelta(days=number - 1)
    return datetime.combine(day, time(hour, minute), zone)

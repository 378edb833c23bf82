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
    FALL_BATHROOM = "fall-bathroom"
    FALL_HOME_COMING = "fall-home-coming"
    SILENT_MORNING = "silent-morning"
    SOS = "sos"
    MISSED_CHECK_IN = "missed-check-in"
    WANDERING = "wandering"
    FEVER = "fever"
    VITALS_HIGH = "vitals-high"
    INFECTION = "infection"
    RESTLESS_NIGHTS = "restless-nights"
    LATE_RISING = "late-rising"
    MEALS_FORGOTTEN = "meals-forgotten"
    HOUSEBOUND = "housebound"
    SLOW_DECLINE = "slow-decline"
    GATEWAY_LOSS = "gateway-loss"
    POWER_CUT = "power-cut"
    SMOKE = "smoke"
    LEAK = "leak"


_FOUND_WITHIN = timedelta(hours=48)
_SILENCES = ("inactivity", "missed_check_in")


@dataclass(frozen=True, slots=True)
class Nature:
    """What holds for all incidents of a kind. `expects`: any one of these alert kinds is the right answer."""

    expects: tuple[str, ...]
    lasts: timedelta | None
    """How long unless said otherwise; None is for ever."""
    answered_within: timedelta
    """How long after its end, or after its beginning where it has none, an alert is still an answer to it."""
    needs: tuple[Kind, ...] = ()
    """The home must have a device that tells one of these."""
    in_room: str = ""
    """Where that device must be; anywhere unless said."""
    follows: tuple[str, ...] = ()
    """Alerts that it may bring besides: neither an answer nor false."""
    stops_life: bool = False


NATURES: dict[IncidentKind, Nature] = {
    IncidentKind.FALL: Nature((*_SILENCES, "bathroom"), None, _FOUND_WITHIN, stops_life=True),
    IncidentKind.FALL_BATHROOM: Nature(
        ("bathroom", *_SILENCES), None, _FOUND_WITHIN, (Kind.MOTION,), in_room="bathroom", stops_life=True
    ),
    IncidentKind.FALL_HOME_COMING: Nature(_SILENCES, None, _FOUND_WITHIN, (Kind.CONTACT,), stops_life=True),
    IncidentKind.SILENT_MORNING: Nature(_SILENCES, None, _FOUND_WITHIN, stops_life=True),
    IncidentKind.SOS: Nature(
        ("sos",), timedelta(hours=3), timedelta(0), (Kind.SOS,), follows=(*_SILENCES, "bathroom", "vitals")
    ),
    IncidentKind.MISSED_CHECK_IN: Nature(
        ("missed_check_in",), timedelta(hours=12), timedelta(hours=2), (Kind.CHECK_IN,)
    ),
    IncidentKind.WANDERING: Nature(
        ("night_door",), timedelta(hours=2, minutes=30), timedelta(hours=1), (Kind.CONTACT,),
        follows=("inactivity", "routine_change"),
    ),
    IncidentKind.FEVER: Nature(
        ("vitals",), timedelta(days=3), timedelta(hours=12), (Kind.BODY_TEMPERATURE, Kind.HEART_RATE),
        follows=(*_SILENCES, "routine_change"),
    ),
    IncidentKind.VITALS_HIGH: Nature(("vitals",), timedelta(days=5), timedelta(hours=12), (Kind.BLOOD_PRESSURE,)),
    IncidentKind.INFECTION: Nature(("routine_change",), timedelta(days=7), timedelta(days=3)),
    IncidentKind.RESTLESS_NIGHTS: Nature(("routine_change",), timedelta(days=14), timedelta(days=3)),
    IncidentKind.LATE_RISING: Nature(("routine_change", *_SILENCES), timedelta(days=14), timedelta(days=3)),
    IncidentKind.MEALS_FORGOTTEN: Nature(
        ("routine_change",), timedelta(days=14), timedelta(days=3), (Kind.MOTION,), in_room="kitchen"
    ),
    IncidentKind.HOUSEBOUND: Nature(("routine_change",), timedelta(days=21), timedelta(days=3), (Kind.CONTACT,)),
    IncidentKind.SLOW_DECLINE: Nature(
        ("routine_change",), timedelta(days=42), timedelta(days=60), follows=(*_SILENCES, "bathroom")
    ),
    IncidentKind.GATEWAY_LOSS: Nature(("unmonitored", "system"), timedelta(hours=3), timedelta(hours=1)),
    IncidentKind.POWER_CUT: Nature(("unmonitored", "system"), timedelta(hours=2), timedelta(hours=1)),
    IncidentKind.SMOKE: Nature(("smoke",), timedelta(minutes=10), timedelta(minutes=10), (Kind.SMOKE,)),
    IncidentKind.LEAK: Nature(("leak",), timedelta(minutes=45), timedelta(minutes=15), (Kind.LEAK,)),
}  # fmt: skip


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

    @property
    def answered_until(self) -> datetime:
        """Return until when an alert is an answer to it."""
        return (self.ends or self.at) + NATURES[self.kind].answered_within


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened. Any alert of the kinds in `expects`, from `began` until `answered_until`, is the right answer.

    Those in `follows` it may bring besides. Where `stops_life`, no sign of life is told between `began` and `ended`
    (None: until the end).
    """

    homes: tuple[str, ...]
    kind: IncidentKind
    began: datetime
    ended: datetime | None
    expects: tuple[str, ...]
    follows: tuple[str, ...]
    answered_until: datetime
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

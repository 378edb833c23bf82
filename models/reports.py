"""What `Watch` found, put into words: one function per kind of finding. Nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.alert import AlertKind, Severity
from linli.clock import from_millis, millis
from linli.finding import Finding
from linli.people import Home
from linli.words import Sentence
from models import sentences
from models.check_in_plan import Slot
from models.sensor import Sensor

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Still:
    """A silence that crossed its line. `back_by`: the end of the absence from which it counts, if it does."""

    last_sign: datetime
    room: str
    limit: timedelta
    quiet: timedelta
    unseen: timedelta
    back_by: datetime | None
    is_out: bool
    sensors_work: bool


def inactivity(home: Home, still: Still) -> Finding:
    """Report a silence. The long-lie clock starts at the last sign of life."""
    return Finding(
        key=f"inactivity:{home.home}:{millis(still.last_sign)}",
        home=home.home,
        site=home.site,
        kind=AlertKind.INACTIVITY,
        severity=Severity.URGENT,
        at=still.last_sign,
        why=_why_still(still),
        evidence={
            "last_sign": still.last_sign.isoformat(),
            "room": still.room,
            "limit_minutes": still.limit / MINUTE,
            "quiet_minutes": round(still.quiet / MINUTE, 1),
            "unseen_minutes": round(still.unseen / MINUTE, 1),
        },
    )


def _why_still(still: Still) -> Sentence:
    sensors = sentences.SENSORS_WORK if still.sensors_work else sentences.SENSORS_FELL_SILENT
    room = still.room or sentences.UNKNOWN_ROOM
    since = still.back_by or still.last_sign
    if still.back_by is not None:
        template = sentences.NOT_BACK
    elif still.is_out:
        template = sentences.NOT_HOME
    else:
        template = sentences.STILL_PARTLY_UNSEEN if still.unseen >= MINUTE else sentences.STILL
    return Sentence(
        template,
        {
            "since": since,
            "limit": still.limit,
            "quiet": still.quiet,
            "unseen": still.unseen,
            "room": room,
            "sensors": sensors,
        },
    )


def missed_check_in(
    home: Home, slot: Slot, grace: timedelta, *, last_sign: datetime | None, room: str, is_seen: bool
) -> Finding:
    """Report a check-in that did not come."""
    at = from_millis(slot.at)
    if is_seen and last_sign is not None:
        ago = from_millis(slot.deadline) - last_sign
        room_name = room or sentences.UNKNOWN_ROOM
        why = Sentence(
            sentences.MISSED, {"slot": at, "grace": grace, "since": last_sign, "ago": ago, "room": room_name}
        )
    else:
        why = Sentence(sentences.MISSED_UNSEEN, {"slot": at, "grace": grace})
    evidence: dict[str, str | float] = {"slot": at.isoformat(), "grace_minutes": grace / MINUTE}
    if last_sign is not None:
        evidence |= {"last_sign": last_sign.isoformat(), "room": room}
    return Finding(
        key=f"missed_check_in:{home.home}:{slot.name}",
        home=home.home,
        site=home.site,
        kind=AlertKind.MISSED_CHECK_IN,
        severity=Severity.URGENT,
        at=at,
        why=why,
        evidence=evidence,
    )


def unmonitored(
    home: Home, last_heard: int, blind_since: datetime, now: datetime, *, is_offline: bool, devices: int
) -> Finding:
    """Report a home that cannot be judged; `devices` is how many of its devices could, if they spoke."""
    heard = from_millis(last_heard)
    template, since = (sentences.OFFLINE, blind_since) if is_offline else (sentences.LOST, heard)
    return Finding(
        key=lost_key(home.home, last_heard),
        home=home.home,
        site=home.site,
        kind=AlertKind.UNMONITORED,
        severity=Severity.NOTICE,
        at=heard,
        why=Sentence(template, {"since": since, "span": now - since}),
        evidence={
            "last_heard": heard.isoformat(),
            "devices": devices,
            "cause": "offline" if is_offline else "silent",
        },
    )


def lost_key(home: str, last_heard: int) -> str:
    """Return the name of a home's silence: it is a new one whenever the home has been heard."""
    return f"unmonitored:{home}:{last_heard}"


def low_battery(home: Home, sensor: Sensor, week: str) -> Finding:
    """Report a battery that wants changing."""
    percent = sensor.battery or 0.0
    room = sensor.room or sentences.UNKNOWN_ROOM
    return Finding(
        key=f"low_battery:{home.home}:{sensor.device}:{week}",
        home=home.home,
        site=home.site,
        kind=AlertKind.LOW_BATTERY,
        severity=Severity.NOTICE,
        at=from_millis(sensor.battery_at),
        why=Sentence(sentences.LOW_BATTERY, {"device": sensor.device, "room": room, "percent": percent}),
        evidence={"device": sensor.device, "room": sensor.room, "percent": percent},
    )

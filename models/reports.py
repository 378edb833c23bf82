"""What `Watch` found, put into words: one function per kind of finding. Nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.alert import AlertKind, Severity
from linli.clock import from_millis, millis
from linli.finding import Finding
from linli.people import Home
from linli.words import Field, Sentence, dated
from models import sentences
from models.check_in_plan import Slot
from models.habits.presence import Presence
from models.sensor import Sensor

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Still:
    """A silence that crossed its line. `back_by`: the end of the absence from which it counts, if it does.

    `is_shared`: not only she moves there. `own`: what is known of her own line, None where the fixed one holds. `door`: `open`, `closed` or "" for not known.
    `sensors_work`: the home is still seen, though perhaps only by `working` of its `sensors`.
    """

    last_sign: datetime
    room: str
    limit: timedelta
    quiet: timedelta
    unseen: timedelta
    back_by: datetime | None
    is_out: bool
    sensors_work: bool
    working: int
    sensors: int
    door: str = ""
    own: "Own | None" = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """The line of a home's own. `usual`: what silence seldom outlasts after such a sign, of hers or of people in general.

    `sure_at`: the latest sign that another bore out; the last sign itself where it is one. `ceiling`: how long after
    `ceiling_from`, that sign or when she came home since, she is asked whatever lone signs say; `was_over`: that was
    before the last sign.
    """

    presence: Presence
    usual: timedelta
    is_hers: bool
    sure_at: datetime
    by_ceiling: bool
    has_exit: bool
    ceiling_from: datetime
    ceiling: timedelta
    was_over: bool

    @property
    def counts_from_sure(self) -> bool:
        """Tell whether the silence is told from where the ceiling counts: lone signs alone keep the line from being crossed."""
        return self.by_ceiling and (self.was_over or self.presence not in _NOT_CERTAIN)


LONE_FOR = timedelta(hours=1)
"""How long there must have been no sure sign before a lone one is called so: within an hour it is everyday life."""


def inactivity(home: Home, still: Still, now: datetime) -> Finding:
    """Report a silence. The long-lie clock starts at the last sign of life."""
    return Finding(
        key=f"inactivity:{home.home}:{millis(still.last_sign)}",
        home=home.home,
        site=home.site,
        kind=AlertKind.INACTIVITY,
        severity=Severity.URGENT,
        at=still.last_sign,
        why=dated(_why_still(still), now, home.zone),
        evidence={
            "last_sign": still.last_sign.isoformat(),
            "room": still.room,
            "limit_minutes": still.limit / MINUTE,
            "quiet_minutes": round(still.quiet / MINUTE, 1),
            "unseen_minutes": round(still.unseen / MINUTE, 1),
            **_of_sensors(still),
            "front_door": (still.door if still.sensors_work else "") or "unknown",
            **_of_her_own(still),
        },
    )


def _of_sensors(still: Still) -> dict[str, str | float]:
    if not still.sensors_work:
        return {"sensors": "silent"}
    if still.working == still.sensors:
        return {"sensors": "working"}
    return {"sensors": "some", "sensors_working": still.working, "sensors_known": still.sensors}


def _of_her_own(still: Still) -> dict[str, str | float]:
    own = still.own
    if own is None:
        return {"line": "fixed"}
    seldom: dict[str, str | float] = (
        {"seldom_minutes": own.usual / MINUTE, "seldom_of": _whose(still, own)} if _tells_usual(still) else {}
    )
    return {
        "line": "ceiling" if own.by_ceiling else "personal",
        "presence": own.presence.name.lower(),
        "last_sure_sign": own.sure_at.isoformat(),
        **seldom,
    }


def _whose(still: Still, own: Own) -> str:
    if not own.is_hers:
        return "people living alone"
    return "the home's" if still.is_shared else "hers"


def _tells_usual(still: Still) -> bool:
    """Tell whether her own silences are the measure: she is in, and what they seldom outlast lies below the limit."""
    own = still.own
    return own is not None and own.presence is Presence.IN and not own.by_ceiling and own.usual < still.limit


def _is_lone(still: Still) -> bool:
    return still.own is not None and still.last_sign - still.own.sure_at >= LONE_FOR


def _why_still(still: Still) -> Sentence:
    fields: dict[str, Field | Sentence] = {
        "since": still.back_by or still.last_sign,
        "limit": still.limit,
        "quiet": still.quiet,
        "unseen": still.unseen,
        "room": still.room or sentences.UNKNOWN_ROOM,
        "now": Sentence(sentences.SEEN_STILL if still.unseen >= MINUTE else sentences.NOW, {"quiet": still.quiet}),
        "sensors": _surroundings(still),
    }
    if still.own is not None:
        fields |= {"sure": still.own.ceiling_from, "usual": still.own.usual}
    template = _template(still)
    if template in {sentences.STILL, sentences.STILL_PARTLY_UNSEEN}:
        fields["measure"] = Sentence(
            _measure(still), {name: fields[name] for name in ("limit", "usual", "now") if name in fields}
        )
    return Sentence(template, fields)


def _template(still: Still) -> str:
    own = still.own
    if still.back_by is not None:
        return sentences.NOT_BACK
    if own is not None and own.counts_from_sure and _is_lone(still):
        return sentences.ONLY_LONE_SIGNS
    if own is not None and own.presence in _NOT_CERTAIN:
        return _NOT_CERTAIN[own.presence]
    if still.is_out:
        return sentences.NOT_HOME
    return sentences.STILL_PARTLY_UNSEEN if still.unseen >= MINUTE else sentences.STILL


_NOT_CERTAIN = {Presence.DOUBT: sentences.IN_DOUBT, Presence.ARRIVING: sentences.ARRIVING}


def _measure(still: Still) -> str:
    if still.own is None or not _tells_usual(still):
        return sentences.BY_LIMIT
    if still.is_shared and still.own.is_hers:
        return sentences.BY_HOME
    return sentences.BY_HER if still.own.is_hers else sentences.BY_OTHERS


def _surroundings(still: Still) -> Sentence:
    """Return what else is known: how sure the last sign is, whether she can be seen to leave, door and sensors."""
    own = still.own
    told = _door_and_sensors(still)
    if still.is_shared:
        told = Sentence(sentences.NOBODY_MOVED, {"sensors": told})
    if own is None or still.back_by is not None:
        return told
    if not own.has_exit:
        told = Sentence(sentences.NO_EXIT, {"sensors": told})
    if _is_lone(still) and not own.counts_from_sure:
        told = Sentence(sentences.LONE_SIGN, {"since": still.last_sign, "sure": own.sure_at, "sensors": told})
    return told


def _door_and_sensors(still: Still) -> Sentence:
    """Return what the front door says, and that the sensors work: only of those that do."""
    if not still.sensors_work:
        return Sentence(sentences.SENSORS_FELL_SILENT)
    if still.working == still.sensors:
        return Sentence(_DOORS.get(still.door, sentences.SENSORS_WORK))
    some = _DOORS_SOME.get(still.door, sentences.SOME_SENSORS_WORK)
    return Sentence(some, {"working": still.working, "count": still.sensors})


_DOORS = {"open": sentences.DOOR_OPEN, "closed": sentences.DOOR_CLOSED}
_DOORS_SOME = {"open": sentences.DOOR_OPEN_SOME, "closed": sentences.DOOR_CLOSED_SOME}


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
        why=dated(Sentence(template, {"since": since, "span": now - since}), now, home.zone),
        evidence={
            "last_heard": heard.isoformat(),
            "devices": devices,
            "cause": "offline" if is_offline else "silent",
        },
    )


def lost_key(home: str, last_heard: int) -> str:
    """Return the name of a home's silence: it is a new one whenever the home has been heard."""
    return f"unmonitored:{home}:{last_heard}"


def nervous_sensor(home: Home, device: str, room: str, night: datetime) -> Finding:
    """Report a sensor that speaks while nobody is at home; once a week as long as it does."""
    return Finding(
        key=f"nervous:{home.home}:{device}:{night.astimezone(home.zone):%G-W%V}",
        home=home.home,
        site=home.site,
        kind=AlertKind.SYSTEM,
        severity=Severity.NOTICE,
        at=night,
        why=Sentence(sentences.NERVOUS_SENSOR, {"device": device, "room": room or sentences.UNKNOWN_ROOM}),
        evidence={"device": device, "room": room},
    )


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

"""The devices of a home and what they would say of a day if none of them ever failed. Failing is `simulators.faults`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from math import log
from operator import itemgetter
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from linli.clock import millis
from linli.people import Device
from linli.signals import EXIT_ROOM, BloodPressure, Kind, Value
from simulators.chance import between, stream_of
from simulators.day import DAY_BEGINS, Doing, Plan, Stay
from simulators.persona import Persona, winter

HOUR_MS = 3_600_000
SECOND_MS = 1000
GATEWAY = "gateway"
SOS = "sos"
CHECK_IN = "check-in"
FRONT_DOOR = "front-door"
BED = "bed"
CUFF = "cuff"
THERMOMETER = "thermometer"
SMOKE = "smoke"
LEAK = "leak"

PULSES_ONLY = "example motion sensor, pulses only"
ON_AND_OFF = "example motion sensor, on and off"
_MAINS = "mains"
_BUSY_MS = 25_000
"""How long one bout of movement lasts on average; the sensor's timer starts when it ends."""
_TIMER_MS = 60_000
_USUAL_GAP_SECONDS = {
    Doing.COOK: 70.0,
    Doing.WASH: 50.0,
    Doing.SIT: 800.0,
    Doing.POTTER: 80.0,
    Doing.RECEIVE: 200.0,
    Doing.DOOR: 60.0,
    Doing.NAP: 5400.0,
}


class Origin(Enum):
    """Why a device says something. Only LIFE needs somebody in the home."""

    LIFE = 0
    TIMER = 1
    """The end of a movement that LIFE began."""
    MACHINE = 2
    GHOST = 3


class Sign(NamedTuple):
    """One thing a device says, at true time, epoch milliseconds. `cause` is when what lies behind it happened."""

    at: int
    cause: int
    origin: Origin
    device: str
    kind: Kind
    value: Value


@dataclass(frozen=True, slots=True)
class Frame:
    """One home-day as a span of time, three to three local, epoch milliseconds."""

    day: date
    begins: int
    ends: int

    def moment(self, hour: float) -> int:
        """Return an hour of the day as epoch milliseconds."""
        return self.begins + round((hour - DAY_BEGINS) * HOUR_MS)

    def hour(self, moment: int) -> float:
        """Return epoch milliseconds as an hour of the day, 3 to 27 inside it."""
        return DAY_BEGINS + (moment - self.begins) / HOUR_MS

    def earlier(self, days: int) -> date:
        """Return the date some days before."""
        return self.day - timedelta(days=days)


def frame_of(day: date, zone: ZoneInfo) -> Frame:
    """Return the span of a home-day; it has 23 or 25 hours when the clocks change."""
    three = time(int(DAY_BEGINS))
    begins = datetime.combine(day, three, zone)
    ends = datetime.combine(day + timedelta(days=1), three, zone)
    return Frame(day, millis(begins), millis(ends))


def frame_around(moment: datetime, zone: ZoneInfo) -> Frame:
    """Return the home-day in which a moment lies."""
    return frame_of((moment.astimezone(zone) - timedelta(hours=DAY_BEGINS)).date(), zone)


def is_mains(device: Device) -> bool:
    """Tell whether a device hangs on the mains; all others report a battery."""
    return _MAINS in device.model


def fit(seed: int, home: str, *, checks_in: bool, with_everything: bool = False) -> tuple[Device, ...]:
    """Choose the devices of a home: a gateway, movement, front door and SOS everywhere, the rest by chance."""
    chance = stream_of(seed, home, "devices")
    motion = PULSES_ONLY if chance.random() < 0.4 else ON_AND_OFF
    devices = [
        Device(home, GATEWAY, "living-room", ("temperature",), model="example gateway, mains"),
        Device(home, FRONT_DOOR, EXIT_ROOM, ("contact", "battery"), model="example door contact"),
        Device(home, SOS, "bedroom", ("sos", "battery"), model="example call button"),
    ]
    for room, share in (
        ("living-room", 1.0),
        ("bathroom", 1.0),
        ("bedroom", 0.85),
        ("kitchen", 0.85),
        (EXIT_ROOM, 0.4),
    ):
        if chance.random() < share or with_everything:
            devices.append(Device(home, f"{room}-motion", room, ("motion", "battery"), model=motion))
    if checks_in:
        devices.append(Device(home, CHECK_IN, "living-room", ("check_in", "battery"), model="example check-in button"))
    devices += [device for share, device in _extras(home) if chance.random() < share or with_everything]
    return tuple(devices)


def _extras(home: str) -> Iterator[tuple[float, Device]]:
    yield 0.25, Device(home, BED, "bedroom", ("bed",), model="example bed mat, mains")
    yield 0.6, Device(home, SMOKE, "kitchen", ("smoke", "battery"), model="example smoke alarm")
    yield 0.35, Device(home, LEAK, "bathroom", ("leak", "battery"), model="example water sensor")
    yield 0.3, Device(home, CUFF, "living-room", ("blood_pressure", "heart_rate", "battery"), model="example cuff")
    yield 0.3, Device(home, THERMOMETER, "bedroom", ("body_temperature", "battery"), model="example thermometer")


@dataclass(frozen=True)
class Kit:
    """A home's devices, ready to be asked which of them sees what."""

    devices: tuple[Device, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the ids of the devices."""
        return frozenset(device.device for device in self.devices)

    @cached_property
    def motion(self) -> dict[str, tuple[str, bool]]:
        """Return, by room, the motion sensor and whether it also says `off`."""
        found: dict[str, tuple[str, bool]] = {}
        for device in self.devices:
            if Kind.MOTION in device.kinds:
                found.setdefault(device.room, (device.device, device.model != PULSES_ONLY))
        return found

    @cached_property
    def mains(self) -> tuple[str, ...]:
        """Return the devices that hang on the mains."""
        return tuple(device.device for device in self.devices if is_mains(device))

    def first(self, kind: Kind, room: str | None = None) -> str | None:
        """Return the first device that tells a kind (in a room), or None."""
        return next((d.device for d in self.devices if kind in d.kinds and room in {None, d.room}), None)


def sense(plan: Plan, kit: Kit, persona: Persona, frame: Frame, chance: Random) -> list[Sign]:
    """Say what the devices tell of a day, in order of time."""
    signs: list[Sign] = []
    signs.extend(_movement(plan.stays, kit, persona, frame, chance))
    signs.extend(_front_door(plan, kit, frame, chance))
    signs.extend(_bed(plan.stays, kit, frame))
    signs.extend(_check_ins(plan, kit, frame))
    signs.extend(_vitals(plan, kit, persona, frame, chance))
    signs.extend(_warmth(kit, frame, chance))
    signs.sort(key=itemgetter(0))
    return signs


def _movement(stays: Iterable[Stay], kit: Kit, persona: Persona, frame: Frame, chance: Random) -> Iterator[Sign]:
    """Bouts of movement; a sensor is blind from its `on` until its timer has run out."""
    blind_until: dict[str, int] = {}
    draw = chance.random
    for stay in stays:
        sensor = kit.motion.get(stay.room)
        if sensor is None:
            continue
        device, says_off = sensor
        gap = _gap_seconds(stay.doing, persona) * SECOND_MS
        asleep_since_yesterday = stay.start == DAY_BEGINS
        at = frame.moment(stay.start) + int(-log(1 - draw()) * gap if asleep_since_yesterday else 1000 + 4000 * draw())
        at, end = max(at, blind_until.get(device, 0)), frame.moment(stay.end)
        while at < end:
            off = min(at - int(log(1 - draw()) * _BUSY_MS), end) + _TIMER_MS
            yield Sign(at, at, Origin.LIFE, device, Kind.MOTION, "on")
            if says_off:
                yield Sign(off, at, Origin.TIMER, device, Kind.MOTION, "off")
            blind_until[device] = off
            at = off - int(log(1 - draw()) * gap)


def _gap_seconds(doing: Doing, persona: Persona) -> float:
    if doing is Doing.SLEEP:
        return 3600 / persona.restlessness
    return _USUAL_GAP_SECONDS[doing] / persona.activity


def _front_door(plan: Plan, kit: Kit, frame: Frame, chance: Random) -> Iterator[Sign]:
    device = kit.first(Kind.CONTACT, EXIT_ROOM)
    if device is None:
        return
    for hour in plan.doors:
        opened = frame.moment(hour)
        closed = opened + round(between(chance, 4, 15) * SECOND_MS)
        yield Sign(opened, opened, Origin.LIFE, device, Kind.CONTACT, "open")
        yield Sign(closed, opened, Origin.LIFE, device, Kind.CONTACT, "closed")


def _bed(stays: Iterable[Stay], kit: Kit, frame: Frame) -> Iterator[Sign]:
    device = kit.first(Kind.BED)
    if device is None:
        return
    for stay in stays:
        if stay.doing not in {Doing.SLEEP, Doing.NAP}:
            continue
        for hour, value in ((stay.start + 0.01, "on"), (stay.end - 0.005, "off")):
            if DAY_BEGINS + 0.02 < hour < DAY_BEGINS + 23.98:
                yield Sign(frame.moment(hour), frame.moment(hour), Origin.LIFE, device, Kind.BED, value)


def _check_ins(plan: Plan, kit: Kit, frame: Frame) -> Iterator[Sign]:
    device = kit.first(Kind.CHECK_IN)
    if device is None:
        return
    for hour in plan.check_ins:
        yield Sign(frame.moment(hour), frame.moment(hour), Origin.LIFE, device, Kind.CHECK_IN, "ok")


def _vitals(plan: Plan, kit: Kit, persona: Persona, frame: Frame, chance: Random) -> Iterator[Sign]:
    """Blood pressure, pulse and temperature after getting up, on most days."""
    if plan.rises is None:
        return
    hour = plan.rises + between(chance, 0.4, 1.4)
    at = frame.moment(hour)
    cuff, thermometer = kit.first(Kind.BLOOD_PRESSURE), kit.first(Kind.BODY_TEMPERATURE)
    measures = plan.is_up(hour) and chance.random() < 0.85
    if cuff is not None and measures:
        systolic = round(chance.gauss(persona.systolic, 7))
        pressure = BloodPressure(float(systolic), float(round(systolic * 0.6 + chance.gauss(0, 3))))
        yield Sign(at, at, Origin.LIFE, cuff, Kind.BLOOD_PRESSURE, pressure)
        yield Sign(at + 50, at, Origin.LIFE, cuff, Kind.HEART_RATE, float(round(chance.gauss(persona.pulse, 4))))
    if thermometer is not None and measures:
        warmth = round(chance.gauss(36.4, 0.2), 1)
        yield Sign(at + 90_000, at, Origin.LIFE, thermometer, Kind.BODY_TEMPERATURE, warmth)


def _warmth(kit: Kit, frame: Frame, chance: Random) -> Iterator[Sign]:
    """The room's temperature once an hour: the heartbeat of the gateway."""
    device = kit.first(Kind.TEMPERATURE)
    if device is None:
        return
    usual = 22 - 4 * winter(frame.day) + chance.gauss(0, 0.7)
    first = frame.begins + int(HOUR_MS * chance.random())
    for at in range(first, frame.ends, HOUR_MS):
        yield Sign(at, at, Origin.MACHINE, device, Kind.TEMPERATURE, round(usual + chance.gauss(0, 0.3), 1))

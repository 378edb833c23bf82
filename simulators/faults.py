"""What goes wrong between a sensor and the broker: lost and ghost pulses, wrong clocks, dead batteries, late batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from random import Random
from typing import NamedTuple

from linli.signals import Kind, Value
from simulators.battery import Battery, battery_of
from simulators.chance import between, count_of, stream_of
from simulators.sensors import HOUR_MS, SECOND_MS, Frame, Kit, Origin, Sign, is_mains

LAST_WILL_MS = 90 * SECOND_MS
"""How long the broker waits for a silent gateway (one and a half keep-alives) before it says `offline` for it."""
DRIFT_RESET_DAYS = 30
MAX_DRIFT_MS = 240 * SECOND_MS
"""Below the five minutes beyond which linli no longer believes a device's clock."""

_REPEATED_UNTIL_HEARD = frozenset({Kind.SOS, Kind.CHECK_IN, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.LEAK})
_GHOST_TIMER_MS = 60 * SECOND_MS


@dataclass(frozen=True, slots=True)
class Faults:
    """How often things go wrong. Shares are 0..1; the defaults are a decent, not a perfect, installation."""

    missed: float = 0.01
    """Share of readings that never arrive; buttons and alarms repeat until they are heard."""
    ghosts_per_day: float = 0.05
    """Lone pulses per home and day of a sensor that nobody passed."""
    nervous_homes: float = 0.03
    """Share of homes with one sensor that sees ghosts all the time."""
    nervous_ghosts_per_day: float = 2.5
    duplicated: float = 0.003
    """Share of messages delivered twice, with the same id."""
    late_batches_per_day: float = 0.005
    """Outages per home and day in which the gateway keeps everything and sends it hours later."""
    drifting_homes: float = 0.1
    """Share of homes whose clock runs wrong, by up to `drift_seconds_per_day`, set right every 30 days."""
    drift_seconds_per_day: float = 4.0
    flat_batteries: float = 0.08
    """Share of battery devices that are left until they fall silent."""
    ghosts_outlive: bool = False
    """Whether sensors go on seeing ghosts after an incident that ends all signs of life."""


FAULTLESS = Faults(
    missed=0,
    ghosts_per_day=0,
    nervous_homes=0,
    duplicated=0,
    late_batches_per_day=0,
    drifting_homes=0,
    flat_batteries=0,
)


class Message(NamedTuple):
    """One message on its way, epoch milliseconds: `send` when it reaches the broker, `at` what it says itself.

    `kind` None is an availability. `number` tells the messages of one home-day apart; a duplicate has the same.
    """

    send: int
    at: int
    cause: int
    origin: Origin
    device: str
    kind: Kind | None
    value: Value
    number: int


class Hole(NamedTuple):
    """An outage of a home's way out, epoch milliseconds; the gateway keeps what it hears and sends it at the end."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Frailty:
    """What is weak in one home, drawn once."""

    faults: Faults
    batteries: dict[str, Battery]
    nervous: str | None
    """The device that sees ghosts all the time."""
    drift_ms_per_day: float
    drift_phase_days: int

    def drift_ms(self, frame: Frame) -> int:
        """Return how far the home's clock runs ahead on a day (below zero: behind)."""
        days = (frame.day.toordinal() + self.drift_phase_days) % DRIFT_RESET_DAYS
        drift = round(self.drift_ms_per_day * days)
        return max(-MAX_DRIFT_MS, min(MAX_DRIFT_MS, drift))


def frailty_of(seed: int, home: str, kit: Kit, faults: Faults) -> Frailty:
    """Draw what is weak in a home."""
    chance = stream_of(seed, home, "frailty")
    is_nervous, drifts = chance.random() < faults.nervous_homes, chance.random() < faults.drifting_homes
    sensors = sorted(device for device, _ in kit.motion.values())
    pick, per_day, phase = chance.random(), between(chance, -1, 1), chance.randrange(DRIFT_RESET_DAYS)
    return Frailty(
        faults=faults,
        batteries={
            d.device: battery_of(seed, home, d.device, faults.flat_batteries) for d in kit.devices if not is_mains(d)
        },
        nervous=sensors[int(pick * len(sensors))] if sensors and is_nervous else None,
        drift_ms_per_day=per_day * faults.drift_seconds_per_day * SECOND_MS if drifts else 0.0,
        drift_phase_days=phase,
    )


def availability(device: str, word: str, moment: int) -> Message:
    """Return a device's `online` or `offline`, epoch milliseconds."""
    return Message(moment, moment, moment, Origin.MACHINE, device, None, word, 0)


def transmit(
    signs: list[Sign], kit: Kit, frailty: Frailty, frame: Frame, hole: Hole | None, chance: Random
) -> list[Message]:
    """Return what becomes of a day's signs on their way to the broker."""
    dead = {device for device, battery in frailty.batteries.items() if battery.percent(frame.day) is None}
    extra = [*_ghosts(kit, frailty, frame, chance), *_battery_reports(frailty, frame)]
    told = sorted([*signs, *extra], key=itemgetter(0)) if extra else signs
    return _delivered([(n, s) for n, s in enumerate(told) if s.device not in dead], frailty, frame, hole, chance)


def hole_of(faults: Faults, frame: Frame, chance: Random) -> Hole | None:
    """Draw an outage of the way out, within the day, after which everything is sent at once."""
    if chance.random() >= faults.late_batches_per_day:
        return None
    begins = between(chance, 1, 15)
    ends = begins + between(chance, 1, 8)
    return Hole(frame.begins + round(begins * HOUR_MS), frame.begins + round(ends * HOUR_MS))


def silences(kit: Kit, frailty: Frailty, frame: Frame, hole: Hole | None) -> Iterator[Message]:
    """Yield what is said of a day about who is online: dead batteries, new ones, and an outage of the way out."""
    yield from _battery_deaths(frailty, frame)
    if hole is not None:
        for device in kit.mains:
            yield availability(device, "offline", hole.begins + LAST_WILL_MS)
            yield availability(device, "online", hole.ends)


def _delivered(
    signs: Iterable[tuple[int, Sign]], frailty: Frailty, frame: Frame, hole: Hole | None, chance: Random
) -> list[Message]:
    missed, duplicated = frailty.faults.missed, frailty.faults.duplicated
    drift, draw, messages = frailty.drift_ms(frame), chance.random, list[Message]()
    held = 0
    for number, (at, cause, origin, device, kind, value) in signs:
        luck, pace = draw(), draw()
        if luck < missed and kind not in _REPEATED_UNTIL_HEARD:
            continue
        send = at + 50 + int(350 * pace)
        if hole is not None and hole.begins <= send < hole.ends:
            held += 1
            send = hole.ends + 500 + held * 40
        messages.append(Message(send, at + drift, cause, origin, device, kind, value, number))
        if luck > 1 - duplicated:
            again = send + 1000 + int(4000 * pace)
            messages.append(Message(again, at + drift, cause, origin, device, kind, value, number))
    return messages


def _ghosts(kit: Kit, frailty: Frailty, frame: Frame, chance: Random) -> Iterator[Sign]:
    sensors = sorted(kit.motion.values())
    if not sensors:
        return
    devices = [
        sensors[int(len(sensors) * chance.random())] for _ in range(count_of(chance, frailty.faults.ghosts_per_day))
    ]
    if frailty.nervous is not None:
        nervous = next(sensor for sensor in sensors if sensor[0] == frailty.nervous)
        devices += [nervous] * count_of(chance, frailty.faults.nervous_ghosts_per_day)
    for device, says_off in devices:
        at = round(between(chance, frame.begins, frame.ends - _GHOST_TIMER_MS))
        yield Sign(at, at, Origin.GHOST, device, Kind.MOTION, "on")
        if says_off:
            yield Sign(at + _GHOST_TIMER_MS, at, Origin.GHOST, device, Kind.MOTION, "off")


def _battery_reports(frailty: Frailty, frame: Frame) -> Iterator[Sign]:
    """Each battery device says once a day, at its own time, what is left."""
    for device, battery in frailty.batteries.items():
        percent = battery.percent(frame.day)
        if percent is not None:
            at = frame.begins + _report_offset(battery)
            yield Sign(at, at, Origin.MACHINE, device, Kind.BATTERY, float(percent))


def _report_offset(battery: Battery) -> int:
    return (battery.phase_days * 7919 % 1320) * 60 * SECOND_MS


def _battery_deaths(frailty: Frailty, frame: Frame) -> Iterator[Message]:
    """The gateway notices a dead device a day later, and a new battery at once."""
    for device, battery in frailty.batteries.items():
        if not battery.flat_days:
            continue
        now, before, earlier = (battery.percent(frame.earlier(days)) is None for days in (0, 1, 2))
        moment = frame.begins + _report_offset(battery)
        if now and before and not earlier:
            yield availability(device, "offline", moment + HOUR_MS)
        if before and not now:
            yield availability(device, "online", moment - SECOND_MS)

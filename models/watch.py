"""The live picture of all homes: signals go in, and each tick says what only time could tell.

The pipeline is the one writer; the web reads. What the pieces keep: `hearing` who can be seen, `silence` how long
nobody stirred, `absences`, `check_ins` and `batteries` theirs; `findings` puts together what is to be told of it.
All of it is rebuilt from stored signals at the start.
"""

import copy
import threading
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

import numpy as np

from linli.alert import AlertKind
from linli.clock import from_millis, millis
from linli.errors import UnknownHome
from linli.finding import Finding
from linli.home_state import HomeView
from linli.incident import Loss
from linli.people import Roster
from linli.signals import EXIT_ROOM, Kind, Signal, is_sign_of_life
from models.absences import Absences
from models.answers import HERS_ALONE, leaves_open
from models.bathroom import Bathroom
from models.batteries import Batteries
from models.check_ins import CheckIns
from models.deafness import Deafness
from models.device_clock import moment_of
from models.findings import Findings
from models.gateways import Gateways
from models.habits.model import HomeModel
from models.habits.ranges import VITALS
from models.hearing import Hearing
from models.homes import Homes
from models.incidents import Census, stairwell_of
from models.night_door import NightDoor
from models.reports import lost_key
from models.rules import Rules
from models.sensor import NEVER, NONE, SIGHT, Sensor
from models.silence import Silence
from models.views import Views
from models.vitals import Vitals
from models.water import Water

__all__ = ["Rules", "Watch"]

# looking an enum's member up costs a tenth of what a whole signal may
_CHECK_IN, _BATTERY, _WATER = Kind.CHECK_IN, Kind.BATTERY, Kind.WATER

_NO_END = 9000
"""An absence until this year or later is one without an end: calendars stop at 9999."""


class Watch:
    """Knows each home as it is now. Every method may be called from any thread; none waits for anything else."""

    def __init__(self, rules: Rules) -> None:
        self._lock = threading.Lock()
        self._know_nothing(rules)

    def _know_nothing(self, rules: Rules) -> None:
        self._homes = homes = Homes(rules)
        self._deafness = Deafness(homes)
        self._absences = Absences(homes)
        self._gateways = Gateways(homes)
        self._hearing = Hearing(homes, self._deafness)
        self._silence = Silence(homes, self._absences, self._deafness)
        self._check_ins = CheckIns(homes, self._absences, self._deafness)
        self._batteries = Batteries(homes)
        self._bathroom = Bathroom(homes, self._absences, self._deafness, self._silence)
        self._night_door = NightDoor(homes, self._absences, self._deafness)
        self._vitals = Vitals(homes, self._absences)
        self._water = Water(homes, self._absences)
        self._findings = Findings(
            homes, self._hearing, self._silence, self._check_ins, self._batteries,
            (self._bathroom, self._night_door, self._vitals, self._water),
        )  # fmt: skip
        self._views = Views(homes, self._hearing, self._deafness, self._check_ins, self._bathroom)
        self._ticked_at = NONE

    def __deepcopy__(self, memo: dict[int, object]) -> "Watch":
        """Return a picture that goes its own way from here; the lock is its own."""
        other = object.__new__(Watch)
        memo[id(self)] = other
        with self._lock:
            for name, part in vars(self).items():
                setattr(other, name, threading.Lock() if part is self._lock else copy.deepcopy(part, memo))
        return other

    # what comes in

    def take_roster(self, roster: Roster) -> None:
        """Take over who and what is listed; what is known of those who stay is kept."""
        with self._lock:
            changed = self._homes.take(roster)
            self._silence.take_zones()
            self._check_ins.take_plans()
            self._batteries.take_devices()
            self._gateways.take_homes()
            for row in changed:
                self._hearing.meet(row, self._ticked_at)
            self._findings.take_homes()
            for detector in (self._bathroom, self._night_door, self._vitals, self._water):
                detector.take_homes()

    def forget(self, now: datetime) -> None:
        """Know nothing of any home any more, as at the start; whether linli hears stays as it was."""
        with self._lock:
            is_deaf = self._deafness.since < NEVER
            self._know_nothing(self._homes.rules)
            if is_deaf:
                self._deafness.begin(millis(now))

    def take_rules(self, rules: Rules, now: datetime) -> None:
        """Judge by other limits from now on; nothing is known of any home then, as at the start."""
        with self._lock:
            self._homes.rules = rules
        self.forget(now)

    def take_model(self, home: str, model: HomeModel | None) -> None:
        """Take over what was learned of a home, None for the fixed line; it holds from the next sign of life on."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                self._silence.take_model(row, model)
                self._bathroom.take_model(row)
                self._night_door.take_model(row)

    def take_nightly(self, home: str, found: Iterable[Finding]) -> None:
        """Take over what the night's look at a home's days found; the next tick finds it. Shared days are not hers."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                self._findings.take_nightly(home, () if self._homes.dwellings[row].is_shared else found)

    def take_absence(self, home: str, since: datetime, until: datetime | None) -> None:
        """Take in that a home is declared away from a moment on, until another or until `end_absence`."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                end = NEVER if until is None or until.year >= _NO_END else millis(until)
                self._absences.take(row, millis(since), end)

    def end_absence(self, home: str, at: datetime) -> None:
        """Take in that a home is lived in again."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                self._absences.end(row, millis(at))

    def see(self, signal: Signal) -> bool:
        """Take in a signal: any order, any number of times; that of an unknown home is passed over.

        Tells whether it was a sign of life of hers: what a nervous sensor says alone is none.
        """
        with self._lock:
            return self._see(signal)

    def warm(self, home: str, signals: Iterable[Signal]) -> None:
        """Take in a home's stored signals, in any order."""
        with self._lock:
            for signal in sorted(signals, key=lambda signal: signal.received_at):
                if signal.home == home:
                    self._see(signal)

    def _see(self, signal: Signal) -> bool:
        row = self._homes.index.get(signal.home)
        if row is None:
            return False
        sensor = self._homes.sensor(self._homes.dwellings[row], signal.device)
        at = self._hear(row, sensor, signal)
        if (
            signal.kind is _WATER
            and isinstance(signal.value, float)
            and not self._water.see(row, at, signal.device, signal.value)
        ):
            return False
        if is_sign_of_life(signal.kind, signal.value):
            room = signal.room or sensor.room
            if not self._silence.see_life(row, at, signal.device, room, signal.kind, signal.value):
                return False
            self._see_more(row, at, sensor, signal, room)
            if signal.kind in HERS_ALONE:
                self._homes.last_own[row] = max(at, self._homes.last_own.item(row))
            if signal.kind is _CHECK_IN and self._check_ins.check_in(row, at):
                self._findings.settle(signal.home, at)
            return True
        if signal.kind is _BATTERY and isinstance(signal.value, float):
            self._batteries.see_charge(signal.home, sensor, signal.value, at)
        return False

    def _see_more(self, row: int, at: int, sensor: Sensor, signal: Signal, room: str) -> None:
        """Let the detectors beside silence see a sign of life: this runs for every one of them."""
        sensor.where = room
        self._bathroom.see(row, at, signal.kind, room)
        if room == EXIT_ROOM:
            self._night_door.see(row, at, signal.device, signal.kind, signal.value)
        if signal.kind in VITALS:
            self._vitals.see(row, at, signal.kind, signal.value)

    def leaves_open(self, signal: Signal) -> frozenset[AlertKind]:
        """Return which kinds of question a sign of life does not answer."""
        with self._lock:
            row = self._homes.index.get(signal.home)
            is_shared = row is not None and self._homes.dwellings[row].is_shared
        return leaves_open(signal, is_shared=is_shared)

    def _hear(self, row: int, sensor: Sensor, signal: Signal) -> int:
        """Take in that a device spoke, whatever it said; return when that was, as far as its clock is believed."""
        received_at, sight = millis(signal.received_at), SIGHT[signal.kind]
        said_at = received_at if signal.at is signal.received_at else millis(signal.at)
        if sensor.is_bridge is not sensor.is_gateway or sight > sensor.sight:
            sensor.learn(sight)
            self._hearing.meet(row, received_at)
        if sensor.is_gateway and sensor.is_down() and received_at > sensor.down:
            self._hearing.say_online(row, sensor, received_at)
        at, sensor.lag = moment_of(sensor.lag, said_at, received_at)
        self._hearing.hear(row, sensor, received_at)
        return at

    def see_availability(self, home: str, device: str, *, online: bool, at: datetime) -> None:
        """Take in that a device, or a gateway or bridge of the home, came or went."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is None:
                return
            for place, name in self._gateways.places(row, device):
                self._take_word(place, name, online=online, at=millis(at))

    def _take_word(self, row: int, device: str, *, online: bool, at: int) -> None:
        sensor = self._homes.sensor(self._homes.dwellings[row], device)
        self._homes.trust_will(sensor)
        if online:
            self._hearing.say_online(row, sensor, at)
        else:
            self._hearing.say_offline(row, sensor, at)

    def go_deaf(self, at: datetime) -> None:
        """Take in that linli hears nothing from a moment on: its connection is lost, or it did not run."""
        with self._lock:
            self._deafness.begin(millis(at))

    def hear_again(self, at: datetime) -> None:
        """Take in that linli hears again. The time between counts as silence of nobody."""
        with self._lock:
            self._deafness.end(millis(at))

    def unseen(self) -> list[tuple[str, datetime, datetime]]:
        """Return which homes were offline from when until when, now that it is over, until `unseen_kept`.

        Without a home: linli heard none of them. A home that merely said nothing is not among them.
        """
        with self._lock:
            return [(home, from_millis(since), from_millis(until)) for home, since, until in self._homes.unseen]

    def unseen_kept(self, count: int) -> None:
        """Take in that the first so many of them are written down."""
        with self._lock:
            del self._homes.unseen[:count]

    def blind_since(self, home: str, now: datetime) -> datetime | None:
        """Return since when a home cannot be seen; None where it can, or is not known."""
        with self._lock:
            row = self._homes.index.get(home)
            since = NEVER if row is None else self._hearing.blind_since(row)
            return from_millis(since) if NONE < since <= millis(now) else None

    # what is found

    def tick(self, now: datetime) -> list[Finding]:
        """Return what is found now and was not told yet; asked again, it is found again until `told`."""
        with self._lock:
            moment = millis(now)
            self._ticked_at = moment
            self._silence.refresh(moment)
            return self._findings.untold(moment)

    @property
    def is_to_be_reckoned(self) -> bool:
        """Tell whether anything was heard whose meaning for a line has not been worked out."""
        return self._silence.is_behind

    def reckon(self, now: datetime, at_most: int) -> None:
        """Work out for a few homes what the next tick would; changes nothing else."""
        with self._lock:
            self._silence.refresh(millis(now), at_most)

    def told(self, key: str) -> None:
        """Take in that an alert stands for a finding: it is not found again in this episode."""
        with self._lock:
            self._findings.told(key)

    # what homes that fell silent have in common is decided elsewhere; here is what it takes

    def falling(self, now: datetime) -> list[Loss]:
        """Return the homes that fell silent and for which no alert stands yet, some of them before they count as lost."""
        with self._lock:
            return [self._loss_of(row) for row in self._hearing.falling(millis(now))]

    def not_heard(self, homes: Collection[str], now: datetime) -> frozenset[str]:
        """Return which of some homes are not heard; those that are no longer listed are not missed."""
        with self._lock:
            return frozenset(self._homes.dwellings[row].home.home for row in self._silent_rows(homes, now))

    def lost_ones(self, homes: Collection[str], now: datetime) -> list[Loss]:
        """Return the losses of those homes that are not heard, whether an alert stands for them or not.

        A home that was never heard as far as is known has lost nothing, although an alert may tell of it.
        """
        with self._lock:
            silent = self._silent_rows(homes, now)
            return [self._loss_of(row) for row in silent if self._homes.seen_until.item(row) > NONE]

    def _silent_rows(self, homes: Collection[str], now: datetime) -> list[int]:
        rows = np.array([self._homes.index[home] for home in homes if home in self._homes.index], dtype=np.int64)
        silent: list[int] = rows[~self._hearing.is_heard(rows, millis(now))].tolist()
        return silent

    def _loss_of(self, row: int) -> Loss:
        dwelling, last_heard = self._homes.dwellings[row], self._homes.last_heard.item(row)
        since = self._homes.seen_until.item(row) if self._hearing.is_offline(row) else last_heard
        return Loss(
            dwelling.home,
            lost_key(dwelling.home.home, last_heard),
            from_millis(self._hearing.fell(row)),
            from_millis(since),
            self._gateways.through(row, dwelling),
        )

    def stand_for(self, losses: Iterable[Loss]) -> None:
        """Take in that an alert stands for these losses: they are not found again."""
        with self._lock:
            for loss in losses:
                row = self._homes.index.get(loss.home.home)
                if row is not None and _is_of(loss, self._homes.last_heard.item(row)):
                    self._hearing.tell_lost(row, self._homes.last_heard.item(row))

    def report_lost(self, home: str, now: datetime) -> Finding | None:
        """Return what there is to tell of a silent home alone."""
        with self._lock:
            row = self._homes.index.get(home)
            return None if row is None else self._findings.report_lost(row, millis(now))

    def hold_check_ins(self, homes: Collection[str], now: datetime) -> None:
        """Take in which homes cannot be heard for a cause that they share: their check-ins are not missed meanwhile."""
        with self._lock:
            self._findings.hold(frozenset(homes), millis(now))

    def census(self) -> Census:
        """Count the homes that have ever been heard."""
        with self._lock:
            rows = np.flatnonzero(self._homes.first_heard < NEVER).tolist()
            stairs = Counter(stairwell_of(self._homes.dwellings[row].home) for row in rows)
        sites: Counter[str] = Counter()
        for (site, _, _), count in stairs.items():
            sites[site] += count
        return Census(sites, stairs)

    def next_ripe(self, now: datetime) -> datetime | None:
        """Return when the next loss will have been gathered for long enough."""
        with self._lock:
            ripe = self._hearing.next_ripe(millis(now))
            return None if ripe == NEVER else from_millis(ripe)

    def is_ripe(self, now: datetime) -> bool:
        """Tell whether any loss has been gathered for long enough."""
        with self._lock:
            return self._hearing.is_ripe(millis(now))

    def heard_until(self, now: datetime) -> datetime:
        """Return up to when silence means anything: the present, unless linli itself hears nothing."""
        with self._lock:
            return from_millis(min(millis(now), self._deafness.since))

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which `tick` could find something new; may be early, never late."""
        with self._lock:
            moment = millis(now)
            self._silence.refresh(moment)
            due = self._findings.next_due(moment)
            return None if due == NEVER else from_millis(max(due, moment))

    def is_over(self, kind: AlertKind, home: str, now: datetime) -> bool:
        """Tell whether an alert of a kind that can end by itself has: heard again, or batteries changed."""
        with self._lock:
            row = self._homes.index.get(home)
            if kind is AlertKind.UNMONITORED:
                return row is None or self._hearing.blind_since(row) > millis(now)
            if kind is AlertKind.LOW_BATTERY:
                return row is None or self._batteries.are_charged(row)
            return False

    # how things stand

    def state(self, home: str, now: datetime) -> HomeView:
        """Return how a home stands, with its devices; raises UnknownHome. Open alerts are not known here."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is None:
                raise UnknownHome(f'{home} is not known; add it with "linli import"')
            moment = millis(now)
            self._silence.refresh(moment)
            return self._views.one(row, moment)

    def states(self, now: datetime) -> list[HomeView]:
        """Return how every home stands, without the devices."""
        with self._lock:
            moment = millis(now)
            self._silence.refresh(moment)
            return self._views.all(moment)


def _is_of(loss: Loss, last_heard: int) -> bool:
    """Tell whether a loss is of the episode that began when its home was last heard."""
    key = lost_key(loss.home.home, last_heard)
    return loss.key == key or loss.key.startswith(f"{key}:")

"""The live picture of all homes: signals go in, and each tick says what only time could tell.

The pipeline is the one writer; the web reads. What the pieces keep: `hearing` who can be seen, `silence` how long
nobody stirred, `check_ins` and `batteries` theirs. All of it is rebuilt from stored signals at the start.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from linli.alert import AlertKind
from linli.clock import from_millis, millis
from linli.errors import UnknownHome
from linli.finding import Finding
from linli.home_state import HomeView
from linli.people import Roster
from linli.signals import Kind, Signal, is_sign_of_life
from models import reports
from models.batteries import Batteries
from models.check_ins import CheckIns, Missed
from models.device_clock import moment_of
from models.hearing import Hearing
from models.homes import Homes
from models.reports import Still
from models.rules import Rules
from models.sensor import NEVER, NONE, SIGHT
from models.silence import Silence
from models.views import Views

__all__ = ["Rules", "Watch"]

# looking an enum's member up costs a tenth of what a whole signal may
_CHECK_IN, _BATTERY = Kind.CHECK_IN, Kind.BATTERY

_NO_END = 9000
"""An absence until this year or later is one without an end: calendars stop at 9999."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a finding is about, so that it can be ticked off when it was told; `mark` names the episode."""

    kind: AlertKind
    home: str
    device: str = ""
    mark: int = NONE
    week: str = ""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A missed check-in that nobody was told of yet; a check-in after `opens` settles it."""

    home: str
    opens: int
    finding: Finding


class Watch:
    """Knows each home as it is now. Every method may be called from any thread; none waits for anything else."""

    def __init__(self, rules: Rules) -> None:
        self._lock = threading.Lock()
        self._rules = rules
        self._homes = Homes(rules)
        self._hearing = Hearing(self._homes)
        self._silence = Silence(self._homes)
        self._check_ins = CheckIns(self._homes)
        self._batteries = Batteries(self._homes)
        self._views = Views(self._homes, self._hearing, self._check_ins)
        self._offered: dict[str, _Offer] = {}
        self._missed: dict[str, _Pending] = {}
        self._ticked_at = NONE

    # what comes in

    def take_roster(self, roster: Roster) -> None:
        """Take over who and what is listed; what is known of those who stay is kept."""
        with self._lock:
            changed = self._homes.take(roster)
            self._silence.take_zones()
            self._check_ins.take_plans()
            self._batteries.take_devices()
            for row in changed:
                self._hearing.meet(row, self._ticked_at)
            self._missed = {key: miss for key, miss in self._missed.items() if miss.home in self._homes.index}

    def take_absence(self, home: str, since: datetime, until: datetime | None) -> None:
        """Take in that a home is declared away from a moment on, until another or until `end_absence`."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                end = NEVER if until is None or until.year >= _NO_END else millis(until)
                self._silence.take_absence(row, millis(since), end)

    def end_absence(self, home: str, at: datetime) -> None:
        """Take in that a home is lived in again."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is not None:
                self._silence.end_absence(row, millis(at))

    def see(self, signal: Signal) -> None:
        """Take in a signal: any order, any number of times; that of an unknown home is passed over."""
        with self._lock:
            self._see(signal)

    def warm(self, home: str, signals: Iterable[Signal]) -> None:
        """Take in a home's stored signals, in any order."""
        with self._lock:
            for signal in sorted(signals, key=lambda signal: signal.received_at):
                if signal.home == home:
                    self._see(signal)

    def _see(self, signal: Signal) -> None:
        row = self._homes.index.get(signal.home)
        if row is None:
            return
        sensor = self._homes.sensor(self._homes.dwellings[row], signal.device)
        kind, received_at = signal.kind, millis(signal.received_at)
        said_at = received_at if signal.at is signal.received_at else millis(signal.at)
        if sensor.is_bridge or SIGHT[kind] > sensor.sight:
            sensor.learn(SIGHT[kind])
            self._hearing.meet(row, received_at)
        at, sensor.lag = moment_of(sensor.lag, said_at, received_at)
        self._hearing.hear(row, sensor, received_at)
        if is_sign_of_life(kind, signal.value):
            self._silence.see_life(row, at, signal.room or sensor.room, kind)
            if kind is _CHECK_IN:
                self._see_check_in(row, signal.home, at)
        elif kind is _BATTERY and isinstance(signal.value, float):
            self._batteries.see_charge(signal.home, sensor, signal.value, at)

    def _see_check_in(self, row: int, home: str, at: int) -> None:
        if not self._check_ins.check_in(row, at):
            return
        settled = [key for key, miss in self._missed.items() if miss.home == home and at > miss.opens]
        for key in settled:
            del self._missed[key]

    def see_availability(self, home: str, device: str, *, online: bool, at: datetime) -> None:
        """Take in that a device, or a gateway or bridge of the home, came or went."""
        with self._lock:
            row = self._homes.index.get(home)
            if row is None:
                return
            sensor = self._homes.sensor(self._homes.dwellings[row], device)
            self._homes.trust_will(sensor)
            if online:
                self._hearing.say_online(row, sensor, millis(at))
            else:
                self._hearing.say_offline(row, sensor, millis(at))

    def go_deaf(self, at: datetime) -> None:
        """Take in that linli hears nothing from a moment on: its connection is lost, or it did not run."""
        with self._lock:
            self._hearing.go_deaf(millis(at))

    def hear_again(self, at: datetime) -> None:
        """Take in that linli hears again. The time between counts as silence of nobody."""
        with self._lock:
            self._hearing.hear_again(millis(at))

    # what is found

    def tick(self, now: datetime) -> list[Finding]:
        """Return what is found now and was not told yet; asked again, it is found again until `told`."""
        with self._lock:
            moment = millis(now)
            self._ticked_at = moment
            self._silence.refresh(moment)
            return [*self._inactive(moment), *self._missing(moment), *self._lost(moment), *self._low(moment)]

    def told(self, key: str) -> None:
        """Take in that an alert stands for a finding: it is not found again in this episode."""
        with self._lock:
            self._missed.pop(key, None)
            offer = self._offered.pop(key, None)
            row = None if offer is None else self._homes.index.get(offer.home)
            if offer is not None and row is not None:
                self._tick_off(row, offer)

    def _tick_off(self, row: int, offer: _Offer) -> None:
        if offer.kind is AlertKind.INACTIVITY:
            self._silence.tell(row, offer.mark)
        elif offer.kind is AlertKind.UNMONITORED:
            self._hearing.tell_lost(row, offer.mark)
        elif offer.device in self._homes.dwellings[row].sensors:
            self._homes.dwellings[row].sensors[offer.device].told_week = offer.week

    def _offer(self, finding: Finding, offer: _Offer) -> Finding:
        self._offered[finding.key] = offer
        return finding

    def _inactive(self, now: int) -> list[Finding]:
        rows = self._silence.crossed(now, self._hearing.deaf_since).tolist()
        return [self._report_still(row, now) for row in rows]

    def _report_still(self, row: int, now: int) -> Finding:
        homes, dwelling = self._homes, self._homes.dwellings[row]
        last_sign, base, asks_at = int(homes.last_sign[row]), int(homes.base[row]), int(homes.asks_at[row])
        seen = from_millis(min(now, self._hearing.blind_since(row)))
        back_by = self._silence.was_expected(row, now)
        begins = from_millis(max(last_sign, int(homes.first_watched[row]))) if back_by is None else back_by
        still = Still(
            last_sign=from_millis(last_sign),
            room=dwelling.room,
            limit=self._silence.limit(row, asks_at),
            quiet=seen - from_millis(base),
            unseen=from_millis(base) - begins,
            back_by=back_by,
            is_out=bool(homes.is_out[row]),
            sensors_work=self._hearing.blind_since(row) > now,
        )
        finding = reports.inactivity(dwelling.home, still)
        return self._offer(finding, _Offer(AlertKind.INACTIVITY, dwelling.home.home, mark=last_sign))

    def _missing(self, now: int) -> list[Finding]:
        for miss in self._check_ins.judge(now, self._hearing.heard_until(now), self._silence.is_away):
            finding = self._report_missed(miss)
            self._missed[finding.key] = _Pending(finding.home, miss.slot.opens, finding)
        return [miss.finding for miss in self._missed.values()]

    def _report_missed(self, miss: Missed) -> Finding:
        last_sign = int(self._homes.last_sign[miss.row])
        dwelling = self._homes.dwellings[miss.row]
        return reports.missed_check_in(
            dwelling.home,
            miss.slot,
            self._rules.check_in_grace,
            last_sign=None if last_sign == NONE else from_millis(last_sign),
            room=dwelling.room,
            is_seen=self._hearing.blind_since(miss.row) > miss.slot.deadline,
        )

    def _lost(self, now: int) -> list[Finding]:
        return [self._report_lost(row, now) for row in self._hearing.lost(now).tolist()]

    def _report_lost(self, row: int, now: int) -> Finding:
        dwelling, last_heard = self._homes.dwellings[row], int(self._homes.last_heard[row])
        finding = reports.unmonitored(
            dwelling.home,
            last_heard,
            from_millis(int(self._homes.seen_until[row])),
            from_millis(now),
            is_offline=self._hearing.is_offline(row),
            devices=len(dwelling.watchers()),
        )
        return self._offer(finding, _Offer(AlertKind.UNMONITORED, dwelling.home.home, mark=last_heard))

    def _low(self, now: int) -> list[Finding]:
        return [
            self._offer(
                reports.low_battery(dwelling.home, sensor, week),
                _Offer(AlertKind.LOW_BATTERY, dwelling.home.home, device=sensor.device, week=week),
            )
            for dwelling, sensor, week in self._batteries.untold(now)
        ]

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which `tick` could find something new; may be early, never late."""
        with self._lock:
            moment = millis(now)
            self._silence.refresh(moment)
            due = min(
                moment if self._missed else NEVER,
                self._silence.next_crossing(self._hearing.deaf_since),
                max(self._check_ins.next_deadline(), self._hearing.caught_up_at()),
                self._hearing.next_loss(),
                self._batteries.next_untold(moment),
            )
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

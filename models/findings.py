"""Findings: what only time could tell, found anew with each tick until an alert stands for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from linli.alert import AlertKind
from linli.clock import from_millis
from linli.finding import Finding
from linli.signals import EXIT_ROOM
from models import reports
from models.batteries import Batteries
from models.check_in_plan import Slot
from models.check_ins import CheckIns, Missed
from models.detector import Detector
from models.hearing import Hearing
from models.homes import Homes
from models.reports import Own, Still
from models.sensor import NEVER, NONE, in_millis
from models.silence import Silence


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
    """A missed check-in that nobody was told of yet; a check-in after `opens` settles it.

    `not_before`: when its time begins anew, as the home could not be heard; NEVER while it cannot.
    """

    home: str
    opens: int
    slot: Slot
    finding: Finding
    not_before: int = NONE


class Findings:
    """Puts together what the pieces find, and remembers what each finding was about until it is told."""

    def __init__(
        self,
        homes: Homes,
        hearing: Hearing,
        silence: Silence,
        check_ins: CheckIns,
        batteries: Batteries,
        detectors: Sequence[Detector] = (),
    ) -> None:
        self._homes = homes
        self._hearing = hearing
        self._silence = silence
        self._check_ins = check_ins
        self._batteries = batteries
        self._detectors = detectors
        self._offered: dict[str, _Offer] = {}
        self._missed: dict[str, _Pending] = {}
        self._held: frozenset[str] = frozenset()
        self._nightly: dict[str, dict[str, Finding | None]] = {}
        """By home and key, what the last night found; None once an alert stands for it."""

    def untold(self, now: int) -> list[Finding]:
        """Return what is found now and was not told yet."""
        nightly = (one for those in self._nightly.values() for one in those.values() if one is not None)
        others = (finding for detector in self._detectors for finding in detector.untold(now))
        return [*self._inactive(now), *self._missing(now), *self._lost(now), *self._low(now), *others, *nightly]

    def take_nightly(self, home: str, found: Iterable[Finding]) -> None:
        """Take over what a night found in a home; what was told of the night before is not found again."""
        before = self._nightly.get(home, {})
        self._nightly[home] = {one.key: before.get(one.key, one) for one in found}
        if not self._nightly[home]:
            del self._nightly[home]

    def told(self, key: str) -> None:
        """Note that an alert stands for a finding."""
        self._missed.pop(key, None)
        for those in self._nightly.values():
            if key in those:
                those[key] = None
        for detector in self._detectors:
            detector.told(key)
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

    def settle(self, home: str, at: int) -> None:
        """Drop the missed check-ins that a late one makes good."""
        settled = [key for key, miss in self._missed.items() if miss.home == home and at > miss.opens]
        for key in settled:
            del self._missed[key]

    def take_homes(self) -> None:
        """Drop what was found of homes that are no longer there."""
        self._nightly = {home: those for home, those in self._nightly.items() if home in self._homes.index}
        self._missed = {key: miss for key, miss in self._missed.items() if miss.home in self._homes.index}

    def next_due(self, now: int) -> int:
        """Return the earliest moment at which something new could be found; NEVER if nothing can."""
        has_nightly = any(one is not None for those in self._nightly.values() for one in those.values())
        return min(
            now if has_nightly else NEVER,
            self._next_missing(now),
            self._silence.next_crossing(),
            self._check_ins.next_deadline(),
            self._hearing.next_loss(),
            self._batteries.next_untold(now),
            *(detector.next_due(now) for detector in self._detectors),
        )

    def _offer(self, finding: Finding, offer: _Offer) -> Finding:
        self._offered[finding.key] = offer
        return finding

    def _inactive(self, now: int) -> list[Finding]:
        return [self._report_still(row, now) for row in self._silence.crossed(now).tolist()]

    def _report_still(self, row: int, now: int) -> Finding:
        homes, dwelling = self._homes, self._homes.dwellings[row]
        last_sign, base, asks_at = int(homes.last_sign[row]), int(homes.base[row]), int(homes.asks_at[row])
        seen = from_millis(min(now, self._hearing.blind_since(row)))
        back_by = self._silence.was_expected(row, now)
        working, sensors = dwelling.count_sensors(now)
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
            working=working,
            sensors=sensors,
            door=dwelling.front_door(now),
            is_shared=dwelling.is_shared,
        )
        if dwelling.personal.holds:
            still = self._with_her_own(still, row)
        return self._offer(
            reports.inactivity(dwelling.home, still, from_millis(now)),
            _Offer(AlertKind.INACTIVITY, dwelling.home.home, mark=last_sign),
        )

    def _with_her_own(self, still: Still, row: int) -> Still:
        """Add what is known of her own line. Where the ceiling made it, the silence counts from where that does."""
        dwelling, personal = self._homes.dwellings[row], self._homes.dwellings[row].personal
        has_exit = self._homes.last_exit[row] > NONE or any(s.room == EXIT_ROOM for s in dwelling.sensors.values())
        own = Own(
            presence=personal.trace.presence,
            usual=timedelta(milliseconds=personal.expected),
            is_hers=personal.is_hers,
            sure_at=from_millis(personal.sure_at),
            by_ceiling=personal.by_ceiling,
            has_exit=bool(has_exit),
            ceiling_from=from_millis(personal.ceiling_from),
            ceiling=timedelta(milliseconds=personal.ceiling),
            was_over=personal.limit == 0,
        )
        if not own.counts_from_sure:
            return replace(still, own=own)
        more = max(timedelta(0), still.last_sign - own.ceiling_from)
        return replace(still, own=own, limit=own.ceiling, quiet=still.quiet + more)

    def _missing(self, now: int) -> list[Finding]:
        for miss in self._check_ins.judge(now):
            finding = self._report_missed(miss)
            not_before = NEVER if finding.home in self._held else NONE
            self._missed[finding.key] = _Pending(finding.home, miss.slot.opens, miss.slot, finding, not_before)
        return [miss.finding for miss in self._missed.values() if miss.not_before <= now]

    def _next_missing(self, now: int) -> int:
        return max(now, min((miss.not_before for miss in self._missed.values()), default=NEVER))

    def hold(self, homes: frozenset[str], now: int) -> None:
        """Hold back the missed check-ins of homes that cannot be heard; who can be again has the grace once more."""
        if homes == self._held:
            return
        returned, self._held = self._held - homes, homes
        grace = in_millis(self._homes.rules.check_in_grace)
        for key, miss in self._missed.items():
            if miss.home in homes and miss.not_before == NONE:
                self._missed[key] = replace(miss, not_before=NEVER)
            elif miss.home in returned:
                self._missed[key] = self._afresh(miss, now + grace)

    def _afresh(self, miss: _Pending, not_before: int) -> _Pending:
        row = self._homes.index.get(miss.home)
        finding = miss.finding if row is None else self._report_missed(Missed(row, miss.slot))
        return replace(miss, finding=finding, not_before=not_before)

    def _report_missed(self, miss: Missed) -> Finding:
        last_sign = int(self._homes.last_sign[miss.row])
        dwelling = self._homes.dwellings[miss.row]
        return reports.missed_check_in(
            dwelling.home,
            miss.slot,
            self._homes.rules.check_in_grace,
            last_sign=None if last_sign == NONE else from_millis(last_sign),
            room=dwelling.room,
            is_seen=self._hearing.blind_since(miss.row) > miss.slot.deadline,
        )

    def _lost(self, now: int) -> list[Finding]:
        return [self.report_lost(row, now) for row in self._hearing.lost(now).tolist()]

    def report_lost(self, row: int, now: int) -> Finding:
        """Put the loss of one home into words."""
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

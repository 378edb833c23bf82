"""What `Watch` should find, worked out the slow way: one home, one step of the clock after the other, no numpy.

It looks at nothing but the list of what happened, and shares no code with `models`.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY_LINE, NIGHT_LINE, OUT_LINE, SUPERVISION = 8 * HOUR, 12 * HOUR, 24 * HOUR, 25 * HOUR
GRACE = timedelta(minutes=30)


class What(Enum):
    """What can happen in the homes of the properties."""

    INSIDE = auto()
    EXIT = auto()
    TIMER = auto()
    CHECK_IN = auto()
    OFFLINE = auto()
    ONLINE = auto()


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    what: What


@dataclass(slots=True)
class SlowWatch:
    """One home with one motion sensor, one door and a button, behind one bridge."""

    zone: ZoneInfo
    check_in_by: tuple[time, ...]
    step: timedelta
    last_sign: datetime | None = None
    first_heard: datetime | None = None
    is_out: bool = False
    still_for: timedelta = timedelta()
    heard: dict[str, datetime] = field(default_factory=dict)
    offline_since: datetime | None = None
    check_ins: list[datetime] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def run(self, events: list[Event], begin: datetime, end: datetime) -> list[tuple[datetime, str]]:
        """Return what is found from one moment to another, each with when."""
        found = []
        now, was_seen = begin, False
        while now <= end:
            was_seen = self._is_seen(now - self.step) and self._is_seen_up_to(now)
            if was_seen:
                self.still_for += self.step
            for event in (event for event in events if event.at == now):
                self._take(event)
            found += [(now, key) for key in self._find(now) if key not in self.told]
            self.told |= {key for _, key in found}
            now += self.step
        return found

    def _take(self, event: Event) -> None:
        if event.what is What.OFFLINE:
            self.offline_since = self.offline_since or event.at
            return
        self.first_heard = self.first_heard or event.at
        if event.what is What.ONLINE:
            self.offline_since = None
            return
        device = {What.EXIT: "door", What.CHECK_IN: "button"}.get(event.what, "pir")
        if device != "button" and not set(self.heard) - {"button"}:
            self.still_for = timedelta()
        self.heard[device] = event.at
        if event.what is not What.TIMER:
            self.last_sign, self.still_for = event.at, timedelta()
        if event.what is What.CHECK_IN:
            self.check_ins.append(event.at)
        if event.what in {What.INSIDE, What.EXIT}:
            self.is_out = event.what is What.EXIT

    def _watchers(self) -> list[datetime]:
        movement = [at for device, at in self.heard.items() if device != "button"]
        return movement or list(self.heard.values())

    def _is_seen(self, now: datetime) -> bool:
        return any(
            now - heard < SUPERVISION and (self.offline_since is None or heard > self.offline_since)
            for heard in self._watchers()
        )

    def _is_seen_up_to(self, now: datetime) -> bool:
        return any(now - heard <= SUPERVISION for heard in self._watchers())

    def _line(self, now: datetime) -> timedelta:
        if self.is_out:
            return OUT_LINE
        return DAY_LINE if 7 <= now.astimezone(self.zone).hour < 22 else NIGHT_LINE

    def _find(self, now: datetime) -> list[str]:
        found = self._find_missed(now)
        watchers = self._watchers()
        if not watchers:
            return found
        sees_movement = bool(set(self.heard) - {"button"})
        if sees_movement and self.last_sign and self._was_seen(now) and self.still_for >= self._line(now):
            found.append(f"inactivity:{self.last_sign.isoformat()}")
        return found

    def _was_seen(self, now: datetime) -> bool:
        return any(
            now - heard <= SUPERVISION
            and (self.offline_since is None or self.offline_since == now or heard > self.offline_since)
            for heard in self._watchers()
        )

    def _find_missed(self, now: datetime) -> list[str]:
        found = []
        today = now.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            for clock in self.check_in_by:
                slot = _absolute(day, clock, self.zone)
                if slot + GRACE == now and self.first_heard is not None and self.first_heard <= slot:
                    opens = max(self._deadline_before(slot, day), slot - 12 * HOUR)
                    if not any(opens < at <= now for at in self.check_ins):
                        found.append(f"missed:{day}T{clock:%H:%M}")
        return found

    def _deadline_before(self, slot: datetime, day: date) -> datetime:
        slots = [
            _absolute(other, clock, self.zone) for other in (day - timedelta(days=1), day) for clock in self.check_in_by
        ]
        return max(other for other in slots if other < slot) + GRACE


def _absolute(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)

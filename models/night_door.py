"""The door at night: somebody went out in the sleeping hours and nobody has moved inside since, or it stands open.

A caller at the door, or a look at the lock, is settled by any movement inside. Who often goes out at this hour is
not asked after (`models.habits.nights`). Coming home late is no going out: `models.habits.presence` tells the two apart.
"""

from datetime import datetime, time, timedelta

from linli.alert import AlertKind, Severity
from linli.clock import from_millis
from linli.finding import Finding
from linli.people import Home
from linli.signals import EXIT_ROOM, Kind, Value
from linli.words import Sentence
from models import sentences
from models.absences import Absences
from models.deafness import Deafness
from models.detector import Deadlines, after_seen
from models.door import Leaf
from models.habits.nights import ENOUGH
from models.habits.presence import Presence
from models.homes import Dwelling, Homes
from models.sensor import NEVER, NONE, in_millis

_SECOND = 1000
OFTEN = 2
"""On so many of her last 28 nights the exit was used about this hour: then it is a habit of hers."""


class NightDoor:
    """Keeps the exits of all homes, and finds who went out at night and is not back."""

    def __init__(self, homes: Homes, absences: Absences, deafness: Deafness) -> None:
        self._homes = homes
        self._absences = absences
        self._deafness = deafness
        self._deadlines = Deadlines()
        self._offered: dict[str, tuple[str, int]] = {}
        self._after = in_millis(homes.rules.night_door_after)

    def see(self, row: int, at: int, device: str, kind: Kind, value: Value) -> None:
        """Take in a sign of life at the exit, in any order, any number of times."""
        dwelling, at = self._homes.dwellings[row], at - at % _SECOND
        door = dwelling.door
        if kind is Kind.CONTACT:
            leaf = door.leaves.setdefault(device, Leaf())
            door.used = max(door.used, at)
            if value == "open":
                leaf.open(at)
            else:
                leaf.close(at)
        elif kind in {Kind.MOTION, Kind.PRESENCE}:
            door.passed = max(door.passed, at)
        if self._after:
            self._deadlines.put(dwelling.home.home, at + self._after)

    def take_model(self, row: int) -> None:
        """Take in that her nights are known better from now on."""
        dwelling = self._homes.dwellings[row]
        since = max(dwelling.door.used, dwelling.door.passed)
        if self._after and since > NONE:
            self._deadlines.put(dwelling.home.home, since + self._after)

    def take_homes(self) -> None:
        """Forget homes that are no longer there."""
        self._deadlines.keep(set(self._homes.index))

    def untold(self, now: int) -> list[Finding]:
        """Return who is out at night, and which doors stand open."""
        found = []
        for home in self._deadlines.due(now):
            row = self._homes.index[home]
            since, due = self._ahead(row)
            if due == NEVER:
                self._deadlines.drop(home)
            elif due > now:
                self._deadlines.drop(home)
                self._deadlines.put(home, due)
            elif self._can_be_judged(row, since, now):
                found.append(self._report(row, since, now))
        return found

    def _ahead(self, row: int) -> tuple[int, int]:
        """Return since when somebody is out or the door open, and when that is to be told: NEVER if neither is so."""
        dwelling = self._homes.dwellings[row]
        door = dwelling.door
        since = [door.left] if self._is_out(row) else []
        if door.open_since() < NEVER:
            since.append(door.open_since())
        strange = [moment for moment in since if moment > door.told and self._is_strange(dwelling, moment)]
        if not strange:
            return NEVER, NEVER
        return min(strange), after_seen(dwelling.blind, min(strange), self._after)

    def _is_out(self, row: int) -> bool:
        """Tell whether she was in, and nobody has moved inside since the exit was used."""
        dwelling = self._homes.dwellings[row]
        inside = self._homes.last_inside.item(row)
        return dwelling.personal.trace.presence is Presence.OUT and inside - inside % _SECOND < dwelling.door.left

    def _is_strange(self, dwelling: Dwelling, at: int) -> bool:
        customs = dwelling.personal.customs
        if not dwelling.door.leaves and customs.nights < ENOUGH:
            return False  # people pass a sensor in the hall on the way to bed: only her own nights can tell
        local = _local(dwelling, at)
        half_hour = local.hour * 2 + local.minute // 30
        return self._is_night(dwelling, at) and customs.nights_out[half_hour] < OFTEN

    def _is_night(self, dwelling: Dwelling, at: int) -> bool:
        rules, local = self._homes.rules, _local(dwelling, at)
        begin, end = dwelling.personal.customs.sleeps or (_minute(rules.night_from), _minute(rules.night_until))
        minute = _minute(local.time())
        return begin <= minute < end if begin < end else minute >= begin or minute < end

    def _can_be_judged(self, row: int, since: int, now: int) -> bool:
        """Tell whether a sensor inside would have told that somebody is there, and no absence was declared meanwhile."""
        dwelling = self._homes.dwellings[row]
        return (
            min(self._homes.seen_until.item(row), self._deafness.since) > now
            and not self._absences.is_away(row, since, now)
            and any(room != EXIT_ROOM for room in dwelling.rooms_seen(now))
        )

    def _report(self, row: int, since: int, now: int) -> Finding:
        dwelling = self._homes.dwellings[row]
        inside = self._homes.last_inside.item(row)
        finding = report(dwelling.home, since, now, is_open=dwelling.door.open_since() < NEVER, last_inside=inside)
        self._offered[finding.key] = (dwelling.home.home, max(since, dwelling.door.left))
        return finding

    def told(self, key: str) -> None:
        """Note that it was told."""
        offer = self._offered.pop(key, None)
        row = None if offer is None else self._homes.index.get(offer[0])
        if offer is not None and row is not None:
            self._homes.dwellings[row].door.told = offer[1]
            self._deadlines.drop(offer[0])

    def next_due(self, now: int) -> int:
        """Return when the next door is to be looked at."""
        rows = [self._homes.index[home] for home in self._deadlines.due(now)]
        ahead = ((row, *self._ahead(row)) for row in rows)
        if any(due <= now and self._can_be_judged(row, since, now) for row, since, due in ahead):
            return now
        return self._deadlines.next()


def _local(dwelling: Dwelling, at: int) -> datetime:
    return from_millis(at).astimezone(dwelling.home.zone)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def report(home: Home, since: int, now: int, *, is_open: bool, last_inside: int) -> Finding:
    """Report a door. `last_inside`: the latest movement inside, before or after; NONE if there never was any."""
    begins, lasts = from_millis(since), from_millis(now) - from_millis(since)
    is_still = last_inside - last_inside % _SECOND < since
    evidence: dict[str, str | float] = {
        "since": begins.isoformat(),
        "minutes": round(lasts / timedelta(minutes=1), 1),
        "door": "open" if is_open else "closed",
    }
    if last_inside > NONE:
        evidence["last_inside"] = from_millis(last_inside).isoformat()
    if not is_open:
        template = sentences.OUT_AT_NIGHT
    else:
        template = sentences.DOOR_STANDS_OPEN_AND_STILL if is_still else sentences.DOOR_STANDS_OPEN
    return Finding(
        key=f"night_door:{home.home}:{since}",
        home=home.home,
        site=home.site,
        kind=AlertKind.NIGHT_DOOR,
        severity=Severity.URGENT,
        at=begins,
        why=Sentence(template, {"since": begins, "length": lasts}),
        evidence=evidence,
    )

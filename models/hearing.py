"""Hearing: until when each home can be relied on to be seen, and since when it is blind. Blind is not inactive."""

import numpy as np

from models.deafness import Deafness
from models.homes import Flags, Homes, Moments
from models.incidents import GATHER
from models.sensor import NEVER, NONE, Sensor, Sight, in_millis

_SECOND = 1000
_GATHERS = in_millis(GATHER)


class Hearing:
    """Keeps `seen_until`, `lost_at`, `last_heard` and the blind spans of all homes."""

    def __init__(self, homes: Homes, deafness: Deafness) -> None:
        self._homes = homes
        self._deafness = deafness
        self._settles = in_millis(homes.rules.offline_settles)

    def hear(self, row: int, sensor: Sensor, at: int) -> None:
        """Take in that a device was heard; arrivals count, since an old reading too needs a living device."""
        dwelling = self._homes.dwellings[row]
        self._begin(row, sensor, at)
        if at <= sensor.heard:
            return
        is_new = sensor.heard == NONE or sensor.sight > dwelling.sight
        sensor.heard = at
        if is_new:
            self.reckon(row, at)
            return
        if sensor.sight < dwelling.sight or sensor.sight is Sight.NOTHING:
            return
        if at <= sensor.down or at <= dwelling.bridge_down:
            self.reckon(row, at)
        else:
            self._extend(row, at, at + sensor.supervision)

    def _begin(self, row: int, sensor: Sensor, at: int) -> None:
        homes = self._homes
        if at < homes.first_heard.item(row):
            homes.first_heard[row] = at
        if sensor.sight is Sight.MOVEMENT and at < homes.first_watched.item(row):
            homes.first_watched[row] = _whole_second(at)
            homes.is_dirty[row] = True

    def meet(self, row: int, at: int) -> None:
        """Take in that a device turned out to be more than was known of it."""
        self._weigh_bridges(row)
        self.reckon(row, at)

    def _extend(self, row: int, at: int, until: int) -> None:
        """Do what `reckon` would, for the one device that was heard: this runs for every signal."""
        homes = self._homes
        before = homes.seen_until.item(row)
        if before < at:
            self._see_again(row, before, at)
        if at > homes.last_heard.item(row):
            homes.last_heard[row] = at
        if until > before:
            homes.seen_until[row] = homes.lost_at[row] = until
            homes.spare[row] = _GATHERS
            self._homes.dwellings[row].is_cut = False

    def say_online(self, row: int, sensor: Sensor, at: int) -> None:
        """Take in that a device or bridge announced itself."""
        self._begin(row, sensor, at)
        sensor.heard = max(sensor.heard, at)
        self._weigh_bridges(row)
        was_blind = self._homes.seen_until.item(row) <= at
        self.reckon(row, at)
        if was_blind and self._homes.seen_until.item(row) > at:
            # a new episode, although none of the devices behind the bridge has spoken yet
            self._homes.dwellings[row].seen_again = at
            self.reckon(row, at)

    def say_offline(self, row: int, sensor: Sensor, at: int) -> None:
        """Take in that a device or bridge was announced lost."""
        sensor.go_down(at)
        self._weigh_bridges(row)
        self.reckon(row, at)

    def _weigh_bridges(self, row: int) -> None:
        dwelling = self._homes.dwellings[row]
        down = [sensor.down_since() for sensor in dwelling.sensors.values() if sensor.is_bridge and sensor.is_down()]
        dwelling.bridge_down = max(down, default=NONE)

    def reckon(self, row: int, at: int) -> None:
        """Work out from all devices of a home until when it is seen, and what that changes at a moment."""
        homes, dwelling = self._homes, self._homes.dwellings[row]
        dwelling.sight = max((s.sight for s in dwelling.sensors.values() if s.heard != NONE), default=Sight.NOTHING)
        homes.sight[row], homes.is_dirty[row] = dwelling.sight, True
        watchers = dwelling.watchers()
        if not watchers:
            homes.seen_until[row], homes.lost_at[row] = NONE, NEVER
            return
        until = homes.seen_until[row] = self._reckon_sight(row, watchers, at)
        homes.last_heard[row] = max([dwelling.seen_again, *(sensor.heard for sensor in watchers)])
        is_told = homes.told_heard[row] == homes.last_heard[row]
        # an offline home may come back in a moment; nothing is gained by waiting for a silent one
        is_offline = dwelling.is_cut = self.is_offline(row)
        homes.lost_at[row] = NEVER if is_told else until + (self._settles if is_offline else 0)
        homes.spare[row] = self._settles if is_offline else _GATHERS

    def _reckon_sight(self, row: int, watchers: list[Sensor], at: int) -> int:
        """Return until when a home is seen, having noted the blind time if it is seen again at a moment."""
        before = int(self._homes.seen_until[row])
        until = max(sensor.seen_until(self._homes.dwellings[row].bridge_down) for sensor in watchers)
        if until > at:
            self._see_again(row, before, at)
        elif NONE < before < at:
            # back online, but its devices should have been heard long ago: as blind as before
            return min(until, before)
        return until

    def _see_again(self, row: int, blind_since: int, at: int) -> None:
        if NONE < blind_since < at:
            dwelling = self._homes.dwellings[row]
            dwelling.blind.append((blind_since, max(blind_since, _whole_second(at))))
            self._homes.is_dirty[row] = True
            if dwelling.is_cut:
                self._homes.unseen.append((dwelling.home.home, *dwelling.blind[-1]))

    def is_offline(self, row: int) -> bool:
        """Tell whether a home is or will be blind because it was said to be offline, not by mere silence."""
        dwelling, until = self._homes.dwellings[row], self._homes.seen_until[row]
        return all(sensor.heard + sensor.supervision != until for sensor in dwelling.watchers())

    def lost(self, now: int) -> Moments:
        """Return the homes whose loss is to be told."""
        return np.flatnonzero(self._homes.lost_at <= min(now, self._deafness.since))

    def is_ripe(self, now: int) -> bool:
        """Tell whether any loss that is not told yet has been gathered for long enough."""
        homes = self._homes
        return bool(np.any(homes.lost_at <= min(now, self._deafness.since) + homes.spare - _GATHERS))

    def falling(self, now: int) -> list[int]:
        """Return the homes, not told yet, that fell silent: before each is told alone, what they share is looked for."""
        homes = self._homes
        rows: list[int] = np.flatnonzero(homes.lost_at <= min(now, self._deafness.since) + homes.spare).tolist()
        return rows

    def fell(self, row: int) -> int:
        """Return when a home fell silent: when it was said to be offline, or a little before mere silence is told."""
        homes = self._homes
        if homes.lost_at.item(row) < NEVER:
            return homes.lost_at.item(row) - homes.spare.item(row)
        return homes.seen_until.item(row) - (0 if self.is_offline(row) else _GATHERS)

    def next_ripe(self, now: int) -> int:
        """Return when the next loss will have been gathered for long enough."""
        homes = self._homes
        ripe = np.where(homes.lost_at < NEVER, homes.lost_at - homes.spare + _GATHERS, NEVER)
        found = int(ripe[ripe > now].min(initial=NEVER))
        return found if found <= self._deafness.since else NEVER

    def is_heard(self, rows: Moments, now: int) -> Flags:
        """Tell of homes whether they are heard, and not just about to fall silent."""
        heard: Flags = self._homes.seen_until[rows] > now + _GATHERS
        return heard

    def next_loss(self) -> int:
        """Return when the next loss is to be told."""
        lost_at = int(self._homes.lost_at.min(initial=NEVER))
        return lost_at if lost_at <= self._deafness.since else NEVER

    def tell_lost(self, row: int, last_heard: int) -> None:
        """Note that staff know of a loss."""
        self._homes.told_heard[row] = last_heard
        if self._homes.last_heard[row] == last_heard:
            self._homes.lost_at[row] = NEVER

    def blind_since(self, row: int) -> int:
        """Return from when on the home cannot be seen, as far as is known now."""
        return min(int(self._homes.seen_until[row]), self._deafness.since)


def _whole_second(at: int) -> int:
    """Return a moment's second: the order of events within one must not matter."""
    return at // _SECOND * _SECOND

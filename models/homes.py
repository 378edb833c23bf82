"""The homes: what is known of each, as columns over one index (milliseconds), and what does not fit a column."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from linli.people import Device, Home, Role, Roster
from models.body import Body
from models.door import Door
from models.flow import Flow
from models.personal import Personal
from models.rules import Rules
from models.sensor import NEVER, NONE, Sensor, Sight, in_millis
from models.stay import Stay

MANY = 200
"""So many devices that are in no list are known apart in one home. What speaks under more names than these is one device:
every new name would make the home dearer to watch, for all others too."""
_OTHERS = "others"

Moments = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]

_COLUMNS = {
    "last_sign": NONE,
    "last_inside": NONE,
    "last_exit": NONE,
    "last_check_in": NONE,
    "last_own": NONE,
    "first_heard": NEVER,
    "first_watched": NEVER,
    "last_heard": NONE,
    "seen_until": NONE,
    "lost_at": NEVER,
    "spare": 0,
    "away_since": NEVER,
    "away_until": NONE,
    "back_by": NONE,
    "base": NONE,
    "asks_at": NEVER,
    "quiet_at": NEVER,
    "due": NEVER,
    "told_sign": NEVER,
    "told_heard": NEVER,
    "judged": NONE,
    "zone": 0,
    "sight": 0,
    "is_out": False,
    "is_dirty": True,
}


@dataclass(slots=True)
class Dwelling:
    """One home's own things. `blind`: spans in which nobody could see it, oldest first.

    `is_cut`: if it falls blind where `seen_until` says, it is since it was said to be offline.
    `is_shared`: not only she moves here, so movement does not say that she is well.
    """

    home: Home
    listed: tuple[Device, ...] = ()
    sensors: dict[str, Sensor] = field(default_factory=dict)
    sight: Sight = Sight.NOTHING
    bridge_down: int = NONE
    seen_again: int = NONE
    is_cut: bool = False
    is_shared: bool = False
    room: str = ""
    check_ins: list[int] = field(default_factory=list)
    blind: list[Span] = field(default_factory=list)
    personal: Personal = field(default_factory=Personal)
    stay: Stay = field(default_factory=Stay)
    door: Door = field(default_factory=Door)
    body: Body = field(default_factory=Body)
    flow: Flow = field(default_factory=Flow)

    def has_watchers(self) -> bool:
        """Tell whether any device heard so far can see signs of life."""
        return self.sight is not Sight.NOTHING

    def front_door(self, now: int) -> str:
        """Return what the contacts at the exit that work say: `open` if one does, `closed`, or nothing."""
        working = (s for s in self.sensors.values() if s.seen_until(self.bridge_down) > now)
        return max((sensor.contact for sensor in working), default="")

    def count_sensors(self, now: int) -> tuple[int, int]:
        """Return how many sensors that would tell of movement work, and how many there are, those never heard included."""
        watching = [s for s in self.sensors.values() if s.sight is Sight.MOVEMENT]
        return sum(s.seen_until(self.bridge_down) > now for s in watching), len(watching)

    def rooms_seen(self, now: int) -> Iterator[str]:
        """Yield the rooms in which a sensor that works would tell of movement."""
        for sensor in self.sensors.values():
            if sensor.sight is Sight.MOVEMENT and sensor.seen_until(self.bridge_down) > now:
                yield sensor.where or sensor.room

    def watchers(self) -> list[Sensor]:
        """Return the heard devices on which judgement rests: those with the best sight that this home has."""
        return [s for s in self.sensors.values() if s.heard != NONE and s.sight is self.sight and self.has_watchers()]


class Homes:
    """All homes of the roster. A new roster re-gathers the columns; what is known of a home that stays is kept.

    `base`: where the silence that counts began; `quiet_at`: where it is longer than usual; `asks_at`: where it crosses
    its line; `due`: the same until told.
    `seen_until`: where the home falls blind if nothing more is heard; `lost_at`: when that is to be told;
    `spare`: how long before it what homes have in common is looked for.
    `first_watched`: since when a device is there that sees movement. `back_by`: when an absence that is over was to
    end. `last_own`: the latest sign that nobody gives but she. `is_out`: left by the exit, and nothing inside since. `unseen`: spans that are over and that nobody has written
    down yet, in which a home was offline, or linli heard none of them (without a home).
    """

    last_sign: Moments
    last_inside: Moments
    last_exit: Moments
    last_check_in: Moments
    last_own: Moments
    first_heard: Moments
    first_watched: Moments
    last_heard: Moments
    seen_until: Moments
    lost_at: Moments
    spare: Moments
    away_since: Moments
    away_until: Moments
    back_by: Moments
    base: Moments
    asks_at: Moments
    quiet_at: Moments
    due: Moments
    told_sign: Moments
    told_heard: Moments
    judged: Moments
    zone: Moments
    sight: Moments
    is_out: Flags
    is_dirty: Flags

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.index: dict[str, int] = {}
        self.dwellings: list[Dwelling] = []
        self.zones: list[str] = []
        self.unseen: list[tuple[str, int, int]] = []
        for name, empty in _COLUMNS.items():
            setattr(self, name, np.full(0, empty))

    def take(self, roster: Roster) -> list[int]:
        """Take over who and what is listed now; return the homes whose devices changed."""
        known, dwellings = self.index, self.dwellings
        self.index = {home: row for row, home in enumerate(roster.homes)}
        stays = [home for home in roster.homes if home in known]
        self._gather([known[home] for home in stays], [self.index[home] for home in stays])
        self.dwellings = [
            dwellings[known[home.home]] if home.home in known else Dwelling(home) for home in roster.homes.values()
        ]
        self.zones = sorted({home.timezone for home in roster.homes.values()})
        number = {zone: at for at, zone in enumerate(self.zones)}
        self.zone[:] = [number[home.timezone] for home in roster.homes.values()]
        self.is_dirty[:] = True
        for row, home in enumerate(roster.homes.values()):
            self._take_home(row, home)
            residents = sum(person.role is Role.RESIDENT for person in roster.around(home))
            self.dwellings[row].is_shared = residents > 1 or home.home in self.rules.shared
        return self._take_devices(roster)

    def _gather(self, rows_before: list[int], rows_now: list[int]) -> None:
        for name, empty in _COLUMNS.items():
            column = np.full(len(self.index), empty)
            column[rows_now] = getattr(self, name)[rows_before]
            setattr(self, name, column)

    def _take_home(self, row: int, home: Home) -> None:
        dwelling = self.dwellings[row]
        if (dwelling.home.check_in_by, dwelling.home.timezone) != (home.check_in_by, home.timezone):
            self.judged[row] = NONE
        dwelling.home = home

    def _take_devices(self, roster: Roster) -> list[int]:
        changed = []
        for row, dwelling in enumerate(self.dwellings):
            devices = roster.devices_by_home.get(dwelling.home.home, ())
            if devices != dwelling.listed:
                self._furnish(dwelling, devices)
                changed.append(row)
        return changed

    def _furnish(self, dwelling: Dwelling, devices: tuple[Device, ...]) -> None:
        dwelling.listed = devices
        listed = {device.device: device for device in devices}
        for name in [s.device for s in dwelling.sensors.values() if s.is_listed and s.device not in listed]:
            del dwelling.sensors[name]
        for device in listed.values():
            self._meet(dwelling, device.device).list_as(device, self.rules)

    def sensor(self, dwelling: Dwelling, device: str) -> Sensor:
        """Return a home's device, met for the first time if need be: recordings have no device list."""
        sensor = dwelling.sensors.get(device)
        if sensor is None:
            is_full = len(dwelling.sensors) >= len(dwelling.listed) + MANY
            sensor = self._meet(dwelling, _OTHERS if is_full else device)
        return sensor

    def _meet(self, dwelling: Dwelling, device: str) -> Sensor:
        return dwelling.sensors.setdefault(device, Sensor(device, in_millis(self.rules.supervision)))

    def trust_will(self, sensor: Sensor) -> None:
        """Note that a device announces its availability: its last will, not its silence, tells of a loss."""
        if not sensor.has_will:
            sensor.has_will = True
            sensor.supervision = in_millis(self.rules.supervision)

"""Batteries: which ones run low, told once a week until somebody has changed them."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.clock import from_millis, millis
from models.homes import Dwelling, Homes
from models.sensor import NEVER, Sensor


class Batteries:
    """Keeps the devices with a low battery; there are few of them."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._low: dict[tuple[str, str], Sensor] = {}
        self._weeks: dict[str, tuple[int, int, str]] = {}

    def see_charge(self, home: str, sensor: Sensor, percent: float, at: int) -> None:
        """Take in a battery's charge; the latest counts, of two at one moment the lower."""
        if at < sensor.battery_at or (at == sensor.battery_at and percent >= (sensor.battery or 0.0)):
            return
        sensor.battery, sensor.battery_at = percent, at
        if percent <= self._homes.rules.low_battery_percent:
            self._low[home, sensor.device] = sensor
        else:
            self._low.pop((home, sensor.device), None)

    def take_devices(self) -> None:
        """Forget the devices that are no longer there."""
        self._low = {key: sensor for key, sensor in self._low.items() if self._is_there(*key)}

    def _is_there(self, home: str, device: str) -> bool:
        row = self._homes.index.get(home)
        return row is not None and device in self._homes.dwellings[row].sensors

    def untold(self, now: int) -> list[tuple[Dwelling, Sensor, str]]:
        """Return the low batteries of which nobody was told this week, with the week: `2026-W48`, local."""
        found = []
        for (home, _), sensor in self._low.items():
            dwelling = self._homes.dwellings[self._homes.index[home]]
            week = self._week(dwelling.home.timezone, now)[2]
            if sensor.told_week != week:
                found.append((dwelling, sensor, week))
        return found

    def next_untold(self, now: int) -> int:
        """Return when a low battery is to be told, again or for the first time."""
        if not self._low:
            return NEVER
        if self.untold(now):
            return now
        zones = {self._homes.dwellings[self._homes.index[home]].home.timezone for home, _ in self._low}
        return min(self._week(zone, now)[1] for zone in zones)

    def _week(self, timezone: str, now: int) -> tuple[int, int, str]:
        """Return when the local week began, when it ends, and its name."""
        week = self._weeks.get(timezone)
        if week is None or not week[0] <= now < week[1]:
            week = self._weeks[timezone] = _week_around(ZoneInfo(timezone), from_millis(now))
        return week

    def are_charged(self, row: int) -> bool:
        """Tell whether no battery of a home is anywhere near low."""
        charged = self._homes.rules.battery_ok_percent
        return all(s.battery is None or s.battery >= charged for s in self._homes.dwellings[row].sensors.values())


def _week_around(zone: ZoneInfo, now: datetime) -> tuple[int, int, str]:
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    start, end = (datetime.combine(monday + timedelta(days=days), time(), zone) for days in (0, 7))
    return millis(start), millis(end), f"{today:%G-W%V}"

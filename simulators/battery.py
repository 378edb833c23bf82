"""A device's battery over the years: it runs down, and is changed in time or only after the device has fallen silent."""

from dataclasses import dataclass
from datetime import date

from simulators.chance import stream_of

_CHANGED_AT_PERCENT = 16


@dataclass(frozen=True, slots=True)
class Battery:
    """One battery's life, in days. `flat_days` is how long the device lies dead before somebody notices: 0 if changed in time."""

    life_days: int
    flat_days: int
    phase_days: int

    def percent(self, day: date) -> int | None:
        """Return what is left on a day, 1..100, or None while the device is dead."""
        age = (day.toordinal() + self.phase_days) % (self.life_days + self.flat_days)
        if age >= self.life_days:
            return None
        floor = 1 if self.flat_days else _CHANGED_AT_PERCENT
        return 100 - (100 - floor) * age // max(1, self.life_days - 1)


def battery_of(seed: int, home: str, device: str, flat_share: float) -> Battery:
    """Return a device's battery; of all devices, `flat_share` (0..1) are left until they die."""
    chance = stream_of(seed, home, device, "battery")
    left_alone = chance.random() < flat_share
    life = chance.randint(250, 700)
    flat = chance.randint(3, 14)
    return Battery(life, flat if left_alone else 0, chance.randrange(10_000))

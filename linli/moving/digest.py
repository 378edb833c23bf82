"""What two places are compared by: for each home how many signals, and a sum of their hashes that knows no order."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Self

import msgspec

from linli.clock import millis
from linli.signals import BloodPressure, Signal, Value

_BYTES = 16
_ALL = (1 << 8 * _BYTES) - 1


def hash_of(signal: Signal) -> int:
    """Return 128 bits of a hash over everything that a store keeps of a signal, moments to the millisecond.

    Minus nothing is nothing, as not every server keeps the sign of a zero.
    """
    told = (
        signal.home,
        signal.device,
        signal.kind.value,
        _told(signal.value),
        millis(signal.at),
        millis(signal.received_at),
        signal.key,
        signal.room,
        signal.said_at,
    )
    return int.from_bytes(blake2b(msgspec.msgpack.encode(told), digest_size=_BYTES).digest())


def _told(value: Value) -> str | float | list[float]:
    if isinstance(value, BloodPressure):
        return [_told_number(value.systolic), _told_number(value.diastolic)]
    return value if isinstance(value, str) else _told_number(value)


def _told_number(number: float) -> float:
    return float(number) + 0.0  # a meter's total is a float of its own class; and -0.0 + 0.0 is 0.0


@dataclass(slots=True)
class Digest:
    """Counts and sums of hashes, home by home. A sum and no XOR, to which a signal that is there twice is nothing."""

    homes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, signals: Iterable[Signal]) -> Self:
        """Return the digest of signals."""
        made = cls()
        for _ in made.through(signals):
            pass
        return made

    def through(self, signals: Iterable[Signal]) -> Iterator[Signal]:
        """Yield signals, and add each."""
        for one in signals:
            count, total = self.homes.get(one.home, (0, 0))
            self.homes[one.home] = count + 1, (total + hash_of(one)) & _ALL
            yield one

    def only(self, homes: AbstractSet[str]) -> "Digest":
        """Return what is known of some homes."""
        return Digest({home: sums for home, sums in self.homes.items() if home in homes})

    @property
    def count(self) -> int:
        """Return how many signals there are."""
        return sum(count for count, _ in self.homes.values())

"""What every store of signals promises; `tests/store/contract.py` holds each of them to it, value for value.

Moments are kept to the millisecond. Two signals are one if home, device, kind, moment and key are equal; where the
key is a message id (`linli.signals.ID_KEY`), whatever the moment.
Signals of one moment stand in the order in which they arrived; if that is one too, in some order that stays.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from linli.signals import Kind, Signal, Value


class SignalStore(Protocol):
    """Keeps signals. Safe to use from every thread; what it cannot do now it says with StoreDown."""

    def append(self, signals: Sequence[Signal]) -> int:
        """Store signals durably, all or none, and return how many were new; those it has already are passed over."""
        ...

    def recent(
        self,
        home: str,
        *,
        kind: Kind | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> list[Signal]:
        """Return a home's signals from `since` up to, not including, `until`; newest first."""
        ...

    def at_hand(self, home: str, *, limit: int) -> list[Signal]:
        """Return a home's newest signals like `recent`, but only as far back as no server has to be asked."""
        ...

    def between(self, since: datetime | None, until: datetime | None, home: str | None = None) -> Iterator[Signal]:
        """Yield signals from `since` up to, not including, `until` in time order, of one home or of all.

        Holds one page at a time. What is appended meanwhile may be among them, but nothing newer than the newest at the
        start, so that the end is reached while writing goes on.
        """
        ...

    def earlier_arrival(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the latest moment since `since` under which an equal reading with this key is kept, if there is one.

        A broker sends again what was not acknowledged. A message that carries neither id nor time would then count
        as a second one, were it not given the moment of its first arrival.
        """
        ...

    def oldest(self) -> datetime | None:
        """Return the moment of the oldest signal."""
        ...

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal."""
        ...

    def count(self) -> int:
        """Count all signals; walks through all of them, so for reports and not for every tick."""
        ...

    def forget(self, home: str) -> int:
        """Erase everything about a home and return how many signals it had; appending goes on meanwhile."""
        ...

    def tidy(self) -> None:
        """Do what else some later append would have to; for a thread of its own, each second."""
        ...

    def has_moved(self) -> bool:
        """Look whether its file was moved, deleted or replaced, to be asked each second; from then on it must be opened anew."""
        ...

    def backup(self, path: Path) -> None:
        """Write a consistent copy while appending goes on; `path` is there only once the copy is whole."""
        ...

    def check(self) -> str | None:
        """Read everything through and return what is wrong with it, in one sentence, or None."""
        ...

    def close(self) -> None:
        """Let go of everything. Afterwards only StoreDown is to be had."""
        ...

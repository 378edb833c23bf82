"""A server without a window: what a copy reads and writes. No linli that runs looks at its signals in this way."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from linli.clock import millis
from linli.errors import StoreDown
from linli.signals import Signal
from linli.store.influx_signals.address import Address
from linli.store.influx_signals.lines import NANOS, line, natural_number, signal_in, tags_of
from linli.store.influx_signals.probe import fit
from linli.store.influx_signals.questions import ask
from linli.store.influx_signals.schema import EVER, LONG_AGO
from linli.store.influx_signals.sending import send
from linli.store.influx_signals.server import Server


class BareServer:
    """The signals of one bucket. Whatever the server cannot do now is said with StoreDown."""

    def __init__(self, address: Address) -> None:
        self.server = Server(address)

    def prepare(self) -> None:
        """See that the server fits, and make the buckets that are missing; raises StoreDown with what is wrong."""
        fit(self.server)

    def first(self, since: datetime | None) -> datetime | None:
        """Return the moment of the first signal since `since`."""
        return self._one(millis(since) if since else LONG_AGO, "ORDER BY time LIMIT 1")

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal."""
        return self._one(LONG_AGO, "ORDER BY time DESC LIMIT 1")

    def _one(self, begin: int, order: str) -> datetime | None:
        found = [signal_in(row).at for _, rows in self.server.read(ask(begin, EVER, order=order)) for row in rows]
        return found[0] if found else None

    def between(self, since: datetime, until: datetime) -> Iterator[Signal]:
        """Yield signals from `since` up to, not including, `until` in time order."""
        for _, rows in self.server.read(ask(millis(since), millis(until), order="ORDER BY time")):
            for row in rows:
                yield signal_in(row)

    def append(self, signals: Sequence[Signal]) -> None:
        """Write signals: all of their device, kind and millisecond, so that each gets the point that is its own.

        One that the server has is the same point. Raises StoreDown if the server refuses any.
        """
        refused = send("\n".join(_lines(signals)).encode(), self.server.write)
        if refused:
            raise StoreDown(f"InfluxDB refuses {len(refused)} signals: {refused[0][1]}")

    def close(self) -> None:
        """Let go of the connections."""
        self.server.close()


def _lines(signals: Sequence[Signal]) -> Iterator[str]:
    taken: dict[tuple[str, ...], set[int]] = {}
    for one in sorted(signals, key=lambda one: (one.at, one.key)):
        at = millis(one.at)
        there = taken.setdefault((one.home, one.device, one.kind, str(at)), set())
        number = natural_number(one.key)
        while number in there:
            number = (number + 1) % NANOS
        there.add(number)
        yield line(one, at, millis(one.received_at) - at, number, tags_of(one.home, one.device, one.kind))

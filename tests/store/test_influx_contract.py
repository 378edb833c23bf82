"""The signal store with an InfluxDB behind it: what every store promises, read from the window, the server, and both."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from linli.clock import SystemClock, millis
from linli.health import Health
from linli.signals import Signal
from linli.store.influx_signals import Address, Delivery, InfluxSignalStore
from linli.store.influx_signals.schema import EVER
from tests.cast import EIGHT
from tests.store.contract import SECOND, SignalStoreContract

pytestmark = pytest.mark.influx


class DeliveredAtOnce(InfluxSignalStore):
    """Whatever is appended is sent, and taken out of the window if it is older than `kept_from`."""

    kept_from = EVER

    def append(self, signals: Sequence[Signal]) -> int:
        new = super().append(signals)
        self.settle()
        return new

    def forget(self, home: str) -> int:
        gone = super().forget(home)
        self.settle()
        return gone

    def settle(self) -> None:
        clock = SystemClock()
        Delivery(self, clock, Health(clock), window=timedelta(days=7)).send_all()
        self.window.prune(self.kept_from, millis(clock.now()))


class DeliveredHalf(DeliveredAtOnce):
    """The first seconds after eight o'clock are at the server alone, what came later is still in the window."""

    kept_from = millis(EIGHT + 2 * SECOND)


def opened(kind: type[InfluxSignalStore], tmp_path: Path, address: Address) -> Iterator[InfluxSignalStore]:
    store = kind(tmp_path / "signals.db", address, busy=timedelta(milliseconds=500))
    yield store
    store.close()


class TestWindow(SignalStoreContract):
    """Nothing has left the window, and no server is there at all."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[InfluxSignalStore]:
        yield from opened(InfluxSignalStore, tmp_path, Address("http://127.0.0.1:9", "nowhere"))


class TestServer(SignalStoreContract):
    """Everything has left the window."""

    @pytest.fixture
    def store(self, tmp_path: Path, influx_address: Address) -> Iterator[InfluxSignalStore]:
        yield from opened(DeliveredAtOnce, tmp_path, influx_address)


class TestBoth(SignalStoreContract):
    """Some signals are here and some are there."""

    @pytest.fixture
    def store(self, tmp_path: Path, influx_address: Address) -> Iterator[InfluxSignalStore]:
        yield from opened(DeliveredHalf, tmp_path, influx_address)

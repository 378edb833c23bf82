"""A program that appends batches for ever while they are brought to an InfluxDB, and takes them out of the window.

A line on stdout is a batch that is stored. Made to be killed; a file of its own, not a part of the tests.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linli.clock import SystemClock
from linli.health import Health
from linli.signals import Kind, Signal
from linli.store.influx_signals import Address, Delivery, InfluxSignalStore

BATCH = 100
START = datetime(2026, 11, 23, tzinfo=UTC)


def main(path: Path, address: Address, start: int) -> None:
    """Append from batch `start` on."""
    clock = SystemClock()
    store = InfluxSignalStore(path, address)
    Delivery(store, clock, Health(clock), window=timedelta(0)).start()
    for number in range(start, sys.maxsize):
        moments = [START + n * timedelta(seconds=1) for n in range(BATCH)]
        name = f"batch-{number}"
        store.append([Signal(name, name, Kind.MOTION, "on", at, at, "1", name) for at in moments])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Address(sys.argv[2], sys.argv[3]), int(sys.argv[4]))

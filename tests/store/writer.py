"""A program that appends batches to a signal store for ever and says which are stored. Made to be killed.

Run as a file of its own and not as a part of the tests, whose imports take longer than all it does.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linli.signals import Kind, Signal
from linli.store.sqlite_signals import SqliteSignalStore

BATCH = 300
START = datetime(2026, 11, 23, tzinfo=UTC)


def batch(number: int) -> list[Signal]:
    """Return a batch whose home, device and room no other batch has named."""
    name = f"batch-{number}"
    moments = [START + n * timedelta(seconds=1) for n in range(BATCH)]
    return [Signal(name, name, Kind.MOTION, "on", at, at, "1", name) for at in moments]


def main(path: Path, start: int) -> None:
    """Append from batch `start` on; a line on stdout is a batch that is stored."""
    store = SqliteSignalStore(path)
    for number in range(start, sys.maxsize):
        assert store.append(batch(number)) == BATCH
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

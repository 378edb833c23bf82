"""What the window queues for the server: what is new, each once, however large the batch and whatever is known of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from linli.clock import VirtualClock, millis
from linli.signals import Signal
from linli.store.influx_signals.window import Window
from tests.cast import EIGHT, MINUTE
from tests.store.contract import signal

SECOND = timedelta(seconds=1)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    made = Window(tmp_path / "signals.db", VirtualClock(EIGHT))
    yield made
    made.close()


def _queued(window: Window) -> list[bytes]:
    """Return all that waits, and let it be sent."""
    batch = window.first(10_000_000)
    if batch is None:
        return []
    window.done(batch)
    return batch.lines.split(b"\n")


def _with_id(number: int) -> Signal:
    return signal(EIGHT + number * SECOND, key=f"i{number}")


def test_of_a_large_batch_what_is_known_is_not_queued_again(window: Window) -> None:
    assert window.append([_with_id(number) for number in range(0, 120, 3)]) == 40
    _queued(window)
    told = [_with_id(number) for number in range(250)]

    assert window.append([*told[:50], told[7], *told[50:], told[8], told[249]]) == 210
    assert len(set(_queued(window))) == 210
    assert window.append(told) == 0
    assert _queued(window) == []


def test_what_has_left_the_window_is_known_again_in_a_large_batch(window: Window) -> None:
    left = [_with_id(number) for number in range(150)]
    window.append(left)
    _queued(window)
    window.prune(millis(EIGHT + MINUTE), millis(EIGHT))
    told = [*left, *(_with_id(number) for number in range(150, 260))]

    assert window.append(told) == 110
    assert len(_queued(window)) == 110


def test_signals_of_one_moment_whose_numbers_are_the_same_are_told_apart_in_a_large_batch(window: Window) -> None:
    crowd = [signal(EIGHT, key=f"i{number}") for number in range(2500)]
    window.append(crowd)

    moments = [line.rpartition(b" ")[2] for line in _queued(window)]
    assert len(set(moments)) == len(moments) == 2500

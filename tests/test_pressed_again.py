"""The same message is the same press when it is sent again, and another press when it comes long after."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.intake import Arrived
from linli.alert import Outcome
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.settings import Settings
from linli.store import cases
from linli.store import roster as roster_store
from tests.cast import DEVICES, EIGHT, HOMES, HOUR, MEI, MINUTE, PEOPLE

COUNTED = b'{"value": "pressed", "id": "1"}'
"""Of a button that counts its presses from 1 at each start."""
STANDING_CLOCK = b'{"value": "pressed", "at": "2018-01-01T00:00:03Z"}'
"""Of a button that wakes up with the same clock each time."""
AT_EIGHT = b'{"value": "pressed", "at": "2026-11-23T08:00:00+08:00"}'


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    clock = VirtualClock(EIGHT)
    made = build(Settings(data=tmp_path), DataDir(tmp_path), clock, "http://127.0.0.1")
    with made.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    made.refresh()
    made.warm()
    yield made
    made.close()


def pressed(core: Core, payload: bytes, after: timedelta = timedelta(0)) -> None:
    """Let a message come after a while, and let somebody write down how the alert ended."""
    clock = core.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(after)
    core.pipeline.take_in([Arrived(f"linli/v1/garden/{MEI.home}/button/sos", payload, clock.now())])
    for alert in core.desk.open_alerts():
        core.desk.close(alert.id, "linli", Outcome.SAFE)


def calls(core: Core) -> int:
    with core.care.read() as connection:
        return len(cases.search(connection))


@pytest.mark.parametrize("payload", [COUNTED, STANDING_CLOCK], ids=["id", "clock"])
def test_a_button_that_begins_anew_each_time_is_heard_each_time(core: Core, payload: bytes) -> None:
    pressed(core, payload)
    pressed(core, payload, 2 * HOUR)
    pressed(core, payload, 2 * HOUR)

    assert calls(core) == 3


@pytest.mark.parametrize("payload", [COUNTED, STANDING_CLOCK, AT_EIGHT], ids=["id", "clock", "on time"])
def test_a_press_that_is_sent_again_calls_once(core: Core, payload: bytes) -> None:
    for _ in range(2):
        pressed(core, payload, 2 * HOUR if payload is not AT_EIGHT else timedelta(0))
        before = calls(core)
        pressed(core, payload, 20 * MINUTE)
        assert calls(core) == before


def test_a_press_that_says_when_it_was_stays_that_press_for_ever(core: Core) -> None:
    pressed(core, AT_EIGHT)
    pressed(core, AT_EIGHT, 48 * HOUR)

    assert calls(core) == 1


def test_a_press_that_waits_hours_for_a_store_is_no_second_one(core: Core) -> None:
    clock = core.clock
    assert isinstance(clock, VirtualClock)
    message = Arrived(f"linli/v1/garden/{MEI.home}/button/sos", COUNTED, clock.now())
    core.pipeline.call([message])
    (alert,) = core.desk.open_alerts()
    core.desk.close(alert.id, "linli", Outcome.SAFE)
    clock.advance(3 * HOUR)
    core.pipeline.take_in([message])

    assert calls(core) == 1

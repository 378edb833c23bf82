"""While she has paused linli nothing of her movements is written down; what she says herself, and danger, comes through."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.intake import Arrived
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.home_state import HomeState
from linli.settings import Settings
from linli.signals import Kind
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.wire import signal_topic, write_payload
from tests.cast import DEVICES, EIGHT, GARDEN, HOMES, HOUR, MEI, MINUTE, PEOPLE

PAUSE = Absence(MEI.home, EIGHT, EIGHT + 5 * HOUR, "mei", is_pause=True)


def _core(folder: Path, clock: VirtualClock) -> Core:
    core = build(Settings(data=folder), DataDir(folder), clock, "http://127.0.0.1")
    with core.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    core.refresh()
    core.warm()
    return core


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EIGHT)


@pytest.fixture
def core(tmp_path: Path, clock: VirtualClock) -> Iterator[Core]:
    made = _core(tmp_path, clock)
    yield made
    made.close()


def hear(core: Core, device: str, kind: Kind, value: str) -> None:
    now = core.clock.now()
    message = Arrived(signal_topic(GARDEN, MEI.home, device, kind), write_payload(value, id=now.isoformat()), now)
    core.pipeline.take_in([message])


def kept(core: Core) -> list[Kind]:
    return [signal.kind for signal in core.signals.recent(MEI.home)]


def test_movement_is_not_written_down_and_a_call_for_help_is_heard(core: Core, clock: VirtualClock) -> None:
    hear(core, "bath", Kind.MOTION, "on")
    core.begin_absence(PAUSE)
    clock.advance(MINUTE)

    hear(core, "bath", Kind.MOTION, "on")
    assert kept(core) == [Kind.MOTION], "that of before"
    hear(core, "hall", Kind.CONTACT, "open")
    assert kept(core) == [Kind.MOTION]

    hear(core, "button-1", Kind.SOS, "pressed")
    assert kept(core) == [Kind.SOS, Kind.MOTION]
    assert [alert.home for alert in core.desk.open_alerts()] == [MEI.home]


def test_nothing_is_said_of_her_until_the_pause_is_over_and_nobody_is_called(core: Core, clock: VirtualClock) -> None:
    hear(core, "bath", Kind.MOTION, "on")
    core.begin_absence(PAUSE)
    for _ in range(4):
        clock.advance(HOUR)
        core.pipeline.tick(clock.now())

    view = core.state(MEI.home)
    assert (view.state, view.last_sign_at, view.is_paused) == (HomeState.AWAY, None, True)
    assert next(one for one in core.states() if one.home == MEI.home).is_paused
    assert [alert for alert in core.desk.open_alerts() if alert.home == MEI.home and alert.severity != "notice"] == []

    clock.advance(HOUR + MINUTE)
    assert not core.state(MEI.home).is_paused
    hear(core, "bath", Kind.MOTION, "on")
    assert kept(core) == [Kind.MOTION, Kind.MOTION]


def test_a_pause_outlives_a_restart_and_ends_when_she_says_so(tmp_path: Path, clock: VirtualClock) -> None:
    first = _core(tmp_path, clock)
    first.begin_absence(PAUSE)
    first.close()
    clock.advance(timedelta(minutes=10))

    again = _core(tmp_path, clock)
    assert again.state(MEI.home).is_paused
    hear(again, "bath", Kind.MOTION, "on")
    assert kept(again) == []

    again.end_absence(MEI.home)
    hear(again, "bath", Kind.MOTION, "on")
    assert kept(again) == [Kind.MOTION]
    assert not again.state(MEI.home).is_paused
    again.close()


def test_another_home_is_written_down_as_ever(core: Core) -> None:
    core.begin_absence(Absence("home-8", EIGHT, EIGHT + HOUR, "home-8", is_pause=True))

    hear(core, "bath", Kind.MOTION, "on")

    assert kept(core) == [Kind.MOTION]

"""Somebody is called before the signal is stored: neither a signal store that is down nor a kill in between matters."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from ingest.intake import Arrived
from linli.alert import Alert, Outcome
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.errors import StoreDown
from linli.settings import Settings
from linli.store import cases
from linli.store import roster as roster_store
from tests.cast import DEVICES, EIGHT, HOMES, MEI, MINUTE, PEOPLE

PACKET = 17


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EIGHT)


@pytest.fixture
def core(tmp_path: Path, clock: VirtualClock) -> Iterator[Core]:
    made = build(Settings(data=tmp_path), DataDir(tmp_path), clock, "http://127.0.0.1")
    with made.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    made.refresh()
    made.warm()
    yield made
    made.close()


def press(core: Core, *, packet: int = PACKET, redelivered: bool = False) -> Arrived:
    topic = f"linli/v1/garden/{MEI.home}/button/sos"
    return Arrived(topic, b"pressed", core.clock.now(), packet, redelivered=redelivered)


@contextmanager
def signals_held(core: Core) -> Iterator[None]:
    """Let another program hold the signal store's lock."""
    path = DataDir(core.settings.data).signals
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def alerts(core: Core) -> list[Alert]:
    with core.care.read() as connection:
        return cases.search(connection)


def killed_before_it_is_stored(core: Core) -> None:
    core.pipeline.call([press(core)])


def test_a_call_for_help_does_not_wait_for_the_signal_store(core: Core) -> None:
    message = press(core)
    with signals_held(core), pytest.raises(StoreDown):
        core.pipeline.take_in([message])

    assert [alert.home for alert in alerts(core)] == [MEI.home]
    assert core.signals.count() == 0
    core.pipeline.take_in([message])
    assert len(alerts(core)) == core.signals.count() == 1


def test_delivered_again_it_is_the_same_call_though_that_has_ended(core: Core, clock: VirtualClock) -> None:
    killed_before_it_is_stored(core)
    first = alerts(core)[0]
    core.desk.close(first.id, "staff-1", Outcome.HELPED)
    clock.advance(MINUTE)

    core.pipeline.take_in([press(core, redelivered=True)])

    assert [alert.id for alert in alerts(core)] == [first.id]
    assert [signal.at for signal in core.signals.recent(MEI.home)] == [EIGHT]


@pytest.mark.parametrize(
    ("packet", "after"), [(PACKET + 1, MINUTE), (PACKET, timedelta(hours=25))], ids=["another packet", "much later"]
)
def test_another_call_is_another(core: Core, clock: VirtualClock, packet: int, after: timedelta) -> None:
    killed_before_it_is_stored(core)
    core.desk.close(alerts(core)[0].id, "staff-1", Outcome.HELPED)
    clock.advance(after)

    core.pipeline.take_in([press(core, packet=packet, redelivered=True)])

    assert len(alerts(core)) == 2


def test_another_button_of_the_home_is_another(core: Core, clock: VirtualClock) -> None:
    killed_before_it_is_stored(core)
    core.desk.close(alerts(core)[0].id, "staff-1", Outcome.HELPED)
    clock.advance(MINUTE)

    again = press(core, redelivered=True)
    core.pipeline.take_in([replace(again, topic=again.topic.replace("button", "pendant"))])

    assert len(alerts(core)) == 2

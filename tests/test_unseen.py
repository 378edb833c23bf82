"""When a home could not be seen is written down by the pipeline, whether it was the home's fault or linli's own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.intake import Arrived
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.settings import load
from linli.signals import Kind
from linli.store import roster as roster_store
from linli.store import unseen
from linli.store.unseen import EVERY_HOME, Unseen
from linli.wire import availability_topic, signal_topic, write_payload
from tests.cast import EIGHT, HOUR, MINUTE, NEIGHBOUR
from tests.watching import RecordingChannel

HOME, SITE = NEIGHBOUR.home, NEIGHBOUR.site
LONG_AGO = EIGHT - timedelta(days=30)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """Make a linli without a network, with one home in it, in which something has just moved."""
    made = build(load({"data": tmp_path}, {}), DataDir(tmp_path), VirtualClock(EIGHT), "", {"sms": RecordingChannel()})
    with made.care.begin() as connection:
        roster_store.save(connection, [NEIGHBOUR], [], [])
    made.refresh()
    moved(made, EIGHT)
    yield made
    made.close()


def arrive(core: Core, topic: str, payload: bytes, now: datetime) -> None:
    assert isinstance(core.clock, VirtualClock)
    core.clock.set(now)
    core.pipeline.take_in([Arrived(topic, payload, now)])
    core.pipeline.tick(now)


def moved(core: Core, now: datetime) -> None:
    arrive(core, signal_topic(SITE, HOME, "hall", Kind.MOTION), write_payload("on"), now)


def gateway(core: Core, word: bytes, now: datetime) -> None:
    arrive(core, availability_topic(SITE, HOME, "gateway"), word, now)


def kept(core: Core) -> list[Unseen]:
    with core.care.read() as connection:
        return unseen.of_home(connection, HOME, LONG_AGO)


def test_the_time_without_a_gateway_is_kept_once_it_is_over(core: Core) -> None:
    gateway(core, b"offline", EIGHT + HOUR)
    assert kept(core) == []

    gateway(core, b"online", EIGHT + 3 * HOUR)
    moved(core, EIGHT + 3 * HOUR + MINUTE)

    assert [(one.home, one.since, one.until) for one in kept(core)] == [(HOME, EIGHT + HOUR, kept(core)[0].until)]
    assert EIGHT + 3 * HOUR <= kept(core)[0].until <= EIGHT + 3 * HOUR + MINUTE
    assert core.watch.unseen() == []


def test_the_time_in_which_linli_heard_nothing_is_kept_for_every_home(core: Core) -> None:
    core.watch.go_deaf(EIGHT + HOUR)
    core.watch.hear_again(EIGHT + 2 * HOUR)
    core.pipeline.tick(EIGHT + 2 * HOUR)

    assert kept(core) == [Unseen(EVERY_HOME, EIGHT + HOUR, EIGHT + 2 * HOUR)]


def test_a_home_that_merely_said_nothing_for_a_day_may_have_been_empty(core: Core) -> None:
    moved(core, EIGHT + 30 * HOUR)

    assert kept(core) == []


def test_it_is_written_down_again_where_the_store_did_not_take_it(core: Core) -> None:
    core.watch.go_deaf(EIGHT + HOUR)
    core.watch.hear_again(EIGHT + 2 * HOUR)
    told = core.watch.unseen()
    core.watch.go_deaf(EIGHT + 3 * HOUR)
    core.watch.hear_again(EIGHT + 4 * HOUR)
    core.watch.unseen_kept(len(told))

    assert [since for _, since, _ in core.watch.unseen()] == [EIGHT + 3 * HOUR]

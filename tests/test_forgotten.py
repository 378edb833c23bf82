"""A running linli takes a forgotten home out of its sight within a tick, and refuses what still comes from there."""

from pathlib import Path

from ingest.intake import Arrived
from linli.clock import VirtualClock
from linli.core import build
from linli.data_dir import DataDir
from linli.settings import Settings
from linli.signals import Kind
from linli.store import forgetting, rejections
from linli.store import roster as roster_store
from linli.wire import signal_topic, write_payload
from tests.cast import DEVICES, EIGHT, GARDEN, HOMES, HOUR, MEI, NEIGHBOUR, PEOPLE


def test_a_forgotten_home_is_gone_at_the_next_tick(tmp_path: Path) -> None:
    clock = VirtualClock(EIGHT)
    core = build(Settings(data=tmp_path), DataDir(tmp_path), clock, "http://127.0.0.1")
    with core.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    core.refresh()
    core.warm()
    message = Arrived(signal_topic(GARDEN, MEI.home, "bath", Kind.MOTION), write_payload("on"), EIGHT)
    core.pipeline.take_in([message])

    with core.care.begin() as connection:
        forgetting.home(connection, MEI.home)
    core.signals.forget(MEI.home)
    assert core.refresh()
    clock.advance(HOUR)
    core.pipeline.tick(clock.now())
    taken = core.pipeline.take_in([message])

    assert MEI.home not in {view.home for view in core.states()}
    assert NEIGHBOUR.home in {view.home for view in core.states()}
    assert core.signals.recent(MEI.home) == []
    assert "not known" in str(taken.verdicts[0])
    with core.care.read() as connection:
        assert len(rejections.latest(connection, limit=5)) == 1
    core.close()

"""A clock that ran ahead and is put right: what was heard meanwhile must not hide what is missing from now on."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from ingest.intake import Arrived
from linli.alert import AlertKind
from linli.errors import StoreDown
from linli.home_state import HomeState
from tests.cast import HOUR, MINUTE, NEIGHBOUR
from tests.watching import Whole

HOME = NEIGHBOUR.home
DAY = timedelta(days=1)


def say(linli: Whole, rest: str, value: str) -> None:
    linli.core.pipeline.take_in([Arrived(f"linli/v1/garden/{HOME}/{rest}", value.encode(), linli.clock.now())])


def pass_time(linli: Whole, length: timedelta, step: timedelta = 10 * MINUTE) -> None:
    for _ in range(length // step):
        linli.clock.advance(step)
        linli.core.heed_clock()
        linli.core.pipeline.tick(linli.clock.now())


def put_right(linli: Whole) -> None:
    """Hear something, then as much with a clock that is a day ahead, until somebody puts it right."""
    linli.core.warm()
    say(linli, "hall/motion", "on")
    pass_time(linli, HOUR)
    linli.clock.advance(DAY)
    linli.core.heed_clock()
    say(linli, "hall/motion", "on")
    say(linli, "kitchen/motion", "on")
    say(linli, "cuff/spo2", "97")
    pass_time(linli, HOUR)
    linli.clock.advance(-DAY)


def kinds(linli: Whole) -> set[AlertKind]:
    return {alert.kind for alert in linli.core.desk.open_alerts()}


@pytest.mark.parametrize("is_started_again", [False, True], ids=["while it runs", "started again"])
def test_a_silence_is_asked_about_within_its_line_after_the_clock_was_put_right(
    tmp_path: Path,
    is_started_again: bool,  # noqa: FBT001
) -> None:
    linli = Whole(tmp_path)
    put_right(linli)
    if is_started_again:
        linli.close()
        again = Whole(tmp_path)
        again.clock.set(linli.clock.now())
        again.core.warm()
        linli = again

    begins = linli.clock.now()
    pass_time(linli, 10 * MINUTE)
    sign = linli.core.state(HOME).last_sign_at
    pass_time(linli, 12 * HOUR)
    state, found = linli.core.state(HOME).state, kinds(linli)
    linli.close()

    assert sign is not None
    assert sign <= begins + 10 * MINUTE
    assert state is not HomeState.WELL
    assert AlertKind.INACTIVITY in found


def test_a_bad_reading_calls_after_the_clock_was_put_right(tmp_path: Path) -> None:
    linli = Whole(tmp_path)
    put_right(linli)
    pass_time(linli, 20 * MINUTE)

    say(linli, "cuff/spo2", "70")
    pass_time(linli, 10 * MINUTE)
    found = kinds(linli)
    linli.close()

    assert AlertKind.VITALS in found


def test_ladders_move_though_the_signal_store_cannot_say_what_was_last_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linli = Whole(tmp_path)
    linli.core.warm()
    linli.core.heed_clock()
    say(linli, "button-1/sos", "pressed")

    def gone(*_: object, **__: object) -> NoReturn:
        raise StoreDown("the signal store does not answer")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(linli.core.signals, "at_hand", gone)
        linli.clock.advance(-HOUR)
        pass_time(linli, 2 * MINUTE, 10 * MINUTE / 60)
        (alert,) = linli.core.desk.open_alerts()
        assert alert.rung > 1
        assert "homes" in {trouble.part for trouble in linli.core.health.troubles()}
    pass_time(linli, MINUTE, MINUTE)

    assert "homes" not in {trouble.part for trouble in linli.core.health.troubles()}
    linli.close()

"""A linli that was dead for a moment in the middle of a power cut tells of it as if it had not been."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from ingest.intake import Arrived
from linli.alert import AlertKind
from linli.core import Core
from linli.errors import StoreDown
from linli.home_state import HomeState
from linli.incident import Loss
from linli.store import setting_choices
from linli.store.absences import Absence
from tests.cast import EIGHT, HOUR, MEI, NEIGHBOUR
from tests.watching import Whole

BRIEFLY = timedelta(seconds=2)
BACK_BY = EIGHT + 48 * HOUR


def say(linli: Whole, home: str, rest: str, value: str) -> None:
    linli.core.pipeline.take_in([Arrived(f"linli/v1/garden/{home}/{rest}", value.encode(), linli.clock.now())])


def started_again(linli: Whole, folder: Path, after: timedelta) -> Whole:
    """Return a new linli on the stores of one that died, knowing what the program knows at its start."""
    linli.close()
    again = Whole(folder)
    again.clock.set(linli.clock.now() + after)
    again.core.warm()
    heard = again.core.last_heard()
    assert heard is not None
    again.core.watch.go_deaf(heard)
    again.core.watch.hear_again(again.clock.now())
    return again


def falling(core: Core) -> list[Loss]:
    return core.watch.falling(core.clock.now() + HOUR)


def test_homes_that_went_dark_together_did_so_too_for_a_linli_that_died_between_two_of_their_messages(
    tmp_path: Path,
) -> None:
    linli = Whole(tmp_path)
    for home in (MEI.home, NEIGHBOUR.home):
        say(linli, home, "hall/motion", "on")
    linli.clock.advance(HOUR)
    dark_at = linli.clock.now()
    say(linli, MEI.home, "hub/availability", "offline")

    again = started_again(linli, tmp_path, BRIEFLY)
    say(again, NEIGHBOUR.home, "hub/availability", "offline")

    fell = {loss.home.home: loss.fell for loss in falling(again.core)}
    again.close()
    assert fell.keys() == {MEI.home, NEIGHBOUR.home}
    assert all(abs(moment - dark_at) <= BRIEFLY for moment in fell.values())


def back_by_now(folder: Path) -> Whole:
    """Return a linli that was started again an hour after Mei was to be back; nothing was heard of her so far."""
    linli = Whole(folder)
    linli.core.warm()
    say(linli, MEI.home, "hall/contact", "closed")
    say(linli, MEI.home, "bath/motion", "on")
    linli.core.begin_absence(Absence(MEI.home, EIGHT, BACK_BY, "bo"))
    for moment in (BACK_BY, BACK_BY + HOUR):
        linli.clock.set(moment)
        say(linli, MEI.home, "bath/motion", "off")
    return started_again(linli, folder, BRIEFLY)


def asked_about_silence(linli: Whole) -> bool:
    return any(finding.kind is AlertKind.INACTIVITY for finding in linli.core.watch.tick(linli.clock.now()))


def test_who_does_not_come_back_is_missed_as_soon_though_linli_died_meanwhile(tmp_path: Path) -> None:
    again = back_by_now(tmp_path)
    asked = []
    for after in (HOUR, 8 * HOUR, 8 * HOUR + BRIEFLY):
        again.clock.set(max(again.clock.now(), BACK_BY + after))
        asked.append(asked_about_silence(again))

    again.close()
    assert asked == [False, False, True]


def test_who_comes_back_is_not_asked_at_once_though_linli_died_meanwhile(tmp_path: Path) -> None:
    again = back_by_now(tmp_path)
    say(again, MEI.home, "bath/motion", "on")

    is_asked = asked_about_silence(again)
    again.close()
    assert not is_asked


def test_before_anything_was_heard_nothing_was(tmp_path: Path) -> None:
    linli = Whole(tmp_path)

    heard = linli.core.last_heard()

    linli.close()
    assert heard is None


def test_a_setting_that_a_store_kept_from_being_heeded_is_heeded_at_the_next_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linli = Whole(tmp_path)
    say(linli, MEI.home, "hall/motion", "on")
    with linli.core.care.begin() as connection:
        setting_choices.choose(connection, "day_line_hours", "7", before="8", by="lin", at=linli.clock.now())

    def locked(*_: object, **__: object) -> NoReturn:
        raise StoreDown("signals.db is locked")

    with monkeypatch.context() as patch:
        patch.setattr(linli.core.signals, "recent", locked)
        linli.core.refresh()
        assert linli.core.settings.day_line_hours == 8
    linli.core.refresh()

    state = linli.core.watch.state(MEI.home, linli.clock.now()).state
    linli.close()
    assert (linli.core.settings.day_line_hours, state) == (7, HomeState.WELL)


@pytest.mark.parametrize("readings", [250, 400], ids=["some", "more than are read at a start"])
def test_no_number_of_other_readings_hides_her_last_sign_of_life_from_a_linli_that_starts(
    tmp_path: Path, readings: int
) -> None:
    linli = Whole(tmp_path)
    linli.core.warm()
    say(linli, NEIGHBOUR.home, "hall/motion", "on")
    for number in range(readings):
        linli.clock.advance(timedelta(seconds=90))
        say(linli, NEIGHBOUR.home, "thermometer/temperature", f"21.{number % 10}")

    again = started_again(linli, tmp_path, BRIEFLY)
    again.core.tidy()
    again.clock.advance(13 * HOUR)
    say(again, NEIGHBOUR.home, "thermometer/temperature", "21")
    again.core.pipeline.tick(again.clock.now())

    kinds = {alert.kind for alert in again.core.desk.open_alerts() if alert.home == NEIGHBOUR.home}
    again.close()
    assert AlertKind.INACTIVITY in kinds

"""She is long in the bathroom: through the whole program, from the sensor to the question and its answer."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts import replies
from ingest.intake import Arrived
from linli.alert import Alert, AlertKind, Outcome
from linli.errors import StoreDown
from linli.people import Channel
from linli.store import absences, cases
from linli.store import roster as roster_store
from linli.store.absences import Absence
from tests.cast import EIGHT, MEI, MEI_HERSELF, MINUTE
from tests.watching import Whole

WITH_A_PHONE = replace(MEI_HERSELF, channels=(Channel("mei-phone", "mei", "webhook", "http://127.0.0.1:9/mei"),))
FIXED = timedelta(hours=2)


def say(linli: Whole, rest: str, value: str) -> None:
    linli.clock.advance(timedelta(seconds=1))
    linli.core.pipeline.take_in([Arrived(f"linli/v1/garden/{MEI.home}/{rest}", value.encode(), linli.clock.now())])


def long_in_the_bathroom(folder: Path) -> Whole:
    linli = Whole(folder)
    with linli.core.care.begin() as connection:
        roster_store.save(connection, [], [], [WITH_A_PHONE])
    linli.core.refresh()
    linli.clock.set(EIGHT + timedelta(hours=2))
    say(linli, "hall/contact", "closed")
    say(linli, "button-1/check_in", "ok")
    say(linli, "bath/motion", "on")
    linli.clock.advance(FIXED)
    linli.core.pipeline.tick(linli.clock.now())
    return linli


def asked(linli: Whole) -> list[Alert]:
    return [alert for alert in linli.core.desk.open_alerts() if alert.kind is AlertKind.BATHROOM]


def notified(linli: Whole) -> list[str]:
    linli.send()
    return linli.channel.people()


def ended(linli: Whole, alert: Alert) -> Outcome | None:
    with linli.core.care.read() as connection:
        known = cases.by_id(connection, alert.id)
    return known.outcome if known else None


def test_moving_in_the_bathroom_is_no_answer_and_coming_out_is_one(tmp_path: Path) -> None:
    linli = long_in_the_bathroom(tmp_path)
    (alert,) = asked(linli)
    assert notified(linli) == ["mei"]

    linli.clock.advance(MINUTE)
    say(linli, "bath/motion", "on")
    assert [one.id for one in asked(linli)] == [alert.id]

    say(linli, "hall/contact", "open")
    assert asked(linli) == []
    assert ended(linli, alert) is Outcome.SAFE
    linli.close()


@pytest.mark.parametrize(("said", "value"), [("button-1/sos", "pressed"), ("button-1/check_in", "help")])
def test_a_call_for_help_ends_the_question_but_does_not_say_that_all_is_well(
    tmp_path: Path, said: str, value: str
) -> None:
    linli = long_in_the_bathroom(tmp_path)
    (alert,) = asked(linli)
    linli.clock.advance(MINUTE)

    say(linli, said, value)

    assert ended(linli, alert) is Outcome.OTHER
    assert [one.kind for one in linli.core.desk.open_alerts()] == [AlertKind.SOS]
    linli.close()


def test_without_an_answer_the_neighbours_are_called_after_five_minutes(tmp_path: Path) -> None:
    linli = long_in_the_bathroom(tmp_path)
    linli.clock.advance(5 * MINUTE)
    linli.core.pipeline.tick(linli.clock.now())

    assert "ana" in notified(linli)
    linli.close()


def test_a_linli_that_was_started_again_meanwhile_tells_of_the_stay_once(tmp_path: Path) -> None:
    linli = long_in_the_bathroom(tmp_path)
    (alert,) = asked(linli)
    linli.close()

    again = Whole(tmp_path)
    again.clock.set(linli.clock.now() + MINUTE)
    again.core.warm()
    again.core.desk.start()
    again.core.pipeline.tick(again.clock.now())

    assert [one.id for one in asked(again)] == [alert.id]
    again.close()


@pytest.mark.parametrize(("is_pause", "outcome"), [(False, Outcome.AWAY), (True, Outcome.SAFE)], ids=["away", "paused"])
def test_a_question_that_only_she_was_asked_is_over_when_she_is_said_to_be_away(
    tmp_path: Path, *, is_pause: bool, outcome: Outcome
) -> None:
    linli = long_in_the_bathroom(tmp_path)
    (alert,) = asked(linli)
    now = linli.clock.now()

    linli.core.begin_absence(Absence(MEI.home, now, now + timedelta(hours=3), "bo", is_pause=is_pause))
    linli.clock.advance(timedelta(minutes=10))
    linli.core.pipeline.tick(linli.clock.now())

    assert (ended(linli, alert), notified(linli)) == (outcome, [])
    linli.close()


def test_whoever_was_called_about_her_goes_on_though_she_is_said_to_be_away(tmp_path: Path) -> None:
    linli = long_in_the_bathroom(tmp_path)
    linli.clock.advance(timedelta(minutes=10))
    linli.core.pipeline.tick(linli.clock.now())
    (alert,) = asked(linli)
    now = linli.clock.now()

    linli.core.begin_absence(Absence(MEI.home, now, now + timedelta(hours=3), "bo"))

    assert ended(linli, alert) is None
    linli.close()


def test_she_is_away_only_where_the_question_is_over_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linli = long_in_the_bathroom(tmp_path)
    now = linli.clock.now()

    def goes(*_: object) -> None:
        raise StoreDown("gone")

    monkeypatch.setattr(replies, "excused", goes)
    with pytest.raises(StoreDown):
        linli.core.begin_absence(Absence(MEI.home, now, now + timedelta(hours=3), "bo"))

    with linli.core.care.read() as connection:
        assert absences.of(connection, MEI.home, now) is None
    linli.close()

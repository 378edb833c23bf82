"""Whose movement it is, through the whole program: another who lives there answers nothing for her, nor does a nervous sensor."""

from dataclasses import replace
from pathlib import Path

from ingest.intake import Arrived
from linli.alert import AlertKind
from linli.configured import rules
from linli.people import Care, Channel, Person, Role, Scope
from linli.settings import Settings
from linli.store import roster as roster_store
from models.habits.customs import Customs
from tests.cast import EIGHT, HOUR, MEI, MEI_HERSELF, MINUTE
from tests.models.habits.models import a_model
from tests.watching import Whole

WITH_A_PHONE = replace(MEI_HERSELF, channels=(Channel("mei-phone", "mei", "webhook", "http://127.0.0.1:9/mei"),))
ANOTHER = Person("another", Role.RESIDENT, cares=(Care(Scope.HOME, MEI.home),))


def say(linli: Whole, rest: str, value: str) -> None:
    linli.clock.advance(MINUTE)
    linli.core.pipeline.take_in([Arrived(f"linli/v1/garden/{MEI.home}/{rest}", value.encode(), linli.clock.now())])


def count(linli: Whole, kind: AlertKind) -> int:
    return sum(alert.kind is kind for alert in linli.core.desk.open_alerts())


def missed(linli: Whole) -> int:
    return count(linli, AlertKind.MISSED_CHECK_IN)


def without_her_check_in(folder: Path, *others: Person) -> Whole:
    linli = Whole(folder)
    with linli.core.care.begin() as connection:
        roster_store.save(connection, [], [], [WITH_A_PHONE, *others])
    linli.core.refresh()
    say(linli, "hall/contact", "closed")
    linli.core.pipeline.tick(linli.clock.now())
    linli.clock.set(EIGHT + 2 * HOUR)  # her check-in was due at nine
    linli.core.pipeline.tick(linli.clock.now())
    assert missed(linli) == 1
    return linli


def test_who_lives_alone_answers_for_a_missed_check_in_by_moving(tmp_path: Path) -> None:
    linli = without_her_check_in(tmp_path)
    say(linli, "hall/contact", "open")
    assert missed(linli) == 0
    linli.close()


def test_where_two_live_only_her_own_word_does(tmp_path: Path) -> None:
    linli = without_her_check_in(tmp_path, ANOTHER)
    say(linli, "hall/contact", "open")
    assert missed(linli) == 1
    say(linli, "button-1/check_in", "ok")
    assert missed(linli) == 0
    linli.close()


def test_what_a_nervous_sensor_says_alone_answers_no_question(tmp_path: Path) -> None:
    linli = Whole(tmp_path)
    with linli.core.care.begin() as connection:
        roster_store.save(connection, [], [], [WITH_A_PHONE])
    linli.core.refresh()
    linli.core.watch.take_model(MEI.home, replace(a_model(line=200), customs=Customs(nervous=("bath",))))
    say(linli, "hall/contact", "closed")
    say(linli, "button-1/check_in", "ok")
    linli.clock.advance(200 * MINUTE)
    linli.core.pipeline.tick(linli.clock.now())
    say(linli, "bath/motion", "on")
    assert count(linli, AlertKind.INACTIVITY) == 1
    say(linli, "hall/contact", "open")
    assert count(linli, AlertKind.INACTIVITY) == 0
    linli.close()


def test_homes_that_staff_name_as_shared_are_so() -> None:
    assert rules(Settings(shared_homes="home-7; home-9;")).shared == {"home-7", "home-9"}
    assert rules(Settings()).shared == set()

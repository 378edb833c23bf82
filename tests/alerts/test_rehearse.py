"""What another ladder would have changed is worked out from what people truly did, and never by touching the data."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import update

from alerts.ladder_file import Ladders, read, written
from alerts.ladders import BUILT_IN, Section
from alerts.rehearsal import Compared, Played
from alerts.rehearsal.habits import habits_of
from alerts.rehearsal.load import Load
from alerts.rehearsal.truth import Act, Truth, Verb
from linli.alert import AlertKind, Outcome, Severity
from linli.duty import DutyException
from linli.finding import Finding
from linli.holidays import read_holidays
from linli.people import Channel, Person, Role
from linli.rehearsal import Rehearsal, Rules, rehearse
from linli.rehearsal_report import lines
from linli.store import cases, outbox
from linli.store import tables as t
from linli.words import Sentence
from tests.alerts.lived import SILENT, Answers, Lived, Way, chance
from tests.alerts.town import EVERYBODY, new_alert, town, volunteer
from tests.cast import EIGHT, GARDEN, HOUR, LIN, MEI_HERSELF, MINUTE, RIVER

DAY = timedelta(days=1)
AS_BUILT = Rules()
SECOND = timedelta(seconds=1)

TEN_AT_ONCE = read(
    """
    emergency:
      at once     call the 7 nearest volunteers, replace who is silent for 20 s
      after 60 s  call staff
      then again every 3 min
      be there within 10 min
      goal 30 min, limit 60 min
    """,
    "ten.txt",
)
STAFF_AT_ONCE = read(
    "emergency:\nat once call staff\nthen again every 3 min\nbe there within 10 min\nno goal", "staff.txt"
)

MEI_BY_PHONE = replace(MEI_HERSELF, channels=(Channel("mei-sms", "mei", "sms", "13800000099"),))


class Begin(Protocol):
    """Starts a life."""

    def __call__(self, answers: Answers, *people: Person) -> Lived: ...


@pytest.fixture
def begin(tmp_path: Path, migrated_file: Path) -> Iterator[Begin]:
    opened: list[Lived] = []

    def begun(answers: Answers, *people: Person) -> Lived:
        shutil.copy(migrated_file, tmp_path / "care.db")
        opened.append(Lived(tmp_path / "care.db", answers, town(*people)))
        return opened[-1]

    yield begun
    for lived in opened:
        lived.care.close()


def only(**ways: Way) -> Answers:
    """Let some people answer, all others be silent."""
    return lambda _, person: ways.get(person, SILENT)


def rehearsed(
    lived: Lived, ladders: Ladders = BUILT_IN, *, site: str | None = None, rules: Rules = AS_BUILT
) -> Rehearsal:
    with lived.care.read() as connection:
        return rehearse(connection, lambda _: ladders, EIGHT, EIGHT + 100 * DAY, site=site, rules=rules)


@pytest.mark.parametrize(("holidays", "is_called"), [("garden: 2026-11-23", False), ("2026-11-23; garden:", True)])
def test_who_is_off_on_the_sites_holidays_is_not_called_in_a_rehearsal(
    begin: Begin, holidays: str, *, is_called: bool
) -> None:
    resting = replace(volunteer(1), duty_exceptions=(DutyException(None, None),))
    lived = begin(only(v2=Way(goes_after=10 * SECOND)), resting, volunteer(2), LIN)
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)

    (one,) = rehearsed(lived, rules=Rules(read_holidays(holidays))).compared

    assert ("v1" in one.new.called) == is_called


def test_the_ladder_there_was_gives_what_truly_happened(begin: Begin) -> None:
    lived = begin(chance(7, [person.person for person in EVERYBODY]))
    for number in range(15):
        lived.press(EIGHT + number * 5 * HOUR)
    lived.live_until(EIGHT + 4 * DAY)

    found = rehearsed(lived)

    assert len(found.compared) == 15
    for one in found.compared:
        assert (one.old.person_after, one.old.door_after) == (one.truth.person_after, one.truth.door_after)
        assert set(one.old.called) == set(one.truth.asked)
        assert one.old == one.new
    assert len({one.truth.person_after for one in found.compared}) > 7, "the lives are too much alike"


def test_messages_of_the_old_ladder_are_those_that_were_written(begin: Begin) -> None:
    lived = begin(only(bo=Way(goes_after=10 * SECOND)))
    alert = lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)
    with lived.care.read() as connection:
        written_ = [n.person for n in outbox.of_alert(connection, alert) if n.type != "over"]

    (one,) = rehearsed(lived).compared

    assert one.old.messages == {person: written_.count(person) for person in written_}


def test_who_is_called_earlier_goes_earlier(begin: Begin) -> None:
    lived = begin(only(v6=Way(goes_after=15 * SECOND)))
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)

    (one,) = rehearsed(lived, TEN_AT_ONCE).compared

    assert one.old.person_after == 35 * SECOND
    assert one.new.person_after == 15 * SECOND
    assert one.new.door_after == 15 * SECOND + 4 * MINUTE
    assert (one.newly_called, one.spared) == ((), ())
    assert one.new.messages == dict.fromkeys(one.new.called, 1)


def test_who_was_never_called_does_what_is_usual_for_the_role(begin: Begin) -> None:
    lived = begin(only(lin=Way(goes_after=30 * SECOND, arrives_after=5 * MINUTE)))
    for number in range(3):
        lived.press(EIGHT + number * DAY)
    lived.live_until(EIGHT + 3 * DAY)
    lived.answers = only(v1=Way(goes_after=40 * SECOND, arrives_after=9 * MINUTE))
    last = lived.press(EIGHT + 4 * DAY)
    lived.live_until(EIGHT + 5 * DAY)

    found = rehearsed(lived, STAFF_AT_ONCE)
    one = next(one for one in found.compared if one.truth.alert.id == last)

    assert found.habits[Role.STAFF].goes_after == 30 * SECOND
    assert one.old.person_after == 40 * SECOND
    assert (one.new.person_after, one.new.door_after) == (30 * SECOND, 30 * SECOND + 5 * MINUTE)
    assert one.newly_called == ("lin",)
    assert set(one.spared) == {"v1", "v2", "v3", "v4", "v5", "v6", "v7"} & set(one.old.called)


def test_where_nobody_would_answer_that_is_said_and_the_calls_end_some_day(begin: Begin) -> None:
    lived = begin(only(v1=Way(goes_after=10 * SECOND)))
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)

    found = rehearsed(lived, STAFF_AT_ONCE)
    (one,) = found.compared
    _, old, new = found.of(Section.EMERGENCY)

    assert one.new.person_after is None
    assert not one.new.is_closed
    assert (old.nobody, new.nobody) == (0, 1)
    assert new.person.median is None
    assert 10 < one.new.messages["lin"] < 100


def test_who_goes_first_keeps_the_other_at_home(begin: Begin) -> None:
    lived = begin(only(v1=Way(goes_after=70 * SECOND)))
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)
    lived.answers = only(lin=Way(goes_after=5 * SECOND, arrives_after=8 * MINUTE))
    lived.press(EIGHT + DAY)
    lived.live_until(EIGHT + DAY + HOUR)

    both = read(
        "emergency:\nat once call 5 volunteers, replace who is silent for 20 s\nafter 10 s call staff\n"
        "then again every 3 min\nbe there within 10 min\nno goal",
        "both.txt",
    )
    one = rehearsed(lived, both).compared[0]

    assert one.old.door_after == 70 * SECOND + 4 * MINUTE
    assert one.new.person_after == 15 * SECOND
    assert one.new.door_after == 15 * SECOND + 8 * MINUTE


def test_her_own_sign_of_life_comes_when_it_came(begin: Begin) -> None:
    lived = begin(only(), *EVERYBODY, MEI_BY_PHONE)
    lived.press(EIGHT, AlertKind.INACTIVITY)
    lived.live_until(EIGHT + 4 * MINUTE)
    lived.desk.sign_of_life("home-7", EIGHT + 4 * MINUTE)
    hasty = read(
        "ask first:\nat once ask the elder\nafter 2 min call staff\nthen again every 15 min\nbe there within 20 min\nno goal",
        "hasty.txt",
    )

    (as_it_was,) = rehearsed(lived).compared
    (one,) = rehearsed(lived, hasty).compared

    assert as_it_was.old.by_itself
    assert as_it_was.new.by_itself
    assert one.old.by_itself
    assert not one.new.by_itself
    assert one.newly_called == ("lin",)


def test_drills_open_alerts_and_sections_without_a_name_are_left_out_and_counted(begin: Begin) -> None:
    lived = begin(only(v1=Way(goes_after=10 * SECOND)))
    lived.press(EIGHT)
    drill = lived.press(EIGHT + HOUR)
    lived.press(EIGHT + 2 * HOUR, AlertKind.BATHROOM)
    lived.live_until(EIGHT + 4 * HOUR)
    lived.answers = only()
    lived.press(EIGHT + 5 * HOUR)
    with lived.care.begin() as connection:
        connection.execute(update(t.alerts).where(t.alerts.c.id == drill).values(drill=1))

    found = rehearsed(lived, STAFF_AT_ONCE)

    assert len(found.compared) == 1
    assert found.left_out == {"still open": 1, "drills and tests": 1, "in sections that the file does not name": 1}
    assert rehearsed(lived, site=RIVER).compared == []


def test_what_climbs_a_ladder_of_its_own_is_left_out_and_counted_whatever_the_file_says(begin: Begin) -> None:
    lived = begin(only())
    for number, kind in enumerate((AlertKind.UNMONITORED, AlertKind.SYSTEM)):
        at = EIGHT + number * HOUR
        lived.clock.set(at)
        lived.desk.open([Finding(f"{number}", "", GARDEN, kind, Severity.URGENT, at, Sentence("Silent."))])
        lived.live_until(at + 30 * MINUTE)
        lived.desk.close(lived.desk.open_alerts()[0].id, "lin", Outcome.OTHER)

    found = rehearsed(lived, read(written({Section.URGENT: BUILT_IN[Section.URGENT]}), "urgent.txt"))

    assert found.compared == []
    assert found.left_out == {"of several homes or of linli itself, whose ladder no file changes": 2}


def test_a_rehearsal_writes_nothing(begin: Begin) -> None:
    lived = begin(only(v1=Way(goes_after=10 * SECOND)))
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)
    with lived.care.read() as connection:
        before = [cases.last_seq(connection), *cases.search(connection)]

    rehearsed(lived, STAFF_AT_ONCE)

    with lived.care.read() as connection:
        assert [cases.last_seq(connection), *cases.search(connection)] == before


def asked(person: str, *acts: tuple[Verb, float], closed_after: float = 600, went_after: float | None = None) -> Truth:
    """Return what happened with one volunteer who was called at the opening; seconds since then."""
    alert = replace(new_alert(), closed_at=EIGHT + closed_after * SECOND, outcome=Outcome.SAFE)
    done = {person: tuple(Act(person, verb, after * SECOND) for verb, after in acts)}
    went = None if went_after is None else went_after * SECOND
    return Truth(alert, {person: EIGHT}, {person: Role.VOLUNTEER}, done, person_after=went)


def test_who_had_no_reason_to_answer_any_more_counts_as_not_known() -> None:
    cut_short = [asked("a", went_after=5) for _ in range(4)]
    answered = [asked("b", (Verb.GO, 30), (Verb.ARRIVE, 200), (Verb.CLOSE, 500), went_after=30) for _ in range(3)]

    habit = habits_of([*cut_short, *answered])[Role.VOLUNTEER]

    assert habit.goes_after == 30 * SECOND
    assert (habit.arrives_after, habit.ends_after) == (170 * SECOND, 300 * SECOND)


@pytest.mark.parametrize("refusals", [[(Verb.DECLINE, 4)], []], ids=["refuse", "are silent to the end"])
def test_where_most_do_not_go_the_middle_one_does_not(refusals: list[tuple[Verb, float]]) -> None:
    no, yes = asked("a", *refusals), asked("b", (Verb.GO, 30), went_after=30)

    assert habits_of([no, no, yes])[Role.VOLUNTEER].goes_after is None
    assert habits_of([no, yes, yes])[Role.VOLUNTEER].goes_after == 30 * SECOND


def test_a_role_that_was_never_called_is_taken_to_be_silent() -> None:
    assert habits_of([])[Role.FAMILY].goes_after is None


def test_the_load_is_what_the_desk_would_count() -> None:
    load = Load(7 * DAY, [(EIGHT, "a-1", "ana"), (EIGHT + DAY, "a-2", "ana"), (EIGHT + 9 * DAY, "a-3", "ana")])

    assert load.at(EIGHT)["ana"] == 1
    load.add(EIGHT + DAY, "a-1", "ana")
    assert load.at(EIGHT + DAY)["ana"] == 2
    assert load.at(EIGHT + 7 * DAY + HOUR)["ana"] == 2
    assert load.at(EIGHT + 8 * DAY)["ana"] == 2
    assert load.at(EIGHT + 8 * DAY + SECOND)["ana"] == 0
    assert load.at(EIGHT + 9 * DAY)["ana"] == 1


def test_the_columns_of_the_table_stand_apart_however_long_an_id_is() -> None:
    name = "willow-volunteer-3-2-1"
    played = Played(30 * SECOND, None, (name,), {name: 3}, is_closed=True, by_itself=False)
    one = Compared(asked(name, (Verb.GO, 30), went_after=30), played, played)
    found = Rehearsal([one], habits_of([one.truth]), {}, frozenset({name}))

    told = list(lines(found, UTC))

    table = told[told.index(next(line for line in told if line.endswith("new"))) :][:10]
    assert table[-1].split("  ")[-2:] == [f"3 ({name})", f"3 ({name})"]
    assert len({len(line) for line in table}) == 1


def test_what_is_written_of_a_section_is_what_is_rehearsed(begin: Begin) -> None:
    lived = begin(chance(3, [person.person for person in EVERYBODY]))
    for number in range(5):
        lived.press(EIGHT + number * 5 * HOUR)
    lived.live_until(EIGHT + 3 * DAY)

    assert [one.new for one in rehearsed(lived, read(written(BUILT_IN), "x")).compared] == [
        one.old for one in rehearsed(lived).compared
    ]

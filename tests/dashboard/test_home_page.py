"""The staff's page of one home: her day, her weeks, who is around her, and what is written of her."""

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import HomeState, Stay
from linli.people import Role
from linli.signals import BloodPressure, Kind, Signal, Value
from linli.store import absences, habits, unseen, visits
from linli.store.absences import Absence
from linli.store.habits import Learned
from linli.store.unseen import Unseen
from linli.visit import Visit, VisitPlan, VisitResult
from models.habits.customs import Customs, Range
from models.habits.model import model_to_json
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.dashboard.world import World
from tests.models.habits.models import a_model

PAGE = f"/homes/{MEI.home}"
DAY = timedelta(days=1)


def page(world: World, query: str = "", language: str = "en") -> str:
    lin = world.browser(Role.STAFF, "lin", language)
    world.gives_reason(lin)
    answer = lin.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return str(answer.text)


def test_what_the_roster_notes_is_not_said_to_be_her_wish(world: World) -> None:
    roster = world.services.roster()
    noted = replace(roster, homes={**roster.homes, MEI.home: replace(MEI, note="The bell is broken.")})
    world.app.state.services = replace(world.services, roster=lambda: noted)

    told = page(world)

    assert "<h2>Note of the community</h2><p>The bell is broken." in told
    assert "What she asks for" not in told


def hear(world: World, minutes: float, kind: Kind = Kind.MOTION, value: Value = "on", room: str = "kitchen") -> None:
    at = EIGHT - timedelta(minutes=minutes)
    world.services.signals.append([Signal(MEI.home, room, kind, value, at, at, f"k{minutes}", room=room)])


def learn(world: World, customs: Customs | None = None) -> None:
    model = replace(a_model(line=200), customs=customs or Customs())
    with world.services.care.begin() as connection:
        habits.add(connection, [Learned(MEI.home, EIGHT - 8 * HOUR, model_to_json(model))])


def test_a_home_of_which_nothing_is_known_says_so(world: World) -> None:
    text = page(world)

    assert "Not heard of yet" in text
    assert "No sign of life yet." in text
    assert 'class="hers"' not in text
    assert "Measured last" not in text


def test_before_anything_is_learned_the_line_that_decides_is_drawn_and_is_not_called_hers(world: World) -> None:
    hear(world, 10)
    assert 'class="hers"' not in page(world), "nothing decides by a line"
    first = replace(a_model(line=200), days=0)
    world.app.state.services = replace(world.services, first_line={MEI.home: first}.get)

    text = page(world)

    assert 'class="hers"' in text
    assert "the line for people who live alone" in text
    assert "not yet personal: 0 days known" in text
    assert "her line: there we ask her first" not in text


def test_her_line_is_drawn_once_it_was_learned(world: World) -> None:
    hear(world, 10)
    learn(world)

    text = page(world)
    assert 'class="hers"' in text
    assert "her line: there we ask her first" in text
    assert "not yet personal" not in text
    assert 'class="asks" cx=' in text


def test_a_line_that_cannot_be_read_is_not_drawn(world: World) -> None:
    hear(world, 10)
    with world.services.care.begin() as connection:
        habits.add(connection, [Learned(MEI.home, EIGHT - 8 * HOUR, b"{}")])

    assert 'class="hers"' not in page(world)


@pytest.mark.parametrize(("query", "days"), [("", 28), ("?days=42", 42), ("?days=50", 56), ("?days=300", 56)])
def test_as_many_weeks_are_shown_as_were_asked_for(world: World, query: str, days: int) -> None:
    text = page(world, query)

    assert f"The last {days} days" in text
    assert text.count('<tr><th scope="row" class="nowrap">') == days


def test_the_weeks_say_who_was_away_by_whose_word_and_what_could_not_be_seen(world: World) -> None:
    hear(world, 40 * 24 * 60)
    with world.services.care.begin() as connection:
        absences.begin(connection, Absence(MEI.home, EIGHT - 6 * DAY, EIGHT - 5 * DAY, "staff"))
        absences.begin(connection, Absence(MEI.home, EIGHT - 3 * DAY, EIGHT - 2 * DAY, "bo", "hospital"))
        unseen.put(connection, [Unseen(MEI.home, EIGHT - 9 * DAY, EIGHT - 9 * DAY + 9 * HOUR)])

    text = page(world)
    assert "Away: hospital (said Bo Chen)" in text
    assert "Away (said community staff)" in text
    assert "Unmonitored: offline" in text
    assert "Not heard of yet" not in text


def test_an_alert_lies_over_the_weeks_with_its_outcome_and_a_drill_does_not(world: World) -> None:
    alert = world.opens(AlertKind.INACTIVITY, Severity.URGENT)
    world.advance(40 * MINUTE)
    world.desk.close(alert.id, "lin", Outcome.SAFE, "asleep in her chair")

    assert "Long without activity · She is fine · asleep in her chair" in page(world)


def test_an_open_alert_stands_on_today(world: World) -> None:
    hear(world, 10)
    world.opens(AlertKind.INACTIVITY, Severity.URGENT)

    assert "here the alert began" in page(world)


def test_what_was_measured_stands_beside_her_own_range(world: World) -> None:
    roster = world.services.roster()
    cuff = replace(roster.devices[MEI.home, "bath"], kinds=("blood_pressure",))
    world.services = replace(
        world.services, roster=lambda: replace(roster, devices={**roster.devices, (MEI.home, "bath"): cuff})
    )
    world.app.state.services = world.services
    hear(world, 30, Kind.BLOOD_PRESSURE, BloodPressure(150, 90))
    learn(world, Customs(ranges={"blood_pressure": Range(110, 130)}))

    text = page(world)
    assert "150/90" in text
    assert "usually 110 to 130 · outside of it" in text


def test_who_is_called_stands_in_turn_with_how_often_they_were_asked(world: World) -> None:
    alert = world.press_sos()
    world.desk.close(alert.id, "lin", Outcome.SAFE, "")
    text = page(world)

    called = text.partition("Who is called")[2].partition("</section>")[0]
    assert called.index("Ana Li") < called.index("Bo Chen") < called.index("Lin Zhou")
    assert "asked 1× in 7 days" in called
    assert "not asked in 7 days" in called


def test_a_running_stay_in_the_bathroom_is_named_with_what_comes_of_it(world: World) -> None:
    known = world.homes.views[MEI.home]
    stay = Stay(EIGHT - 20 * MINUTE, EIGHT + 100 * MINUTE)
    world.homes.views[MEI.home] = replace(
        known, next=replace(known.next, asks_at=stay.asks_at, about=AlertKind.BATHROOM, bathroom=stay)
    )

    text = page(world)
    assert "<b>07:40</b> in the bathroom since then" in text
    assert "<b>09:40</b> Neighbours are called" in text
    assert "if she is not heard of elsewhere" in text
    assert "<b>07:40</b> 起一直在卫生间" in page(world, language="zh")


def test_a_check_in_that_is_asked_about_first_is_not_drawn_where_silence_would_be(world: World) -> None:
    hear(world, 10)
    learn(world)
    known = world.homes.views[MEI.home]
    coming = replace(known.next, asks_at=EIGHT + 90 * MINUTE, about=AlertKind.MISSED_CHECK_IN)
    world.homes.views[MEI.home] = replace(known, next=coming)

    text = page(world)
    assert "if the check-in does not come" in text
    assert 'class="asks" cx=' not in text


def test_while_nobody_can_tell_nothing_is_foretold(world: World) -> None:
    known = world.homes.views[MEI.home]
    world.homes.views[MEI.home] = replace(known, state=HomeState.UNMONITORED, next=type(known.next)())

    assert "Nothing is foretold at the moment." in page(world)


def test_this_evening_is_this_evening_whatever_the_clock_says(world: World) -> None:
    world.clock.advance(5 * HOUR)

    assert 'name="until" value="2026-11-23T12:00:00+00:00"><span>until this evening</span><small>20:00' in page(world)


def visit(world: World, days_ago: int, result: VisitResult, note: str) -> None:
    when = EIGHT - days_ago * DAY
    with world.services.care.begin() as connection:
        visits.write(connection, Visit(MEI.home, when, "ana", result, note), when)


def test_who_reads_of_a_home_sees_the_latest_visit_and_where_to_write_the_next(world: World) -> None:
    assert "No visit has been written down yet." in page(world)

    visit(world, 5, VisitResult.WELL, "tea")
    visit(world, 2, VisitResult.NEEDS, "her tap drips")

    text = page(world).partition('class="visited"')[2].partition("</section>")[0]
    assert f'href="{PAGE}/visits"' in text
    assert f'href="{PAGE}/visits#write"' in text
    assert "She needs something" in text
    assert "her tap drips" in text
    assert "Ana Li" in text
    assert "tea" not in text


def test_a_visit_that_is_overdue_is_told_on_the_page_of_the_home(world: World) -> None:
    with world.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(MEI.home, 7, EIGHT - 20 * DAY, "lin", "c1")])
    visit(world, 9, VisitResult.WELL, "")

    assert "2 days overdue" in page(world)

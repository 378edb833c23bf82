"""The family: what it sees and what it does not, who is away until when, who is called in which order and for what."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from dashboard.absences import choices
from dashboard.dial import dial_of
from linli.alert import AlertKind, Outcome, Severity
from linli.consent import Consent, ConsentChange
from linli.home_state import HomeState, Next
from linli.people import Care, Channel, Person, Role, Scope
from linli.store import absences, consents, contacts, habits, pauses, tables, unseen
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.habits import Learned
from linli.store.unseen import Unseen
from linli.wish import Wish
from models.habits.model import model_to_json
from tests.cast import BO, EIGHT, HOUR, MEI, MEI_HERSELF, MINUTE, NEIGHBOUR, OTHER_SITE
from tests.dashboard.world import TestClient, World, make_world
from tests.models.habits.models import a_model

YAN = replace(BO, person="yan", name="Yan Chen", channels=())
BO_OF_TWO = replace(BO, cares=(*BO.cares, Care(Scope.HOME, NEIGHBOUR.home)))
CALLS = f"/family/{MEI.home}/calls"


@pytest.fixture
def two(home: Path) -> World:
    """Two relatives, one of whom looks after a second home."""
    people: list[Person] = [YAN, BO_OF_TWO]
    made = make_world(home, people=people)
    with made.services.care.begin() as connection:
        roster_store.save(connection, [], [], people)
    return made


def post(world: World, client: TestClient, path: str, **fields: object) -> int:
    answer = client.post(path, data={"csrf": world.csrf(client), **fields})
    return int(answer.status_code)


def allow_rooms(world: World, *, given: bool) -> None:
    with world.services.care.begin() as connection:
        consents.note(connection, ConsentChange(MEI.home, Consent.ROOMS, given, EIGHT, "mei"))


def test_the_room_is_shown_only_while_she_allows_it(world: World) -> None:
    bo = world.browser(Role.FAMILY, "bo")
    assert "kitchen" not in bo.get("/family").text

    allow_rooms(world, given=True)
    assert "Last sign of life 07:50, kitchen." in bo.get("/family").text
    assert "She allows her family" in bo.get(CALLS).text

    allow_rooms(world, given=False)
    assert "kitchen" not in bo.get("/family").text


def test_what_nobody_could_see_is_hatched_and_nothing_is_promised(world: World) -> None:
    assert 'class="ring blind"' not in world.browser(Role.FAMILY, "bo").get("/family").text
    world.homes.set(MEI.home, HomeState.UNMONITORED)
    world.homes.views[MEI.home] = replace(world.homes.views[MEI.home], next=Next(), since=EIGHT - 3 * HOUR)

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "We cannot tell at the moment how Mei Chen is." in page
    assert 'class="ring blind"' in page
    assert "linli cannot tell whether she needs somebody" in page
    assert 'class="marks"' not in page


@pytest.mark.parametrize("hours", [0.2, 3, 30], ids=["a moment", "since five", "since yesterday"])
def test_the_hatch_ends_at_the_hand_and_never_begins_before_midnight(hours: float) -> None:
    dial = dial_of([], Next(), EIGHT, MEI.zone, EIGHT - hours * HOUR)

    assert dial.blind is not None
    begin, end = dial.blind.removeprefix("M").split("A")
    now = dial_of([], Next(), EIGHT, MEI.zone, EIGHT).to_come.split("A")[0].removeprefix("M")
    assert hours < 0.5 or end.endswith(f"1 {now}")
    assert (begin == "160.0 272.0") is (hours == 30)


def test_no_dot_of_the_past_lies_ahead_of_the_hand() -> None:
    for minutes in (1, 29, 31, 59):
        now = EIGHT + minutes * MINUTE
        dial = dial_of([now], Next(), now, ZoneInfo("Asia/Shanghai"))
        assert dial.dots[-1].y > dial.hand[0].y, minutes


def test_during_an_alert_the_page_tells_of_it_and_not_of_what_would_have_come(world: World) -> None:
    bo = world.browser(Role.FAMILY, "bo")
    assert 'class="marks"' in bo.get("/family").text

    world.desk.accept(world.press_sos().id, "ana")
    page = bo.get("/family").text

    assert "Mei Chen needs somebody." in page
    assert "Ana Li on the way, due by 08:10" in page
    assert "Nobody has had to come" not in page
    assert 'class="marks"' not in page


def test_an_absence_says_until_when_and_who_noted_it_and_can_be_undone_both_ways(world: World) -> None:
    bo = world.browser(Role.FAMILY, "bo")
    until = (EIGHT + 30 * HOUR).isoformat()

    assert post(world, bo, f"/homes/{MEI.home}/away", until=until, note="in hospital") == 303
    assert "Away until tomorrow 14:00; Bo Chen noted it at 08:00. in hospital" in bo.get("/family").text

    world.clock.advance(MINUTE)
    assert post(world, bo, f"/homes/{MEI.home}/back") == 303
    page = bo.get("/family").text
    assert "Undo: away until tomorrow 14:00" in page
    assert f'name="until" value="{until}"' in page

    world.clock.advance(11 * MINUTE)
    assert "Undo" not in bo.get("/family").text


def test_an_absence_ends_at_an_exact_local_moment(world: World) -> None:
    bo = world.browser(Role.FAMILY, "bo")

    assert post(world, bo, f"/homes/{MEI.home}/away", until="2026-11-24T18:30") == 303

    assert world.homes.absences[-1].until == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    assert post(world, bo, f"/homes/{MEI.home}/away", until="2026-11-22T18:30") == 422


@pytest.mark.parametrize(("hour", "offered"), [(8, True), (18.9, True), (19, False), (23, False)])
def test_an_evening_is_offered_only_while_it_is_to_come(hour: float, *, offered: bool) -> None:
    now = EIGHT + (hour - 8) * HOUR
    found = {choice.words: choice for choice in choices(now, MEI.zone)}

    assert ("until this evening" in found) is offered
    tomorrow = found["until tomorrow evening"].until
    assert tomorrow is not None
    assert tomorrow.astimezone(MEI.zone).time() == time(20)
    assert timedelta(hours=20) < tomorrow - now < timedelta(hours=37)


def test_three_days_end_at_the_same_clock_time_also_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 28, 9, tzinfo=berlin).astimezone(UTC)

    ends = [choice.until for choice in choices(now, berlin) if choice.until]

    assert {end.astimezone(berlin).time() for end in ends} == {time(20)}


@pytest.mark.parametrize("path", ["away", "back"])
def test_nobody_but_she_touches_her_pause(world: World, path: str) -> None:
    world.homes.begin_absence(Absence(MEI.home, EIGHT, EIGHT + HOUR, "mei", is_pause=True))
    bo, lin, mei = (world.browser(role, who) for role, who in (("family", "bo"), ("staff", "lin"), ("resident", "mei")))

    assert post(world, bo, f"/homes/{MEI.home}/{path}", hours=2) == 409
    assert post(world, lin, f"/homes/{MEI.home}/{path}", hours=2) == 409
    api = world.api(Role.STAFF)
    assert api.delete(f"/api/v1/homes/{MEI.home}/away").status_code == 409
    page = bo.get("/family").text
    assert "Mei Chen has paused linli." in page
    assert "Last sign of life" not in page
    assert post(world, mei, f"/homes/{MEI.home}/{path}", hours=2) == 303


def test_who_came_is_told_with_when_they_were_there_and_how_it_ended(world: World) -> None:
    bo = world.browser(Role.FAMILY, "bo")
    assert "Nobody has had to come so far." in bo.get("/family").text
    alert = world.press_sos()
    world.clock.advance(6 * MINUTE)
    world.desk.arrive(alert.id, "ana")
    world.clock.advance(4 * MINUTE)
    world.desk.arrive(alert.id, "staff")
    world.clock.advance(20 * MINUTE)
    world.desk.close(alert.id, "ana", Outcome.HELPED, "a private note")

    page = bo.get("/family").text

    assert "Called 08:00, over 08:30 · Helped" in page
    assert "Ana Li was there, 08:06" in page
    assert "community staff was there, 08:10" in page
    assert "Nobody has had to come" not in page
    assert "private" not in page


def test_a_call_that_nobody_answered_at_the_door_is_told_with_its_end(world: World) -> None:
    alert = world.opens(AlertKind.BATHROOM, Severity.URGENT)
    world.advance(40 * MINUTE)
    world.desk.close(alert.id, "lin", Outcome.AWAY, "in the clinic since Monday")

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "Quieter than usual for some time.<br>Called 08:00, over 08:40 · Nobody is at home" in page
    assert "Nobody has said that they were at the door." in page
    assert "Nobody has had to come" not in page
    assert "bathroom" not in page
    assert "bedroom" not in page
    assert "clinic" not in page


@pytest.mark.parametrize(
    ("kind", "unsaid"),
    [(AlertKind.BATHROOM, "bathroom"), (AlertKind.VITALS, "ital signs"), (AlertKind.ROUTINE_CHANGE, "outine")],
)
def test_while_a_call_is_open_its_heading_tells_no_room_and_nothing_of_health(
    world: World, kind: AlertKind, unsaid: str
) -> None:
    world.opens(kind, Severity.URGENT)

    page = world.browser(Role.FAMILY, "bo").get("/family?lang=en").text

    assert "I go" in page
    assert unsaid not in page


def test_what_she_answered_herself_is_told_without_asking_who_was_at_the_door(home: Path) -> None:
    mei = replace(MEI_HERSELF, channels=(Channel("mei-0", "mei", "sms", "13800000007"),))
    world = make_world(home, people=[mei])
    with world.services.care.begin() as connection:
        roster_store.save(connection, [], [], [mei])
    world.opens(AlertKind.INACTIVITY, Severity.URGENT)
    world.advance(2 * MINUTE)
    world.desk.sign_of_life(MEI.home, world.clock.now())

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "Called 08:00, over 08:02 · She is fine" in page
    assert "at the door" not in page
    world.close()


def test_of_several_homes_the_one_that_needs_somebody_is_shown_first(two: World) -> None:
    bo = two.browser(Role.FAMILY, "bo")
    assert "There are signs of life from Mei Chen." in bo.get("/family").text
    assert "There are signs of life from Old Zhao." in bo.get(f"/family?home={NEIGHBOUR.home}").text

    two.opens(AlertKind.FALL, Severity.EMERGENCY, NEIGHBOUR.home)

    assert "Old Zhao needs somebody." in bo.get("/family").text
    assert bo.get(f"/family?home={OTHER_SITE.home}").status_code == 404
    assert two.browser(Role.FAMILY, "yan").get(f"/family?home={NEIGHBOUR.home}").status_code == 404


def test_what_is_pressed_at_one_of_several_homes_leads_back_to_that_home(two: World) -> None:
    bo = two.browser(Role.FAMILY, "bo")
    there = f"/family?home={NEIGHBOUR.home}"
    alert = two.press_sos(NEIGHBOUR.home)

    for path, fields in (
        (f"/homes/{NEIGHBOUR.home}/away", {"hours": 2}),
        (f"/homes/{NEIGHBOUR.home}/back", {}),
        (f"/alerts/{alert.id}/accept", {}),
        (f"/alerts/{alert.id}/close", {"outcome": "safe"}),
    ):
        answer = bo.post(path, data={"csrf": two.csrf(bo), **fields})
        assert (answer.status_code, answer.headers["location"]) == (303, there), path


def _order(world: World, person: str) -> list[str]:
    page = world.browser(Role.FAMILY, person).get(CALLS).text
    listed = page.partition('<ol class="order">')[2].partition("</ol>")[0]
    return [name for name in ("You", "Bo Chen", "Yan Chen") if f"<b>{name}</b>" in listed] and [
        part.partition("</b>")[0] for part in listed.split("<b>")[1:]
    ]


def test_a_relative_moves_themselves_and_the_other_is_asked_to_agree(two: World) -> None:
    bo, yan = two.browser(Role.FAMILY, "bo"), two.browser(Role.FAMILY, "yan")
    assert _order(two, "bo") == ["You", "Yan Chen"]
    assert "has not said yes" not in bo.get(CALLS).text

    assert post(two, yan, f"/family/{MEI.home}/order", by=-1) == 303

    assert _order(two, "bo") == ["Yan Chen", "You"]
    assert "Another relative has changed the order." in bo.get(CALLS).text
    assert "has not said yes to this order so far" in yan.get(CALLS).text

    assert post(two, bo, f"/family/{MEI.home}/agree") == 303
    assert "has not said yes" not in yan.get(CALLS).text
    two.press_sos()
    two.advance(MINUTE)
    with two.services.care.read() as connection:
        assert [one.person for one in contacts.order(connection, MEI.home)] == ["yan", "bo"]


def test_a_wish_is_kept_and_heeded_by_the_desk(two: World) -> None:
    bo = two.browser(Role.FAMILY, "bo")
    wanted = [kind.value for kind in (AlertKind.INACTIVITY, AlertKind.VITALS)]

    assert post(two, bo, f"/family/{MEI.home}/wish", kinds=wanted, quiet_from="22:00", quiet_until="06:30") == 303

    with two.services.care.read() as connection:
        wish = contacts.wishes(connection, MEI.home)["bo"]
    muted = {AlertKind.MISSED_CHECK_IN, AlertKind.BATHROOM, AlertKind.NIGHT_DOOR, AlertKind.LEAK}
    assert wish == Wish("bo", frozenset(muted), time(22), time(6, 30))
    leak = two.opens(AlertKind.LEAK, Severity.URGENT)
    two.advance(16 * MINUTE)
    assert _called(two, leak.id) >= {"ana", "yan"}
    assert "bo" not in _called(two, leak.id)
    assert "bo" in _after(two, two.press_sos().id, 2 * MINUTE)


def _called(world: World, alert: str) -> set[str]:
    found = world.api(Role.STAFF).get(f"/api/v1/alerts/{alert}").json()
    return {line["detail"].get("person", "") for line in found["timeline"] if line["what"] == "called"}


def _after(world: World, alert: str, step: timedelta) -> set[str]:
    world.advance(step)
    return _called(world, alert)


@pytest.mark.parametrize(
    ("begin", "end"), [("22:00", ""), ("", "06:30"), ("night", "06:30"), ("25:00", "06:30")], ids=str
)
def test_quiet_hours_that_are_none_are_refused_in_words(world: World, begin: str, end: str) -> None:
    bo = world.browser(Role.FAMILY, "bo")

    answer = bo.post(f"/family/{MEI.home}/wish", data={"csrf": world.csrf(bo), "quiet_from": begin, "quiet_until": end})

    assert answer.status_code == 422
    assert "Quiet hours" in answer.text


def test_not_now_passes_over_a_relative_but_answers_no_emergency_for_them(two: World) -> None:
    bo = two.browser(Role.FAMILY, "bo")
    emergency = two.press_sos()
    two.advance(2 * MINUTE)

    assert post(two, bo, f"/family/{MEI.home}/pause", end="morning") == 303

    assert "You are left alone until tomorrow 08:00" in bo.get(CALLS).text
    assert "not now, until tomorrow 08:00" in two.browser(Role.FAMILY, "yan").get(CALLS).text
    timeline = two.api(Role.STAFF).get(f"/api/v1/alerts/{emergency.id}").json()["timeline"]
    assert not [line for line in timeline if line["what"] == "declined"]
    leak = two.opens(AlertKind.LEAK, Severity.URGENT)
    assert "bo" not in _after(two, leak.id, 16 * MINUTE)

    assert post(two, bo, f"/family/{MEI.home}/resume") == 303
    with two.services.care.read() as connection:
        assert pauses.running(connection, two.clock.now()) == []


def test_the_page_promises_the_calls_at_the_times_at_which_the_ladder_makes_them(world: World) -> None:
    """Mei cannot be asked by any channel, so that rung takes no time: the neighbours are called at once."""
    page = world.browser(Role.FAMILY, "bo").get(CALLS).text
    silence = page.partition("When nothing is heard of her")[2]
    promised = [part.partition("</b>")[0] for part in silence.partition("</ol>")[0].split("<b>")[1:]]

    assert promised == ["at once", "15 min later", "30 min later"]
    alert = world.opens(AlertKind.INACTIVITY, Severity.URGENT)
    assert "ana" in _called(world, alert.id)
    assert "bo" not in _after(world, alert.id, 14 * MINUTE)
    assert "bo" in _after(world, alert.id, MINUTE)


@pytest.mark.parametrize(
    ("sign", "check_in", "said"),
    [
        (EIGHT + 2 * HOUR, EIGHT + HOUR, "<b>09:00</b><span>next check-in expected by then"),
        (EIGHT + HOUR, EIGHT + 2 * HOUR, "<b>09:00</b><span>next sign expected by then"),
        (None, EIGHT + HOUR, "<b>09:00</b><span>next check-in expected by then"),
        (EIGHT + HOUR, None, "<b>09:00</b><span>next sign expected by then"),
        (EIGHT - HOUR, EIGHT + HOUR, "<b>09:00</b><span>next check-in expected by then"),
    ],
    ids=["check-in first", "sign first", "check-in only", "sign only", "sign overdue"],
)
def test_what_is_expected_first_is_told_first(
    world: World, sign: datetime | None, check_in: datetime | None, said: str
) -> None:
    coming = Next(expected_by=sign, check_in_by=check_in, asks_at=EIGHT + 3 * HOUR)
    world.homes.views[MEI.home] = replace(world.homes.views[MEI.home], next=coming)

    assert said in world.browser(Role.FAMILY, "bo").get("/family").text


@pytest.mark.parametrize("late", [timedelta(0), 4 * HOUR], ids=["just now", "for hours"])
def test_what_should_have_come_by_now_is_not_told_as_if_it_were_to_come(world: World, late: timedelta) -> None:
    world.homes.set(MEI.home, HomeState.QUIET)
    coming = Next(expected_by=EIGHT - late, asks_at=EIGHT + HOUR)
    world.homes.views[MEI.home] = replace(world.homes.views[MEI.home], next=coming)

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "expected by then" not in page
    assert "<b>09:00</b><span>if none, a neighbour goes" in page


def learn(world: World, *, days: int) -> None:
    model = replace(a_model(line=200), days=days)
    with world.services.care.begin() as connection:
        habits.add(connection, [Learned(MEI.home, EIGHT - 8 * HOUR, model_to_json(model))])


def is_like_any_other(world: World) -> bool:
    page = world.browser(Role.FAMILY, "bo").get("/family").text
    usual, only_signs = "A day like any other for Mei Chen.", "There are signs of life from Mei Chen."
    assert (usual in page) is not (only_signs in page)
    return usual in page


@pytest.mark.parametrize(("days", "usual"), [(None, False), (1, False), (13, False), (14, True)], ids=str)
def test_no_day_is_like_any_other_before_her_days_are_known(world: World, days: int | None, *, usual: bool) -> None:
    if days is not None:
        learn(world, days=days)

    assert is_like_any_other(world) is usual


@pytest.mark.parametrize(
    "kind", [AlertKind.MISSED_CHECK_IN, AlertKind.INACTIVITY, AlertKind.SOS, AlertKind.ROUTINE_CHANGE], ids=str
)
def test_a_day_with_an_alert_is_not_like_any_other_until_it_is_over(world: World, kind: AlertKind) -> None:
    learn(world, days=60)
    severity = Severity.NOTICE if kind is AlertKind.ROUTINE_CHANGE else Severity.URGENT
    alert = world.opens(kind, severity)
    world.clock.advance(5 * HOUR)
    world.desk.close(alert.id, "lin", Outcome.SAFE, "")

    assert not is_like_any_other(world)
    world.clock.advance(11 * HOUR - MINUTE)
    assert not is_like_any_other(world)
    world.clock.advance(MINUTE)
    assert is_like_any_other(world), "her local midnight"


@pytest.mark.parametrize(
    ("kind", "place", "drill"),
    [
        (AlertKind.LOW_BATTERY, MEI.home, False),
        (AlertKind.SOS, NEIGHBOUR.home, False),
        (AlertKind.SOS, MEI.home, True),
    ],
    ids=["a battery", "another home", "a drill"],
)
def test_what_is_not_about_her_leaves_the_day_as_it_is(
    world: World, kind: AlertKind, place: str, *, drill: bool
) -> None:
    learn(world, days=60)
    alert = world.opens(kind, Severity.NOTICE if kind is AlertKind.LOW_BATTERY else Severity.EMERGENCY, place)
    world.desk.close(alert.id, "lin", Outcome.SAFE, "")
    with world.services.care.begin() as connection:
        connection.execute(update(tables.alerts).values(drill=int(drill)))

    assert is_like_any_other(world)


@pytest.mark.parametrize(
    ("seen", "gone", "usual"),
    [
        ([(-8.5, -7.5)], [], True),
        ([(-10, -6)], [], False),
        ([(-3, -2.5), (-2.9, -2.4)], [], True),
        ([(-3, -2.5)], [(-2, -1.4)], False),
        ([], [(-5, -1)], False),
    ],
    ids=["half an hour of today", "since yesterday", "twice the same", "blind and away", "away"],
)
def test_a_day_of_which_hours_are_not_known_is_not_like_any_other(
    world: World, seen: list[tuple[float, float]], gone: list[tuple[float, float]], *, usual: bool
) -> None:
    learn(world, days=60)
    with world.services.care.begin() as connection:
        unseen.put(connection, [Unseen(MEI.home, EIGHT + a * HOUR, EIGHT + b * HOUR) for a, b in seen])
        for a, b in gone:
            absences.begin(connection, Absence(MEI.home, EIGHT + a * HOUR, EIGHT + b * HOUR, "bo"))

    assert is_like_any_other(world) is usual

"""What the board says will happen is what the desk then does; and it says who goes."""

import pytest

from dashboard.outlook import planned
from dashboard.queue import card_of, queue_of
from dashboard.standing import all_standings, open_alerts
from dashboard.windows import disc, level, words_of
from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import HomeState
from linli.people import Role
from tests.cast import EIGHT, HOUR, MINUTE
from tests.dashboard.world import World


def steps(world: World) -> list[tuple[float, str]]:
    """Return the coming steps of the one open alert: in how many seconds, and what."""
    (alert,) = world.desk.open_alerts()
    found = planned(alert, world.services.roster())
    return [((step.at - world.clock.now()).total_seconds(), step.what.template) for step in found]


def who(world: World) -> str:
    """Return who is on the one open alert, as a template."""
    (involved,) = open_alerts(world.services)
    return card_of(involved, world.services.roster()).who.template


def test_the_ladder_is_told_as_it_will_be_climbed(world: World) -> None:
    world.press_sos()

    assert steps(world) == [
        (30.0, "Neighbours are called another way"),
        (60.0, "The family is called"),
        (90.0, "Community staff are called"),
        (180.0, "Professionals are called"),
    ]


@pytest.mark.parametrize("seconds", [30, 60, 90, 180])
def test_what_was_told_is_what_happens(world: World, seconds: int) -> None:
    alert = world.press_sos()
    foretold = dict(steps(world))[float(seconds)]
    roles = {"The family": Role.FAMILY, "Community staff": Role.STAFF, "Professionals": Role.PROFESSIONAL}
    role = next((one for words, one in roles.items() if foretold.startswith(words)), Role.VOLUNTEER)

    for _ in range(seconds):
        world.advance(MINUTE / 60)
    (involved,) = open_alerts(world.services)

    assert any(request.role is role for request in involved.requests)
    assert involved.alert.id == alert.id


def test_a_rung_with_nobody_on_it_is_not_promised(world: World) -> None:
    """In River there are only staff."""
    world.opens(AlertKind.LEAK, Severity.URGENT, "home-40")

    assert [what for _, what in steps(world)] == [
        "Community staff are called again",
        "More people are called",
        "More people are called",
    ]


def test_while_somebody_is_on_the_way_the_next_step_is_the_end_of_the_lease(world: World) -> None:
    alert = world.press_sos()
    world.desk.accept(alert.id, "ana")

    assert steps(world)[0] == (600.0, "Neighbours are called another way")
    assert who(world) == "{names} on the way, due by {at}"

    world.desk.arrive(alert.id, "ana")
    assert steps(world) == [(1800.0, "Community staff are called")]
    assert who(world) == "{names} at the door"

    assert planned(world.desk.close(alert.id, "ana", Outcome.SAFE), world.services.roster()) == []


def test_emergencies_stand_before_what_is_urgent_and_notices_apart(world: World) -> None:
    world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE)
    world.opens(AlertKind.BATHROOM, Severity.URGENT)
    world.advance(MINUTE)
    world.press_sos("home-8")

    found = queue_of([], open_alerts(world.services), world.services.roster(), world.clock.now())

    assert [card.alert.kind for card in found.now] == [AlertKind.SOS, AlertKind.BATHROOM]
    assert [card.alert.kind for card in found.notices] == [AlertKind.LOW_BATTERY]


def test_a_case_to_which_somebody_goes_is_not_counted_among_those_that_need_somebody(world: World) -> None:
    alert = world.press_sos()
    world.opens(AlertKind.LEAK, Severity.URGENT, "home-8")
    lin = world.browser(Role.STAFF, "lin")
    assert "need somebody: 2" in lin.get("/queue").text

    world.desk.accept(alert.id, "ana")
    assert "need somebody: 1" in lin.get("/queue").text
    world.desk.arrive(alert.id, "ana")
    assert "need somebody: 1" in lin.get("/queue").text


def test_what_was_closed_today_is_counted_where_it_was(world: World) -> None:
    alert = world.opens(AlertKind.LEAK, Severity.URGENT, "home-40")
    world.desk.close(alert.id, "xu", Outcome.SAFE)

    assert "Closed today: 1" in world.browser(Role.STAFF, "xu").get("/queue").text
    assert "Closed today: 1" in world.browser(Role.STAFF).get("/queue").text
    assert "No alert was closed today" in world.browser(Role.STAFF, "lin").get("/queue").text


def test_what_comes_next_are_the_homes_that_are_quieter_than_usual(world: World) -> None:
    world.homes.set("home-8", HomeState.QUIET)

    found = queue_of(all_standings(world.services), [], world.services.roster(), world.clock.now())

    assert [(soon.standing.home.home, soon.at) for soon in found.soon] == [("home-8", EIGHT + 3 * HOUR)]


@pytest.mark.parametrize(
    ("minutes", "light"), [(0, 4), (15, 4), (16, 3), (60, 3), (61, 2), (180, 2), (181, 1), (3000, 1)]
)
def test_the_fresher_the_sign_the_lighter_the_window(minutes: int, light: int) -> None:
    assert level(minutes * MINUTE) == light


@pytest.mark.parametrize(("share", "eighths"), [(-1, 0), (0, 0), (0.5, 4), (0.99, 7), (1, 8), (7, 8)])
def test_the_disc_fills_up_to_the_line(share: float, eighths: int) -> None:
    assert disc(share) == eighths


def test_a_window_says_in_words_what_it_shows(world: World) -> None:
    world.homes.set("home-9", HomeState.UNMONITORED)
    standings = {one.home.home: one for one in all_standings(world.services)}

    assert words_of(standings["home-7"], "en") == "signs of life, last 07:50"
    assert words_of(standings["home-9"], "en") == "unmonitored"
    assert words_of(standings["home-7"], "zh") == "有活动迹象，最近 07:50"

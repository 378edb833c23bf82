"""Compounds are set beside each other for each home, the unmanaged first, and nobody sees one that is not theirs."""

from dataclasses import replace

import pytest

from dashboard.compounds import FEWEST, compounds
from dashboard.standing import Standing
from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import HomeState
from linli.people import Role
from linli.store import reports
from linli.store.overview import Involved
from tests.cast import GARDEN, HOMES, MEI, MINUTE, OTHER_SITE, RIVER, roster
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World, view

STANDINGS = [Standing(home, view(home.home)) for home in HOMES]


def ended(world: World, home: str, outcome: Outcome, *, came: bool = True) -> None:
    """Let an emergency be and end."""
    alert = world.press_sos(home).id
    world.clock.advance(5 * MINUTE)
    if came:
        world.desk.arrive(alert, "ana")
    world.clock.advance(MINUTE)
    world.desk.close(alert, "ana", outcome)


def past(world: World) -> list[reports.Past]:
    """Return what has happened."""
    with world.services.care.read() as connection:
        now = world.clock.now()
        return reports.alerts(connection, since=now - 10000 * MINUTE, until=now + MINUTE)


def test_a_compound_that_nobody_manages_stands_first() -> None:
    assert [one.site for one in compounds(STANDINGS, [], roster(), frozenset())] == [GARDEN, RIVER]
    assert [one.site for one in compounds(STANDINGS, [], roster(), {RIVER})] == [RIVER, GARDEN]


def test_figures_are_for_each_home_of_the_compound(world: World) -> None:
    ended(world, MEI.home, Outcome.SAFE)
    ended(world, MEI.home, Outcome.HELPED)
    ended(world, OTHER_SITE.home, Outcome.SAFE)
    blind = [replace(one, view=view(one.home.home, HomeState.UNMONITORED)) for one in STANDINGS[:1]]

    garden, river = compounds([*blind, *STANDINGS[1:]], past(world), roster(), frozenset())

    assert (garden.homes, garden.judged, garden.calling, garden.for_nothing, garden.volunteers) == (3, 2, 2, 1, 3)
    assert (river.homes, river.judged, river.calling, river.for_nothing, river.volunteers) == (1, 1, 1, 1, 0)
    assert garden.per_home(garden.calling) == pytest.approx(2 / 3)
    assert "<b>66.7</b> <small>2</small>" in world.browser(Role.STAFF, "lin").get("/sites").text
    assert garden.to_door.median == 5 * 60


def test_an_alert_of_a_blind_home_does_not_make_it_one_that_can_be_judged(world: World) -> None:
    involved = Involved(world.opens(AlertKind.SOS, Severity.EMERGENCY))
    blind = Standing(MEI, view(MEI.home, HomeState.UNMONITORED), (involved,))
    assert compounds([blind], [], roster(), frozenset())[0].share_judged == 0


def test_a_time_is_shown_only_of_enough_alerts(world: World) -> None:
    for _ in range(FEWEST - 1):
        ended(world, MEI.home, Outcome.SAFE)
    staff = world.browser(Role.STAFF, "lin")
    assert "too few to say: 4 of 4" in staff.get("/sites").text
    ended(world, MEI.home, Outcome.SAFE)
    shown = staff.get("/sites").text
    assert "too few" not in shown
    assert "<b>5 min</b>" in shown
    assert not Strict(shown).faults


def test_staff_of_one_compound_see_it_alone_and_no_other(world: World) -> None:
    shown = world.browser(Role.STAFF, "xu").get("/sites").text
    assert "site=river" in shown
    assert "site=garden" not in shown


def test_what_the_settings_call_unmanaged_is_marked_and_a_wrong_name_is_said(world: World) -> None:
    settings = replace(world.services.settings, unmanaged=frozenset({RIVER, "nowhere"}))
    world.app.state.services = replace(world.services, settings=settings)

    shown = world.browser(Role.STAFF).get("/sites").text

    assert shown.index("site=river") < shown.index("nobody manages it") < shown.index("site=garden")
    assert "nowhere is named as unmanaged" in shown
    assert "nowhere" not in world.browser(Role.STAFF, "lin").get("/sites").text

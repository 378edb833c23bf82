"""From afar: buildings as blocks where windows would be too many, live like the façade, and each opens as one."""

import pytest

from dashboard.access import reach_of
from dashboard.blocks import Block, blocks_of
from dashboard.eyes import Eyes
from dashboard.facade import Part
from dashboard.pages import board, homes
from dashboard.standing import Standing
from dashboard.voices import MapVoice, PageVoice
from linli.home_state import HomeState
from linli.people import Role
from linli.store.access import Identity
from tests.cast import HOMES, MEI, OTHER_SITE
from tests.dashboard.test_live import events
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World, view

STAFF = Identity(Role.STAFF)
XU = Identity(Role.STAFF, "xu")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three homes be many."""
    monkeypatch.setattr(board, "MOST_WINDOWS", 2)
    monkeypatch.setattr(homes, "MOST_ROWS", 2)


def test_a_block_is_filled_from_the_ground_by_the_calm_and_marked_with_the_rest() -> None:
    block = Block(MEI, {HomeState.ALERT: 1, HomeState.WELL: 2, HomeState.AWAY: 1})
    assert block.layers == [
        (HomeState.WELL, 0.0, 50.0),
        (HomeState.AWAY, 50.0, 25.0),
        (HomeState.ALERT, 75.0, 25.0),
    ]
    assert block.marks == [(HomeState.ALERT, 1)]
    assert block.states == [1, 0, 0, 1, 2]


def test_buildings_are_counted_as_people_count_them() -> None:
    names = ["10", "9", "2"]
    standings = [Standing(type(MEI)(f"h-{name}", "s", name), view(MEI.home)) for name in names]
    assert [block.home.building for block in blocks_of(standings)] == ["2", "9", "10"]


@pytest.mark.usefixtures("large")
def test_a_large_community_is_a_map_whose_blocks_open_as_facades(world: World) -> None:
    staff = world.browser(Role.STAFF)
    afar = staff.get("/").text
    assert not Strict(afar).faults
    assert f'id="b-{MEI.site}/{MEI.building}"' in afar
    assert f'id="w-{MEI.home}"' not in afar
    near = staff.get("/", params={"site": MEI.site, "building": MEI.building}).text
    assert f'id="w-{MEI.home}"' in near
    assert f'id="w-{OTHER_SITE.home}"' not in near
    assert not Strict(near).faults


@pytest.mark.usefixtures("large")
def test_staff_of_one_site_see_only_its_buildings_from_afar_too(world: World) -> None:
    eyes = Eyes(world.services)
    frames = MapVoice().tell(eyes.look(), reach_of(XU, world.services.roster()))
    (event, told), *_ = events(frames)
    assert event == "blocks"
    assert isinstance(told, dict)
    assert {block.split("/")[0] for block in told} == {OTHER_SITE.site}


def test_the_map_is_told_the_whole_count_of_the_building_in_which_something_happened(world: World) -> None:
    eyes, reach = Eyes(world.services), reach_of(STAFF, world.services.roster())
    eyes.look()
    world.press_sos()
    told = dict(events(MapVoice().tell(eyes.look(), reach)))
    here = sum((home.site, home.building) == (MEI.site, MEI.building) for home in HOMES)
    assert told["blocks"] == {f"{MEI.site}/{MEI.building}": [1, 0, 0, 0, here - 1]}
    assert "alerts" in told
    assert [event for event, _ in events(MapVoice().tell(eyes.look(), reach))] == []


def test_a_board_of_one_building_is_told_only_its_windows_but_every_alert(world: World) -> None:
    eyes, reach = Eyes(world.services), reach_of(STAFF, world.services.roster())
    eyes.look()
    world.press_sos()
    told = dict(events(PageVoice("en", Part(OTHER_SITE.site)).tell(eyes.look(), reach)))
    assert "windows" not in told
    assert "alerts" in told


@pytest.mark.usefixtures("large")
def test_a_long_list_of_homes_is_cut_and_says_so(world: World) -> None:
    listed = world.browser(Role.STAFF).get("/homes", params={"lang": "en"}).text
    assert f"The first 2 of {len(HOMES)}" in listed
    assert listed.count('scope="row"') == 2


def test_a_part_that_does_not_exist_is_an_empty_board_with_a_way_back(world: World) -> None:
    nowhere = world.browser(Role.STAFF).get("/", params={"site": "nowhere", "lang": "en"}).text
    assert "No home fits." in nowhere
    assert 'href="/"' in nowhere


def test_alerts_are_seen_at_each_look_even_when_the_homes_are_not_drawn_anew(world: World) -> None:
    eyes = Eyes(world.services)
    eyes.look()
    eyes._views_due = float("inf")  # drawing took so long that it must rest
    world.press_sos()
    change = eyes.look()
    assert [(standing.home.home, standing.state) for standing, _ in change.homes] == [(MEI.home, HomeState.ALERT)]
    assert len(change.alerts) == 1

"""A stairwell lost to one cause is framed as a whole; a single home, or a fifth of a stairwell, is not."""

from dataclasses import replace

import pytest

from dashboard.outages import outages
from linli.alert import AlertKind, Severity
from linli.people import Home, Role, Roster
from linli.store.overview import Involved
from tests.cast import GARDEN, HOMES, MEI, NEIGHBOUR
from tests.dashboard.world import World

STAIRS = tuple(replace(MEI, home=f"s-{number}", floor=str(number), door=f"{number}01") for number in range(1, 5))


def roster(*homes: Home) -> Roster:
    """Return a roster of these homes alone."""
    return Roster(homes={home.home: home for home in homes})


def incident(world: World, *homes: Home) -> Involved:
    """Return an alert that stands for the silence of some homes."""
    alert = world.opens(AlertKind.UNMONITORED, Severity.URGENT)
    members: dict[str, str | float] = {"homes": ", ".join(home.home for home in homes), "count": len(homes)}
    return Involved(replace(alert, home="", site=GARDEN, evidence=members))


@pytest.mark.parametrize(("lost", "framed"), [(1, False), (2, True), (4, True)])
def test_a_stairwell_is_framed_when_most_of_it_is_lost(world: World, lost: int, framed: bool) -> None:  # noqa: FBT001 - a row
    found = outages([incident(world, *STAIRS[:lost])], roster(*STAIRS))
    assert [one.stairwell for one in found] == [(GARDEN, MEI.building, MEI.unit)] * framed


def test_a_few_homes_of_a_large_stairwell_are_windows_and_no_stairwell(world: World) -> None:
    many = tuple(replace(MEI, home=f"m-{number}") for number in range(10))
    assert outages([incident(world, *many[:4])], roster(*many)) == []


def test_the_silence_of_one_home_and_every_other_alert_frame_nothing(world: World) -> None:
    alone = world.opens(AlertKind.UNMONITORED, Severity.NOTICE)
    call = replace(incident(world, MEI, NEIGHBOUR).alert, kind=AlertKind.SOS)
    assert outages([Involved(alone), Involved(call)], roster(*HOMES)) == []


def test_two_incidents_of_one_stairwell_give_one_label(world: World) -> None:
    one = incident(world, *STAIRS)
    assert len(outages([one, one], roster(*STAIRS))) == 1


def test_the_board_frames_the_lost_stairwell_and_its_queue_names_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = incident(world, MEI, NEIGHBOUR)
    where: dict[str, str | float] = {"building": "3", "unit": "2"}
    lost = Involved(replace(lost.alert, evidence={**lost.alert.evidence, **where}))
    monkeypatch.setattr("dashboard.pages.board.open_alerts", lambda _: [lost])

    drawn = world.browser(Role.STAFF).get("/").text

    assert 'class="stairs left1 right1 out" data-stairs="garden/3/2"' in drawn
    assert "No signal since 08:00" in drawn
    assert "<b>Building 3 Unit 2</b>" in drawn

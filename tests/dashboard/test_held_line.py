"""Staff see on a home's page that it has not its newest line, why, and what the newer one would have done."""

from dataclasses import replace

from linli.held_model import Held, Why
from linli.people import Role
from linli.store import habits
from tests.cast import EIGHT, HOUR, MEI
from tests.dashboard.world import World

HELD = Held(MEI.home, EIGHT - 48 * HOUR, EIGHT - 24 * HOUR, Why.NEW_KIND)
DIFFERENCE = {"nights": 5, "present": 1, "new": 2, "earlier_minutes": 40.2}


def page(world: World, held: Held | None, language: str = "en") -> str:
    if held is not None:
        with world.services.care.begin() as connection:
            habits.hold(connection, held)
    staff = world.browser(Role.STAFF, language=language)
    world.gives_reason(staff)
    answer = staff.get(f"/homes/{MEI.home}")
    assert answer.status_code == 200
    return str(answer.text)


def test_a_home_with_its_newest_line_says_nothing_of_it(world: World) -> None:
    assert "Her line of silence" not in page(world, None)


def test_what_the_newer_line_would_have_done_is_told(world: World) -> None:
    text = page(world, replace(HELD, difference=DIFFERENCE))

    assert "a new kind of line is tried beside it first." in text
    assert "Nights: 5. The newer one would have asked 2× and this one 1×" in text
    assert "it would ask 40 min sooner." in text
    assert f"linli model promote {MEI.home}" in text


def test_one_that_would_ask_later_says_so(world: World) -> None:
    later = replace(HELD, why=Why.ROLLED_BACK, difference={**DIFFERENCE, "earlier_minutes": -12.0})

    text = page(world, later)
    assert "staff have gone back to it." in text
    assert "12 min later." in text


def test_it_is_told_in_chinese_too(world: World) -> None:
    assert "较新的时限有疑问。" in page(world, replace(HELD, why=Why.DOUBTED), "zh")

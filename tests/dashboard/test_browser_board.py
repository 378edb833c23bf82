"""The board in a real browser: how old its news are, what it filters, how it is walked by keys, and what moves."""

import re

from playwright.sync_api import Browser, Page, expect

from dashboard.access import WALL
from linli.alert import AlertKind, AlertState, Severity
from linli.home_state import HomeState
from linli.people import Role
from linli.store import cases
from tests.cast import GARDEN, MEI, NEIGHBOUR, NEXT_BUILDING
from tests.dashboard.test_browser import SECONDS, opened, pytestmark
from tests.dashboard.world import World

__all__ = ["pytestmark"]


def on_board(browser: Browser, world: World, person: str = "") -> tuple[Page, list[str]]:
    """Open the board for staff and wait until its scripts run."""
    page, complaints = opened(browser, world, Role.STAFF, person)
    expect(page.locator("#sound")).to_be_visible(timeout=SECONDS)
    return page, complaints


def pass_time(page: Page, seconds: int) -> None:
    """Let the page's own clock run on."""
    page.clock.run_for(seconds * 1000)


def test_a_page_that_hears_nothing_says_so_within_ten_seconds_and_recovers_by_itself(
    browser: Browser,
    online: World,
) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    page.clock.install()
    page.reload()
    mark = page.locator("#live-words")
    expect(mark).to_have_text("Live", timeout=SECONDS)

    online.homes.down = True
    pass_time(page, 10)
    expect(mark).to_contain_text("No news for")
    expect(page.locator("body")).not_to_have_class("staff silent stale")
    pass_time(page, 30)
    expect(page.locator(".as-it-was")).to_contain_text("As it was at")

    online.homes.down = False
    expect(mark).to_have_text("Live", timeout=SECONDS)
    pass_time(page, 2)
    expect(page.locator(".as-it-was")).to_have_count(0)


def test_a_page_without_a_stream_does_not_call_itself_live(
    browser: Browser,
    online: World,
) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    page.goto(f"{online.services.settings.base_url}/rejections")
    expect(page.locator(".live")).to_be_hidden()


def test_a_tally_shows_its_homes_alone_and_never_dims_an_emergency(browser: Browser, online: World) -> None:
    online.homes.set(NEIGHBOUR.home, HomeState.QUIET)
    online.press_sos()
    page, complaints = on_board(browser, online)

    page.locator(".tallies [data-state=quiet]").click()

    light = {home: _opacity(page, home) for home in (MEI.home, NEIGHBOUR.home, NEXT_BUILDING.home)}
    assert light[MEI.home] == light[NEIGHBOUR.home] == 1 > light[NEXT_BUILDING.home]
    assert page.url.endswith("?state=quiet")
    page.reload()
    expect(page.locator("#sound")).to_be_visible()
    assert _opacity(page, NEXT_BUILDING.home) < 1
    page.locator(".tallies [data-state=quiet]").click()
    expect(page.locator("#street")).not_to_have_attribute("data-only", "quiet")
    assert complaints == []


def _opacity(page: Page, home: str) -> float:
    return float(page.locator(f"#w-{home}").evaluate("window_ => getComputedStyle(window_).opacity"))


def test_a_goes_to_the_first_who_waits_and_pressed_again_says_i_go(browser: Browser, online: World) -> None:
    alert = online.press_sos()
    page, _ = on_board(browser, online, "lin")

    page.keyboard.press("a")
    expect(page.get_by_role("button", name="I go")).to_be_focused()
    assert online.desk.open_alerts()[0].state is AlertState.OPEN
    page.keyboard.press("a")

    page.wait_for_url(f"**/alerts/{alert.id}")
    assert online.desk.open_alerts()[0].state is AlertState.ACCEPTED


def test_j_and_k_walk_the_queue_and_t_is_the_table(browser: Browser, online: World) -> None:
    online.opens(AlertKind.INACTIVITY, Severity.URGENT, NEIGHBOUR.home)
    online.press_sos()
    page, _ = on_board(browser, online)

    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Open")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#queue a.item").first).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Open")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_text("walk along the windows")).to_be_visible()
    page.keyboard.press("t")
    page.wait_for_url("**/homes")


def test_a_new_row_waits_while_a_row_is_in_focus_and_an_emergency_does_not(browser: Browser, online: World) -> None:
    online.opens(AlertKind.INACTIVITY, Severity.URGENT, NEIGHBOUR.home)
    page, complaints = on_board(browser, online)
    row = page.locator("#queue a.item").first
    row.focus()
    stood = row.bounding_box()

    online.opens(AlertKind.BATHROOM, Severity.URGENT, NEXT_BUILDING.home)
    expect(page.get_by_role("button", name="1 new")).to_be_visible(timeout=SECONDS)
    assert row.bounding_box() == stood
    expect(row).to_be_focused()
    emergency = online.press_sos()
    expect(page.locator(f"#case-{emergency.id}")).to_be_visible(timeout=SECONDS)

    row.blur()
    expect(page.locator("#queue a.item")).to_have_count(2, timeout=SECONDS)
    assert complaints == []


def test_a_board_whose_session_has_ended_is_not_left_standing_when_somebody_calls(
    browser: Browser, online: World
) -> None:
    page, _ = on_board(browser, online)
    page.context.clear_cookies()

    online.press_sos()

    page.wait_for_url("**/signin?next=/", timeout=SECONDS)


def test_the_board_sounds_once_for_each_new_emergency_and_only_when_switched_on(
    browser: Browser, online: World
) -> None:
    page, complaints = on_board(browser, online)
    switch = page.locator("#sound")
    expect(switch).to_have_text("Sound is off")

    first = online.press_sos()
    expect(page.locator(f"#case-{first.id}")).to_be_visible(timeout=SECONDS)
    expect(switch).not_to_have_attribute("data-rang", "1")
    switch.click()
    expect(switch).to_have_text("Sound is on")

    second = online.press_sos(NEIGHBOUR.home)
    expect(page.locator(f"#case-{second.id}")).to_be_visible(timeout=SECONDS)
    expect(switch).to_have_attribute("data-rang", "1")
    online.desk.accept(second.id, "jun")
    expect(page.locator(f"#case-{second.id}")).to_contain_text("Jun Wang on the way", timeout=SECONDS)
    expect(switch).to_have_attribute("data-rang", "1")
    assert complaints == []


def test_the_wall_refreshes_itself_and_stands_on_its_screen_uncut(browser: Browser, online: World) -> None:
    page, complaints = opened(browser, online, WALL, GARDEN)
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()

    online.press_sos()
    online.opens(AlertKind.BATHROOM, Severity.URGENT, NEIGHBOUR.home)

    expect(page.get_by_role("heading", name="Call for help")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("Please look in")).to_be_visible(timeout=SECONDS)
    cut = "document.querySelector('.going-on').scrollHeight > document.querySelector('.going-on').clientHeight + 1"
    expect(page.locator(".wires path")).to_have_attribute("d", re.compile("^M"))
    assert not page.evaluate(cut)
    assert not page.evaluate("document.documentElement.scrollHeight > innerHeight")
    assert complaints == []


def test_a_tap_of_staff_without_a_line_waits_on_the_page_and_is_sent_once_there_is_one(
    browser: Browser, online: World
) -> None:
    alert = online.press_sos()
    page, _ = on_board(browser, online)
    page.context.set_offline(True)

    page.locator(f"#case-{alert.id} button.go").click()

    expect(page.locator(".told.wait")).to_contain_text("Not yet sent", timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.OPEN
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="I cannot after all")).to_be_visible(timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.ACCEPTED


def test_a_tap_of_staff_that_was_not_sent_can_be_taken_back_and_two_are_sent_in_order(
    browser: Browser, online: World
) -> None:
    alert = online.press_sos()
    page, _ = opened(browser, online, Role.STAFF)
    page.goto(f"{online.services.settings.base_url}/alerts/{alert.id}")
    page.context.set_offline(True)
    page.get_by_role("button", name="At the door").click()
    page.get_by_role("button", name="Do not send it").click(timeout=SECONDS)
    expect(page.locator(".told.wait")).to_contain_text("Taken back")
    page.get_by_role("button", name="I go").click()
    page.get_by_role("button", name="At the door").click()
    expect(page.locator(".told.wait")).to_contain_text("Not yet sent", timeout=SECONDS)

    page.context.set_offline(False)

    expect(page.get_by_role("button", name="More hands are needed")).to_be_visible(timeout=SECONDS)
    with online.services.care.read() as connection:
        whats = [entry.what for entry in cases.read_log(connection, alert.id) if entry.who == "lin"]
    assert whats[:2] == ["accepted", "at_door"]


def test_what_was_due_on_a_page_without_news_is_not_counted_down_as_if_it_were_known(
    browser: Browser, online: World
) -> None:
    alert = online.press_sos()
    page, _ = opened(browser, online, Role.STAFF)
    page.clock.install()
    page.goto(f"{online.services.settings.base_url}/alerts/{alert.id}")
    expect(page.locator("#live-words")).to_have_text("Live", timeout=SECONDS)
    expect(page.locator(".nowline b[data-until]")).to_be_visible()
    expect(page.locator(".planned .if-stale").first).to_be_hidden()

    online.homes.down = True
    pass_time(page, 40)

    expect(page.locator(".as-it-was")).to_contain_text("As it was at")
    expect(page.locator(".nowline .chip")).to_have_text(re.compile(r"^as of 08:0\d:\d\d$"), use_inner_text=True)
    expect(page.locator(".nowline b[data-until]")).to_be_hidden()
    expect(page.locator(".planned").first).to_contain_text("due then:", use_inner_text=True)
    online.homes.down = False
    expect(page.locator("#live-words")).to_have_text("Live", timeout=SECONDS)
    pass_time(page, 2)
    expect(page.locator(".nowline b[data-until]")).to_be_visible()
    expect(page.locator(".planned .if-stale").first).to_be_hidden()

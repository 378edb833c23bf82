"""The desk's pages in a real browser: on the narrowest phone nothing is cut, nothing is blocked, and the keyboard reaches all."""

import pytest
from playwright.sync_api import Browser, expect

from linli.alert import Outcome
from linli.people import Role
from linli.store import visits
from linli.visit import VisitPlan
from tests.cast import EIGHT, MEI
from tests.dashboard.looking import is_cut
from tests.dashboard.test_browser import opened
from tests.dashboard.test_drills import drill
from tests.dashboard.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GAP = "/rota/gap?site=garden&role=staff&since=2026-11-24T00:00&until=2026-11-24T08:00"
PAGES = ["/visits", f"/homes/{MEI.home}/visits", "/rota", GAP, "/devices", "/reports?month=2026-11", "/alerts/{alert}"]


@pytest.fixture
def busy(online: World) -> World:
    """Let there be something to show on each page."""
    with online.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(MEI.home, 7, EIGHT, "lin", "change")])
    return online


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_and_nothing_is_blocked(browser: Browser, busy: World, path: str) -> None:
    alert = busy.press_sos()
    busy.desk.accept(alert.id, "ana")
    page, complaints = opened(browser, busy, Role.STAFF)

    page.goto(busy.services.settings.base_url + path.format(alert=alert.id))

    expect(page.locator("main")).to_be_visible()
    for width in (320, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert not is_cut(page), width
    assert complaints == []


def test_the_pages_that_are_opened_less_often_are_reached_by_the_keyboard(browser: Browser, online: World) -> None:
    page, _ = opened(browser, online, Role.STAFF)

    page.locator("nav.pages summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Rota")).to_be_visible()
    expect(page.locator("nav.pages summary")).to_have_text("Rota")


def test_a_visit_is_written_down_without_scripts(browser: Browser, online: World) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    state = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, locale="en-GB", storage_state=state).new_page()

    plain.goto(f"{online.services.settings.base_url}/homes/{MEI.home}/visits")
    plain.get_by_label("She is well").check(force=True)
    plain.get_by_role("button", name="Write it down").click()
    expect(plain.locator(".said")).to_contain_text("Written down")

    plain.get_by_role("button", name="Undo").click()
    expect(plain.get_by_text("No visit has been written down yet.")).to_be_visible()


def test_the_alert_of_the_page_is_drawn_anew_when_somebody_goes(browser: Browser, online: World) -> None:
    alert = online.press_sos()
    page, complaints = opened(browser, online, Role.STAFF)
    page.goto(f"{online.services.settings.base_url}/alerts/{alert.id}")
    expect(page.locator(".nowline")).to_contain_text("left, then: Neighbours are called another way")

    online.desk.accept(alert.id, "ana")

    expect(page.locator(".nowline")).to_contain_text("left, then the next are called", timeout=15_000)
    expect(page.locator(".lease-begins")).to_have_count(1)
    assert complaints == []


def test_a_wrong_outcome_is_corrected_by_the_keyboard_alone(browser: Browser, online: World) -> None:
    alert = online.press_sos()
    online.desk.close(alert.id, "lin", Outcome.DEVICE_FAULT)
    page, complaints = opened(browser, online, Role.STAFF, "lin")
    page.goto(f"{online.services.settings.base_url}/alerts/{alert.id}")

    page.get_by_text("It ended otherwise").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Helped")).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.locator(".case-top .push")).to_contain_text("Helped")
    expect(page.locator(".line > li").last).to_contain_text("Lin Zhou corrected how it ended: Helped")
    assert not is_cut(page)
    assert complaints == []


BROKEN = """() => {
    const broken = [], walk = document.createTreeWalker(document.querySelector("header.top"), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const words = document.createRange();
        words.selectNodeContents(walk.currentNode);
        const lines = new Set([...words.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)));
        if (lines.size > 1) broken.push(walk.currentNode.data.trim());
    }
    return broken;
}"""


def test_no_word_of_the_head_is_broken_at_the_desk_of_a_whole_office(browser: Browser, online: World) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    for _ in range(2):  # while nobody has said who sits there, and when somebody has
        page.goto(f"{online.services.settings.base_url}/")
        expect(page.locator(".live")).to_be_visible()
        for width in (920, 1024, 1280, 1366, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(BROKEN) == [], width
            assert not is_cut(page), width
        page.goto(f"{online.services.settings.base_url}/who")
        page.locator(".why").get_by_role("button", name="Lin Zhou").click()


def test_who_connects_a_button_sees_its_drill_answered_without_lifting_a_hand(browser: Browser, online: World) -> None:
    page, complaints = opened(browser, online, Role.STAFF, "lin")
    page.goto(f"{online.services.settings.base_url}/homes/{MEI.home}/connect")
    expect(page.get_by_text("an unannounced press calls people for real")).to_have_count(2)

    rung = drill(online)
    expect(page.get_by_role("cell", name="asked")).to_be_visible(timeout=15_000)
    online.desk.accept(rung.id, "ana")

    expect(page.get_by_role("cell", name="got it")).to_be_visible(timeout=15_000)
    assert complaints == []


A4 = {"width": 703, "height": 1032}
"""A sheet within its margins, in pixels."""


@pytest.mark.parametrize("path", PAGES)
def test_a_sheet_of_paper_has_all_that_is_read_and_nothing_that_is_pressed(
    browser: Browser, busy: World, path: str
) -> None:
    alert = busy.press_sos()
    page, _ = opened(browser, busy, Role.STAFF)
    page.goto(busy.services.settings.base_url + path.format(alert=alert.id))
    page.set_viewport_size(A4)  # type: ignore[arg-type]  # a TypedDict by structure

    page.emulate_media(media="print", color_scheme="dark")

    expect(page.locator("h1")).to_be_visible()
    assert page.locator("h1").evaluate("it => getComputedStyle(it).color") in {"rgb(35, 38, 43)", "rgb(0, 0, 0)"}
    expect(
        page.locator("nav.pages, main button, main select, main input[type=text]").filter(visible=True)
    ).to_have_count(0)
    assert not is_cut(page)


def test_high_contrast_tells_where_one_is(browser: Browser, online: World) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    page.emulate_media(forced_colors="active")
    page.goto(f"{online.services.settings.base_url}/")

    here, elsewhere = page.locator("nav.pages > a[aria-current]"), page.locator("nav.pages > a:not([aria-current])")
    colour = "element => getComputedStyle(element).borderBlockEndColor"
    assert here.evaluate(colour) != elsewhere.first.evaluate(colour)
    assert here.evaluate("() => getComputedStyle(document.body).backgroundColor") == elsewhere.first.evaluate(colour)

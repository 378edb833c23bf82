"""The family's and the resident's pages in a real browser: by keyboard, without scripts, read aloud, on the smallest phone."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.pages.signin import entry_link
from linli.people import Role
from linli.store.access import Identity
from tests.cast import MEI
from tests.dashboard.looking import is_cut
from tests.dashboard.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPEAKS = """
window.said = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  speaking: false, cancel() {}, speak(one) { window.said.push([one.lang, one.text]); },
} });
"""
MUTE = 'Object.defineProperty(window, "speechSynthesis", { value: undefined });'


def enter(context: BrowserContext, world: World, role: Role, person: str) -> tuple[Page, list[str]]:
    """Sign somebody in; return the page and what the browser complains of."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(entry_link(world.services, Identity(role, person)))
    page.get_by_role("button", name="Come in").click()
    page.wait_for_url("**/family" if role is Role.FAMILY else "**/me")
    return page, complaints


def phone(browser: Browser, width: int = 390, **options: object) -> BrowserContext:
    """Return a phone; a name that Playwright gives an option is passed on."""
    return browser.new_context(locale="en-GB", viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]  # by name


def test_an_absence_is_noted_by_keyboard_and_escape_changes_nothing(browser: Browser, online: World) -> None:
    page, complaints = enter(phone(browser), online, Role.FAMILY, "bo")
    page.get_by_text("She is away", exact=True).focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Mei Chen is away until")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert online.homes.absences == []

    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="2 hours").click()
    expect(page.get_by_text("Away until 10:00; Bo Chen noted it at 08:00.")).to_be_visible()
    page.get_by_role("button", name="Back at home").click()
    page.get_by_role("button", name="Undo: away until 10:00").click()
    expect(page.get_by_text("Away until 10:00")).to_be_visible()
    assert complaints == []


def test_everything_of_the_familys_works_without_scripts(browser: Browser, online: World) -> None:
    page, _ = enter(phone(browser, java_script_enabled=False), online, Role.FAMILY, "bo")

    page.get_by_text("She is away", exact=True).click()
    page.get_by_label("Or until a day and a time").fill("2026-11-24T18:30")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Away until tomorrow 18:30; Bo Chen noted it at 08:00.")).to_be_visible()

    page.get_by_role("link", name="Who is called").click()
    page.get_by_label("Water leak").uncheck()
    page.get_by_label("from").fill("22:00")
    page.get_by_label("until", exact=True).fill("06:30")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_label("Water leak")).not_to_be_checked()
    expect(page.get_by_label("from")).to_have_value("22:00")
    page.get_by_role("button", name="until tomorrow morning").click()
    page.get_by_role("button", name="I can be called again").click()
    expect(page.get_by_role("button", name="until tomorrow morning")).to_be_visible()


def test_the_resident_decides_without_scripts(browser: Browser, online: World) -> None:
    page, _ = enter(phone(browser, java_script_enabled=False), online, Role.RESIDENT, "mei")

    page.get_by_role("link", name="See all").click()
    page.get_by_role("button", name="They may see it").click()
    page.get_by_text("Pause until …").click()
    page.get_by_role("button", name="2 hours").click()
    expect(page.get_by_text("linli does not watch until 10:00.")).to_be_visible()
    page.get_by_role("button", name="Watch again now").click()
    page.get_by_text("I wish to be taken out").click()
    page.get_by_role("button", name="Yes, ask the office").click()
    page.get_by_role("button", name="I stay after all").click()
    expect(page.locator(".changes li")).to_have_count(5)
    expect(page.get_by_role("button", name="Read aloud").first).to_be_hidden()


def test_a_call_speaks_by_itself_once_and_rest_only_on_request(browser: Browser, online: World) -> None:
    context = phone(browser)
    context.add_init_script(SPEAKS)
    page, complaints = enter(context, online, Role.RESIDENT, "mei")
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()
    assert page.evaluate("window.said") == []

    page.get_by_role("button", name="Read aloud").click()
    assert "Today you have not told us yet" in page.evaluate("window.said[0][1]")

    online.press_sos()
    expect(page.get_by_text("We are calling somebody to you")).to_be_visible(timeout=15_000)
    page.wait_for_function("window.said.length > 0")
    (spoken,) = page.evaluate("window.said")
    assert spoken[0] == "en"
    assert spoken[1].startswith("Somebody has been called, Mei Chen.")
    page.reload()
    expect(page.get_by_text("We are calling somebody to you")).to_be_visible()
    assert page.evaluate("window.said") == [], "it was said already"
    assert complaints == []


def test_where_the_browser_cannot_speak_no_button_offers_it(browser: Browser, online: World) -> None:
    context = phone(browser)
    context.add_init_script(MUTE)
    page, complaints = enter(context, online, Role.RESIDENT, "mei")

    expect(page.get_by_role("button", name="I am fine")).to_be_visible()
    expect(page.get_by_role("button", name="Read aloud")).to_have_count(0)
    assert complaints == []


def cut_at(page: Page) -> list[int]:
    """Return the widths at which the page is wider than its window."""
    cut = []
    for width in (320, 390, 820, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        if is_cut(page):
            cut.append(width)
    return cut


def test_her_three_buttons_are_two_hundred_high_and_nothing_is_cut(browser: Browser, online: World) -> None:
    page, complaints = enter(phone(browser), online, Role.RESIDENT, "mei")

    assert cut_at(page) == []
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        boxes = [one.bounding_box() for one in page.locator(".wish").all()]
        assert [box is not None and box["height"] >= 200 for box in boxes] == [True, True, True]
    page.goto(online.services.settings.base_url + "/me/data")
    assert cut_at(page) == []
    online.press_sos()
    page.goto(online.services.settings.base_url + "/me")
    assert cut_at(page) == []
    assert complaints == []


def test_nothing_of_the_familys_is_cut(browser: Browser, online: World) -> None:
    page, complaints = enter(phone(browser), online, Role.FAMILY, "bo")

    assert cut_at(page) == []
    page.get_by_text("She is away", exact=True).click()
    assert cut_at(page) == []
    page.goto(f"{online.services.settings.base_url}/family/home-7/calls")
    assert cut_at(page) == []
    assert complaints == []


LINES = """one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_a_long_name_breaks_neither_the_mark_of_the_live_line_nor_itself(
    browser: Browser, online: World, width: int
) -> None:
    """The roster of a world is its own, so that a test may name somebody else."""
    online.services.roster().homes[MEI.home] = replace(MEI, resident="Margaret Featherstonehaugh-Cholmondeley")
    page, complaints = enter(phone(browser, width), online, Role.FAMILY, "bo")

    live = page.locator("#live-words")
    expect(live).to_have_text("Live")
    expect(live).to_be_visible()
    assert live.evaluate(LINES) == 1
    call = page.locator(".acts > a.button span")
    assert call.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert call.evaluate(LINES) <= len(("Call Margaret", "Featherstonehaugh-", "Cholmondeley"))
    assert not is_cut(page)
    assert complaints == []

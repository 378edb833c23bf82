"""The pages in a real browser, under their own strict policy: nothing is blocked, nothing is cut, news come by themselves."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import sessions
from dashboard.pages.signin import entry_link
from linli.people import Role
from linli.signals import Kind, Signal
from linli.store.access import Identity
from tests.cast import GARDEN, MEI, MINUTE, NEXT_BUILDING
from tests.dashboard.looking import is_cut
from tests.dashboard.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 15_000
PHONE = {"width": 390, "height": 844}


def opened(browser: Browser, world: World, role: str, person: str = "") -> tuple[Page, list[str]]:
    """Sign somebody in; return the page and the complaints that the browser makes."""
    page = browser.new_context(locale="en-GB").new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(entry_link(world.services, Identity(role, person)))
    page.get_by_role("button", name="Come in").click()
    return page, complaints


def test_an_alert_comes_to_the_board_by_itself(browser: Browser, online: World) -> None:
    page, complaints = opened(browser, online, Role.STAFF)
    expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()

    alert = online.press_sos()

    expect(page.locator(f"#case-{alert.id}")).to_be_visible(timeout=SECONDS)
    expect(page.locator(f"#w-{MEI.home}")).to_have_class("w alert emergency waiting", timeout=SECONDS)
    expect(page.locator("[data-count=alert]")).to_have_text("1")
    expect(page.locator("#wires path")).to_have_count(1)

    online.desk.accept(alert.id, "ana")
    expect(page.locator(f"#case-{alert.id}")).to_contain_text("Ana Li on the way", timeout=SECONDS)
    expect(page.locator(f"#w-{MEI.home} .badge")).to_be_attached(timeout=SECONDS)
    assert complaints == []
    assert not is_cut(page)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_nothing_of_the_head_is_cut_before_somebody_has_said_who_they_are(
    browser: Browser, online: World, locale: str
) -> None:
    url = online.services.settings.base_url
    context = browser.new_context(locale=locale)
    cookie = online.browser(Role.STAFF, sits="").cookies[sessions.COOKIE]
    context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": url}])
    page = context.new_page()

    for width in (320, 360, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(url)
        assert not is_cut(page)
        brand = page.locator(".brand span")
        assert width < 350 or brand.evaluate("one => one.scrollWidth <= one.clientWidth")
    page.locator(".more > summary").click()
    expect(page.locator(".more form[action='/signout'] button")).to_be_visible()


def test_the_request_works_without_scripts(browser: Browser, online: World) -> None:
    link = online.services.links.accept(online.press_sos().id, "ana")
    page = browser.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE).new_page()  # type: ignore[arg-type]  # a TypedDict by structure

    page.goto(link)
    page.get_by_role("button", name="I go").click()
    page.get_by_role("button", name="I am at the door").click()
    page.get_by_role("button", name="She is fine").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert online.desk.open_alerts() == []


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_on_a_low_phone_the_buttons_hide_nothing_of_a_request(browser: Browser, online: World, language: str) -> None:
    alert = online.press_sos()
    online.advance(2 * MINUTE)
    page = browser.new_context(locale=language, viewport={"width": 390, "height": 664}).new_page()

    page.goto(online.services.links.accept(alert.id, "ana"))

    above = page.locator("footer").bounding_box()
    assert above is not None
    for part in page.locator(".where, .map, .facts li").all():
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= above["y"]
    assert not is_cut(page)


@pytest.mark.parametrize(
    ("role", "person"), [(Role.STAFF, ""), (Role.FAMILY, "bo"), (Role.VOLUNTEER, "ana"), (Role.RESIDENT, "mei")]
)
def test_nothing_is_cut_on_a_phone_and_nobody_complains(
    browser: Browser, online: World, role: str, person: str
) -> None:
    online.press_sos()
    page, complaints = opened(browser, online, role, person)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict by structure

    page.reload()

    assert not is_cut(page)
    assert complaints == []


@pytest.mark.parametrize("path", ["/", "/start", f"/homes/{MEI.home}"])
def test_whoever_sits_in_the_office_can_sign_out_on_a_phone(browser: Browser, online: World, path: str) -> None:
    page, _ = opened(browser, online, Role.STAFF)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict by structure
    page.goto(f"{online.services.settings.base_url}{path}")

    page.locator(".more > summary").click()
    assert not is_cut(page)
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Password")).to_be_visible()


def test_the_volunteers_page_shows_a_new_request(browser: Browser, online: World) -> None:
    page, complaints = opened(browser, online, Role.VOLUNTEER, "ana")
    expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()

    online.press_sos()

    expect(page.get_by_role("button", name="I go")).to_be_visible(timeout=SECONDS)
    assert complaints == []


def test_a_volunteer_on_the_way_can_say_not_now_on_a_phone(browser: Browser, online: World) -> None:
    alert = online.press_sos()
    online.desk.accept(alert.id, "ana")
    page, complaints = opened(browser, online, Role.VOLUNTEER, "ana")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict by structure

    page.get_by_text("Not now", exact=True).click()
    assert not is_cut(page)
    page.get_by_role("button", name="until tomorrow morning").click()

    expect(page.get_by_text("You are not called until tomorrow 08:00")).to_be_visible()
    assert not is_cut(page)
    page.get_by_role("button", name="I can be called again").click()
    expect(page.get_by_text("Not now", exact=True)).to_be_visible()
    assert complaints == []


def in_mei_s_home(world: World, *hours_ago: float) -> None:
    """Let something be heard in Mei's home, and Lin have said why she looks."""
    moments = [world.clock.now() - timedelta(hours=hours) for hours in hours_ago]
    world.services.signals.append(
        [Signal(MEI.home, "bath", Kind.MOTION, "on", at, at, f"k{at}", room="bathroom") for at in moments]
    )


def test_a_days_numbers_are_read_by_arrow_keys_and_pointer_and_t_opens_the_tables(
    browser: Browser, online: World
) -> None:
    in_mei_s_home(online, 0.5, 25, 26, 26.5)
    page, complaints = opened(browser, online, Role.STAFF, "lin")
    page.goto(f"{online.services.settings.base_url}/homes/{MEI.home}")
    page.get_by_role("button", name="a planned visit").click()
    numbers = page.locator("#day-numbers")
    expect(numbers).to_contain_text("arrow keys")

    page.locator("#weeks").focus()
    page.keyboard.press("ArrowDown")
    expect(numbers).to_contain_text("23 Nov · Signs 1")
    page.keyboard.press("ArrowDown")
    expect(numbers).to_contain_text("22 Nov · Signs 3")
    expect(page.locator("#under")).to_have_attribute("y", "16")
    page.keyboard.press("End")
    expect(numbers).to_contain_text("27 Oct")
    page.locator("#weeks svg").hover(position={"x": 300, "y": 30})
    expect(numbers).to_contain_text("23 Nov")

    expect(page.locator("#days")).to_be_hidden()
    page.keyboard.press("t")
    expect(page.locator("#days")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("#days")).to_be_hidden()
    assert complaints == []


def test_a_home_is_opened_and_noted_without_scripts_on_a_phone(browser: Browser, online: World) -> None:
    in_mei_s_home(online, 0.5)
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(entry_link(online.services, Identity(Role.STAFF, "lin")))
    page.get_by_role("button", name="Come in").click()
    page.goto(f"{online.services.settings.base_url}/homes/{MEI.home}")
    page.get_by_label("Or in a few words").fill("her lamp")
    page.get_by_role("button", name="Open with this reason").click()
    page.get_by_label("Write something down").fill("The lamp is mended.")
    page.get_by_role("button", name="Note it").last.click()

    expect(page.locator("#notes")).to_contain_text("The lamp is mended.")
    expect(page.get_by_text("Your look is on record: her lamp.")).to_be_visible()
    page.get_by_text("As a table").last.click()
    expect(page.locator("#days")).to_be_visible()
    context.close()


def test_a_home_fits_a_narrow_window_and_one_sheet_of_paper(browser: Browser, online: World) -> None:
    in_mei_s_home(online, 0.5)
    online.press_sos()
    page, complaints = opened(browser, online, Role.STAFF, "lin")
    page.goto(f"{online.services.settings.base_url}/homes/{MEI.home}")
    for width in (320, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert not is_cut(page)

    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    assert complaints == []


@pytest.mark.parametrize("width", [320, 390])
def test_the_way_in_is_written_whole_and_nothing_is_red_once_somebody_goes(
    browser: Browser, online: World, width: int
) -> None:
    link = online.services.links.accept(online.press_sos(NEXT_BUILDING.home).id, "lin")
    page = browser.new_context(locale="en-GB", viewport={"width": width, "height": 844}).new_page()
    page.goto(link)
    within = """text => {
        const [inner, outer] = [text, text.ownerSVGElement].map((one) => one.getBoundingClientRect());
        return inner.left >= outer.left && inner.right <= outer.right && inner.bottom <= outer.bottom;
    }"""
    assert page.locator(".map text").evaluate(within)

    page.get_by_role("button", name="I go").click()

    bar = page.locator(".band.going .bar")
    expect(bar).to_be_visible()
    expect(bar).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_the_history_of_a_ladder_is_whole_on_a_phone(browser: Browser, online: World) -> None:
    assert online.services.tuning is not None
    text = "notice:\n  at once call staff\n  then again every 1 day\n  be there within 1 day\n"
    online.services.tuning.ladders.save(GARDEN, text, before=None, by="lin")
    page, complaints = opened(browser, online, Role.STAFF)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict by structure

    page.goto(f"{online.services.settings.base_url}/ladders?site={GARDEN}")

    box = page.get_by_role("button", name="Back to before").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]
    assert complaints == []

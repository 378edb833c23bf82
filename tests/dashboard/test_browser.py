"""The pages in a real browser, under their own strict policy: nothing is blocked, nothing is cut, news come by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard.pages.signin import entry_link
from linli.people import Role
from linli.store.access import Identity
from tests import needs
from tests.cast import MEI
from tests.dashboard.served import free_socket, served
from tests.dashboard.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 15_000
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser."""
    program = needs.need("browser")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


@pytest.fixture
def online(home: Path) -> Iterator[World]:
    """Serve a world."""
    listening = free_socket()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    world = make_world(home, base_url=address, demo=True)
    with served(world, listening):
        yield world
    world.close()


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


def is_cut(page: Page) -> bool:
    """Tell whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


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


def test_the_request_works_without_scripts(browser: Browser, online: World) -> None:
    link = online.services.links.accept(online.press_sos().id, "ana")
    page = browser.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE).new_page()  # type: ignore[arg-type]  # a TypedDict by structure

    page.goto(link)
    page.get_by_role("button", name="I go").click()
    page.get_by_role("button", name="I am at the door").click()
    page.get_by_role("button", name="She is fine").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert online.desk.open_alerts() == []


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

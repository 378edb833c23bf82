"""The board in a real browser: how old its news are, what it filters, how it is walked by keys, and what moves."""

from playwright.sync_api import Browser, Page, expect

from linli.people import Role
from tests.dashboard.test_browser import SECONDS, browser, online, opened, pytestmark
from tests.dashboard.world import World

__all__ = ["browser", "online", "pytestmark"]


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

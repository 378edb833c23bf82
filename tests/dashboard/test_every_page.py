"""Every page there is: in the list, without a fault that axe finds, nothing cut, all of it within reach of the Tab key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from bench.screens.camera import Look, browser, free_socket, open_page, served, url_of
from bench.screens.gallery import CHOSEN, MOST_BYTES, PICTURES
from bench.screens.pages import NO_PAGES, PAGES, Page
from bench.screens.worlds import NAMES, World, world
from dashboard.access import TABLE
from tests import needs

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def test_every_page_stands_in_the_list() -> None:
    routes = {route.partition(" ")[2] for route in TABLE if route.startswith("GET ")}
    pages = {route for route in routes if not route.startswith("/api/")}

    assert {page.route for page in PAGES} | set(NO_PAGES) == pages
    assert not {page.route for page in PAGES} & set(NO_PAGES)


def test_every_page_is_looked_at_in_a_world_that_there_is() -> None:
    assert {name for page in PAGES for name in page.worlds} == set(NAMES)
    assert {name for name, _, _ in CHOSEN} <= {page.name for page in PAGES}


def test_the_pictures_in_the_repository_stay_light() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


@dataclass(frozen=True)
class Shown:
    """A small town behind a browser."""

    world: World
    chromium: Browser
    url: str


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    """Make the town once: no page changes it by being looked at."""
    program = needs.browser_for_pages()
    listening = free_socket()
    url = url_of(listening)
    with world("busy", url, homes=12, days=2) as made, served(made.app, listening), browser(program) as chromium:
        yield Shown(made, chromium, url)


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> Page:
    """Return each page in turn."""
    found: Page = request.param
    return found


@pytest.mark.browser
@pytest.mark.slow
def test_nobody_at_a_desk_is_shut_out_of_a_page_not_even_with_a_keyboard_alone(shown: Shown, page: Page) -> None:
    tab, complaints = open_page(shown.chromium, shown.world, page, Look(1440, "zh", "light"), shown.url)

    assert _faults(tab) == []

    wanted = tab.evaluate(REACHABLE)
    met = _walk(tab, len(wanted) + 20)
    assert set(wanted) - {name for name, _ in met} == set()
    assert [name for name, ring in met if not ring] == []
    assert complaints == []
    tab.context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_nobody_with_a_phone_is_shut_out_of_a_page_not_even_with_a_narrow_one(shown: Shown, page: Page) -> None:
    tab, complaints = open_page(shown.chromium, shown.world, page, Look(360, "en", "dark"), shown.url)

    assert _faults(tab) == []

    tab.set_viewport_size({"width": 320, "height": 780})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert complaints == []
    tab.context.close()


def _faults(tab: Tab) -> list[str]:
    """Return what axe finds wrong: the rule, and the element that breaks it."""
    found: Any = Axe().run(tab, options=RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:160]}" for one in found for node in one["nodes"]]


def _walk(tab: Tab, most: int) -> list[tuple[str, bool]]:
    """Press Tab again and again; return what had the focus, and whether that could be seen."""
    tab.evaluate(NOTE_FOCUS)
    for _ in range(most):
        tab.keyboard.press("Tab")
    return [(name, ring) for name, ring in tab.evaluate("window.met")]


_NAME = """
window.named = (node) => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  return `${all.indexOf(node)} ${node.tagName} ${(node.getAttribute('aria-label') || node.textContent || node.name || '').trim().slice(0, 30)}`;
};
"""
REACHABLE = f"""() => {{
  {_NAME}
  const one = {{}};
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter((node) => {{
    if (node.disabled || node.type === 'hidden' || node.tabIndex < 0) return false;
    if (!node.checkVisibility({{ checkVisibilityCSS: true }})) return false;
    if (node.type !== 'radio') return true;
    return (one[node.name] = one[node.name] || node) === node;
  }}).map(window.named);
}}"""
NOTE_FOCUS = """() => {
  const seen = (one) => { const style = getComputedStyle(one); return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; };
  window.met = [];
  document.addEventListener("focusin", ({ target }) => {
    window.met.push([window.named(target), seen(target) || seen(target.closest("label") || target)]);
  });
}"""

"""What each person mostly does, walked from beginning to end in a browser: in both languages, on a phone and at a desk.

The walks go by what is written on the buttons, in the reader's language, so a word that is missing stops them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.pages.signin import entry_link
from linli.alert import AlertKind, Severity
from linli.home_state import HomeState
from linli.people import Role
from linli.store import roster as roster_store
from linli.store.access import Identity
from linli.words import translate
from tests.cast import MEI
from tests.dashboard.looking import is_cut
from tests.dashboard.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENS = {"phone": {"width": 360, "height": 780}, "desk": {"width": 1440, "height": 900}}


@dataclass
class Walker:
    """Somebody with a browser, who reads one language."""

    tab: Page
    language: str
    world: World

    def says(self, template: str, **fields: str) -> str:
        """Return a sentence as this person reads it."""
        return translate(template, self.language).format(**fields)

    def come_in(self, role: Role, person: str = "") -> None:
        """Open the link of somebody and press its button."""
        self.tab.goto(entry_link(self.world.services, Identity(role, person)))
        self.press("Come in")

    def press(self, template: str) -> None:
        """Press a button by what is written on it, and see that nothing is cut afterwards."""
        self.tab.get_by_role("button", name=self.says(template)).first.click()
        self.look()

    def open(self, template: str) -> None:
        """Open what is folded."""
        self.tab.locator("summary").filter(has_text=self.says(template)).first.click()

    def look(self) -> None:
        """See that the page is not wider than the screen."""
        assert not is_cut(self.tab)

    def sees(self, template: str, **fields: str) -> None:
        """Wait until something is written on the page."""
        expect(self.tab.locator("body")).to_contain_text(re.compile(re.escape(self.says(template, **fields))))


@pytest.fixture(params=[(s, language) for s in SCREENS for language in ("zh", "en")], ids="-".join)
def walker(request: pytest.FixtureRequest, browser: Browser, online: World) -> Iterator[Walker]:
    """Return somebody with each screen and each language in turn."""
    screen, language = request.param
    wishes: dict[str, Any] = {"viewport": SCREENS[screen], "locale": "zh-CN" if language == "zh" else "en-GB"}
    context = browser.new_context(**wishes)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield Walker(tab, language, online)
    context.close()
    assert complaints == []


def test_a_volunteer_goes_arrives_and_says_how_it_was(walker: Walker) -> None:
    alert = walker.world.press_sos()
    walker.tab.goto(walker.world.services.links.accept(alert.id, "ana"))

    walker.press("I go")
    walker.press("I am at the door")
    walker.press("She is fine")

    walker.sees("Thank you for having been there")
    assert walker.world.desk.open_alerts() == []


def test_the_family_notes_that_she_is_away_and_back(walker: Walker) -> None:
    walker.come_in(Role.FAMILY, "bo")

    walker.open("She is away")
    walker.press("until this evening")

    assert walker.world.homes.absences[-1].home == MEI.home
    walker.press("Back at home")
    assert walker.world.homes.views[MEI.home].state is HomeState.WELL


def test_the_resident_says_that_she_is_fine_and_calls_for_help(walker: Walker) -> None:
    walker.come_in(Role.RESIDENT, "mei")

    walker.press("I am fine")
    walker.press("Please come")

    kinds = {(signal.kind, signal.value) for signal in walker.world.services.signals.recent(MEI.home, limit=10)}
    assert {("check_in", "ok"), ("sos", "pressed")} <= kinds


def test_staff_take_over_a_call_and_close_it_with_an_outcome(walker: Walker) -> None:
    alert = walker.world.opens(AlertKind.LEAK, Severity.URGENT)
    walker.come_in(Role.STAFF, "lin")
    walker.tab.goto(f"{walker.world.services.settings.base_url}/alerts/{alert.id}")

    for tap in ("I go", "At the door"):
        walker.press(tap)
        _is_heeded(walker, tap)
    walker.tab.reload()  # what the taps changed is drawn by then: nothing is drawn anew under the next ones
    walker.open("Close…")
    walker.tab.get_by_role("radio", name=walker.says("The device")).check()
    walker.press("Close the alert")
    _is_heeded(walker, "Close the alert")

    assert walker.world.desk.open_alerts() == []


def _is_heeded(walker: Walker, tap: str) -> None:
    """Wait until the page no longer offers what was tapped: a tap is sent beside the page."""
    expect(walker.tab.get_by_role("button", name=walker.says(tap), exact=True)).to_have_count(0, timeout=20_000)


def test_staff_announce_a_drill_and_call_it_off(walker: Walker) -> None:
    walker.come_in(Role.STAFF)
    walker.tab.goto(f"{walker.world.services.settings.base_url}/homes/{MEI.home}/connect")

    walker.press("Announce a drill")
    walker.press("Call it off")

    expect(walker.tab.get_by_role("button", name=walker.says("Announce a drill"))).to_be_visible()


def test_the_office_begins_with_a_password_and_imports_a_roster(walker: Walker, tmp_path: Path) -> None:
    file = tmp_path / "homes.csv"
    file.write_text("home,site,building,door\nhome-7,garden,3,503\nhome-60,garden,3,701\n", encoding="utf-8")
    walker.come_in(Role.STAFF)
    walker.tab.goto(f"{walker.world.services.settings.base_url}/start")
    walker.tab.locator("#login").fill("office")
    walker.tab.locator("#password-new").fill("a long password")
    walker.press("Keep it")
    walker.sees("You can sign in with a name and a password.")

    walker.tab.get_by_role("link", name=walker.says("Change it with a file")).click()
    walker.tab.locator("#file").set_input_files(file)
    walker.press("Show what would change")
    walker.sees("After the import")
    walker.press("Import it")

    walker.sees("Imported: {file}", file="homes.csv")
    with walker.world.services.care.read() as connection:
        assert roster_store.load(connection).homes["home-60"].door == "701"
    walker.press("Take it back")
    with walker.world.services.care.read() as connection:
        assert "home-60" not in roster_store.load(connection).homes


def test_the_office_lets_another_limit_hold_and_takes_it_back(walker: Walker) -> None:
    walker.come_in(Role.STAFF)
    walker.tab.goto(f"{walker.world.services.settings.base_url}/settings")

    walker.tab.locator("#v-load_limit_per_week").fill("3")
    walker.tab.locator("#v-load_limit_per_week").press("Enter")

    walker.sees("not the default")
    walker.press("Back to the default")
    expect(walker.tab.locator("body")).not_to_contain_text(walker.says("not the default"))


def test_the_import_is_walked_with_the_keyboard_alone(browser: Browser, online: World, tmp_path: Path) -> None:
    file = tmp_path / "homes.csv"
    file.write_text("home,site,building\nhome-61,garden,3\n", encoding="utf-8")
    tab = browser.new_context(locale="en-GB").new_page()
    person = Walker(tab, "en", online)
    person.come_in(Role.STAFF)
    tab.goto(f"{online.services.settings.base_url}/import")
    tab.locator("#file").set_input_files(file)  # a file is chosen in a window of the system's
    tab.locator("#file").focus()

    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("/import/.+"))
    tab.get_by_role("button", name="Import it").focus()
    tab.keyboard.press("Enter")

    person.sees("Imported: {file}", file="homes.csv")

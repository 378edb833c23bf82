"""The settings on their page: chosen within their limits, heeded by a running linli, kept with who chose, and taken back."""

import multiprocessing
import re
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from linli.chosen_settings import CHOSEN, effective
from linli.clock import VirtualClock
from linli.core import build
from linli.data_dir import DataDir
from linli.errors import LinliError, StoreDown
from linli.people import Role
from linli.settings import Settings
from linli.store import roster as roster_store
from linli.store import setting_choices
from linli.tuning import setting_desk
from linli.tuning.setting_desk import SettingsDesk
from tests.cast import EIGHT, GARDEN
from tests.dashboard.world import TestClient, World


@pytest.fixture
def office(world: World) -> TestClient:
    return world.browser(Role.STAFF)


def choose(world: World, browser: TestClient, name: str, value: str) -> int:
    """Choose a value on the page; return the status."""
    fields = {"csrf": world.csrf(browser), "value": value}
    return int(browser.post(f"/settings/{name}/choose", data=fields).status_code)


def value_of(world: World, name: str) -> str:
    """Return what holds."""
    assert world.services.tuning is not None
    return next(one.value for one in world.services.tuning.settings() if one.name == name)


def test_each_setting_is_shown_with_its_unit_default_and_meaning(office: TestClient) -> None:
    page = office.get("/settings").text

    for name in CHOSEN:
        field = Settings.model_fields[name]
        assert f'id="{name}"' in page
        assert re.sub("`([^`]+)`", r"<code>\1</code>", str(field.description).replace("'", "&#39;")) in page
    assert "`" not in page
    assert "default 8 h" in page


def test_what_is_chosen_holds_and_can_be_taken_back(world: World, office: TestClient) -> None:
    assert choose(world, office, "load_limit_per_week", "3") == 303
    assert value_of(world, "load_limit_per_week") == "3"
    page = office.get("/settings").text
    assert "not the default" in page
    assert "Back to 5" in page

    choose(world, office, "load_limit_per_week", "5")

    assert value_of(world, "load_limit_per_week") == "5"


def test_an_empty_choice_is_the_default_again(world: World, office: TestClient) -> None:
    choose(world, office, "day_line_hours", "6")

    choose(world, office, "day_line_hours", "")

    assert value_of(world, "day_line_hours") == "8"


@pytest.mark.parametrize("value", ["2.5", "1_0.5", "3"])
def test_what_cannot_be_rehearsed_says_so(world: World, office: TestClient, value: str) -> None:
    fields = {"csrf": world.csrf(office), "value": value}

    answer = office.post("/settings/load_limit_per_week/try", data=fields)

    assert answer.status_code == 422
    assert world.services.tuning is not None
    assert world.services.tuning.trial() is None


def test_a_value_may_be_written_in_the_wide_digits_of_a_chinese_keyboard(world: World, office: TestClient) -> None:
    assert choose(world, office, "day_line_hours", " \uff16 ") == 303

    assert value_of(world, "day_line_hours") == "6"


@pytest.mark.parametrize("value", ["-1", "49", "eight", "nan", "inf", "0"])
def test_a_value_out_of_its_limits_changes_nothing_and_says_which_are(
    world: World, office: TestClient, value: str
) -> None:
    assert choose(world, office, "day_line_hours", value) == 422

    assert value_of(world, "day_line_hours") == "8"


def test_no_other_setting_can_be_chosen(world: World, office: TestClient) -> None:
    assert choose(world, office, "sms_secret", "1") == 404
    assert choose(world, office, "data", "1") == 404


def test_what_was_set_at_the_start_cannot_be_chosen_away(world: World, tmp_path: Path) -> None:
    given = Settings(data=tmp_path, day_line_hours=6)
    desk = SettingsDesk(given, world.services.care, world.clock)

    with pytest.raises(LinliError, match="was set at the start"):
        desk.choose("day_line_hours", "9", by="office")

    assert effective(given, {"day_line_hours": "9"}).day_line_hours == 6


def test_a_choice_that_a_later_linli_cannot_take_is_passed_over(tmp_path: Path) -> None:
    assert effective(Settings(data=tmp_path), {"day_line_hours": "1000", "gone": "1"}).day_line_hours == 8


def test_a_running_linli_heeds_what_is_chosen(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, canary_minutes=0)
    core = build(settings, DataDir(tmp_path), VirtualClock(EIGHT), "http://127.0.0.1")
    desk = SettingsDesk(settings, core.care, core.clock)

    desk.choose("check_in_grace_minutes", "75", by="office")
    desk.choose("load_limit_per_week", "2", by="office")
    core.refresh()

    assert core.watch._homes.rules.check_in_grace.total_seconds() == 75 * 60
    assert core.desk.book.load_limit == 2
    assert core.settings.check_in_grace_minutes == 75
    core.close()


def test_what_was_chosen_holds_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, canary_minutes=0)
    core = build(settings, DataDir(tmp_path), VirtualClock(EIGHT), "http://127.0.0.1")
    SettingsDesk(settings, core.care, core.clock).choose("night_line_hours", "10", by="office")
    core.close()

    again = build(settings, DataDir(tmp_path), VirtualClock(EIGHT), "http://127.0.0.1")

    assert again.watch._homes.rules.night_line.total_seconds() == 10 * 3600
    with again.care.read() as connection:
        (choice,) = setting_choices.history(connection)
    assert (choice.by, choice.before, choice.value) == ("office", "12", "10")
    again.close()


def test_a_rehearsal_without_a_past_says_so_and_leaves_everything(world: World, office: TestClient) -> None:
    fields = {"csrf": world.csrf(office), "value": "6"}

    answer = office.post("/settings/day_line_hours/try", data=fields)

    assert answer.headers["location"] == "/settings/trial"
    assert office.get("/settings/trial").status_code == 200
    assert value_of(world, "day_line_hours") == "8"
    office.post("/settings/trial/stop", data={"csrf": world.csrf(office)})
    assert office.get("/settings/trial").headers["location"] == "/settings"


def never_ends(*_: object) -> None:
    """Stand in for a past that takes long to live again; runs in the rehearsal's own process."""
    threading.Event().wait()


def test_of_two_rehearsals_begun_at_once_one_runs_and_the_other_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_desk, "_live_again", never_ends)
    offices, together = [world.browser(Role.STAFF), world.browser(Role.STAFF)], threading.Barrier(2)
    told: dict[str, httpx.Response] = {}

    def begin(office: TestClient, value: str) -> None:
        fields = {"csrf": world.csrf(office), "value": value}
        together.wait()
        told[value] = office.post("/settings/day_line_hours/try", data=fields)

    threads = [threading.Thread(target=begin, args=one) for one in zip(offices, ("5", "6"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in told.values()) == [303, 409]
    refused = next(answer.text for answer in told.values() if answer.status_code == 409)
    assert "Another rehearsal is under way, so yours was not begun." in refused
    running = [one for one in multiprocessing.active_children() if one.name == "rehearsal"]
    assert len(running) == 1
    trial = world.services.tuning.trial() if world.services.tuning else None
    assert trial is not None
    office = offices[0]
    for value, status in ((trial.value, 303), ("7", 409)):
        fields = {"csrf": world.csrf(office), "value": value}
        assert office.post("/settings/day_line_hours/try", data=fields).status_code == status
    office.post("/settings/trial/stop", data={"csrf": world.csrf(office)})
    for listener in [one for one in threading.enumerate() if one.name == "rehearsal"]:
        listener.join()  # not the process: of two that wait for it, only one is told at once that it is gone
    assert [one for one in multiprocessing.active_children() if one.name == "rehearsal"] == []


class FullDesk(SettingsDesk):
    """A desk whose disk is full."""

    def choose(self, name: str, value: str | None, *, by: str) -> None:
        """Store nothing."""
        raise StoreDown(f"the disk is full, so {by} cannot set {name} to {value}")


def test_a_right_value_is_not_called_wrong_because_the_disk_is_full(world: World, office: TestClient) -> None:
    full = FullDesk(Settings(), world.services.care, world.services.clock)
    world.app.state.services = replace(world.services, tuning=full)

    answer = office.post("/settings/day_line_hours/choose", data={"csrf": world.csrf(office), "value": "6"})

    assert answer.status_code == 503


def names_site(world: World, browser: TestClient, name: str, site: str = GARDEN) -> int:
    """Give a compound a name on the page; return the status."""
    fields = {"csrf": world.csrf(browser), "name": name}
    return int(browser.post(f"/settings/sites/{site}", data=fields).status_code)


def test_a_compound_gets_the_name_that_people_use(world: World, office: TestClient) -> None:
    assert names_site(world, office, "  Willow   Garden ") == 303

    assert "Willow Garden" in world.browser(Role.STAFF, "lin").get("/").text.partition("</header>")[0]
    assert "Willow Garden" in office.get("/sites").text
    assert "Willow Garden" in world.browser(Role.STAFF, "lin").get("/reports").text.partition("<main")[2]


def test_a_name_that_was_given_is_kept_with_who_gave_it_and_taken_back(world: World, office: TestClient) -> None:
    names_site(world, office, "Willow Garden")
    with world.services.care.read() as connection:
        (choice,) = setting_choices.history(connection)
    assert (choice.by, choice.before, choice.value) == ("xu", GARDEN, "Willow Garden")
    assert "Back to garden" in office.get("/settings").text

    names_site(world, office, "")

    assert "Back to Willow Garden" in office.get("/settings").text
    with world.services.care.read() as connection:
        assert roster_store.site_names(connection)[GARDEN] == GARDEN


def test_the_same_name_once_more_is_no_change(world: World, office: TestClient) -> None:
    names_site(world, office, "Willow Garden")
    names_site(world, office, "Willow Garden")

    with world.services.care.read() as connection:
        assert len(setting_choices.history(connection)) == 1


@pytest.mark.parametrize(
    ("name", "site", "status"),
    [("river", GARDEN, 422), ("two\x07 bells", GARDEN, 422), ("x" * 41, GARDEN, 422), ("Garden", "gardn", 404)],
    ids=["another's", "unprintable", "too long", "no such compound"],
)
def test_a_name_that_would_mislead_is_refused(
    world: World, office: TestClient, name: str, site: str, status: int
) -> None:
    assert names_site(world, office, name, site) == status

    with world.services.care.read() as connection:
        assert roster_store.site_names(connection) == {GARDEN: GARDEN, "river": "river"}

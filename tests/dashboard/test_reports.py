"""A month in figures: counted from what happened, without drills, and only of the homes that are one's business."""

import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dashboard.report import span_of
from linli.alert import AlertKind, Outcome, Severity
from linli.people import Role
from tests.cast import EIGHT, MEI, MINUTE
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World

MONTH = f"{EIGHT.astimezone(MEI.zone):%Y-%m}"


def month(world: World, table: str, person: str = "") -> list[dict[str, str]]:
    """Return a table of the running month."""
    answer = world.browser(Role.STAFF, person).get("/reports.csv", params={"month": MONTH, "table": table})
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def helped(world: World) -> None:
    """Let Ana go to Mei: a yes after two minutes, at the door after ten, all well after twenty."""
    alert = world.press_sos().id
    for wait, act in ((2, world.desk.accept), (8, world.desk.arrive)):
        world.clock.advance(wait * MINUTE)
        act(alert, "ana")
    world.clock.advance(10 * MINUTE)
    world.desk.close(alert, "ana", Outcome.SAFE)


def test_the_page_tells_how_soon_somebody_came_and_whether_for_nothing(world: World) -> None:
    helped(world)

    shown = world.browser(Role.STAFF).get("/reports", params={"month": MONTH, "lang": "en"}).text

    assert not Strict(shown).faults
    assert "1 of 1" in shown
    assert "2 min" in shown
    assert "10 min" in shown
    assert "1 called people for nothing" in shown
    assert "100 % within 30 min" in shown


def test_the_tables_can_be_taken_along(world: World) -> None:
    helped(world)

    (alert,) = month(world, "alerts")
    people = {row["person"]: row for row in month(world, "people")}
    channels = {row["channel"]: row for row in month(world, "channels")}

    assert (alert["home"], alert["kind"], alert["outcome"]) == (MEI.home, "sos", "safe")
    assert alert["accepted_at"] == (EIGHT + 2 * MINUTE).astimezone(ZoneInfo("Asia/Shanghai")).isoformat()
    assert people["ana"]["went"] == "1"
    assert sum(int(row["other"]) + int(row["sent"]) for row in channels.values()) > 0


def test_staff_of_another_site_read_nothing_of_it(world: World) -> None:
    helped(world)

    assert month(world, "alerts", "xu") == []
    assert month(world, "people", "xu") == []


def test_an_empty_month_says_so_and_a_wrong_one_what_is_wanted(world: World) -> None:
    staff = world.browser(Role.STAFF)

    assert "There was no alert in this month." in staff.get("/reports", params={"month": "2020-02"}).text
    for wrong in ("2020-13", "soon", "2020", "0001-01", "9999-12"):
        assert staff.get("/reports", params={"month": wrong}).status_code == 422


def test_a_low_battery_calls_nobody_for_nothing(world: World) -> None:
    world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE)

    shown = world.browser(Role.STAFF).get("/reports", params={"month": MONTH, "lang": "en"}).text

    assert "1 alerts in" in shown
    assert "0 called people for nothing" in shown


def test_a_month_is_one_of_the_place_whatever_the_season() -> None:
    begin, end = span_of(date(2026, 3, 17), ZoneInfo("Europe/Berlin"))
    assert (begin.isoformat(), end.isoformat()) == ("2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00")
    begin, end = span_of(date(2026, 12, 31), ZoneInfo("Asia/Shanghai"))
    assert end - begin == timedelta(days=31)

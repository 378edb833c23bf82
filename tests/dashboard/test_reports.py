"""A month in figures: counted from what happened, without drills, and only of the homes that are one's business."""

import csv
import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from dashboard.report import days_of, span_of
from dashboard.report_sheets import Sheet
from dashboard.sight import KEPT, judged_share
from linli.alert import AlertKind, NoticeState, Outcome, Severity
from linli.home_state import HomeState
from linli.learning import WINDOW
from linli.people import Role
from linli.store import outbox, reports, visits
from linli.store.unseen import EVERY_HOME, Unseen
from linli.visit import Visit, VisitPlan, VisitResult
from tests.cast import EIGHT, MEI, MINUTE, NEIGHBOUR
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World, view

DAY = timedelta(days=1)

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


def test_tries_that_failed_are_counted_also_of_what_was_not_given_up(world: World) -> None:
    world.press_sos()
    now = world.clock.now()
    for _ in range(3):
        with world.services.care.begin() as connection:
            for one in outbox.claim(connection, now, lease=MINUTE, limit=99):
                outbox.record_failure(
                    connection, one.key, state=NoticeState.WAITING, now=now, due_at=now, reason="HTTP 404"
                )

    for row in month(world, "channels"):
        assert row["sent"] == row["failed"] == "0"
        assert int(row["failed_tries"]) == 3 * int(row["other"]) > 0


@pytest.mark.parametrize(
    ("state", "attempts", "reason", "failed"),
    [
        (NoticeState.SENT, 1, "", 0),
        (NoticeState.WAITING, 0, "", 0),
        (NoticeState.WAITING, 7, "HTTP 404", 7),
        (NoticeState.WITHDRAWN, 7, "HTTP 404", 7),
        (NoticeState.WITHDRAWN, 1, "", 0),
        (NoticeState.LEASED, 1, "", 0),
        (NoticeState.LEASED, 7, "HTTP 404", 6),
    ],
)
def test_of_a_try_in_hand_nothing_is_known(state: NoticeState, attempts: int, reason: str, failed: int) -> None:
    assert reports._failed_tries(state, attempts, reason) == failed


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

    assert "1 alert; homes: " in shown
    assert "0 called people for nothing" in shown


def test_a_month_is_one_of_the_place_whatever_the_season() -> None:
    begin, end = span_of(date(2026, 3, 17), ZoneInfo("Europe/Berlin"))
    assert (begin.isoformat(), end.isoformat()) == ("2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00")
    begin, end = span_of(date(2026, 12, 31), ZoneInfo("Asia/Shanghai"))
    assert end - begin == timedelta(days=31)


def test_the_kinds_are_told_apart_with_how_often_they_rang_for_nothing(world: World) -> None:
    helped(world)
    world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE)

    kinds = {row["kind"]: row for row in month(world, "kinds")}

    assert (kinds["sos"]["for_nothing"], kinds["sos"]["median_seconds_to_door"]) == ("1", "600.0")
    assert (kinds["low_battery"]["called_people"], kinds["low_battery"]["median_seconds_to_yes"]) == ("0", "")


def test_the_homes_where_it_rang_for_nothing_are_named(world: World) -> None:
    helped(world)

    assert month(world, "homes") == [{"home": MEI.home, "called_people": "1", "for_nothing": "1"}]
    assert "Mei Chen" in world.browser(Role.STAFF).get("/reports", params={"month": MONTH}).text


def test_visits_stand_beside_what_the_plan_asked_for_and_with_who_made_them(world: World) -> None:
    with world.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(MEI.home, 5, EIGHT - 10 * DAY, "lin", "c")])
        for days, result in ((9, VisitResult.WELL), (4, VisitResult.NOT_MET)):
            visits.write(connection, Visit(MEI.home, EIGHT - days * DAY, "kai", result), EIGHT)

    figures = {row["figure"]: row["value"] for row in month(world, "figures")}
    people = {row["person"]: row for row in month(world, "people")}

    assert (figures["visits_met"], figures["visits_nobody_opened"], figures["visits_planned"]) == ("1", "1", "2.0")
    assert (people["kai"]["visits"], people["kai"]["asked"]) == ("1", "0")
    assert [row["result"] for row in month(world, "visits")] == ["well", "not_met"]
    assert month(world, "visits", "xu") == []
    told = world.browser(Role.STAFF).get("/reports", params={"month": MONTH, "lang": "en"}).text
    assert "1 of 2" in told
    assert "50 %" in told


def test_the_workbook_holds_every_table_and_no_formula(world: World) -> None:
    with world.services.care.begin() as connection:
        visits.write(connection, Visit(MEI.home, EIGHT, "=1+1", VisitResult.WELL), EIGHT)
    helped(world)

    answer = world.browser(Role.STAFF).get("/reports.xlsx", params={"month": MONTH})
    book = load_workbook(io.BytesIO(answer.content))

    assert book.sheetnames == [sheet.value for sheet in Sheet]
    assert [cell.value for cell in book["homes"][2]] == [MEI.home, 1, 1]
    (name,) = [row[2] for row in book["visits"].iter_rows(min_row=2)]
    assert (name.value, name.data_type) == ("=1+1", "s")
    assert month(world, "visits")[0]["by"] == "'=1+1"


def test_staff_get_no_workbook_of_another_site(world: World) -> None:
    helped(world)
    xu = world.browser(Role.STAFF, "xu")

    assert xu.get("/reports", params={"site": "garden"}).status_code == 404
    assert xu.get("/reports.xlsx", params={"site": "garden"}).status_code == 404
    book = load_workbook(io.BytesIO(xu.get("/reports.xlsx", params={"month": MONTH}).content))
    assert book["alerts"].max_row == 1


def test_a_month_stands_beside_the_one_before_it(world: World) -> None:
    helped(world)
    world.clock.advance(20 * DAY)

    told = world.browser(Role.STAFF).get("/reports", params={"lang": "en"}).text

    assert "December 2026" in told
    assert "There was no alert in this month." in told
    told = world.browser(Role.STAFF).get("/reports", params={"month": MONTH, "lang": "en"}).text
    assert "month before: 0" in told


def test_each_day_has_its_alerts(world: World) -> None:
    helped(world)
    with world.services.care.read() as connection:
        since, until = span_of(EIGHT.date(), MEI.zone)
        past = reports.alerts(connection, since=since, until=until)

    days = days_of(past, EIGHT.date(), MEI.zone)

    assert len(days) == 30
    assert [(day.day.day, day.emergencies, day.count) for day in days if day.count] == [(23, 1, 1)]


def judged(*spans: Unseen, heard_from: datetime | None = EIGHT - 90 * DAY, blind: bool = False) -> float | None:
    """Return for which share of ten days, five of them gone, Mei's home and her neighbour's could be judged."""
    views = {MEI.home: view(MEI.home, HomeState.UNMONITORED if blind else HomeState.WELL, EIGHT - DAY)}
    since, until = EIGHT - 5 * DAY, EIGHT + 5 * DAY
    homes = [MEI.home, NEIGHBOUR.home]
    return judged_share(homes, spans, views, since=since, until=until, now=EIGHT, heard_from=heard_from)


def test_homes_could_be_judged_except_while_they_or_linli_were_blind() -> None:
    hers = Unseen(MEI.home, EIGHT - 9 * DAY, EIGHT - 4 * DAY)
    deaf = Unseen(EVERY_HOME, EIGHT - 4.5 * DAY, EIGHT - 3 * DAY)

    assert judged() == 1
    assert judged(hers) == pytest.approx(0.9)
    assert judged(hers, deaf) == pytest.approx(1 - 3.5 / 10)
    assert judged(blind=True) == pytest.approx(1 - (1 + 10 / 1440) / 10)


def test_nothing_is_said_of_a_time_of_which_nobody_knows() -> None:
    assert judged(heard_from=None) is None
    assert judged(heard_from=EIGHT + DAY) is None
    assert judged(Unseen(MEI.home, EIGHT - DAY, EIGHT), heard_from=EIGHT - 2 * DAY) == pytest.approx(0.75)
    long_ago = EIGHT - 200 * DAY
    assert judged_share([MEI.home], [], {}, since=long_ago, until=EIGHT, now=EIGHT, heard_from=long_ago) is None
    assert WINDOW >= KEPT

"""The page of an alert tells what was done and what will be, so that nobody need ask whether somebody goes."""

import re
from datetime import timedelta

import pytest

from dashboard.answers import unreached_by
from dashboard.story import Row, groups_of, rows_of
from linli.alert import AlertKind, Entry, Notice, NoticeState, NoticeType, Outcome, Request, RequestState, Severity
from linli.people import Role
from linli.store import cases, outbox
from tests.cast import EIGHT, GARDEN, HOUR, LIN, MEI, MINUTE
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World

SECOND = timedelta(seconds=1)


def rows(world: World, alert: str) -> list[Row]:
    """Return the rows of an alert."""
    with world.services.care.read() as connection:
        found = cases.by_id(connection, alert)
        assert found is not None
        return rows_of(cases.read_log(connection, alert), found)


def page(world: World, alert: str, language: str = "en") -> str:
    """Return the page as Lin sees it."""
    told: str = world.browser(Role.STAFF, "lin", language).get(f"/alerts/{alert}").text
    return told


def test_those_who_are_called_at_one_moment_are_told_in_one_row(world: World) -> None:
    alert = world.press_sos().id

    (opened, called) = rows(world, alert)
    assert (opened.lead.what, called.lead.what) == ("opened", "called")
    assert called.people == ("ana",)


def test_who_did_not_answer_is_told_together_with_who_is_called_instead(world: World) -> None:
    log = [
        Entry(EIGHT, "opened"),
        Entry(EIGHT, "called", detail={"person": "ana", "role": "volunteer"}),
        Entry(EIGHT + 20 * SECOND, "silent", detail={"person": "ana"}),
        Entry(EIGHT + 20 * SECOND, "called", detail={"person": "jun", "role": "volunteer"}),
        Entry(EIGHT + 20 * SECOND, "silent", detail={"person": "kai"}),
    ]

    (_, _, instead) = rows_of(log, world.press_sos())

    assert (instead.silent, instead.people) == (("ana", "kai"), ("jun",))


def test_messages_that_went_out_make_no_row_but_those_that_did_not_do(world: World) -> None:
    log = [
        Entry(EIGHT, "called", detail={"person": "ana"}),
        Entry(EIGHT + SECOND, "notice_sent", "ana"),
        Entry(EIGHT + 2 * SECOND, "notice_failed", "jun"),
    ]

    assert [row.lead.what for row in rows_of(log, world.press_sos())] == ["called", "notice_failed"]


def test_the_promise_runs_beside_the_rows_from_the_yes_to_its_end(world: World) -> None:
    alert = world.press_sos().id
    world.clock.advance(2 * MINUTE)
    world.desk.accept(alert, "ana")
    world.clock.advance(MINUTE)
    world.desk.accept(alert, "jun")
    world.clock.advance(20 * MINUTE)
    world.desk.tick(world.clock.now())

    told = {row.lead.what: row.lease for row in rows(world, alert)}

    assert (told["accepted"], told["joined"], told["lease_ended"]) == ("begins", "runs", "ends")


def test_the_time_without_help_ends_at_the_door_and_not_with_a_yes(world: World) -> None:
    alert = world.press_sos().id
    world.clock.advance(MINUTE)
    world.desk.accept(alert, "ana")
    world.clock.advance(5 * MINUTE)
    world.desk.arrive(alert, "ana")
    world.clock.advance(MINUTE)
    world.desk.close(alert, "ana", Outcome.SAFE)

    told = {row.lead.what: row.is_helped for row in rows(world, alert)}

    assert (told["accepted"], told["at_door"], told["closed"]) == (False, True, True)


def test_once_somebody_goes_those_who_were_asked_stand_by(world: World) -> None:
    alert = world.press_sos()
    states = {"bo": RequestState.DECLINED, "jun": RequestState.ASKED, "kai": RequestState.SILENT}
    waiting = [Request(person, Role.VOLUNTEER, 0, state, EIGHT) for person, state in states.items()]
    going = Request("ana", Role.VOLUNTEER, 0, RequestState.ACCEPTED, EIGHT)

    before = groups_of(states, waiting, alert)
    after = groups_of(["ana", *states], [going, *waiting], world.desk.accept(alert.id, "ana"))

    assert [(one.state, one.stand_by, one.people) for one in before] == [
        (RequestState.DECLINED, False, ("bo",)),
        (RequestState.ASKED, False, ("jun",)),
        (RequestState.SILENT, False, ("kai",)),
    ]
    assert [(one.state, one.stand_by, one.people) for one in after] == [
        (RequestState.ACCEPTED, False, ("ana",)),
        (RequestState.DECLINED, False, ("bo",)),
        (None, True, ("jun", "kai")),
    ]


def test_the_page_names_who_will_be_called_next_and_unless_what(world: World) -> None:
    alert = world.press_sos().id
    world.desk.accept(alert, "ana")
    world.clock.advance(MINUTE)

    told = page(world, alert)

    assert "if Ana Li is not at the door" in told
    assert "The family is called: Bo Chen" in told
    assert "Community staff are called: Lin Zhou" in told
    assert "09:00" in told
    assert "left, then the next are called" in told


def test_what_is_written_as_left_is_the_time_to_the_next_step_that_is_named(world: World) -> None:
    alert = world.press_sos().id
    world.clock.advance(5 * SECOND)

    told = page(world, alert)

    until = re.search(r'data-until="([^"]+)"', told)
    assert until is not None
    assert until[1] == (EIGHT + 30 * SECOND).isoformat()
    assert "left, then: Neighbours are called another way" in told


def test_the_whole_log_is_there_as_a_table(world: World) -> None:
    alert = world.press_sos().id
    world.desk.accept(alert, "ana")
    with world.services.care.read() as connection:
        lines = len(cases.read_log(connection, alert))

    told = page(world, alert)
    table = told[told.index("<table") : told.index("</table>")]

    assert not Strict(told).faults
    assert table.count("<tr>") - 1 == lines + table.count("planned")
    assert table.count("planned") > 0


def test_closing_has_no_outcome_that_is_chosen_already(world: World) -> None:
    alert = world.press_sos().id
    lin = world.browser(Role.STAFF, "lin")

    assert "checked" not in page(world, alert)
    assert lin.post(f"/alerts/{alert}/close", data={"csrf": world.csrf(lin)}).status_code == 422
    assert [one.id for one in world.desk.open_alerts()] == [alert]


def test_staff_can_ring_whoever_goes(world: World) -> None:
    alert = world.press_sos().id
    world.desk.accept(alert, "ana")

    acts = page(world, alert).partition('data-fresh="acts"')[2].partition("</section>")[0]

    assert f'href="tel:{MEI.phone}"' in acts
    assert 'href="tel:13800000001"' in acts
    assert "I go too" in acts


def test_a_notice_and_a_drill_never_burn(world: World) -> None:
    assert "line calm" in page(world, world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE).id)
    assert "line burning" in page(world, world.press_sos().id)


def test_a_step_of_another_day_says_which(world: World) -> None:
    alert = world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE).id
    world.clock.advance(HOUR)

    assert "<small>Tue 24 November</small>" in page(world, alert)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_about_a_stairwell_lists_its_homes_of_ones_own_site_only(world: World, language: str) -> None:
    from linli.finding import Finding
    from linli.words import Sentence

    evidence = {"homes": "home-7, home-8, home-40, gone"}
    why = Sentence("Unmonitored")
    world.desk.open([Finding("k", "", GARDEN, AlertKind.UNMONITORED, Severity.URGENT, EIGHT, why, evidence)])
    (alert,) = world.desk.open_alerts()

    told = page(world, alert.id, language)

    assert "/homes/home-8" in told
    assert "home-40" not in told
    assert LIN.name in told


def test_staff_correct_an_outcome_on_the_page_of_the_alert_and_both_stand_in_its_story(world: World) -> None:
    alert = world.press_sos().id
    world.desk.close(alert, "lin", Outcome.DEVICE_FAULT)
    lin = world.browser(Role.STAFF, "lin")
    before = lin.get(f"/alerts/{alert}").text
    assert "It ended otherwise" in before
    assert 'value="device_fault"' not in before

    answer = lin.post(f"/alerts/{alert}/correct", data={"csrf": world.csrf(lin), "outcome": "helped"})

    assert answer.status_code == 303
    told = lin.get(answer.headers["location"]).text
    assert "Lin Zhou corrected how it ended: Helped" in told
    assert "· Helped" in told
    assert [row.lead.what for row in rows(world, alert)][-2:] == ["closed", "corrected"]
    assert rows(world, alert)[-1].is_helped
    assert world.desk.open_alerts() == []


def test_an_end_that_can_no_longer_be_corrected_offers_no_correction_and_takes_none(world: World) -> None:
    alert = world.press_sos().id
    world.desk.close(alert, "lin", Outcome.DEVICE_FAULT)
    world.clock.advance(31 * MINUTE)
    lin = world.browser(Role.STAFF, "lin", "zh")

    assert "结果选错了" not in lin.get(f"/alerts/{alert}").text
    refused = lin.post(f"/alerts/{alert}/correct", data={"csrf": world.csrf(lin), "outcome": "helped"})

    assert refused.status_code == 409
    assert "半小时内" in refused.text
    with world.services.care.read() as connection:
        kept = cases.by_id(connection, alert)
    assert kept is not None
    assert kept.outcome is Outcome.DEVICE_FAULT


def lose(world: World, alert: str, person: str, reason: str = "HTTP 500") -> None:
    """Let every message to somebody fail."""
    with world.services.care.begin() as connection:
        for notice in outbox.of_alert(connection, alert):
            if notice.person == person:
                outbox.record_failure(
                    connection, notice.key, state=NoticeState.FAILED, now=world.clock.now(), reason=reason
                )


def people_on(told: str) -> str:
    """Return the list of people on a page of an alert, without its tags."""
    return re.sub(r"<[^>]+>", " ", told.partition("<h2>People</h2>")[2].partition("</section>")[0])


def test_who_was_reached_by_no_message_is_not_said_not_to_have_answered(world: World) -> None:
    alert = world.press_sos().id
    world.advance(MINUTE)
    lose(world, alert, "ana")

    told = page(world, alert)

    assert "Ana Li could not be reached; called instead" in told
    assert "Ana Li did not answer" not in told
    assert "could not be reached" in people_on(told)
    assert "No message went out: HTTP 500. Please telephone them." in told


def test_who_got_one_of_several_messages_was_reached() -> None:
    def notice(person: str, state: NoticeState, reason: str = "") -> Notice:
        return Notice("n", "a", person, "c", NoticeType.CALL, Severity.EMERGENCY, EIGHT, state, 1, reason)

    notices = [
        notice("ana", NoticeState.FAILED, "no such number"),
        notice("ana", NoticeState.SENT),
        notice("bo", NoticeState.FAILED, "HTTP 401"),
        notice("bo", NoticeState.WAITING, "HTTP 500"),
        notice("jun", NoticeState.FAILED, "HTTP 500"),
        notice("jun", NoticeState.WAITING),
        notice("kai", NoticeState.WITHDRAWN),
    ]

    assert unreached_by(notices) == {"bo": "HTTP 500"}


def test_when_it_is_over_nobodys_answer_is_waited_for_and_who_closed_it_is_named(world: World) -> None:
    alert = world.press_sos().id
    world.advance(2 * MINUTE)
    world.desk.close(alert, "lin", Outcome.SAFE)

    told = page(world, alert)

    assert "no answer yet" not in told
    assert re.search(r"Ana Li .* did not answer", people_on(told), re.DOTALL)
    assert re.search(r"Lin Zhou .* closed it", people_on(told), re.DOTALL)

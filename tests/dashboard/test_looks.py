"""Whoever of the staff opens a home says why, once a shift, and it stays written down for whoever lives there."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn, cast

import pytest

from linli.alert import Outcome
from linli.errors import StoreDown
from linli.home_state import HomeState
from linli.look import Look, LookReason
from linli.people import Role
from linli.store import looks
from linli.store.care import CareStore
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.dashboard.world import TestClient, World

ASKS = "Why do you open this home?"
PAGE = f"/homes/{MEI.home}"
API = f"/api/v1/homes/{MEI.home}"


def written(world: World) -> list[tuple[str, LookReason, bool]]:
    with world.services.care.read() as connection:
        return [(one.who, one.reason, one.is_again) for one in looks.of_home(connection, MEI.home, EIGHT)]


def is_open(staff: TestClient) -> bool:
    answer = staff.get(PAGE)
    assert answer.status_code == 200
    return ASKS not in answer.text


def test_who_opens_a_home_says_why_before_anything_of_it_is_shown(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    asked = lin.get(PAGE).text

    assert ASKS in asked
    assert not [known for known in ("Mei Chen", MEI.phone, "kitchen", "Ana Li") if known in asked]
    assert world.gives_reason(lin).headers["location"] == PAGE
    assert "Mei Chen" in lin.get(PAGE).text
    assert written(world) == [("lin", LookReason.VISIT, False)]


def test_a_reason_holds_for_a_shift_and_each_hour_of_looking_is_on_record(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)
    for step in (timedelta(0), 59 * MINUTE, MINUTE, 9 * HOUR):
        world.clock.advance(step)
        assert is_open(lin)
    world.clock.advance(2 * HOUR)

    assert not is_open(lin)
    again = ("lin", LookReason.VISIT, True)
    assert written(world) == [again, again, ("lin", LookReason.VISIT, False)]


def test_one_colleagues_reason_is_not_anothers(world: World) -> None:
    world.gives_reason(world.browser(Role.STAFF, "lin"))

    assert not is_open(world.browser(Role.STAFF))


def test_a_reason_for_one_home_is_none_for_the_next(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)

    assert ASKS in lin.get("/homes/home-8").text


def test_while_an_alert_is_open_nobody_is_held_up_and_the_alert_is_the_reason(world: World) -> None:
    alert = world.press_sos()
    lin = world.browser(Role.STAFF, "lin")

    assert is_open(lin)
    assert is_open(lin)
    with world.services.care.read() as connection:
        assert looks.of_home(connection, MEI.home, EIGHT) == [
            Look(MEI.home, EIGHT, "lin", LookReason.ALERT, alert=alert.id)
        ]


class Locked:
    """A care store that can be read and not be written to."""

    def __init__(self, care: CareStore) -> None:
        self.read = care.read

    def begin(self) -> NoReturn:
        """Fail, as when another program holds the lock."""
        raise StoreDown("the care database does not answer")


def test_an_alert_opens_the_home_even_while_nothing_can_be_written_down(world: World) -> None:
    lin, api = world.browser(Role.STAFF, "lin"), world.api(Role.STAFF, "lin")
    world.press_sos()
    world.app.state.services = replace(world.services, care=cast("CareStore", Locked(world.services.care)))

    assert is_open(lin)
    assert api.get(API).status_code == 200
    assert written(world) == []


def test_without_an_alert_nobody_looks_unseen(world: World) -> None:
    lin, api = world.browser(Role.STAFF, "lin"), world.api(Role.STAFF, "lin")
    world.gives_reason(lin)
    world.clock.advance(HOUR)
    world.app.state.services = replace(world.services, care=cast("CareStore", Locked(world.services.care)))

    assert lin.get(PAGE).status_code == 503
    assert api.get(API).status_code == 503


def test_a_quiet_home_can_be_opened_for_being_quiet(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    assert 'value="quiet"' not in lin.get(PAGE).text
    world.homes.set(MEI.home, HomeState.QUIET)

    assert 'value="quiet"' in lin.get(PAGE).text
    world.gives_reason(lin, reason="quiet")
    assert "Your look is on record: quieter than usual." in lin.get(PAGE).text


def test_a_reason_that_was_wrong_can_be_said_anew_and_both_stay_on_record(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)
    assert "Another reason after all?" in lin.get(PAGE).text
    world.clock.advance(MINUTE)
    world.gives_reason(lin, reason="device")

    assert "Your look is on record: something about a device." in lin.get(PAGE).text
    assert written(world) == [("lin", LookReason.DEVICE, False), ("lin", LookReason.VISIT, False)]


def test_another_reason_needs_words_and_keeps_them(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    refused = world.gives_reason(lin, reason="other", words="  ")
    assert refused.status_code == 422
    assert "Say in a few words why you look." in refused.text
    assert written(world) == []

    world.gives_reason(lin, reason="other", words=" her lamp ")
    assert "Your look is on record: her lamp." in lin.get(PAGE).text


@pytest.mark.parametrize("reason", ["alert", "program", "nosy"])
def test_nobody_chooses_a_reason_that_is_not_on_the_page(world: World, reason: str) -> None:
    lin = world.browser(Role.STAFF, "lin")

    assert world.gives_reason(lin, reason=reason).status_code == 422
    assert not is_open(lin)


def test_what_a_program_reads_for_staff_is_on_record_once_an_hour(world: World) -> None:
    lin = world.api(Role.STAFF, "lin")
    for path in (API, f"{API}/signals", API):
        assert lin.get(path).status_code == 200
    world.clock.advance(HOUR)
    lin.get(f"{API}/signals")
    lin.get("/api/v1/homes")

    assert written(world) == [("lin", LookReason.PROGRAM, False)] * 2


def test_a_program_that_reads_is_no_reason_to_open_the_page(world: World) -> None:
    world.api(Role.STAFF, "lin").get(API)

    assert not is_open(world.browser(Role.STAFF, "lin"))


def test_what_a_resident_reads_is_her_own(world: World) -> None:
    assert world.api(Role.RESIDENT, "mei").get(API).status_code == 200
    assert world.browser(Role.RESIDENT, "mei").get("/me").status_code == 200

    assert written(world) == []


def test_of_the_family_a_look_is_on_record_once_a_day_however_they_look(world: World) -> None:
    bo, program = world.browser(Role.FAMILY, "bo"), world.api(Role.FAMILY, "bo")
    for _ in range(2):
        assert bo.get("/family").status_code == 200
        assert program.get(API).status_code == 200
        world.clock.advance(15 * HOUR + 59 * MINUTE)  # a minute before midnight in Shanghai, then the next day
    bo.get("/family")

    assert written(world) == [("bo", LookReason.RELATIVE, False)] * 2


def test_a_helper_is_on_record_once_they_see_how_to_get_in_and_for_each_call_anew(world: World) -> None:
    for number in range(2):
        alert = world.press_sos()
        link = world.services.links.request_page(alert.id, "ana")
        phone, ana = world.browser(), world.browser(Role.VOLUNTEER, "ana")
        phone.get(link)
        ana.get("/volunteer")
        assert len(written(world)) == number
        phone.post(link, data={"verb": "accept"})
        phone.get(link)
        ana.get("/volunteer")
        assert written(world)[0] == ("ana", LookReason.HELPER, False)
        assert len(written(world)) == number + 1
        phone.post(link, data={"verb": "arrive"})
        phone.post(link, data={"verb": "close", "outcome": "safe"})
        phone.get(link)
        world.clock.advance(MINUTE)

    assert len(written(world)) == 2


def test_nobody_waits_at_a_door_because_a_look_cannot_be_written_down(world: World) -> None:
    alert = world.press_sos()
    link = world.services.links.request_page(alert.id, "ana")
    world.browser().post(link, data={"verb": "accept"})
    world.advance(timedelta(days=1))  # what is on record of her is a day old: this look would be written down
    world.app.state.services = replace(world.services, care=cast("CareStore", Locked(world.services.care)))

    assert world.browser().get(link).status_code == 200
    assert world.browser(Role.FAMILY, "bo").get("/family").status_code == 200


def test_staff_are_not_told_when_the_family_looks(world: World) -> None:
    world.browser(Role.FAMILY, "bo").get("/family")
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)

    seen = lin.get(PAGE).text.partition("Who looked in the last 7 days")[2]
    assert "Lin Zhou" in seen
    assert "Bo Chen" not in seen


def test_a_call_that_is_over_is_no_reason_to_open_the_home(world: World) -> None:
    alert = world.press_sos()
    world.desk.close(alert.id, "lin", Outcome.SAFE)
    lin = world.browser(Role.STAFF, "lin")

    assert lin.get(f"/alerts/{alert.id}").status_code == 200
    assert not is_open(lin)

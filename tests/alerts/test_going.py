"""Going and turning back, to the second: what a promise changes, and what one helper's no means for all the others."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts import replies
from alerts.case import Case, Step
from linli.alert import AlertState, Request, RequestState
from linli.people import Person, Role
from tests.alerts.test_escalation import SOS, M, S, called, run, what
from tests.alerts.town import EVERYBODY, SEVEN, after, begun, callers
from tests.cast import EIGHT


def go(case: Case, person: str, now: datetime, minutes: int | None = None) -> Case:
    """Return a case to which a volunteer goes."""
    return after(case, replies.accepted(case, person, Role.VOLUNTEER, now, minutes=minutes))


def no(case: Case, person: str, now: datetime, *people: Person) -> Step:
    """Return what follows from a refusal."""
    return replies.declined(case, callers(now, *people), person, now)


def until(step: Step) -> list[object]:
    """Return until when somebody was said to be awaited, as the log has it."""
    return [entry.detail["until"] for entry in step.log]


def test_the_log_says_until_when_a_helper_is_awaited() -> None:
    case, _ = begun(*SOS)
    first = replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT)
    promise = replies.accepted(after(case, first), "v1", Role.VOLUNTEER, EIGHT + M, minutes=5)
    assert until(first) == [(EIGHT + 10 * M).isoformat()]
    assert until(promise) == [(EIGHT + 6 * M).isoformat()]


def test_who_is_at_the_door_has_nothing_to_promise_any_more() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + M))
    step = replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 2 * M, minutes=5)
    assert step.alert == case.alert
    assert step.log == ()


def test_an_answer_changes_nothing_of_how_somebody_was_asked() -> None:
    case, _ = begun(*SOS)
    case, _ = run(case, EIGHT + 70 * S)
    asked = case.of("v1")
    assert asked == Request("v1", Role.VOLUNTEER, 0, RequestState.SILENT, EIGHT)
    going = go(case, "v1", EIGHT + 75 * S).of("v1")
    assert going == replace(asked, state=RequestState.ACCEPTED)


def test_who_comes_unasked_is_asked_from_that_moment() -> None:
    case, _ = begun(*SOS)
    case, _ = run(case, EIGHT + 60 * S)
    case = after(case, replies.accepted(case, "lin", Role.STAFF, EIGHT + 65 * S))
    assert case.of("lin") == Request("lin", Role.STAFF, 3, RequestState.ACCEPTED, EIGHT + 65 * S)


def test_while_another_helper_goes_one_who_turns_back_changes_nothing() -> None:
    case, _ = begun(*SOS)
    case = go(go(case, "v1", EIGHT + S), "v2", EIGHT + 2 * S)
    step = no(case, "v2", EIGHT + M)
    assert step.alert == case.alert
    assert step.notices == ()


def test_while_somebody_is_at_the_door_one_who_turns_back_changes_nothing() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + M))
    step = no(case, "v2", EIGHT + 2 * M)
    assert step.alert == case.alert
    assert step.notices == ()


def test_while_one_is_still_at_the_door_another_who_was_there_can_leave() -> None:
    case, _ = begun(*SOS)
    for person in ("v1", "v2"):
        case = after(case, replies.arrived(case, person, Role.VOLUNTEER, EIGHT + M))
    step = no(case, "v2", EIGHT + 2 * M)
    assert step.alert == case.alert
    assert step.notices == ()


def test_when_the_last_at_the_door_turns_back_the_calls_go_on_though_somebody_is_on_the_way() -> None:
    case, _ = begun(*SOS)
    case = go(after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + M)), "v2", EIGHT + M)
    step = no(case, "v1", EIGHT + 2 * M)
    assert step.alert.state is AlertState.OPEN
    assert step.alert.lease_until is None
    assert {"bo", "lin"} <= set(called(step))
    assert step.alert.climb_at == EIGHT + 3 * M


def test_who_turns_back_early_leaves_the_ladder_its_times() -> None:
    case, _ = begun(*SOS)
    step = no(go(case, "v1", EIGHT + 5 * S), "v1", EIGHT + 15 * S)
    assert step.alert.climb_at == EIGHT + 30 * S
    assert called(step) == ["v6"]


def test_who_turns_back_late_brings_everybody_who_would_have_been_called_by_then() -> None:
    case, _ = begun(*SOS)
    step = no(go(case, "v1", EIGHT + 5 * S), "v1", EIGHT + 4 * M)
    assert {"bo", "lin", "wu"} <= set(called(step))
    assert step.alert.climb_at == EIGHT + 7 * M


def test_no_from_somebody_who_was_not_asked_calls_nobody() -> None:
    case, _ = begun(*SOS)
    step = no(case, "passer-by", EIGHT + 5 * S)
    assert what(step) == ["declined"]
    assert after(case, step).of("passer-by") == Request(
        "passer-by", Role.STAFF, 1, RequestState.DECLINED, EIGHT + 5 * S
    )


@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.ACCEPTED, AlertState.AT_DOOR])
def test_no_said_twice_is_said_once(state: AlertState) -> None:
    case, _ = begun(*SOS)
    case = replace(case, alert=replace(case.alert, state=state, lease_until=EIGHT + 30 * M))
    case = after(case, no(case, "v2", EIGHT + 5 * S))
    again = no(case, "v2", EIGHT + 6 * S)
    assert (again.log, again.notices) == ((), ())


def test_who_was_asked_as_a_neighbour_refuses_as_one_though_they_have_left_the_roster() -> None:
    case, _ = begun(*SOS)
    step = no(case, "v1", EIGHT + 5 * S, *SEVEN[1:], *EVERYBODY[7:])
    assert [request.role for request in step.requests if request.person == "v1"] == [Role.VOLUNTEER]
    assert called(step) == ["v6"]


def test_who_turns_back_leaves_no_silence_behind_that_is_overdue() -> None:
    case, _ = begun(*SOS)
    step = no(go(case, "v1", EIGHT + 10 * S), "v1", EIGHT + 5 * M)
    assert step.alert.due_at is not None
    assert step.alert.due_at > EIGHT + 5 * M
    assert what(step)[:2] == ["declined", "called"]
    assert what(step).count("silent") == 4

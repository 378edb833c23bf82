"""Hands at the door, to the second: the first one counts, and a call for more is made once a minute."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts import escalation, replies
from alerts.case import Case, Step
from linli.alert import AlertKind, AlertState, Severity
from linli.errors import Conflict
from linli.people import Person, Role
from tests.alerts.test_desk import finding
from tests.alerts.test_escalation import SOS, M, S, called, what
from tests.alerts.town import after, begun, callers, volunteer
from tests.cast import BO, EIGHT, LIN, WU

TEN = tuple(volunteer(number) for number in range(1, 11))


def at_door(person: str = "v1", role: Role = Role.VOLUNTEER) -> Case:
    """Return an SOS with somebody at the door after five minutes."""
    case, _ = begun(*SOS)
    return after(case, replies.arrived(case, person, role, EIGHT + 5 * M))


def more(case: Case, now: datetime, *people: Person, by: str = "v1") -> Step:
    """Return what follows from a call for more hands."""
    return replies.more_help(case, callers(now, *people), by, now)


def test_the_first_hand_at_the_door_counts_and_the_second_has_half_an_hour_too() -> None:
    case = at_door()
    step = replies.arrived(case, "bo", Role.FAMILY, EIGHT + 12 * M)
    assert (step.alert.door_at, step.alert.lease_until) == (EIGHT + 5 * M, EIGHT + 42 * M)


def test_saying_twice_to_be_at_the_door_wins_no_time() -> None:
    case = at_door()
    step = replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + 12 * M)
    assert step.alert == case.alert
    assert step.log == ()


def test_a_hand_at_the_door_takes_back_the_calls_that_wait() -> None:
    case, _ = begun(*SOS)
    assert replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + S).withdraw
    assert more(going(), EIGHT + 2 * M).withdraw


def test_more_hands_are_called_also_a_second_after_arriving() -> None:
    assert called(more(at_door(), EIGHT + 5 * M + S)) == ["v6", "v7", "bo", "lin", "wu"]


def test_who_has_only_been_asked_cannot_ask_for_more_hands() -> None:
    case, _ = begun(*SOS)
    with pytest.raises(Conflict, match="Say first that you go, or that you are at the door"):
        more(case, EIGHT + M)


def test_who_has_turned_back_cannot_ask_for_more_hands() -> None:
    case = at_door()
    case = after(case, replies.declined(case, callers(EIGHT + 6 * M), "v1", EIGHT + 6 * M))
    with pytest.raises(Conflict):
        more(case, EIGHT + 7 * M)


def test_who_joined_and_asks_for_hands_is_at_the_door_too() -> None:
    case = at_door()
    case = after(case, replies.accepted(case, "v2", Role.VOLUNTEER, EIGHT + 5 * M))
    step = more(case, EIGHT + 6 * M, by="v2")
    assert what(step)[:2] == ["at_door", "more_help"]
    assert step.alert.door_at == EIGHT + 5 * M


@pytest.mark.parametrize("who", ["lin", "the office"])
def test_staff_ask_for_hands_for_whoever_is_there_and_are_not_there_themselves(who: str) -> None:
    step = more(at_door(), EIGHT + 6 * M, *TEN, BO, LIN, WU, by=who)
    assert what(step)[0] == "more_help"
    assert called(step) == ["v6", "v7", "bo", "lin", "wu"]
    with pytest.raises(Conflict):
        more(going(), EIGHT + 6 * M, by=who)


def going() -> Case:
    """Return an SOS to which a neighbour goes."""
    case, _ = begun(*SOS)
    return after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + M))


@pytest.mark.parametrize(("marks", "late"), [(1, 30 * M), (2, 60 * M)])
def test_whom_the_long_lie_clock_has_called_are_called_again_for_more_hands(marks: int, late: timedelta) -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT, minutes=120))
    case = after(case, escalation.due(case, callers(EIGHT + late), EIGHT + late))
    assert case.alert.marks == marks
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + late + S))
    assert called(more(case, EIGHT + late + 2 * S)) == ["v6", "v7", "bo", "lin", "wu"]


@pytest.mark.parametrize(("seconds", "counts"), [(59, False), (60, True)])
def test_a_second_call_for_hands_counts_after_a_minute(seconds: int, *, counts: bool) -> None:
    case = at_door()
    case = after(case, more(case, EIGHT + 6 * M))
    assert bool(more(case, EIGHT + 6 * M + seconds * S).notices) is counts


def test_each_call_for_more_hands_is_a_round_of_its_own() -> None:
    case = at_door()
    first = more(case, EIGHT + 6 * M)
    second = more(after(case, first), EIGHT + 8 * M)
    assert (first.alert.round, second.alert.round) == (1, 2)
    assert {request.rung for request in first.requests if request.person != "v1"} == {8}


def test_more_hands_are_two_more_neighbours_however_many_there_are() -> None:
    step = more(at_door(), EIGHT + 6 * M, *TEN, BO, LIN, WU)
    assert called(step) == ["v6", "v7", "bo", "lin", "wu"]


def test_who_is_at_the_door_is_not_called_to_it_and_who_was_called_before_is() -> None:
    case = at_door("bo", Role.FAMILY)
    case = after(case, replies.accepted(case, "lin", Role.STAFF, EIGHT + 5 * M))
    assert called(more(case, EIGHT + 6 * M, by="bo")) == ["v6", "v7", "lin", "wu"]


def test_professionals_are_called_to_the_door_only_in_danger() -> None:
    case, _ = begun(AlertKind.LEAK, Severity.URGENT)
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT))
    assert called(more(case, EIGHT + M)) == ["v4", "v5", "bo", "lin"]


def called_again(case: Case, minute: float, *people: Person) -> tuple[Case, Step]:
    """Let her call for help again, and take what is due from then on; return the case before that step, and the step."""
    said = replace(finding(), key=f"sos:{minute}", at=EIGHT + minute * M)
    case = after(case, escalation.repeated(case, said, EIGHT + minute * M))
    now = case.alert.due_at
    assert now is not None
    return case, escalation.due(case, callers(now, *people), now)


def test_a_call_for_help_with_somebody_at_the_door_has_them_asked_in_five_minutes_and_all_called_anew() -> None:
    case, step = called_again(at_door(), 7, *TEN, LIN)

    assert case.alert.due_at == EIGHT + 12 * M
    assert what(step)[:3] == ["no_outcome", "reminded", "called_anew"]
    assert (step.alert.state, step.alert.lease_until, step.alert.marks) == (AlertState.OPEN, None, 0)
    assert called(step) == ["v2", "v3", "v4", "v5", "v6"], "who is said to be there is asked, not called"
    later = escalation.due(after(case, step), callers(EIGHT + 12 * M + 20 * S, *TEN, LIN), EIGHT + 12 * M + 20 * S)
    assert called(later) == ["v7", "v8", "v9", "v10"], "who does not answer now either is replaced"


def unanswered() -> Case:
    """Return a case of which nobody has said how it went, though they were asked."""
    case = at_door()
    now = EIGHT + 35 * M
    return after(case, escalation.due(case, callers(now, *TEN, LIN), now))


def test_who_was_asked_in_vain_how_it_is_is_waited_for_no_more_when_she_calls_again() -> None:
    case, step = called_again(unanswered(), 60, *TEN, LIN)

    assert case.alert.due_at == EIGHT + 60 * M
    assert called(step) == ["v2", "v3", "v4", "v5", "v6"]
    assert (case.alert.since, step.alert.since) == (EIGHT, EIGHT + 60 * M)
    assert step.alert.marks == 2, "what is long past calls nobody now"


def test_the_same_that_is_no_emergency_comes_the_next_day_and_is_called_for_anew() -> None:
    case, _ = begun(AlertKind.MISSED_CHECK_IN, Severity.URGENT, *TEN, LIN)
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + M))
    missed = replace(finding(), kind=AlertKind.MISSED_CHECK_IN, severity=Severity.URGENT)
    soon = escalation.repeated(case, missed, EIGHT + 2 * M)
    assert soon.alert.lease_until == EIGHT + 31 * M, "who has just come is not doubted"

    now = EIGHT + 31 * M
    case = after(case, escalation.due(case, callers(now, *TEN, LIN), now))
    case = after(case, escalation.repeated(case, missed, EIGHT + 24 * 60 * M))
    step = escalation.due(case, callers(EIGHT + 24 * 60 * M, *TEN, LIN), EIGHT + 24 * 60 * M)

    assert "called_anew" in what(step)
    assert called(step)


def test_who_comes_after_all_is_doubted_no_more() -> None:
    case, step = called_again(unanswered(), 60, *TEN, LIN)
    case = after(case, step)
    there = replies.arrived(case, "v2", Role.VOLUNTEER, EIGHT + 65 * M)
    assert there.alert.lease_until == EIGHT + 95 * M
    later = escalation.due(after(case, there), callers(EIGHT + 95 * M, *TEN, LIN), EIGHT + 95 * M)
    assert "called_anew" not in what(later)


def test_who_asks_for_more_hands_is_there_and_is_doubted_no_more() -> None:
    case = unanswered()
    case = after(case, more(case, EIGHT + 40 * M))
    said = replace(finding(), key="sos:45", at=EIGHT + 45 * M)
    assert escalation.repeated(case, said, EIGHT + 45 * M).alert.lease_until == EIGHT + 50 * M


def test_where_there_is_no_staff_others_hear_that_nobody_says_how_it_went() -> None:
    case = at_door()
    step = escalation.due(case, callers(EIGHT + 35 * M, *TEN, BO), EIGHT + 35 * M)
    assert called(step) == ["bo", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10"]


def test_another_call_for_help_never_gives_who_is_at_the_door_more_time() -> None:
    again = escalation.repeated(at_door(), replace(finding(), key="sos:2"), EIGHT + 33 * M)
    assert again.alert.lease_until == EIGHT + 35 * M


def test_who_promised_to_come_late_is_not_waited_for_when_she_calls_again() -> None:
    case, _ = begun(*SOS)
    goes = after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + M, minutes=120))
    again = escalation.repeated(goes, replace(finding(), key="sos:2"), EIGHT + 2 * M)
    assert again.alert.lease_until == EIGHT + 12 * M


def test_more_hands_are_also_those_who_were_asked_and_never_written_to() -> None:
    assert more(at_door(), EIGHT + 6 * M).goes_on

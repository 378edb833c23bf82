"""What people promise, need and take back, and what the long-lie clock does about it, as sentences about care."""

from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta

import pytest

from alerts import escalation, replies
from alerts.case import Case, Step, next_mark, role_of
from alerts.replies import TakingBack
from linli.alert import AlertKind, AlertState, NoticeType, Outcome, RequestState, Severity
from linli.errors import Conflict
from linli.people import Channel, Role
from linli.signals import PAGE
from tests.alerts.test_desk import finding
from tests.alerts.test_escalation import MEI_WITH_A_PHONE, M, S, called, run, what
from tests.alerts.town import EVERYBODY, after, begun, callers
from tests.cast import BO, EIGHT, LIN, MEI_HERSELF

SOS = (AlertKind.SOS, Severity.EMERGENCY)


def going(minutes: int | None = None) -> Case:
    """Return an SOS to which v1 goes since ten seconds after it."""
    case, _ = begun(*SOS)
    return after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 10 * S, minutes=minutes))


def at_door() -> Case:
    """Return an SOS with v1 at the door after five minutes."""
    case = going()
    return after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT + 5 * M))


def taking_back(at: datetime, identity: str = "first", *, can_confirm: bool = True) -> TakingBack:
    """Return a message that nobody need come."""
    return TakingBack(identity, PAGE, at, can_confirm)


def test_who_goes_is_given_ten_minutes_or_as_many_as_they_say() -> None:
    assert going().alert.lease_until == EIGHT + 10 * S + 10 * M
    assert going(minutes=4).alert.lease_until == EIGHT + 10 * S + 4 * M


def test_a_promise_can_be_changed_on_the_way_and_stands_in_the_log() -> None:
    case = going()
    step = replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 2 * M, minutes=20)
    assert step.alert.lease_until == EIGHT + 22 * M
    assert what(step) == ["promised"]


def test_a_promise_that_was_not_kept_is_not_believed_twice_but_put_on_record() -> None:
    case, _ = run(going(), EIGHT + 11 * M)
    assert case.alert.state is AlertState.OPEN
    step = replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 11 * M, minutes=5)
    assert what(step) == ["promised"]
    assert step.alert == case.alert


def test_a_long_promise_does_not_stop_the_long_lie_clock() -> None:
    case, calls = run(going(minutes=120), EIGHT + 61 * M)
    assert calls == [(1800.0, ["bo", "lin"]), (3600.0, ["bo", "lin", "wu"])]
    assert case.alert.state is AlertState.ACCEPTED
    assert case.alert.due_at == EIGHT + 10 * S + 120 * M


def test_the_long_lie_clock_runs_from_the_first_evidence_not_from_when_it_was_heard() -> None:
    case, _ = begun(*SOS)
    late = replace(case, alert=replace(case.alert, evidence_at=EIGHT - 25 * M))
    assert next_mark(late.alert) == EIGHT + 5 * M
    _, calls = run(late, EIGHT + 5 * M)
    assert dict(calls)[300] == ["bo", "lin"]


def test_a_hand_at_the_door_stops_the_long_lie_clock() -> None:
    case, calls = run(at_door(), EIGHT + 34 * M)
    assert calls == []
    assert case.alert.door_at == EIGHT + 5 * M


def test_each_mark_is_passed_once_even_after_a_long_night_off() -> None:
    case = going(minutes=120)
    step = escalation.due(case, callers(EIGHT + 100 * M), EIGHT + 100 * M)
    assert [entry.detail for entry in step.log if entry.what == "late"] == [{"minutes": 30}, {"minutes": 60}]
    assert called(step) == ["bo", "lin", "wu"]
    again = escalation.due(after(case, step), callers(EIGHT + 101 * M), EIGHT + 101 * M)
    assert not again.notices


def test_nobody_is_written_to_twice_in_one_step() -> None:
    case, _ = begun(*SOS)
    for minute in range(1, 62):
        case, calls = run(case, EIGHT + minute * M)
        assert all(len(set(who)) == len(who) for _, who in calls)


def test_more_hands_are_family_staff_professionals_and_the_next_neighbours() -> None:
    step = replies.more_help(at_door(), callers(EIGHT + 6 * M), "v1", EIGHT + 6 * M)
    assert called(step) == ["v6", "v7", "bo", "lin", "wu"]
    assert step.alert.state is AlertState.AT_DOOR
    assert step.alert.lease_until == EIGHT + 36 * M


def test_a_double_tap_calls_more_hands_once_and_a_later_one_again() -> None:
    case = at_door()
    once = after(case, replies.more_help(case, callers(EIGHT + 6 * M), "v1", EIGHT + 6 * M))
    double = replies.more_help(once, callers(EIGHT + 6 * M + S), "v1", EIGHT + 6 * M + S)
    later = replies.more_help(once, callers(EIGHT + 8 * M), "v1", EIGHT + 8 * M)
    assert not double.notices
    assert called(later) == ["bo", "lin", "wu"]
    first = replies.more_help(case, callers(EIGHT + 6 * M), "v1", EIGHT + 6 * M)
    assert {n.key for n in first.notices}.isdisjoint(n.key for n in later.notices)


def test_who_needs_more_hands_is_at_the_door() -> None:
    step = replies.more_help(going(), callers(EIGHT + 3 * M), "v1", EIGHT + 3 * M)
    assert what(step)[:2] == ["at_door", "more_help"]
    assert (step.alert.state, step.alert.door_at) == (AlertState.AT_DOOR, EIGHT + 3 * M)
    assert next(r for r in step.requests if r.person == "v1").state is RequestState.AT_DOOR


def over(case: Case, now: datetime) -> Case:
    """Return a case that somebody has closed with a slip of the finger."""
    return after(case, replies.closed(case, "v1", Outcome.DEVICE_FAULT, "", now))


CORRECTS = [("v1", Role.VOLUNTEER), ("lin", Role.STAFF), ("staff", Role.STAFF)]


@pytest.mark.parametrize(("who", "role"), CORRECTS)
def test_who_was_there_and_staff_correct_how_it_ended_and_nobody_is_called(who: str, role: Role) -> None:
    ended = EIGHT + 10 * M
    case = over(at_door(), ended)

    step = replies.corrected(case, who, role, Outcome.HELPED, ended + 30 * M)

    assert (step.alert.outcome, step.alert.state) == (Outcome.HELPED, AlertState.CLOSED)
    assert [(entry.what, entry.who, dict(entry.detail)) for entry in step.log] == [
        ("corrected", who, {"outcome": Outcome.HELPED})
    ]
    assert (step.notices, step.withdraw, step.is_over) == ((), False, False)
    assert not replies.corrected(after(case, step), who, role, Outcome.HELPED, ended + 30 * M).log


@pytest.mark.parametrize(("who", "role"), [("v2", Role.VOLUNTEER), ("bo", Role.FAMILY)])
def test_who_was_not_there_corrects_nothing(who: str, role: Role) -> None:
    case = over(at_door(), EIGHT + 10 * M)
    with pytest.raises(Conflict):
        replies.corrected(case, who, role, Outcome.HELPED, EIGHT + 11 * M)


@pytest.mark.parametrize(("who", "role"), CORRECTS)
def test_after_half_an_hour_an_end_stands(who: str, role: Role) -> None:
    case = over(at_door(), EIGHT + 10 * M)
    with pytest.raises(Conflict):
        replies.corrected(case, who, role, Outcome.HELPED, EIGHT + 40 * M + S)


def test_what_is_not_over_or_was_a_drill_has_no_end_to_correct() -> None:
    case = over(at_door(), EIGHT + 10 * M)
    drill = replace(case, alert=replace(case.alert, drill=True))
    for one in (at_door(), drill):
        with pytest.raises(Conflict):
            replies.corrected(one, "lin", Role.STAFF, Outcome.HELPED, EIGHT + 11 * M)


def test_a_call_taken_back_goes_on_until_it_is_said_twice_and_staff_are_told() -> None:
    case, _ = begun(*SOS)
    step = replies.taken_back(case, callers(EIGHT + 5 * S), taking_back(EIGHT + 5 * S), EIGHT + 5 * S)
    assert step is not None
    assert (called(step, NoticeType.TELL), step.alert.state, step.withdraw) == (["lin"], AlertState.OPEN, False)
    case = after(case, step)
    second = replies.taken_back(case, callers(EIGHT + 9 * S), taking_back(EIGHT + 9 * S, "second"), EIGHT + 9 * S)
    assert second is not None
    assert (second.alert.state, second.alert.outcome) == (AlertState.CLOSED, Outcome.SAFE)


@pytest.mark.parametrize(
    "again",
    [
        taking_back(EIGHT + 30 * S, "first"),
        taking_back(EIGHT + 30 * S, "second", can_confirm=False),
        taking_back(EIGHT + 6 * S, "second"),
    ],
    ids=["the same message delivered again", "a message without an id", "sent twice by its button"],
)
def test_what_may_be_the_first_message_again_confirms_nothing(again: TakingBack) -> None:
    case, _ = begun(*SOS)
    first = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + 5 * S), EIGHT + 5 * S)
    assert first is not None
    assert replies.taken_back(after(case, first), callers(EIGHT), again, EIGHT + 30 * S) is None


def test_a_call_is_not_taken_back_by_something_said_before_it_nor_half_an_hour_apart() -> None:
    case, _ = begun(*SOS)
    assert replies.taken_back(case, callers(EIGHT), taking_back(EIGHT - S), EIGHT) is None
    first = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + S), EIGHT + S)
    assert first is not None
    late = EIGHT + 30 * M
    second = replies.taken_back(after(case, first), callers(late), taking_back(late, "second"), late)
    assert second is not None
    assert second.alert.state is AlertState.OPEN


def test_who_goes_already_goes_and_looks() -> None:
    case = going()
    first = replies.taken_back(case, callers(EIGHT + 20 * S), taking_back(EIGHT + 20 * S), EIGHT + 20 * S)
    assert first is not None
    case = after(case, first)
    assert replies.taken_back(case, callers(EIGHT + M), taking_back(EIGHT + M, "second"), EIGHT + M) is None


def test_only_a_call_for_help_can_be_taken_back() -> None:
    case, _ = begun(AlertKind.SMOKE, Severity.EMERGENCY)
    assert replies.taken_back(case, callers(EIGHT + S), taking_back(EIGHT + S), EIGHT + S) is None


def test_a_notice_has_no_long_lie_clock_and_no_thanks() -> None:
    case, _ = begun(AlertKind.LOW_BATTERY, Severity.NOTICE, *EVERYBODY)
    assert next_mark(case.alert) is None
    assert not replies.closed(case, "lin", Outcome.OTHER, "", EIGHT + timedelta(hours=3)).is_over


def test_only_an_end_is_told_as_one_and_takes_calls_back() -> None:
    case, opening = begun(*SOS)
    now = EIGHT + 20 * S
    steps = [
        opening,
        escalation.due(case, callers(now), now),
        escalation.repeated(case, finding(), now),
        replies.declined(case, callers(now), "v1", now),
        replies.more_help(at_door(), callers(now), "v1", now),
    ]
    assert not any(step.is_over or (step.withdraw and "more_help" not in what(step)) for step in steps)
    assert not replies.accepted(case, "v1", Role.VOLUNTEER, now).is_over
    assert replies.closed(case, "lin", Outcome.SAFE, "", now).is_over


def test_the_log_tells_who_was_asked_how_she_is_and_who_was_called_to_come() -> None:
    people = (*EVERYBODY, replace(MEI_HERSELF, channels=(Channel("mei-sms", "mei", "sms", "+8613800000000"),)))
    _, first = begun(AlertKind.INACTIVITY, Severity.URGENT, *people)
    _, second = begun(*SOS)
    assert what(first) == ["opened", "asked"]
    assert what(second) == ["opened", *["called"] * 5]


def test_staff_are_told_by_the_first_of_their_ways() -> None:
    both = (Channel("lin-1", "lin", "webhook", "x"), Channel("lin-2", "lin", "sms", "y", order=1))
    people = [replace(LIN, channels=both) if person.person == "lin" else person for person in EVERYBODY]
    case, _ = begun(*SOS, *people)
    step = replies.taken_back(case, callers(EIGHT + 5 * S, *people), taking_back(EIGHT + 5 * S), EIGHT + 5 * S)
    assert step is not None
    assert [notice.channel for notice in step.notices] == ["lin-1"]


def test_who_is_not_in_the_roster_acts_as_staff_and_everybody_else_as_what_they_are() -> None:
    assert role_of(None) is Role.STAFF
    assert role_of(BO) is Role.FAMILY


def test_who_calls_again_is_not_silenced_by_what_was_taken_back_before() -> None:
    case, _ = begun(*SOS)
    first = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + 2 * S), EIGHT + 2 * S)
    assert first is not None
    again = escalation.repeated(after(case, first), replace(finding(), key="sos:2", at=EIGHT + 5 * S), EIGHT + 5 * S)
    case = after(case, again)
    step = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + 9 * S, "second"), EIGHT + 9 * S)
    assert step is not None
    assert step.alert.state is AlertState.OPEN
    before = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + 4 * S, "third"), EIGHT + 10 * S)
    assert before is None


def test_what_staff_are_told_of_a_call_taken_back_is_told_once_even_if_the_step_is_taken_twice() -> None:
    case, _ = begun(*SOS)
    first, again = (
        replies.taken_back(case, callers(EIGHT + S), taking_back(EIGHT + S), EIGHT + seconds * S) for seconds in (1, 9)
    )
    assert first is not None
    assert again is not None
    assert [notice.key for notice in first.notices] == [notice.key for notice in again.notices]


def test_only_the_button_that_called_or_her_own_page_can_take_a_call_back() -> None:
    case, _ = begun(*SOS)
    case = replace(case, alert=replace(case.alert, evidence={"device": "button-1"}))
    for device, counts in (("front-door", False), ("button-1", True), (PAGE, True)):
        step = replies.taken_back(case, callers(EIGHT), replace(taking_back(EIGHT + S), device=device), EIGHT + S)
        assert (step is not None) is counts


@pytest.mark.parametrize(("seconds", "ends"), [(1, False), (2, True)])
def test_she_confirms_from_two_seconds_on(seconds: int, *, ends: bool) -> None:
    case, _ = begun(*SOS)
    first = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + 5 * S), EIGHT + 5 * S)
    assert first is not None
    said = taking_back(EIGHT + (5 + seconds) * S, "second")
    second = replies.taken_back(after(case, first), callers(EIGHT), said, said.at)
    assert (second is not None and second.alert.state is AlertState.CLOSED) is ends


@pytest.mark.parametrize(("seconds", "ends"), [(600, True), (601, False)])
def test_she_confirms_within_ten_minutes(seconds: int, *, ends: bool) -> None:
    case, _ = begun(*SOS)
    first = replies.taken_back(case, callers(EIGHT), taking_back(EIGHT + S), EIGHT + S)
    assert first is not None
    said = taking_back(EIGHT + (1 + seconds) * S, "second")
    second = replies.taken_back(after(case, first), callers(EIGHT), said, said.at)
    assert second is not None
    assert (second.alert.state is AlertState.CLOSED) is ends


def test_a_call_can_be_taken_back_in_the_second_in_which_it_was_made() -> None:
    case, _ = begun(*SOS)
    assert replies.taken_back(case, callers(EIGHT), taking_back(EIGHT), EIGHT) is not None


def test_a_sign_of_life_counts_only_after_the_alert_was_opened() -> None:
    case, _ = begun(AlertKind.INACTIVITY, Severity.URGENT)
    assert replies.lives(case, EIGHT, EIGHT + S) is None
    assert replies.lives(case, EIGHT + S, EIGHT + S) is not None


def test_a_sign_of_life_is_only_put_on_record_once_somebody_goes_whoever_it_is() -> None:
    people = (*EVERYBODY, replace(MEI_HERSELF, channels=(Channel("mei-sms", "mei", "sms", "+8613800000000"),)))
    case, _ = begun(AlertKind.INACTIVITY, Severity.URGENT, *people)
    case = after(case, replies.accepted(case, "mei", Role.RESIDENT, EIGHT + S))
    step = replies.lives(case, EIGHT + 2 * S, EIGHT + 2 * S)
    assert step is not None
    assert (what(step), step.alert.state) == (["sign_of_life"], AlertState.ACCEPTED)


def test_an_end_is_written_down_once_with_its_outcome_and_its_note() -> None:
    case = at_door()
    step = replies.closed(case, "v1", Outcome.HELPED, "tea", EIGHT + 9 * M)
    assert (step.alert.closed_at, step.alert.note, step.alert.lease_until) == (EIGHT + 9 * M, "tea", None)
    with pytest.raises(Conflict):
        replies.closed(after(case, step), "v1", Outcome.HELPED, "coffee", EIGHT + 10 * M)


@pytest.mark.parametrize(
    ("record", "field"), [(at_door(), "alert"), (begun(*SOS)[1], "notices"), (taking_back(EIGHT), "at")]
)
def test_what_was_decided_on_cannot_be_changed_afterwards(record: Case | Step | TakingBack, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(record, field, None)


def test_who_cannot_come_does_not_say_how_it_ended() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.declined(case, callers(EIGHT), "v2", EIGHT + S))
    with pytest.raises(Conflict, match="who goes"):
        replies.closed(case, "v2", Outcome.SAFE, "", EIGHT + 2 * S)


@pytest.mark.parametrize("case", [going(), at_door()], ids=["goes", "is there"])
def test_while_somebody_goes_a_neighbour_who_was_only_asked_does_not_say_how_it_ended(case: Case) -> None:
    with pytest.raises(Conflict, match="who goes"):
        replies.closed(case, "v2", Outcome.AWAY, "", EIGHT + 6 * M)

    for who in ("v1", "bo", "lin", "staff"):
        assert replies.closed(case, who, Outcome.SAFE, "", EIGHT + 6 * M).is_over


def test_a_neighbour_who_went_without_a_word_says_how_it_ended() -> None:
    case, _ = begun(*SOS)
    assert replies.closed(case, "v2", Outcome.SAFE, "", EIGHT + 2 * S).is_over


def test_a_word_that_she_is_away_ends_what_only_she_was_asked_and_no_call_for_help() -> None:
    silence = (AlertKind.INACTIVITY, Severity.URGENT)
    asked, _ = begun(*silence, MEI_WITH_A_PHONE, *EVERYBODY)
    step = replies.excused(asked, "bo", Outcome.AWAY, EIGHT + M)
    assert step is not None
    assert (step.alert.state, step.alert.outcome) == (AlertState.CLOSED, Outcome.AWAY)

    called_too, _ = run(asked, EIGHT + 6 * M)
    assert replies.excused(called_too, "bo", Outcome.AWAY, EIGHT + 6 * M) is None

    nobody_listed = Case(replace(begun(*SOS)[0].alert), ())
    assert replies.excused(nobody_listed, "bo", Outcome.AWAY, EIGHT + M) is None

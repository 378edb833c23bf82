"""Rungs, marks and rounds to the second: whom the ladder waits for, whom it passes by, and what each call is known as."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import escalation, replies
from alerts.case import Case, Step
from linli.alert import AlertKind, AlertState, Ladder, NoticeType, RequestState, Rung, Severity
from linli.people import Person, Role
from tests.alerts.test_escalation import MEI_WITH_A_PHONE, SILENCE, SOS, M, S, called, run, what
from tests.alerts.town import EVERYBODY, SEVEN, after, begun, callers, new_alert, volunteer
from tests.cast import BO, EIGHT, LIN, MEI_HERSELF, WU


def due(case: Case, at: timedelta, *people: Person) -> Step:
    """Return the step that linli takes so long after eight."""
    return escalation.due(case, callers(EIGHT + at, *people), EIGHT + at)


def going(at: timedelta, case: Case, minutes: int | None = None) -> Case:
    """Return a case to which v1 goes."""
    return after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + at, minutes=minutes))


def keys(steps: Iterable[Step]) -> list[str]:
    """Return the keys of all that was written."""
    return [notice.key for step in steps for notice in step.notices]


def test_who_was_called_late_has_their_own_twenty_seconds() -> None:
    case, _ = begun(*SOS)
    case, _ = run(case, EIGHT + 30 * S)
    sixth = case.of("v6")
    assert sixth is not None
    assert (sixth.state, sixth.reply_due_at) == (RequestState.ASKED, EIGHT + 40 * S)


def test_who_refused_is_not_called_by_another_way_and_all_the_others_are() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.declined(case, callers(EIGHT), "v1", EIGHT + S))
    step = due(case, 30 * S)
    assert [n.person for n in step.notices if n.channel.endswith("-sms")] == ["v2", "v3", "v4", "v5", "v6"]


def test_who_has_left_the_roster_is_not_called_by_another_way() -> None:
    case, _ = begun(*SOS)
    step = due(case, 30 * S, *SEVEN[1:], BO, LIN, WU)
    assert [n.person for n in step.notices if n.channel.endswith("-sms")] == ["v2", "v3", "v4", "v5"]


@pytest.mark.parametrize(
    ("who", "role"),
    [("gone", Role.VOLUNTEER), ("mei", Role.RESIDENT)],
    ids=["no longer in the roster", "the elder, who has no phone"],
)
def test_who_cannot_be_reminded_holds_nothing_up(who: str, role: Role) -> None:
    people = (*EVERYBODY, MEI_HERSELF)
    case, _ = begun(*SOS, *people)
    case = after(case, replies.accepted(case, who, role, EIGHT + 10 * S))
    step = due(case, 10 * M + 10 * S, *people)
    assert called(step, NoticeType.REMIND) == []
    assert what(step)[:2] == ["lease_ended", "second_channel"]
    assert step.alert.state is AlertState.OPEN


def test_each_end_of_a_lease_and_each_half_hour_at_the_door_is_one_round() -> None:
    case, _ = begun(*SOS)
    ended = due(going(10 * S, case), 10 * M + 10 * S)
    assert ended.alert.round == 1
    case = after(case, replies.arrived(case, "v1", Role.VOLUNTEER, EIGHT))
    once = due(case, 30 * M)
    twice = due(after(case, once), 60 * M)
    assert (once.alert.round, twice.alert.round) == (1, 2)
    assert len(set(keys([once, twice]))) == 4


def test_each_round_after_the_last_rung_is_counted() -> None:
    case, _ = begun(*SOS, LIN)
    assert case.alert.round == 0
    case, _ = run(case, EIGHT + 9 * M, LIN)
    assert case.alert.round == 3


def test_a_mark_of_the_long_lie_clock_is_a_message_of_its_own_also_to_who_was_called_before() -> None:
    case, first = begun(*SOS)
    steps = [first]
    for at in (20 * S, 30 * S, 60 * S, 90 * S):
        steps.append(due(case, at))
        case = after(case, steps[-1])
    case = going(100 * S, case, minutes=120)
    for at in (30 * M, 60 * M):
        steps.append(due(case, at))
        case = after(case, steps[-1])
    written = keys(steps)
    assert "a-1.call.0.3.lin.lin-0" in written
    assert [key.split(".")[3] for key in keys(steps[-2:])] == ["6", "6", "7", "7", "7"]
    assert len(set(written)) == len(written)


def test_who_goes_is_not_called_by_the_long_lie_clock() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "bo", Role.FAMILY, EIGHT, minutes=120))
    assert called(due(case, 30 * M)) == ["lin"]


def test_who_was_called_past_the_last_rung_is_replaced_by_nobody_since_all_were_called() -> None:
    neighbours = [volunteer(number, channels=1) for number in range(1, 8)]
    case, _ = begun(*SOS, *neighbours)
    case = after(case, due(case, 30 * S, *neighbours[:5]))
    case, _ = run(case, EIGHT + 4 * M, *neighbours)
    asked = case.of("v7")
    assert asked is not None
    assert asked.rung == len(case.alert.ladder.rungs)
    assert what(replies.declined(case, callers(EIGHT + 4 * M, *neighbours), "v7", EIGHT + 4 * M)) == ["declined"]


def test_a_family_member_who_refuses_is_replaced_by_nobody_since_all_of_the_family_were_called() -> None:
    case, _ = begun(*SOS)
    case, _ = run(case, EIGHT + 60 * S)
    sister = replace(BO, person="mina")
    step = replies.declined(case, callers(EIGHT + 65 * S, *EVERYBODY, sister), "bo", EIGHT + 65 * S)
    assert what(step) == ["declined"]


def test_when_everybody_refused_after_the_last_rung_the_next_round_keeps_its_time() -> None:
    case, _ = begun(*SOS, LIN)
    step = replies.declined(case, callers(EIGHT + S, LIN), "lin", EIGHT + S)
    assert called(step) == ["lin"]
    case = after(case, step)
    case = after(case, replies.declined(case, callers(EIGHT + 2 * S, LIN), "lin", EIGHT + 2 * S))
    case = replace(case, requests=tuple(replace(r, state=RequestState.DECLINED) for r in case.requests))
    early = due(case, 3 * S, LIN)
    assert called(early) == []
    assert early.alert.climb_at == EIGHT + S + 3 * M


def test_the_elders_own_no_brings_nobody_sooner() -> None:
    people = (*EVERYBODY, MEI_WITH_A_PHONE)
    case, _ = begun(*SILENCE, *people)
    step = replies.declined(case, callers(EIGHT + S, *people), "mei", EIGHT + S)
    assert called(step) == []
    assert step.alert.due_at == EIGHT + 5 * M


def test_a_last_rung_climbed_late_is_followed_by_a_whole_pause() -> None:
    case, _ = begun(*SOS)
    late = due(case, 200 * S)
    assert {"bo", "lin", "wu"} <= set(called(late))
    assert late.alert.climb_at == EIGHT + 200 * S + 3 * M


def test_an_elder_asked_later_has_until_the_next_rung_too() -> None:
    ladder = Ladder(
        rungs=(
            Rung(timedelta(0), Role.FAMILY),
            Rung(2 * M, Role.RESIDENT, asks=True),
            Rung(7 * M, Role.VOLUNTEER, count=1),
        ),
        lease=20 * M,
        reply_within=3 * M,
        again_every=15 * M,
    )
    people = (*EVERYBODY, MEI_WITH_A_PHONE)
    alert = replace(new_alert(AlertKind.INACTIVITY, Severity.URGENT), ladder=ladder)
    case = after(Case(alert), escalation.opened(alert, callers(EIGHT, *people), EIGHT))
    step = due(case, 2 * M, *people)
    assert called(step, NoticeType.ASK) == ["mei"]
    assert [r.reply_due_at for r in step.requests if r.person == "mei"] == [EIGHT + 7 * M]

"""Who is called when: the ladder's decisions, as sentences about care."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts import escalation, replies
from alerts.case import Case, Step
from alerts.ladder_file import read
from alerts.ladders import Section
from linli.alert import AlertKind, AlertState, NoticeType, Outcome, RequestState, Severity
from linli.duty import Duty
from linli.errors import Conflict
from linli.people import Care, Channel, Person, Role, Scope
from tests.alerts.town import EVERYBODY, SEVEN, after, begun, callers, new_alert, volunteer
from tests.cast import BO, EIGHT, LIN, MEI, MEI_HERSELF, WU

S = timedelta(seconds=1)
M = timedelta(minutes=1)
SOS = (AlertKind.SOS, Severity.EMERGENCY)
REST = "then again every 15 min\nbe there within 20 min\nreplace who is silent for 10 min\nno goal\n"
SILENCE = (AlertKind.INACTIVITY, Severity.URGENT)


def called(step: Step, type_: NoticeType = NoticeType.CALL) -> list[str]:
    return [notice.person for notice in step.notices if notice.type is type_]


def what(step: Step) -> list[str]:
    return [entry.what for entry in step.log]


def run(case: Case, until: datetime, *people: Person) -> tuple[Case, list[tuple[float, list[str]]]]:
    """Take every step that is due up to a moment; return the case and who was called when, in seconds."""
    calls: list[tuple[float, list[str]]] = []
    while case.alert.due_at is not None and case.alert.due_at <= until:
        now = case.alert.due_at
        step = escalation.due(case, callers(now, *people), now)
        case = after(case, step)
        if called(step):
            calls.append(((now - EIGHT).total_seconds(), called(step)))
        assert case.alert.due_at is None or case.alert.due_at > now
    return case, calls


def test_an_sos_calls_the_five_nearest_at_once() -> None:
    case, step = begun(*SOS)
    assert called(step) == ["v1", "v2", "v3", "v4", "v5"]
    assert case.alert.due_at == EIGHT + 20 * S


def test_who_is_called_round_after_round_is_called_on_their_second_channel_too() -> None:
    both = replace(LIN, channels=(Channel("text", LIN.person, "sms", "1"), Channel("hook", LIN.person, "webhook", "2")))
    for kind, channels in ((SOS, ["text", "hook"]), ((AlertKind.LOW_BATTERY, Severity.NOTICE), ["text"])):
        case, step = begun(*kind, both)
        assert [notice.channel for notice in step.notices] == ["text"]
        now = EIGHT + 24 * 60 * M
        step = escalation.due(case, callers(now, both), now)
        assert {notice.channel for notice in step.notices} == set(channels)


def test_a_number_of_staff_is_called_one_after_the_other_as_neighbours_are() -> None:
    text = "urgent:\nat once call the nearest staff\n" + REST
    case = Case(replace(new_alert(*SILENCE), ladder=read(text, "x")[Section.URGENT]))
    people = [replace(LIN, person=name, order=place) for place, name in enumerate(("lin", "xu"))]
    step = escalation.opened(case.alert, callers(EIGHT, *people), EIGHT)
    assert called(step) == ["lin"]
    _, calls = run(after(case, step), EIGHT + 10 * M, *people)
    assert calls == [(600, ["xu"])]


def holding(person: Person) -> Person:
    """Return somebody as the one who has the key to Mei's door."""
    return replace(person, cares=(*person.cares, Care(Scope.KEY, MEI.home)))


def test_an_sos_calls_the_neighbour_who_has_the_key_among_the_first() -> None:
    _, step = begun(*SOS, *SEVEN[:6], holding(SEVEN[6]), BO, LIN)

    assert called(step) == ["v7", "v1", "v2", "v3", "v4"]


def test_an_sos_calls_the_key_beside_the_nearest_where_no_neighbour_has_it() -> None:
    _, step = begun(*SOS, *SEVEN, holding(BO), LIN, WU)
    assert called(step) == ["v1", "v2", "v3", "v4", "v5", "bo"]

    _, step = begun(*SOS, *SEVEN, BO, LIN, holding(WU))
    assert called(step) == ["v1", "v2", "v3", "v4", "v5", "wu"]


def test_only_one_is_called_for_the_key_and_only_in_danger() -> None:
    _, step = begun(*SOS, *SEVEN, holding(BO), holding(LIN))
    assert called(step) == ["v1", "v2", "v3", "v4", "v5", "bo"]

    _, step = begun(AlertKind.LEAK, Severity.URGENT, *SEVEN, holding(BO))
    assert called(step) == ["v1", "v2", "v3"]

    family_first = replace(new_alert(), ladder=replace(new_alert().ladder, rungs=new_alert().ladder.rungs[2:]))
    step = escalation.opened(family_first, callers(EIGHT, holding(SEVEN[0]), holding(BO)), EIGHT)
    assert called(step) == ["bo"]


def test_who_was_called_for_the_key_and_refuses_brings_nobody_of_their_own_kind_before_its_time() -> None:
    people = (*SEVEN, holding(BO), replace(BO, person="bob"), LIN)
    case, _ = begun(*SOS, *people)

    step = replies.declined(case, callers(EIGHT + S, *people), "bo", EIGHT + S)

    assert called(step) == []
    assert run(after(case, step), EIGHT + 61 * S, *people)[1][-1] == (60, ["bob"])


def test_a_ladder_can_call_whoever_has_the_key() -> None:
    people = (*SEVEN, holding(LIN), holding(WU))
    ladder = read(
        "urgent:\nat once call 2 volunteers\nafter 1 min call the key-holders\nafter 5 min call staff\n" + REST, "x"
    )
    alert = replace(new_alert(AlertKind.LEAK, Severity.URGENT), ladder=ladder[Section.URGENT])
    case = after(Case(alert), escalation.opened(alert, callers(EIGHT, *people), EIGHT))

    assert run(case, EIGHT + 61 * S, *people)[1] == [(60, ["lin", "wu"])]


def test_a_rung_of_key_holders_whom_nobody_has_costs_no_time() -> None:
    ladder = read("urgent:\nat once call the key-holders\nafter 5 min call staff\n" + REST, "x")
    alert = replace(new_alert(AlertKind.LEAK, Severity.URGENT), ladder=ladder[Section.URGENT])

    assert called(escalation.opened(alert, callers(EIGHT), EIGHT)) == ["lin"]


def test_silence_of_twenty_seconds_brings_the_next_and_each_rung_its_people() -> None:
    case, _ = begun(*SOS)
    _, calls = run(case, EIGHT + 181 * S)
    assert calls == [
        (20, ["v6", "v7"]),
        (30, ["v1", "v2", "v3", "v4", "v5", "v6", "v7"]),
        (60, ["bo"]),
        (90, ["lin"]),
        (180, ["wu"]),
    ]


def test_the_second_way_is_the_second_channel() -> None:
    case, first = begun(*SOS)
    case = after(case, escalation.due(case, callers(EIGHT + 20 * S), EIGHT + 20 * S))
    second = escalation.due(case, callers(EIGHT + 30 * S), EIGHT + 30 * S)
    assert {n.channel.split("-")[1] for n in first.notices} == {"webhook"}
    assert {n.channel.split("-")[1] for n in second.notices} == {"sms"}


def test_a_refusal_brings_the_next_at_once() -> None:
    case, _ = begun(*SOS)
    step = replies.declined(case, callers(EIGHT + 3 * S), "v2", EIGHT + 3 * S)
    assert called(step) == ["v6"]


def test_when_everybody_refuses_the_next_rung_does_not_wait() -> None:
    case, _ = begun(*SOS, SEVEN[0], BO, LIN)
    step = replies.declined(case, callers(EIGHT + 3 * S, SEVEN[0], BO, LIN), "v1", EIGHT + 3 * S)
    assert called(step) == ["bo"]


def test_an_empty_rung_costs_no_time() -> None:
    _, step = begun(*SOS, LIN, WU)
    assert called(step) == ["lin"]
    case, _ = begun(*SOS, LIN, WU)
    assert run(case, EIGHT + 91 * S, LIN, WU)[1] == [(90, ["wu"])]


def test_the_ladder_never_runs_out() -> None:
    case, _ = begun(*SOS)
    _, calls = run(case, EIGHT + 60 * M)
    later = [(seconds / 60, who) for seconds, who in calls if seconds > 181]
    assert [who for minute, who in later if minute not in {30, 60}] == [["lin", "wu"]] * 17


def test_with_nobody_at_all_the_case_stays_open_and_says_so() -> None:
    stranger = replace(BO, person="nobody", cares=())
    case, step = begun(*SOS, stranger)
    assert "nobody_to_call" in what(step)
    assert case.alert.due_at == EIGHT + 3 * M


def test_a_trial_for_which_nobody_is_on_duty_disturbs_one_and_no_more() -> None:
    off_duty = [replace(one, duty=(Duty(frozenset({5, 6}), time(8), time(20)),)) for one in SEVEN[:3]]
    trial = replace(new_alert(AlertKind.SOS, Severity.URGENT), drill=True)

    assert called(escalation.opened(trial, callers(EIGHT, *off_duty), EIGHT)) == ["v1"]
    assert called(escalation.opened(replace(trial, drill=False), callers(EIGHT, *off_duty), EIGHT)) == [
        "v1",
        "v2",
        "v3",
    ]


@pytest.mark.parametrize("kind", [AlertKind.SOS, AlertKind.LEAK, AlertKind.LOW_BATTERY])
def test_where_nobody_is_on_duty_and_there_is_nobody_else_it_rings_all_the_same(kind: AlertKind) -> None:
    severity = {AlertKind.SOS: Severity.EMERGENCY, AlertKind.LEAK: Severity.URGENT}.get(kind, Severity.NOTICE)
    off_duty = replace(SEVEN[0], duty=(Duty(frozenset({5, 6}), time(8), time(20)),))

    _, step = begun(kind, severity, off_duty)

    assert called(step) == ["v1"]


@pytest.mark.parametrize("severity", [Severity.URGENT, Severity.NOTICE])
def test_where_there_is_only_a_clinic_it_is_called_for_what_is_no_emergency_too(severity: Severity) -> None:
    _, step = begun(AlertKind.LEAK, severity, WU)

    assert called(step) == ["wu"]


def test_accepting_stops_the_calls_and_starts_the_lease() -> None:
    case, _ = begun(*SOS)
    step = replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 8 * S)
    assert step.withdraw
    assert step.alert.state is AlertState.ACCEPTED
    assert step.alert.due_at == step.alert.lease_until == EIGHT + 8 * S + 10 * M


def test_accepting_twice_changes_nothing() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 8 * S))
    again = replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 9 * S)
    assert again.log == ()
    assert again.alert == case.alert


def test_a_second_helper_joins_and_the_first_lease_stands() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 8 * S))
    step = replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 60 * S)
    assert what(step) == ["joined"]
    assert step.alert.lease_until == case.alert.lease_until


def test_who_is_silent_may_still_come() -> None:
    case, _ = begun(*SOS)
    case, _ = run(case, EIGHT + 25 * S)
    asked = case.of("v1")
    assert asked is not None
    assert asked.state is RequestState.SILENT
    assert replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT + 26 * S).alert.state is AlertState.ACCEPTED


def test_accepted_and_forgotten_is_called_again_and_the_first_kept_on() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 8 * S))
    late = EIGHT + 8 * S + 10 * M
    step = escalation.due(case, callers(late), late)
    assert what(step)[:2] == ["lease_ended", "reminded"]
    assert called(step, NoticeType.REMIND) == ["v3"]
    assert called(step)
    assert step.goes_on, "calls that were taken back when somebody said that they go are sent after all"
    kept = after(case, step).of("v3")
    assert kept is not None
    assert kept.state is RequestState.ACCEPTED
    assert step.alert.state is AlertState.OPEN


def test_the_only_helper_who_turns_back_opens_the_case_again() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v3", Role.VOLUNTEER, EIGHT + 8 * S))
    step = replies.declined(case, callers(EIGHT + 4 * M), "v3", EIGHT + 4 * M)
    assert step.alert.state is AlertState.OPEN
    assert called(step)


def test_at_the_door_without_an_outcome_staff_are_told_after_half_an_hour() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.arrived(case, "v3", Role.VOLUNTEER, EIGHT + 5 * M))
    assert case.alert.state is AlertState.AT_DOOR
    late = EIGHT + 35 * M
    assert case.alert.due_at == late
    step = escalation.due(case, callers(late), late)
    assert called(step) == ["lin"]
    assert called(step, NoticeType.REMIND) == ["v3"]
    assert step.alert.due_at == late + 30 * M


def test_closing_ends_every_step_and_takes_back_what_waits() -> None:
    case, _ = begun(*SOS)
    step = replies.closed(case, "v3", Outcome.HELPED, "tea", EIGHT + 9 * M)
    assert step.withdraw
    assert step.alert.due_at is None
    assert step.alert.outcome is Outcome.HELPED


def test_closing_twice_is_harmless_but_not_with_another_outcome() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.closed(case, "v3", Outcome.HELPED, "", EIGHT + 9 * M))
    assert replies.closed(case, "v3", Outcome.HELPED, "", EIGHT + 10 * M).log == ()
    with pytest.raises(Conflict):
        replies.closed(case, "lin", Outcome.AWAY, "", EIGHT + 10 * M)


MEI_WITH_A_PHONE = replace(MEI_HERSELF, channels=(Channel("mei-0", "mei", "webhook", "http://127.0.0.1:9/mei"),))


def test_the_elder_is_asked_first_and_the_neighbours_five_minutes_later() -> None:
    people = (*EVERYBODY, MEI_WITH_A_PHONE)
    case, step = begun(*SILENCE, *people)
    assert called(step, NoticeType.ASK) == ["mei"]
    assert not called(step)
    _, calls = run(case, EIGHT + 36 * M, *people)
    when = dict(calls)
    assert min(when) == 300
    assert (when[300], when[20 * 60], when[35 * 60]) == (["v1", "v2", "v3"], ["bo"], ["bo", "lin"])


def test_an_elder_without_a_phone_is_not_waited_for() -> None:
    _, step = begun(*SILENCE)
    assert called(step) == ["v1", "v2", "v3"]


def test_a_sign_of_life_answers_the_question() -> None:
    case, _ = begun(*SILENCE, *EVERYBODY, MEI_WITH_A_PHONE)
    step = replies.lives(case, EIGHT + M, EIGHT + M)
    assert step is not None
    assert step.alert.state is AlertState.CLOSED
    assert step.alert.outcome is Outcome.SAFE


def test_a_call_for_help_ends_the_question_but_is_not_written_down_as_all_well() -> None:
    case, _ = begun(*SILENCE, *EVERYBODY, MEI_WITH_A_PHONE)
    step = replies.lives(case, EIGHT + M, EIGHT + M, outcome=Outcome.OTHER)
    assert step is not None
    assert (step.alert.state, step.alert.outcome) == (AlertState.CLOSED, Outcome.OTHER)


def test_a_sign_of_life_is_only_put_on_record_once_neighbours_were_called() -> None:
    case, _ = begun(*SILENCE)
    step = replies.lives(case, EIGHT + M, EIGHT + M)
    assert step is not None
    assert what(step) == ["sign_of_life"]
    assert step.alert.state is AlertState.OPEN


def test_a_sign_of_life_that_is_no_answer_to_the_question_leaves_it_open() -> None:
    case, _ = begun(AlertKind.BATHROOM, Severity.URGENT, *EVERYBODY, MEI_WITH_A_PHONE)
    assert replies.lives(case, EIGHT + M, EIGHT + M, {AlertKind.BATHROOM}) is None
    answered = replies.lives(case, EIGHT + M, EIGHT + M)
    assert answered is not None
    assert answered.alert.state is AlertState.CLOSED


def test_an_older_sign_of_life_answers_nothing() -> None:
    case, _ = begun(*SILENCE, *EVERYBODY, MEI_WITH_A_PHONE)
    assert replies.lives(case, EIGHT - M, EIGHT + M) is None


def test_a_sign_of_life_never_ends_an_sos() -> None:
    case, _ = begun(*SOS)
    assert replies.lives(case, EIGHT + M, EIGHT + M) is None


def test_a_notice_at_night_waits_for_the_morning_but_an_emergency_does_not() -> None:
    night = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 23:00 in Shanghai
    case, _ = begun(AlertKind.LOW_BATTERY, Severity.NOTICE)
    quiet = escalation.opened(replace(case.alert, rung=0), callers(night), night)
    assert quiet.notices == ()
    assert quiet.alert.due_at == datetime(2026, 11, 24, 0, tzinfo=UTC)
    sos, _ = begun(*SOS)
    assert escalation.opened(replace(sos.alert, rung=0), callers(night), night).notices


def test_the_less_burdened_of_equally_near_neighbours_is_called_first() -> None:
    picture = replace(callers(EIGHT), load={"v1": 3, "v2": 1})
    assert [p.person for p in picture.of(Role.VOLUNTEER)][-2:] == ["v2", "v1"]


def test_who_is_off_duty_is_not_called_but_staff_always_are() -> None:
    weekend = Duty(frozenset({5, 6}), EIGHT.time(), EIGHT.replace(hour=1).time())
    off_volunteer = replace(SEVEN[0], duty=(weekend,))
    off_staff = replace(LIN, duty=(weekend,))
    picture = callers(EIGHT, off_volunteer, off_staff)
    assert picture.of(Role.VOLUNTEER) == []
    assert picture.of(Role.STAFF) == [off_staff]


def keys(case: Case, until: datetime, *people: Person) -> list[str]:
    """Return the keys of all notices written up to a moment."""
    found: list[str] = []
    while case.alert.due_at is not None and case.alert.due_at <= until:
        step = escalation.due(case, callers(case.alert.due_at, *people), case.alert.due_at)
        case = after(case, step)
        found += [notice.key for notice in step.notices]
    return found


def test_who_is_called_again_gets_a_message_of_its_own() -> None:
    case, first = begun(*SOS)
    written = [*(notice.key for notice in first.notices), *keys(case, EIGHT + 60 * M)]
    assert len(written) == len(set(written))


def test_each_reminder_is_a_message_of_its_own() -> None:
    case, _ = begun(*SOS)
    case = after(case, replies.accepted(case, "v1", Role.VOLUNTEER, EIGHT))
    first = escalation.due(case, callers(EIGHT + 10 * M), EIGHT + 10 * M)
    case = after(case, first)
    case = after(case, replies.accepted(case, "v2", Role.VOLUNTEER, EIGHT + 11 * M))
    second = escalation.due(case, callers(EIGHT + 21 * M), EIGHT + 21 * M)
    reminders = [n for step in (first, second) for n in step.notices if n.type is NoticeType.REMIND]
    assert [n.person for n in reminders] == ["v1", "v1", "v2"]
    assert len({n.key for n in reminders}) == 3
    assert all(n.channel.endswith("-webhook") for n in reminders)


def test_who_has_no_second_way_is_not_called_twice() -> None:
    one_way = [volunteer(number, channels=1) for number in range(1, 6)]
    case, _ = begun(*SOS, *one_way, BO, LIN)
    _, calls = run(case, EIGHT + 30 * S, *one_way, BO, LIN)
    assert calls == [(30.0, ["bo"])]


def test_a_late_tick_delays_nothing_that_follows() -> None:
    case, _ = begun(*SOS)
    late = escalation.due(case, callers(EIGHT + 65 * S), EIGHT + 65 * S)
    assert "bo" in called(late)
    assert late.alert.climb_at == EIGHT + 90 * S
    _, calls = run(after(case, late), EIGHT + 181 * S)
    assert [(seconds, who) for seconds, who in calls if {"lin", "wu"} & set(who)] == [(90.0, ["lin"]), (180.0, ["wu"])]


def test_the_elder_is_given_five_minutes_to_answer() -> None:
    people = (*EVERYBODY, MEI_WITH_A_PHONE)
    _, step = begun(*SILENCE, *people)
    assert [request.reply_due_at for request in step.requests] == [EIGHT + 5 * M]


@pytest.mark.parametrize(("hour", "minute", "held"), [(19, 59, False), (20, 0, True), (7, 59, True), (8, 0, False)])
def test_quiet_hours_are_from_eight_in_the_evening_to_eight_in_the_morning(
    *, hour: int, minute: int, held: bool
) -> None:
    local = EIGHT.astimezone(MEI.zone).replace(hour=hour, minute=minute)
    now = local.astimezone(UTC)
    alert = replace(new_alert(AlertKind.LOW_BATTERY, Severity.NOTICE), opened_at=now, evidence_at=now)
    step = escalation.opened(alert, callers(now), now)
    assert ("held" in what(step)) is held

"""When a message goes out again and by which way instead: for a call for ever, for thanks a few times."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest

from alerts.channels.base import Answer, Verdict
from alerts.retry import Next, after, is_news, line, other_way, stem
from linli.alert import Notice, NoticeState, NoticeType, Severity
from linli.people import Person, Role
from tests.alerts.post import person
from tests.cast import EIGHT

S = timedelta(seconds=1)


def a_notice(attempts: int = 1, channel: str = "ana-0") -> Notice:
    key = f"a-1.call.0.0.ana.{channel}"
    return Notice(key, "a-1", "ana", channel, NoticeType.CALL, Severity.EMERGENCY, EIGHT, attempts=attempts)


@pytest.mark.parametrize("verdict", [Verdict.LATER, Verdict.UNKNOWN])
@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (5000, 60)]
)
def test_a_notice_goes_out_again_for_ever_with_growing_pauses(verdict: Verdict, attempts: int, pause: int) -> None:
    assert after(Answer(verdict), a_notice(attempts), EIGHT) == Next(NoticeState.WAITING, EIGHT + pause * S)


@pytest.mark.parametrize(("attempts", "wished", "pause"), [(1, 20, 20), (5, 3, 16), (1, 3600, 60)])
def test_a_wish_for_a_pause_is_heeded_up_to_a_minute(attempts: int, wished: int, pause: int) -> None:
    answer = Answer(Verdict.LATER, retry_after=wished * S)

    assert after(answer, a_notice(attempts), EIGHT).due_at == EIGHT + pause * S


def test_what_is_accepted_or_refused_for_good_is_not_sent_again() -> None:
    assert after(Answer(Verdict.ACCEPTED), a_notice(), EIGHT) == Next(NoticeState.SENT)
    assert after(Answer(Verdict.NEVER), a_notice(), EIGHT) == Next(NoticeState.FAILED)


def test_the_next_way_is_the_next_channel_under_the_key_that_the_ladder_would_give_it() -> None:
    ana = person("ana", ("webhook", "x"), ("sms", "y"), ("email", "z"))

    second = other_way(a_notice(attempts=7), ana, EIGHT)

    assert second is not None
    assert (second.key, second.channel, second.attempts) == ("a-1.call.0.0.ana.ana-1", "ana-1", 0)
    assert other_way(a_notice(channel="ana-2"), ana, EIGHT) is None


def test_for_a_channel_that_is_gone_the_next_way_is_the_first_one_left() -> None:
    ana = person("ana", ("webhook", "x"), ("sms", "y"))

    other = other_way(a_notice(channel="ana-old"), ana, EIGHT)

    assert other is not None
    assert other.key == "a-1.call.0.0.ana.ana-0"


def test_who_has_no_channel_has_the_inbox_and_then_nothing() -> None:
    assert other_way(a_notice(channel="inbox-ana"), Person("ana", Role.VOLUNTEER), EIGHT) is None


def test_the_other_way_is_a_new_message_in_all_but_what_it_says() -> None:
    ana = person("ana", ("webhook", "x"), ("sms", "y"))
    tried = replace(a_notice(attempts=7), state=NoticeState.FAILED, reason="busy")
    now = EIGHT + 9 * S
    wanted = replace(tried, key="a-1.call.0.0.ana.ana-1", channel="ana-1", due_at=now, attempts=0)

    assert other_way(tried, ana, now) == replace(wanted, state=NoticeState.WAITING, reason="")


@pytest.mark.parametrize(("attempts", "state"), [(7, NoticeState.WAITING), (8, NoticeState.FAILED)])
def test_thanks_are_tried_eight_times_and_a_call_for_ever(attempts: int, state: NoticeState) -> None:
    over = replace(a_notice(attempts), type=NoticeType.OVER)

    assert after(Answer(Verdict.LATER), over, EIGHT).state is state
    assert after(Answer(Verdict.LATER), a_notice(attempts), EIGHT).state is NoticeState.WAITING


def test_a_notice_never_tried_waits_a_second() -> None:
    assert after(Answer(Verdict.LATER), a_notice(0), EIGHT).due_at == EIGHT + S


def test_thanks_go_only_by_the_way_that_the_call_went() -> None:
    ana = person("ana", ("webhook", "x"), ("sms", "y"))

    assert other_way(replace(a_notice(), type=NoticeType.OVER), ana, EIGHT) is None


def test_one_message_by_several_ways_is_known_by_the_same_stem() -> None:
    assert stem(a_notice()) == "a-1.call.0.0.ana"


@pytest.mark.parametrize(
    ("reason", "following", "told"),
    [
        ("HTTP 500", NoticeState.WAITING, True),
        ("busy", NoticeState.WAITING, False),
        ("busy", NoticeState.FAILED, True),
    ],
    ids=["it fails in another way", "it fails again", "it is given up"],
)
def test_the_log_names_a_failure_once_and_not_at_every_retry(
    *, reason: str, following: NoticeState, told: bool
) -> None:
    assert is_news(Answer(Verdict.LATER, reason), replace(a_notice(), reason="busy"), following) is told


def test_the_log_says_to_whom_and_by_what_a_message_went_and_leaves_out_what_is_not_known() -> None:
    failed = line("notice_failed", a_notice(), "sms", Answer(Verdict.LATER, "busy"), EIGHT)
    unlisted = line("notice_failed", a_notice(), "", Answer(Verdict.NEVER), EIGHT)

    assert (failed.at, failed.what, failed.who) == (EIGHT, "notice_failed", "ana")
    assert failed.detail == {"channel": "sms", "key": "a-1.call.0.0.ana.ana-0", "reason": "busy"}
    assert unlisted.detail == {"key": "a-1.call.0.0.ana.ana-0"}


def test_what_follows_from_an_answer_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(Next(NoticeState.SENT), "state", NoticeState.WAITING)  # noqa: B010 - mypy sees through an assignment

"""Who is told that it is over: whoever may have heard the call, once by each way, and not who has ended it."""

from dataclasses import replace

import pytest

from alerts.thanks import ends, thanks
from linli.alert import Entry, Notice, NoticeState, NoticeType, Severity
from tests.cast import EIGHT, MINUTE

NOW = EIGHT + 9 * MINUTE
CLOSED = [Entry(EIGHT, "opened"), Entry(NOW, "closed", "lin"), Entry(NOW, "joined", "bo")]


def sent(person: str = "ana", channel: str = "ana-0", type_: NoticeType = NoticeType.CALL, rung: int = 0) -> Notice:
    """Return a notice that the far end has accepted."""
    key = f"a-1.{type_}.0.{rung}.{person}.{channel}"
    return Notice(key, "a-1", person, channel, type_, Severity.EMERGENCY, EIGHT, NoticeState.SENT, 1, "ok")


def test_thanks_are_a_notice_of_their_own_that_goes_out_at_once() -> None:
    assert thanks([sent()], CLOSED, NOW) == [
        Notice("a-1.over.ana.ana-0", "a-1", "ana", "ana-0", NoticeType.OVER, Severity.NOTICE, NOW)
    ]


def test_who_was_called_several_times_is_thanked_once_by_each_way() -> None:
    calls = [sent(), sent(rung=5), sent(channel="ana-1"), sent("bo", "bo-0")]

    assert [(n.person, n.channel) for n in thanks(calls, CLOSED, NOW)] == [
        ("ana", "ana-0"),
        ("ana", "ana-1"),
        ("bo", "bo-0"),
    ]


def test_who_has_closed_it_knows() -> None:
    assert [n.person for n in thanks([sent("lin", "lin-0"), sent("bo", "bo-0")], CLOSED, NOW)] == ["bo"]


@pytest.mark.parametrize(
    ("type_", "is_told"),
    [
        (NoticeType.CALL, True),
        (NoticeType.REMIND, True),
        (NoticeType.TELL, True),
        (NoticeType.ASK, False),
        (NoticeType.OVER, False),
    ],
)
def test_only_who_was_called_or_told_hears_the_end(type_: NoticeType, *, is_told: bool) -> None:
    assert bool(thanks([sent(type_=type_)], CLOSED, NOW)) is is_told


@pytest.mark.parametrize(
    ("state", "attempts", "is_told"),
    [
        (NoticeState.SENT, 0, True),
        (NoticeState.LEASED, 0, True),
        (NoticeState.WAITING, 0, False),
        (NoticeState.WAITING, 1, True),
        (NoticeState.WITHDRAWN, 0, False),
        (NoticeState.WITHDRAWN, 1, True),
        (NoticeState.FAILED, 3, False),
    ],
)
def test_who_may_have_heard_the_call_hears_the_end_and_who_cannot_does_not(
    state: NoticeState, attempts: int, *, is_told: bool
) -> None:
    assert bool(thanks([replace(sent(), state=state, attempts=attempts)], CLOSED, NOW)) is is_told


@pytest.mark.parametrize(
    ("states", "way"),
    [
        ((NoticeState.SENT, NoticeState.SENT), "bo-1"),
        ((NoticeState.SENT, NoticeState.LEASED), "bo-0"),
        ((NoticeState.LEASED, NoticeState.SENT), "bo-1"),
        ((NoticeState.LEASED, NoticeState.LEASED), "bo-1"),
    ],
)
def test_the_end_of_an_incident_goes_by_the_newest_way_that_is_known_to_reach(
    states: tuple[NoticeState, NoticeState], way: str
) -> None:
    told = [replace(sent("bo", f"bo-{number}"), state=state) for number, state in enumerate(states)]

    assert [(one.person, one.channel) for one in ends([*told, sent("ana")], NOW)] == [("bo", way), ("ana", "ana-0")]

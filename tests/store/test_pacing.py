"""What a site's staff hear of silence, and that it is over, keeps its distance; on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.case import Case, Draft, Step
from alerts.pacing import BETWEEN, may_write_at, paced, paced_ends
from alerts.thanks import ends
from linli.alert import AlertKind, Notice, NoticeState, NoticeType, Request, RequestState
from linli.people import Role
from linli.store import cases, outbox
from linli.store.care import CareStore
from tests.cast import EIGHT, HOUR, MINUTE, NEIGHBOUR, OTHER_SITE
from tests.store.histories import alert, notice, opened, posted

SILENCE = AlertKind.UNMONITORED


def call(key: str, of: str, at: datetime) -> Notice:
    return notice(key, of, due_at=at)


def end(key: str, of: str, at: datetime) -> Notice:
    return replace(call(key, of, at), type=NoticeType.OVER)


def due(care: CareStore) -> dict[str, datetime]:
    with care.read() as connection:
        return {n.key: n.due_at for id_ in ("a-1", "a-2") for n in outbox.of_alert(connection, id_)}


def news_may_go_at(care: CareStore, of: str, now: datetime) -> datetime:
    """Ask when Ana may be written to of one more silence."""
    with care.begin() as connection:
        known = cases.by_id(connection, of)
        assert known is not None
        step = replace(Draft.of(Case(known), now).step(), notices=(call("news", of, now),))
        return may_write_at(connection, step, now)


def two_silences(care: CareStore) -> None:
    opened(care, "a-1", kind=SILENCE)
    opened(care, "a-2", NEIGHBOUR, SILENCE)


def test_several_ends_wait_behind_the_news_and_each_behind_the_other(care: CareStore) -> None:
    two_silences(care)
    posted(care, end("first", "a-1", EIGHT + 6 * MINUTE), end("second", "a-1", EIGHT + 16 * MINUTE))

    assert news_may_go_at(care, "a-2", EIGHT + 5 * MINUTE) == EIGHT + 5 * MINUTE
    assert due(care) == {"first": EIGHT + 15 * MINUTE, "second": EIGHT + 25 * MINUTE}


def held(care: CareStore, case: Case, now: datetime, *, marks: int = 0) -> Step:
    """Return the step that a silence takes which would write to Ana, who heard of another one at eight."""
    posted(care, call("told", "a-1", EIGHT))
    step = replace(Draft.of(case, now).step(), notices=(call("news", "a-2", now),))
    with care.begin() as connection:
        return paced(connection, case, replace(step, alert=replace(step.alert, marks=marks)), now)


def test_what_was_due_waits_with_a_step_that_is_held_back_and_what_is_due_later_keeps_its_time(care: CareStore) -> None:
    two_silences(care)
    now, until = EIGHT + 3 * MINUTE, EIGHT + BETWEEN
    silent = Request("jun", Role.VOLUNTEER, 0, RequestState.ASKED, EIGHT, now)
    patient = replace(silent, person="kai", reply_due_at=EIGHT + HOUR)
    before = replace(alert("a-2", NEIGHBOUR, SILENCE), rung=1, climb_at=EIGHT + 2 * HOUR)

    step = held(care, Case(before, (silent, patient)), now)

    assert (step.alert.due_at, step.alert.climb_at) == (until, EIGHT + 2 * HOUR)
    assert {one.person: one.reply_due_at for one in step.requests} == {"jun": until, "kai": EIGHT + HOUR}
    assert (step.notices, [entry.what for entry in step.log]) == ((), ["paced"])


def test_the_long_lie_clock_is_not_held_back(care: CareStore) -> None:
    two_silences(care)
    step = held(care, Case(replace(alert("a-2", NEIGHBOUR, SILENCE), climb_at=EIGHT)), EIGHT + 3 * MINUTE, marks=1)

    assert [one.key for one in step.notices] == ["news"]


def test_an_end_that_waits_long_enough_is_left_alone(care: CareStore) -> None:
    two_silences(care)
    posted(care, end("late", "a-1", EIGHT + HOUR))

    assert news_may_go_at(care, "a-2", EIGHT) == EIGHT
    assert due(care) == {"late": EIGHT + HOUR}


def test_an_end_that_has_gone_out_counts_from_then_and_not_from_when_it_was_written_down(care: CareStore) -> None:
    two_silences(care)
    sent_at = EIGHT + 9 * MINUTE
    posted(care, end("over", "a-1", sent_at))
    with care.begin() as connection:
        (claimed,) = outbox.claim(connection, sent_at, lease=MINUTE, limit=10)
    assert news_may_go_at(care, "a-2", sent_at) == sent_at + BETWEEN, "it is in hand"

    with care.begin() as connection:
        outbox.record_sent(connection, [claimed.key], sent_at + timedelta(seconds=1))
    assert news_may_go_at(care, "a-2", EIGHT + 12 * MINUTE) == sent_at + timedelta(seconds=1) + BETWEEN


def test_an_end_of_another_site_holds_nothing(care: CareStore) -> None:
    two_silences(care)
    with care.begin() as connection:
        cases.add(connection, alert("a-3", OTHER_SITE, SILENCE))
    posted(care, end("theirs", "a-3", EIGHT))

    with care.begin() as connection:
        outbox.claim(connection, EIGHT, lease=MINUTE, limit=10)
    assert news_may_go_at(care, "a-2", EIGHT + MINUTE) == EIGHT + MINUTE


def test_an_end_waits_for_the_news_before_it_and_for_an_end_that_waits(care: CareStore) -> None:
    two_silences(care)
    over = end("over", "a-1", EIGHT)
    with care.begin() as connection:
        assert paced_ends(connection, alert("a-1", kind=SILENCE), [over], EIGHT) == [over]

    posted(care, call("told", "a-1", EIGHT))
    with care.begin() as connection:
        (held,) = paced_ends(connection, alert("a-1", kind=SILENCE), [over], EIGHT + 2 * MINUTE)
    assert held.due_at == EIGHT + BETWEEN

    posted(care, held)
    with care.begin() as connection:
        (behind,) = paced_ends(connection, alert("a-2", NEIGHBOUR, SILENCE), [over], EIGHT + 3 * MINUTE)
    assert behind.due_at == EIGHT + 2 * BETWEEN


def test_only_who_was_told_hears_the_end_once_and_by_the_newest_way_that_took_the_news() -> None:
    told = [
        replace(call("1", "a-1", EIGHT), channel="sms", state=NoticeState.SENT, attempts=1),
        replace(call("2", "a-1", EIGHT), channel="email", state=NoticeState.SENT, attempts=1),
        replace(call("3", "a-1", EIGHT), channel="wecom", state=NoticeState.WITHDRAWN, attempts=2),
        replace(call("4", "a-1", EIGHT), person="jun", channel="sms", state=NoticeState.WITHDRAWN, attempts=1),
        replace(call("5", "a-1", EIGHT), person="kai", state=NoticeState.WITHDRAWN),
        replace(call("6", "a-1", EIGHT), person="wu", state=NoticeState.FAILED, attempts=3),
        replace(call("7", "a-1", EIGHT), person="mei", type=NoticeType.ASK, state=NoticeState.SENT),
    ]

    assert [(one.person, one.channel, one.type) for one in ends(told, EIGHT)] == [
        ("ana", "email", NoticeType.OVER),
        ("jun", "sms", NoticeType.OVER),
    ]

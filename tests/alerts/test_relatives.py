"""A relative's wishes are heeded by whatever is no emergency, and by no emergency; and their own order is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from alerts.callers import Callers
from alerts.case import Case
from alerts.desk import Desk
from alerts.escalation import due, opened
from linli.alert import Alert, AlertKind, Ladder, NoticeState, NoticeType, Outcome, Rung, Severity
from linli.clock import VirtualClock
from linli.finding import Finding
from linli.people import Care, Person, Role, Scope
from linli.store import contacts, outbox, pauses
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.pauses import Pause
from linli.wish import Wish
from linli.words import Sentence
from tests.alerts.town import after, callers, new_alert, town, volunteer
from tests.cast import BO, DEVICES, EIGHT, GARDEN, HOMES, HOUR, LIN, MEI, MINUTE

SISTER = replace(BO, person="yan", name="Yan Chen", channels=(replace(BO.channels[0], id="yan-0", person="yan"),))
SILENT = new_alert(AlertKind.INACTIVITY, Severity.URGENT)
NIGHT = Wish("bo", quiet_from=time(22), quiet_until=time(8, 30))
"""Eight in the morning lies in it."""
SEVEN_AT_NIGHT = EIGHT + 11 * HOUR


def around_mei(wishes: Mapping[str, Wish], alert: Alert = SILENT, *, now: datetime = EIGHT) -> Callers:
    known = callers(now, BO, SISTER, LIN)
    return replace(known, wishes=wishes, severity=alert.severity, kind=alert.kind)


def names(people: list[Person]) -> list[str]:
    return [person.person for person in people]


def test_the_family_is_called_in_the_order_that_it_has_given_itself() -> None:
    assert names(around_mei({}).of(Role.FAMILY)) == ["bo", "yan"]
    assert names(replace(around_mei({}), agreed=["yan", "bo"]).of(Role.FAMILY)) == ["yan", "bo"]
    assert names(replace(around_mei({}), agreed=["yan"]).of(Role.FAMILY)) == ["yan", "bo"]


def test_who_does_not_want_a_kind_is_not_called_for_it_and_only_for_it() -> None:
    wish = {"bo": Wish("bo", frozenset({AlertKind.INACTIVITY}))}

    assert names(around_mei(wish).of(Role.FAMILY)) == ["yan"]
    assert names(around_mei(wish, new_alert(AlertKind.LEAK, Severity.URGENT)).of(Role.FAMILY)) == ["bo", "yan"]


def test_a_relative_who_said_not_now_is_left_alone_until_it_is_an_emergency() -> None:
    silent = replace(around_mei({}), paused={"bo"})
    emergency = replace(around_mei({}, new_alert()), paused={"bo"})

    assert names(silent.of(Role.FAMILY)) == ["yan"]
    assert names(emergency.of(Role.FAMILY)) == ["bo", "yan"]


def test_no_wish_is_heeded_by_an_emergency() -> None:
    wish = {"bo": replace(NIGHT, muted=frozenset(AlertKind))}

    assert names(around_mei(wish, new_alert()).of(Role.FAMILY)) == ["bo", "yan"]


@pytest.mark.parametrize(
    ("begin", "end", "now", "ends"),
    [
        (time(22), time(8, 30), EIGHT, EIGHT + HOUR / 2),
        (time(22), time(8), EIGHT, None),
        (time(19), time(7), SEVEN_AT_NIGHT, EIGHT + 23 * HOUR),
        (time(13), time(14), EIGHT, None),
        (time(8), time(9), EIGHT, EIGHT + HOUR),
        (time(8), time(8), EIGHT, None),
        (None, None, EIGHT, None),
    ],
    ids=["past midnight", "just over", "just begun", "later", "by day", "no length", "none"],
)
def test_quiet_hours_end_by_the_clock_of_the_home(
    begin: time | None, end: time | None, now: datetime, ends: datetime | None
) -> None:
    assert Wish("bo", quiet_from=begin, quiet_until=end).quiet_ends(now, MEI.zone) == ends


def test_in_quiet_hours_the_message_waits_and_the_next_rung_does_not() -> None:
    alert = new_alert(AlertKind.LEAK, Severity.URGENT)
    step = opened(alert, replace(around_mei({"bo": NIGHT, "yan": replace(NIGHT, person="yan")}, alert)), EIGHT)

    due = {notice.person: notice.due_at for notice in step.notices}
    assert due == {"bo": EIGHT + HOUR / 2, "yan": EIGHT + HOUR / 2, "lin": EIGHT}
    assert [request.person for request in step.requests] == ["lin"], "nobody waits for an answer of who sleeps"


@pytest.mark.parametrize(
    ("relatives", "written"),
    [
        (Rung(MINUTE, Role.FAMILY), {"lin": EIGHT + MINUTE, "bo": EIGHT + HOUR / 2}),
        (Rung(MINUTE, Role.FAMILY, keys=True), {"lin": EIGHT + MINUTE}),
    ],
    ids=["the family's", "of those who have the key"],
)
def test_who_sleeps_is_written_to_for_the_rung_of_the_family_and_for_no_other(
    relatives: Rung, written: Mapping[str, datetime]
) -> None:
    rungs = (Rung(timedelta(0), Role.VOLUNTEER, count=1), relatives, Rung(MINUTE, Role.STAFF))
    alert = replace(new_alert(AlertKind.LEAK, Severity.URGENT), ladder=Ladder(rungs, HOUR, HOUR, HOUR))

    def around(now: datetime) -> Callers:
        known = callers(now, volunteer(1, channels=1), BO, LIN)
        return replace(known, wishes={"bo": NIGHT}, severity=alert.severity, kind=alert.kind)

    first = opened(alert, around(EIGHT), EIGHT)
    assert [notice.person for notice in first.notices] == ["v1"]

    then = due(after(Case(alert), first), around(EIGHT + MINUTE), EIGHT + MINUTE)
    assert {notice.person: notice.due_at for notice in then.notices} == written


def test_a_family_that_wants_nothing_is_called_when_there_is_nobody_else() -> None:
    alert = new_alert(AlertKind.LEAK, Severity.URGENT)
    alone = replace(callers(EIGHT, BO), kind=alert.kind, severity=alert.severity, paused={"bo"})

    step = opened(alert, alone, EIGHT)

    assert [notice.person for notice in step.notices] == ["bo"]


@pytest.fixture
def care(care_file: Path) -> Iterator[CareStore]:
    store = CareStore(f"sqlite:///{care_file}")
    with store.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, [BO, SISTER, LIN])
    yield store
    store.close()


def _opens(care: CareStore, kind: AlertKind, severity: Severity) -> tuple[Desk, VirtualClock, str]:
    clock = VirtualClock(EIGHT)
    desk = Desk(care, lambda: town(BO, SISTER, LIN), clock, lambda: None)
    desk.open([Finding("f-1", MEI.home, GARDEN, kind, severity, EIGHT, Sentence("Water on the floor."), {})])
    return desk, clock, desk.open_alerts()[0].id


def test_the_desk_heeds_what_is_stored(care: CareStore) -> None:
    with care.begin() as connection:
        contacts.put_wish(connection, MEI.home, NIGHT)
        pauses.begin(connection, Pause("yan", EIGHT, EIGHT + HOUR))
    _, _, alert = _opens(care, AlertKind.LEAK, Severity.URGENT)

    with care.read() as connection:
        written = {one.person: one for one in outbox.of_alert(connection, alert)}
    assert set(written) == {"bo", "lin"}
    assert written["bo"].due_at == EIGHT + HOUR / 2
    assert written["lin"].due_at == EIGHT


def test_a_ladder_that_calls_one_relative_calls_the_first_of_their_own_order(care: CareStore) -> None:
    minute = timedelta(minutes=1)
    one_relative = Ladder((Rung(timedelta(0), Role.FAMILY, count=1),), minute, minute, minute)
    with care.begin() as connection:
        contacts.put_order(connection, MEI.home, ["yan", "bo"], "yan", EIGHT)
    desk = Desk(care, lambda: town(BO, SISTER, LIN), VirtualClock(EIGHT), lambda: None, ladders=lambda *_: one_relative)
    desk.open([Finding("f-2", MEI.home, GARDEN, AlertKind.LEAK, Severity.URGENT, EIGHT, Sentence("Water."), {})])

    with care.read() as connection:
        assert [one.person for one in outbox.of_alert(connection, desk.open_alerts()[0].id)] == ["yan"]


def test_who_is_held_until_the_morning_is_written_to_then_though_somebody_went_and_turned_back(care: CareStore) -> None:
    with care.begin() as connection:
        contacts.put_wish(connection, MEI.home, NIGHT)
    desk, clock, alert = _opens(care, AlertKind.LEAK, Severity.URGENT)
    desk.accept(alert, "lin")
    clock.advance(MINUTE)
    desk.decline(alert, "lin")

    with care.read() as connection:
        held = next(one for one in outbox.of_alert(connection, alert) if one.person == "bo")
    assert (held.state, held.due_at) == (NoticeState.WAITING, EIGHT + HOUR / 2)


def test_nobody_is_woken_in_the_morning_for_what_is_over(care: CareStore) -> None:
    with care.begin() as connection:
        contacts.put_wish(connection, MEI.home, NIGHT)
    desk, clock, alert = _opens(care, AlertKind.LEAK, Severity.URGENT)
    clock.advance(MINUTE)
    desk.close(alert, "lin", Outcome.SAFE, "")

    with care.read() as connection:
        held = next(one for one in outbox.of_alert(connection, alert) if one.person == "bo")
    assert (held.type, held.state) == (NoticeType.CALL, NoticeState.WITHDRAWN)


def test_an_emergency_is_sent_at_once_to_who_sleeps_and_said_not_now(care: CareStore) -> None:
    with care.begin() as connection:
        contacts.put_wish(connection, MEI.home, replace(NIGHT, muted=frozenset(AlertKind)))
        pauses.begin(connection, Pause("bo", EIGHT, EIGHT + HOUR))
    desk, clock, alert = _opens(care, AlertKind.SOS, Severity.EMERGENCY)
    clock.advance(MINUTE)
    desk.tick(clock.now())

    with care.read() as connection:
        written = {one.person: one.due_at for one in outbox.of_alert(connection, alert)}
    assert written["bo"] <= EIGHT + MINUTE


def test_a_key_holding_relative_may_sleep_through_what_is_no_emergency() -> None:
    holder = replace(BO, cares=(Care(Scope.KEY, MEI.home),))
    known = replace(callers(EIGHT, holder, LIN), wishes={"bo": NIGHT}, severity=Severity.URGENT, kind=AlertKind.LEAK)

    assert known.key_holders() == []
    assert names(replace(known, severity=Severity.EMERGENCY).key_holders()) == ["bo"]


def test_a_relative_in_quiet_hours_is_called_at_once_where_there_is_nobody_else() -> None:
    around = replace(around_mei({"bo": NIGHT}, now=EIGHT), roster=town(BO))
    step = opened(SILENT, around, EIGHT)

    assert [notice.due_at for notice in step.notices if notice.type is NoticeType.CALL][-1] == EIGHT
    assert [entry.what for entry in step.log][-2:] == ["left_alone", "called"]

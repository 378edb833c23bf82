"""The alert engine lives through random histories in which anything may fail, and keeps its promises in all of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from alerts.callers import around
from alerts.case import Case, Step
from alerts.escalation import due, opened
from alerts.ladders import ASKED_ABOUT, default_ladder
from linli.alert import AlertKind, NoticeType, Severity
from linli.finding import Finding
from linli.people import Person
from linli.words import Sentence
from tests.alerts.engine import Engine
from tests.alerts.engine_checks import violations
from tests.alerts.engine_machine import COUNTS, EngineMachine
from tests.alerts.engine_town import small_town
from tests.alerts.fresh_engine import fresh_engine, remove_store
from tests.alerts.town import SEVEN, after, new_alert, town
from tests.cast import BO, EIGHT, GARDEN, LIN, MEI, OTHER_SITE, RIVER, WU

HISTORIES = 40
NAMES = ["lin", "wu", "xu", "bo"]


@pytest.fixture(scope="module", autouse=True)
def _leave_nothing() -> Iterator[None]:
    yield
    remove_store()


@pytest.mark.slow
def test_whatever_happens_every_promise_is_kept() -> None:
    few = settings(
        max_examples=HISTORIES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )

    run_state_machine_as_test(EngineMachine, settings=few)

    assert COUNTS["alerts"] > HISTORIES
    assert COUNTS["violations"] == 0


def finding(kind: AlertKind, severity: Severity, number: int = 0, home: str = MEI.home, site: str = GARDEN) -> Finding:
    return Finding(f"{kind}:{number}", home, site, kind, severity, EIGHT, Sentence("The call button was pressed."))


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = fresh_engine(small_town([2, 2, 1, 2, 2], 0, set(NAMES), "Asia/Shanghai"), EIGHT)
    yield made
    made.close()


def test_a_second_channel_is_not_used_in_the_step_that_calls_somebody_for_the_first_time(engine: Engine) -> None:
    engine.roster = small_town([2] * 7, 0, set(NAMES), "Asia/Shanghai")
    engine.deliver([finding(AlertKind.SOS, Severity.EMERGENCY)])
    engine.clock.advance(timedelta(minutes=1))  # nobody was there to take the two steps in between

    engine.settle()

    assert list(violations(engine)) == []
    assert {"v6-webhook", "v7-webhook"} <= {sending.channel for sending in engine.far.sent}


# What must not depend on what


def first_word(kind: AlertKind, severity: Severity, people: tuple[Person, ...], now: datetime) -> timedelta | None:
    """Return how long after the opening anybody who can come is called, or she is asked; None: nobody at all."""
    listed = replace(town(), people={person.person: person for person in people})
    alert = replace(new_alert(kind, severity), opened_at=now, evidence_at=now, due_at=now, climb_at=now)
    at, case = now, Case(alert)
    step: Step = opened(alert, around(listed, site=GARDEN, home=MEI.home, now=at, load={}), at)
    for _ in range(20):
        if any(notice.type in {NoticeType.CALL, NoticeType.ASK} for notice in step.notices):
            return at - now
        case = after(case, step)
        at = max(case.alert.due_at or at, at)
        step = due(case, around(listed, site=GARDEN, home=MEI.home, now=at, load={}), at)
    return None


crowds = st.sets(st.sampled_from([*SEVEN, BO, LIN, WU]), max_size=6)
moments = st.integers(0, 47).map(lambda half_hours: EIGHT + timedelta(minutes=30 * half_hours))


@settings(deadline=None)
@given(st.sampled_from(AlertKind), st.sampled_from(Severity), crowds, st.sampled_from(SEVEN), moments)
def test_one_more_volunteer_never_delays_the_first_call(
    kind: AlertKind, severity: Severity, crowd: set[Person], one_more: Person, now: datetime
) -> None:
    before = first_word(kind, severity, tuple(crowd), now)
    with_one_more = first_word(kind, severity, (*crowd, one_more), now)

    assert before is None or (with_one_more is not None and with_one_more <= before)


@settings(deadline=None)
@given(st.sampled_from(AlertKind), crowds, moments)
def test_what_is_graver_is_never_slower(kind: AlertKind, crowd: set[Person], now: datetime) -> None:
    waits = [first_word(kind, severity, tuple(crowd), now) for severity in Severity]
    known = [wait for wait in waits if wait is not None]

    assert known == sorted(known)
    assert None not in waits[:1] or not crowd


@pytest.mark.parametrize("severity", Severity)
def test_every_rung_of_a_graver_ladder_comes_sooner_than_that_of_an_urgent_one(severity: Severity) -> None:
    kinds = [kind for kind in AlertKind if kind not in ASKED_ABOUT]
    for kind in kinds if severity is Severity.EMERGENCY else []:
        grave, urgent = default_ladder(kind, severity), default_ladder(kind, Severity.URGENT)
        for rung in urgent.rungs:
            assert min(one.after for one in grave.rungs if one.role is rung.role) <= rung.after


def order_of_calls(*, storm: int) -> list[tuple[str, str]]:
    """Return who is written to for an SOS by which way, in order, while other alerts pour in from another compound."""
    engine = fresh_engine(small_town([2, 2, 1, 2, 2, 1, 2], 0, set(NAMES), "Asia/Shanghai"), EIGHT)
    elsewhere = [
        replace(finding(AlertKind.SMOKE, Severity.EMERGENCY, number, OTHER_SITE.home, RIVER), about=f"flat {number}")
        for number in range(storm)
    ]
    engine.deliver(elsewhere[: storm // 2])
    engine.deliver([finding(AlertKind.SOS, Severity.EMERGENCY), *elsewhere[storm // 2 :]])
    engine.run_for(timedelta(minutes=4))
    (alert,) = [row["id"] for row in engine.tables()["alerts"] if row["kind"] == AlertKind.SOS]
    engine.close()
    return [(sending.type, sending.channel) for sending in engine.far.sent if sending.alert == alert]


def test_a_storm_elsewhere_does_not_change_whom_an_sos_calls_and_in_which_order() -> None:
    calm = order_of_calls(storm=0)

    assert len(calm) > 8
    assert order_of_calls(storm=24) == calm

"""Each question that is asked every second is answered from the index that its docstring names, not by reading all."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection

from linli.alert import AlertKind, Outcome
from linli.store import absences, access, cases, drills, outbox, prepared, rejections, troubles, unseen, visits
from linli.store.care import CareStore
from linli.store.drills import DrillKind
from tests.cast import EIGHT, MINUTE
from tests.listening import listen
from tests.store.histories import finding

Ask = Callable[[Connection], object]


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda c: cases.open_like(c, finding()), "ix_alerts_one_open"),
        (cases.open_ones, "ix_alerts_due"),
        (lambda c: cases.open_ones_of_home(c, "home-7"), "ix_alerts_home"),
        (lambda c: cases.open_by_home(c, [AlertKind.SOS]), "ix_alerts_due"),
        (lambda c: cases.due(c, EIGHT), "ix_alerts_due"),
        (cases.next_due, "ix_alerts_due"),
        (lambda c: cases.search(c, state="open"), "ix_alerts_due"),
        (cases.search, "ix_alerts_opened"),
        (lambda c: cases.search(c, homes=["home-7"]), "ix_alerts_home"),
        (lambda c: cases.closed_since(c, EIGHT, ["garden", "river"]), "ix_alerts_closed"),
        (lambda c: cases.recent_load(c, EIGHT), "COVERING INDEX ix_requests_asked_at_person_drill"),
        (
            lambda c: cases.recent_load_of(c, ["ana", "jun"], EIGHT),
            "COVERING INDEX ix_requests_person_asked_at_drill",
        ),
        (lambda c: cases.read_log(c, "a-1"), "ix_log_alert_seq"),
        (lambda c: cases.log_since(c, 7), "INTEGER PRIMARY KEY"),
        (lambda c: outbox.claim(c, EIGHT, lease=MINUTE, limit=10), "ix_outbox_due"),
        (outbox.next_due, "ix_outbox_due"),
        (lambda c: outbox.withdraw(c, "a-1", EIGHT), "ix_outbox_alert"),
        (lambda c: outbox.of_alert(c, "a-1"), "ix_outbox_alert"),
        (lambda c: absences.end(c, "home-7", EIGHT), "ix_absences_home_until"),
        (lambda c: absences.running(c, EIGHT), "ix_absences_until"),
        (lambda c: absences.over(c, EIGHT, EIGHT + MINUTE), "ix_absences_until"),
        (lambda c: access.by_session(c, "cookie", EIGHT), "sqlite_autoindex_sessions_1"),
        (lambda c: drills.of_home(c, "home-7"), "ix_drills_home_begun_at"),
        (lambda c: drills.of_person(c, "ana"), "ix_drills_person_begun_at"),
        (lambda c: drills.since(c, DrillKind.BUTTON, EIGHT), "ix_drills_kind_begun_at"),
        (lambda c: drills.in_need(c, "garden"), "ix_alerts_due"),
        (lambda c: drills.replied(c, EIGHT), "ix_requests_asked_at_person_drill"),
        (lambda c: visits.of_home(c, "home-7"), "ix_visits_home_at"),
        (visits.latest, "ix_visits_home_at"),
        (lambda c: visits.made(c, since=EIGHT, until=EIGHT + MINUTE), "ix_visits_at"),
        (visits.plans, "ix_visit_plans_home_id"),
        (lambda c: visits.plan_of(c, "home-7"), "ix_visit_plans_home_id"),
        (lambda c: visits.changed(c, "change"), "ix_visit_plans_change"),
        (lambda c: troubles.rung_by_devices(c, since=EIGHT, outcomes=[Outcome.SAFE]), "ix_alerts_opened"),
        (lambda c: unseen.overlapping(c, EIGHT, EIGHT + MINUTE), "ix_unseen_until"),
        (lambda c: rejections.latest(c, sites=["garden"]), "ix_rejections_site_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_question_is_answered_from_its_index(ask: Ask, index: str, care_file: Path) -> None:
    asked: list[tuple[str, Sequence[object]]] = []
    care = CareStore(f"sqlite:///{care_file}")
    listen(care._writing.engine, lambda statement, values: asked.append((statement, values)))
    with care.begin() as connection:
        asked.clear()
        ask(connection)
        plans = [_plan(connection, statement, values) for statement, values in list(asked)]
    care.close()

    assert plans
    assert [plan for plan in plans if index not in plan] == []


def _plan(connection: Connection, statement: str, values: Sequence[object]) -> str:
    """Return how SQLite would answer a statement."""
    rows = prepared.ask(connection, f"EXPLAIN QUERY PLAN {statement}", values)
    return " / ".join(row[3] for row in rows)

"""Questions to the care data about devices that trouble people: what they rang for, and what of theirs was refused. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from linli.alert import Outcome, Severity
from linli.people import Role
from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class Rung:
    """An alert that a device caused: how it ended, and how many people were called for it."""

    home: str
    device: str
    opened_at: datetime
    outcome: Outcome
    called: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Messages of one topic that were refused; `home` is empty where it is not known whose they are."""

    site: str
    home: str
    topic: str
    times: int


def rung_by_devices(connection: Connection, *, since: datetime, outcomes: Collection[Outcome]) -> list[Rung]:
    """Return the alerts opened since a moment that a device caused and that ended so, oldest first.

    A notice, such as of a battery, calls nobody to the door: a device that has one has not rung. By ix_alerts_opened; who was called, the elder herself apart, by the primary key of the requests.
    """
    called = (
        select(func.count())
        .where(t.requests.c.alert == t.alerts.c.id, t.requests.c.role != Role.RESIDENT)
        .scalar_subquery()
        .label("called")
    )
    query = (
        select(t.alerts.c.home, t.alerts.c.evidence, t.alerts.c.opened_at, t.alerts.c.outcome, called)
        .where(
            t.alerts.c.opened_at >= since,
            t.alerts.c.drill == 0,
            t.alerts.c.severity != Severity.NOTICE,
            t.alerts.c.outcome.in_(outcomes),
        )
        .order_by(t.alerts.c.opened_at)
    )
    return [
        Rung(row.home, str(row.evidence["device"]), row.opened_at, Outcome(row.outcome), row.called)
        for row in connection.execute(query)
        if row.home and row.evidence.get("device")
    ]


def refused(connection: Connection, *, since: datetime, limit: int = 500) -> list[Refused]:
    """Return what was refused since a moment, most often first (full scan of the rejections, of which a number is kept)."""
    one, times = t.rejections.c, func.count().label("times")
    query = (
        select(one.site, one.home, one.topic, times)
        .where(one.at >= since)
        .group_by(one.site, one.home, one.topic)
        .order_by(times.desc(), one.topic)
        .limit(limit)
    )
    return [Refused(*row) for row in connection.execute(query)]

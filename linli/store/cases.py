"""Questions to the care data about alerts: the case, who was asked, and its append-only log. No decisions here."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, func, insert, literal_column, select, update

from linli.alert import Alert, AlertKind, AlertState, Entry, Outcome, Request, RequestState, Severity
from linli.finding import Finding
from linli.people import Role
from linli.store import tables as t
from linli.store.upsert import upsert


def add(connection: Connection, alert: Alert) -> None:
    """Store a new alert."""
    connection.execute(insert(t.alerts).values(**_columns(alert)))


def change(connection: Connection, alert: Alert) -> None:
    """Store an alert as it is now (primary key)."""
    columns = _columns(alert)
    connection.execute(update(t.alerts).where(t.alerts.c.id == columns.pop("id")).values(**columns))


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "site": alert.site,
        "home": alert.home,
        "kind": alert.kind,
        "severity": alert.severity,
        "state": alert.state,
        "opened_at": alert.opened_at,
        "evidence_at": alert.evidence_at,
        "why": alert.why,
        "evidence": dict(alert.evidence),
        "ladder": alert.ladder,
        "rung": alert.rung,
        "round": alert.round,
        "climb_at": alert.climb_at,
        "due_at": alert.due_at,
        "lease_until": alert.lease_until,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome or "",
        "note": alert.note,
        "about": alert.about,
        "drill": int(alert.drill),
        "marks": alert.marks,
        "door_at": alert.door_at,
    }


def alert_of(row: Row[Any]) -> Alert:
    """Return the alert in a row of the table."""
    return Alert(
        id=row.id,
        site=row.site,
        home=row.home,
        kind=AlertKind(row.kind),
        severity=Severity(row.severity),
        state=AlertState(row.state),
        opened_at=row.opened_at,
        evidence_at=row.evidence_at,
        why=row.why,
        ladder=row.ladder,
        rung=row.rung,
        round=row.round,
        climb_at=row.climb_at,
        due_at=row.due_at,
        lease_until=row.lease_until,
        closed_at=row.closed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        note=row.note,
        evidence=row.evidence,
        about=row.about,
        drill=bool(row.drill),
        marks=row.marks,
        door_at=row.door_at,
    )


def by_id(connection: Connection, id: str, *, for_update: bool = False) -> Alert | None:  # noqa: A002
    """Return one alert (primary key); for update it is held until the transaction ends."""
    query = select(t.alerts).where(t.alerts.c.id == id)
    row = connection.execute(_held(query) if for_update else query).one_or_none()
    return alert_of(row) if row else None


def _held(query: Select[Any]) -> Select[Any]:
    return query.with_for_update()  # SQLite has no such clause and ignores it: BEGIN IMMEDIATE holds everything


def of_episode(connection: Connection, key: str) -> str | None:
    """Return the id of the alert that an episode opened or joined (primary key)."""
    return connection.scalar(select(t.episodes.c.alert).where(t.episodes.c.key == key))


def add_episode(connection: Connection, key: str, alert: str, at: datetime) -> None:
    """Remember that an episode belongs to an alert, so that it opens no other."""
    connection.execute(insert(t.episodes).values(key=key, alert=alert, at=at))


def open_like(connection: Connection, finding: Finding) -> Alert | None:
    """Return the open alert that a finding joins, of which there is at most one (ix_alerts_one_open)."""
    query = select(t.alerts).where(
        t.alerts.c.site == finding.site,
        t.alerts.c.home == finding.home,
        t.alerts.c.kind == finding.kind,
        t.alerts.c.about == finding.about,
        t.alerts.c.drill == int(finding.drill),
        t.IS_OPEN,
    )
    row = connection.execute(_held(query)).one_or_none()
    return alert_of(row) if row else None


def open_ones(connection: Connection) -> list[Alert]:
    """Return all open alerts, the gravest and oldest first (ix_alerts_due: only open ones have a next step)."""
    rows = connection.execute(select(t.alerts).where(t.alerts.c.due_at.is_not(None)))
    return sorted((alert_of(row) for row in rows), key=lambda a: (a.severity.rank, a.opened_at, a.id))


def open_ones_of_home(connection: Connection, home: str) -> list[Alert]:
    """Return a home's open alerts, held until the transaction ends (ix_alerts_home)."""
    query = select(t.alerts).where(t.alerts.c.home == home, t.alerts.c.due_at.is_not(None))
    return [alert_of(row) for row in connection.execute(_held(query))]


def open_by_home(connection: Connection, kinds: Collection[AlertKind]) -> dict[str, tuple[tuple[str, AlertKind], ...]]:
    """Return the open alerts of these kinds as (id, kind) by home (ix_alerts_due)."""
    query = select(t.alerts.c.home, t.alerts.c.id, t.alerts.c.kind).where(
        t.alerts.c.due_at.is_not(None), t.alerts.c.kind.in_(kinds)
    )
    found: dict[str, tuple[tuple[str, AlertKind], ...]] = {}
    for home, id_, kind in connection.execute(query):
        found[home] = (*found.get(home, ()), (id_, AlertKind(kind)))
    return found


def due(connection: Connection, now: datetime, limit: int = 200) -> list[str]:
    """Return the ids of alerts whose next step is due, longest overdue first (ix_alerts_due)."""
    query = select(t.alerts.c.id).where(t.alerts.c.due_at <= now).order_by(t.alerts.c.due_at).limit(limit)
    return list(connection.scalars(query))


def next_due(connection: Connection) -> datetime | None:
    """Return when the next step of any alert is due (ix_alerts_due)."""
    found: datetime | None = connection.scalar(
        select(func.min(t.alerts.c.due_at)).where(t.alerts.c.due_at.is_not(None))
    )
    return found


def newest(state: str) -> Select[Any]:
    """Return the query for alerts that are `open`, `closed` or `all`, newest first (ix_alerts_due, ix_alerts_opened)."""
    query = select(t.alerts)
    if state == "open":
        # sorted by an expression: by the bare column, SQLite would walk through all that were ever closed
        opened = literal_column("alerts.opened_at + 0", t.Big)
        return query.where(t.alerts.c.due_at.is_not(None)).order_by(opened.desc(), t.alerts.c.id.desc())
    if state == "closed":
        query = query.where(t.alerts.c.state == AlertState.CLOSED)
    return query.order_by(t.alerts.c.opened_at.desc(), t.alerts.c.id.desc())


def search(
    connection: Connection,
    *,
    state: str = "all",
    homes: Sequence[str] | None = None,
    sites: Sequence[str] | None = None,
    limit: int = 100,
) -> list[Alert]:
    """Return alerts, newest first, of some homes or sites (ix_alerts_opened, ix_alerts_home)."""
    query = newest(state).limit(limit)
    if homes is not None:
        query = query.where(t.alerts.c.home.in_(homes))
    if sites is not None:
        query = query.where(t.alerts.c.site.in_(sites))
    return [alert_of(row) for row in connection.execute(query)]


def requests(connection: Connection, alert: str) -> list[Request]:
    """Return who was asked for an alert, in the order of asking (primary key)."""
    rows = connection.execute(
        select(t.requests).where(t.requests.c.alert == alert).order_by(t.requests.c.asked_at, t.requests.c.person)
    )
    return [
        Request(row.person, Role(row.role), row.rung, RequestState(row.state), row.asked_at, row.reply_due_at)
        for row in rows
    ]


def put_requests(connection: Connection, alert: str, changed: Iterable[Request]) -> None:
    """Store requests as they are now."""
    upsert(
        connection,
        t.requests,
        [
            {
                "alert": alert,
                "person": r.person,
                "role": r.role,
                "rung": r.rung,
                "state": r.state,
                "asked_at": r.asked_at,
                "reply_due_at": r.reply_due_at,
            }
            for r in changed
        ],
    )


def recent_load(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how often each person was asked since a moment; who is not in it, never (ix_requests_asked_at_person)."""
    who = literal_column("requests.person || ''", Text).label(
        "who"
    )  # grouping by the bare column, SQLite would read all
    query = select(who, func.count().label("times")).where(t.requests.c.asked_at >= since).group_by(who)
    return {row.who: row.times for row in connection.execute(query)}


def write_log(connection: Connection, alert: str, entries: Iterable[Entry]) -> None:
    """Append to an alert's log; nothing in it is ever changed."""
    write_logs(connection, [(alert, entry) for entry in entries])


def write_logs(connection: Connection, lines: Iterable[tuple[str, Entry]]) -> None:
    """Append to the logs of several alerts."""
    rows = [{"alert": id_, "at": e.at, "what": e.what, "who": e.who, "detail": dict(e.detail)} for id_, e in lines]
    if rows:
        connection.execute(insert(t.log), rows)


def read_log(connection: Connection, alert: str) -> list[Entry]:
    """Return an alert's log, oldest first (ix_log_alert_seq)."""
    rows = connection.execute(select(t.log).where(t.log.c.alert == alert).order_by(t.log.c.seq))
    return [Entry(row.at, row.what, row.who, row.detail) for row in rows]


def last_seq(connection: Connection) -> int:
    """Return the number of the newest log line: it grows with every change of any alert (primary key)."""
    return int(connection.scalar(select(func.max(t.log.c.seq))) or 0)


def log_since(connection: Connection, seq: int) -> list[tuple[int, str, Entry]]:
    """Return (line, alert, entry) of the log after a line, oldest first (primary key).

    On PostgreSQL, of two who write at once the one with the lower number may commit later: who follows the log
    can miss that line. So screens also look again by themselves, and nobody is called from here.
    """
    rows = connection.execute(select(t.log).where(t.log.c.seq > seq).order_by(t.log.c.seq))
    return [(row.seq, row.alert, Entry(row.at, row.what, row.who, row.detail)) for row in rows]


def closed_today(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many alerts ended since a moment, by outcome (ix_alerts_closed)."""
    query = (
        select(t.alerts.c.outcome, func.count().label("times"))
        .where(t.alerts.c.closed_at >= since)
        .group_by(t.alerts.c.outcome)
    )
    return {row.outcome: row.times for row in connection.execute(query)}

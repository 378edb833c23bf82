"""Questions to the care data about alerts: the case, who was asked, and its append-only log. No decisions here."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, bindparam, func, insert, literal_column, select, update

from linli.alert import Alert, AlertKind, AlertState, Entry, Outcome, Request, RequestState, Severity
from linli.finding import Finding
from linli.people import Role
from linli.store import chain
from linli.store import tables as t
from linli.store.upsert import upsert

# The statements of each step are made once: making one takes longer than all that the database has to do for it.
_ADD = insert(t.alerts)
_CHANGE = update(t.alerts).where(t.alerts.c.id == bindparam("changed"))
_BY_ID = select(t.alerts).where(t.alerts.c.id == bindparam("id"))
_OF_EPISODE = select(t.episodes.c.alert).where(t.episodes.c.key == bindparam("key"))
_ADD_EPISODE = insert(t.episodes)
_REQUESTS = (
    select(t.requests)
    .where(t.requests.c.alert == bindparam("alert"))
    .order_by(t.requests.c.asked_at, t.requests.c.person)
)
_DUE = (
    select(t.alerts.c.id)
    .where(t.alerts.c.due_at <= bindparam("now"))
    .order_by(t.alerts.c.due_at)
    .limit(bindparam("limit"))
)
_OPEN_BY_HOME = select(t.alerts.c.home, t.alerts.c.id, t.alerts.c.kind).where(
    t.alerts.c.due_at.is_not(None), t.alerts.c.kind.in_(bindparam("kinds", expanding=True))
)
_WHO = literal_column("requests.person || ''", Text).label("who")
"""Grouping by the bare column, SQLite would read all."""
_RECENT_LOAD = (
    select(_WHO, func.count().label("times")).where(t.requests.c.asked_at >= bindparam("since")).group_by(_WHO)
)


def add(connection: Connection, alert: Alert) -> None:
    """Store a new alert."""
    connection.execute(_ADD, _columns(alert))


def change(connection: Connection, alert: Alert) -> None:
    """Store an alert as it is now (primary key)."""
    columns = _columns(alert)
    connection.execute(_CHANGE, {**columns, "changed": columns["id"]})


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
    row = connection.execute(_BY_ID_HELD if for_update else _BY_ID, {"id": id}).one_or_none()
    return alert_of(row) if row else None


def _held(query: Select[Any]) -> Select[Any]:
    # SQLite has no such clause and ignores it: BEGIN IMMEDIATE holds everything. PostgreSQL's weaker form keeps changes
    # out, but not a line of the log that names the alert: that writer holds the log's head, and waits for nobody
    return query.with_for_update(key_share=True)


_BY_ID_HELD = _held(_BY_ID)
_OPEN_OF_HOME = _held(select(t.alerts).where(t.alerts.c.home == bindparam("home"), t.alerts.c.due_at.is_not(None)))


_OPEN_LIKE = _held(
    select(t.alerts).where(
        t.alerts.c.site == bindparam("site"),
        t.alerts.c.home == bindparam("home"),
        t.alerts.c.kind == bindparam("kind"),
        t.alerts.c.about == bindparam("about"),
        t.alerts.c.drill == bindparam("drill"),
        t.IS_OPEN,
    )
)


def of_episode(connection: Connection, key: str) -> str | None:
    """Return the id of the alert that an episode opened or joined (primary key)."""
    return connection.scalar(_OF_EPISODE, {"key": key})


def add_episode(connection: Connection, key: str, alert: str, at: datetime) -> None:
    """Remember that an episode belongs to an alert, so that it opens no other."""
    connection.execute(_ADD_EPISODE, {"key": key, "alert": alert, "at": at})


def open_like(connection: Connection, finding: Finding) -> Alert | None:
    """Return the open alert that a finding joins, of which there is at most one (ix_alerts_one_open)."""
    wanted = {
        "site": finding.site,
        "home": finding.home,
        "kind": finding.kind,
        "about": finding.about,
        "drill": int(finding.drill),
    }
    row = connection.execute(_OPEN_LIKE, wanted).one_or_none()
    return alert_of(row) if row else None


def open_ones(connection: Connection) -> list[Alert]:
    """Return all open alerts, the gravest and oldest first (ix_alerts_due: only open ones have a next step)."""
    rows = connection.execute(select(t.alerts).where(t.alerts.c.due_at.is_not(None), t.NOT_CANARY))
    return sorted((alert_of(row) for row in rows), key=lambda a: (a.severity.rank, a.opened_at, a.id))


def open_ones_of_home(connection: Connection, home: str) -> list[Alert]:
    """Return a home's open alerts, held until the transaction ends (ix_alerts_home)."""
    return [alert_of(row) for row in connection.execute(_OPEN_OF_HOME, {"home": home})]


def open_by_home(connection: Connection, kinds: Collection[AlertKind]) -> dict[str, tuple[tuple[str, AlertKind], ...]]:
    """Return the open alerts of these kinds as (id, kind) by home (ix_alerts_due)."""
    found: dict[str, tuple[tuple[str, AlertKind], ...]] = {}
    for home, id_, kind in connection.execute(_OPEN_BY_HOME, {"kinds": sorted(kinds)}):
        found[home] = (*found.get(home, ()), (id_, AlertKind(kind)))
    return found


def open_of_sites(connection: Connection, kind: AlertKind) -> list[Alert]:
    """Return the open alerts of a kind that are about a site or a part of it, oldest first (ix_alerts_due)."""
    query = select(t.alerts).where(
        t.alerts.c.due_at.is_not(None), t.alerts.c.home == "", t.alerts.c.kind == kind, t.alerts.c.drill == 0
    )
    return sorted((alert_of(row) for row in connection.execute(query)), key=lambda alert: alert.opened_at)


def known_episodes(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, Outcome | None]]:
    """Return the alert of those episodes that belong to one, and how it ended (primary keys)."""
    found: dict[str, tuple[str, Outcome | None]] = {}
    query = select(t.episodes.c.key, t.alerts.c.id, t.alerts.c.outcome).join(
        t.alerts, t.alerts.c.id == t.episodes.c.alert
    )
    for some in _in_portions(list(keys)):
        for key, id_, outcome in connection.execute(query.where(t.episodes.c.key.in_(some))):
            found[key] = (id_, Outcome(outcome) if outcome else None)
    return found


def _in_portions(keys: Sequence[str], size: int = 5000) -> Iterable[Sequence[str]]:
    """Cut what goes into one question: a statement takes some ten thousand values at most."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


def move_episodes(connection: Connection, keys: Collection[str], alert: str, at: datetime) -> None:
    """Remember that episodes belong to an alert, also those that belonged to another one."""
    upsert(connection, t.episodes, [{"key": key, "alert": alert, "at": at} for key in keys])


def due(connection: Connection, now: datetime, limit: int = 200) -> list[str]:
    """Return the ids of alerts whose next step is due, longest overdue first (ix_alerts_due)."""
    return list(connection.scalars(_DUE, {"now": now, "limit": limit}))


def next_due(connection: Connection) -> datetime | None:
    """Return when the next step of any alert is due (ix_alerts_due)."""
    found: datetime | None = connection.scalar(
        select(func.min(t.alerts.c.due_at)).where(t.alerts.c.due_at.is_not(None))
    )
    return found


def newest(state: str) -> Select[Any]:
    """Return the query for alerts that are `open`, `closed` or `all`, newest first (ix_alerts_due, ix_alerts_opened)."""
    query = select(t.alerts).where(t.NOT_CANARY)
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
    rows = connection.execute(_REQUESTS, {"alert": alert})
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
    return {row.who: row.times for row in connection.execute(_RECENT_LOAD, {"since": since})}


def write_log(connection: Connection, alert: str, entries: Iterable[Entry]) -> None:
    """Append to an alert's log; nothing in it is ever changed."""
    write_logs(connection, [(alert, entry) for entry in entries])


def write_logs(connection: Connection, lines: Iterable[tuple[str, Entry]]) -> None:
    """Append to the logs of several alerts; the lines are written at the end of the transaction."""
    chain.add(connection, lines)


def read_log(connection: Connection, alert: str) -> list[Entry]:
    """Return an alert's log, oldest first (ix_log_alert_seq)."""
    rows = connection.execute(select(t.log).where(t.log.c.alert == alert).order_by(t.log.c.seq))
    written = [Entry(row.at, row.what, row.who, row.detail) for row in rows]
    return [*written, *chain.gathered(connection, alert)]


def last_seq(connection: Connection) -> int:
    """Return the number of the newest log line: it grows with every change of any alert (primary key)."""
    return int(connection.scalar(select(func.max(t.log.c.seq))) or 0)


def log_since(connection: Connection, seq: int) -> list[tuple[int, str, Entry]]:
    """Return (line, alert, entry) of the log after a line, oldest first (primary key); none can appear before them."""
    rows = connection.execute(select(t.log).where(t.log.c.seq > seq).order_by(t.log.c.seq))
    return [(row.seq, row.alert, Entry(row.at, row.what, row.who, row.detail)) for row in rows]


def closed_today(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many alerts ended since a moment, by outcome (ix_alerts_closed)."""
    query = (
        select(t.alerts.c.outcome, func.count().label("times"))
        .where(t.alerts.c.closed_at >= since, t.alerts.c.drill == 0)
        .group_by(t.alerts.c.outcome)
    )
    return {row.outcome: row.times for row in connection.execute(query)}

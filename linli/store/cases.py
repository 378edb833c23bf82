"""Questions to the care data about alerts: the case, who was asked, and its append-only log. No decisions here."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB

from linli.alert import Alert, AlertKind, AlertState, Entry, Outcome, Request, RequestState
from linli.finding import Finding
from linli.people import Role
from linli.portions import portions
from linli.store import chain
from linli.store import tables as t
from linli.store.alert_rows import alert_of, alert_row
from linli.store.prepared import Prepared
from linli.store.upsert import upsert, upserting

_CHANGING = (
    "state", "why", "evidence", "rung", "round", "climb_at", "due_at", "lease_until", "closed_at", "outcome", "note",
    "about", "marks", "door_at",
)  # fmt: skip
"""What becomes another during a case; all else is written once."""
_OF_REQUEST = tuple(t.requests.c.keys())
_ADD = Prepared(insert(t.alerts), t.alerts.c.keys())
_CHANGE = Prepared(update(t.alerts).where(t.alerts.c.id == bindparam("changed")), _CHANGING)
_EPISODE = Prepared(select(t.episodes.c.alert, t.episodes.c.at).where(t.episodes.c.key == bindparam("key")))
_ADD_EPISODE = Prepared(insert(t.episodes), t.episodes.c.keys())
_REQUESTS = Prepared(
    select(
        t.requests.c.person,
        t.requests.c.role,
        t.requests.c.rung,
        t.requests.c.state,
        t.requests.c.asked_at,
        t.requests.c.reply_due_at,
    )
    .where(t.requests.c.alert == bindparam("alert"))
    .order_by(t.requests.c.asked_at, t.requests.c.person)
)
_PUT_REQUEST = Prepared(lambda dialect: upserting(dialect, t.requests, _OF_REQUEST), _OF_REQUEST)
_DUE = Prepared(
    select(t.alerts.c.id)
    .where(t.alerts.c.due_at <= bindparam("now"))
    .order_by(t.alerts.c.due_at)
    .limit(bindparam("limit"))
)
_NEXT_DUE = Prepared(select(func.min(t.alerts.c.due_at)).where(t.alerts.c.due_at.is_not(None)))
_OPEN_BY_HOME = Prepared(select(t.alerts.c.home, t.alerts.c.id, t.alerts.c.kind).where(t.alerts.c.due_at.is_not(None)))
_WHO = literal_column("requests.person || ''", Text).label("who")
"""Grouping by the bare column, SQLite would read all."""
_RECENT_LOAD = Prepared(
    select(_WHO, func.count().label("times"))
    .where(t.requests.c.asked_at >= bindparam("since"), t.requests.c.drill == 0)
    .group_by(_WHO)
)


def _recent_load_of(dialect: str) -> Select[Any, Any]:
    """Return the statement; no dialect is told a list of a length that changes but as JSON."""
    listed = bindparam("people", type_=t.Packed())
    each = func.json_each(listed) if dialect == "sqlite" else func.jsonb_array_elements_text(cast(listed, JSONB))
    person = each.table_valued("value").c.value
    lately = and_(t.requests.c.person == person, t.requests.c.asked_at >= bindparam("since"), t.requests.c.drill == 0)
    times = select(func.count()).where(lately)
    return select(person, times.scalar_subquery())


_RECENT_LOAD_OF = Prepared(_recent_load_of)


def _held(query: Select[Any]) -> Select[Any]:
    # SQLite has no such clause and ignores it: BEGIN IMMEDIATE holds everything. PostgreSQL's weaker form keeps changes
    # out, but not a line of the log that names the alert: that writer holds the log's head, and waits for nobody
    return query.with_for_update(key_share=True)


_OF_ID = select(t.alerts).where(t.alerts.c.id == bindparam("id"))
_BY_ID = Prepared(_OF_ID)
_BY_ID_HELD = Prepared(_held(_OF_ID))
_OPEN_OF_HOME = Prepared(
    _held(select(t.alerts).where(t.alerts.c.home == bindparam("home"), t.alerts.c.due_at.is_not(None)))
)
_OPEN_LIKE = Prepared(
    _held(
        select(t.alerts).where(
            t.alerts.c.site == bindparam("site"),
            t.alerts.c.home == bindparam("home"),
            t.alerts.c.kind == bindparam("kind"),
            t.alerts.c.about == bindparam("about"),
            t.alerts.c.drill == bindparam("drill"),
            t.IS_OPEN,
        )
    )
)


def add(connection: Connection, alert: Alert) -> None:
    """Store a new alert."""
    _ADD.run(connection, **alert_row(alert))


def change(connection: Connection, alert: Alert) -> None:
    """Store what has become another in an alert (primary key)."""
    _CHANGE.run(connection, changed=alert.id, **alert_row(alert))


def by_id(connection: Connection, id: str, *, for_update: bool = False) -> Alert | None:  # noqa: A002
    """Return one alert (primary key); for update it is held until the transaction ends."""
    row = (_BY_ID_HELD if for_update else _BY_ID).row(connection, id=id)
    return alert_of(row) if row else None


def episode(connection: Connection, key: str) -> tuple[str, datetime] | None:
    """Return the id of the alert that an episode opened or joined, and when (primary key)."""
    row = _EPISODE.row(connection, key=key)
    return (row[0], row[1]) if row else None


def of_episode(connection: Connection, key: str) -> str | None:
    """Return the id of the alert that an episode opened or joined."""
    told = episode(connection, key)
    return told[0] if told else None


def episodes_of_home(connection: Connection, home: str, since: datetime) -> list[str]:
    """Return the keys of a home's episodes that came since a moment (ix_alerts_home, ix_episodes_alert)."""
    query = select(t.episodes.c.key).join(t.alerts, t.alerts.c.id == t.episodes.c.alert)
    return list(connection.scalars(query.where(t.alerts.c.home == home, t.episodes.c.at >= since)))


def add_episode(connection: Connection, key: str, alert: str, at: datetime) -> None:
    """Remember that an episode belongs to an alert, so that it opens no other."""
    _ADD_EPISODE.run(connection, key=key, alert=alert, at=at)


def open_like(connection: Connection, finding: Finding) -> Alert | None:
    """Return the open alert that a finding joins, of which there is at most one (ix_alerts_one_open)."""
    row = _OPEN_LIKE.row(
        connection,
        site=finding.site,
        home=finding.home,
        kind=finding.kind,
        about=finding.about,
        drill=int(finding.drill),
    )
    return alert_of(row) if row else None


def open_ones(connection: Connection) -> list[Alert]:
    """Return all open alerts, the gravest and oldest first (ix_alerts_due: only open ones have a next step)."""
    rows = connection.execute(select(t.alerts).where(t.alerts.c.due_at.is_not(None), t.NOT_CANARY))
    return sorted((alert_of(row) for row in rows), key=lambda a: (a.severity.rank, a.opened_at, a.id))


def open_ones_of_home(connection: Connection, home: str) -> list[Alert]:
    """Return a home's open alerts, held until the transaction ends (ix_alerts_home)."""
    return [alert_of(row) for row in _OPEN_OF_HOME.rows(connection, home=home)]


def open_by_home(connection: Connection, kinds: Collection[AlertKind]) -> dict[str, tuple[tuple[str, AlertKind], ...]]:
    """Return the open alerts of these kinds as (id, kind) by home (ix_alerts_due)."""
    found: dict[str, tuple[tuple[str, AlertKind], ...]] = {}
    for home, id_, kind in _OPEN_BY_HOME.rows(connection):
        if kind in kinds:
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
    for some in portions(keys, _KEYS_AT_ONCE):
        for key, id_, outcome in connection.execute(query.where(t.episodes.c.key.in_(some))):
            found[key] = (id_, Outcome(outcome) if outcome else None)
    return found


_KEYS_AT_ONCE = 5000
"""A statement takes some ten thousand values at most."""


def move_episodes(connection: Connection, keys: Collection[str], alert: str, at: datetime) -> None:
    """Remember that episodes belong to an alert, also those that belonged to another one."""
    upsert(connection, t.episodes, [{"key": key, "alert": alert, "at": at} for key in keys])


DUE_AT_ONCE = 200


def due(connection: Connection, now: datetime, limit: int = DUE_AT_ONCE) -> list[str]:
    """Return the ids of alerts whose next step is due, longest overdue first (ix_alerts_due)."""
    return [id_ for (id_,) in _DUE.rows(connection, now=now, limit=limit)]


def next_due(connection: Connection) -> datetime | None:
    """Return when the next step of any alert is due (ix_alerts_due)."""
    found: datetime | None = _NEXT_DUE.value(connection)
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


def ended_since(connection: Connection, home: str, moment: datetime) -> list[Alert]:
    """Return a home's alerts that were closed after a moment, drills left out, newest first (ix_alerts_home)."""
    query = select(t.alerts).where(t.alerts.c.home == home, t.alerts.c.closed_at > moment, t.alerts.c.drill == 0)
    return [alert_of(row) for row in connection.execute(query.order_by(t.alerts.c.opened_at.desc()))]


def search(
    connection: Connection,
    *,
    state: str = "all",
    homes: Sequence[str] | None = None,
    limit: int = 100,
) -> list[Alert]:
    """Return alerts, newest first, of some homes or of all (ix_alerts_opened, ix_alerts_home)."""
    query = newest(state).limit(limit)
    if homes is not None:
        query = query.where(t.alerts.c.home.in_(homes))
    return [alert_of(row) for row in connection.execute(query)]


def requests(connection: Connection, alert: str) -> list[Request]:
    """Return who was asked for an alert, in the order of asking (primary key)."""
    return [
        Request(person, Role(role), rung, RequestState(state), asked_at, reply_due_at)
        for person, role, rung, state, asked_at, reply_due_at in _REQUESTS.rows(connection, alert=alert)
    ]


def put_requests(connection: Connection, alert: str, changed: Iterable[Request], *, drill: bool = False) -> None:
    """Store requests as they are now; who is asked for a drill is not burdened by it."""
    _PUT_REQUEST.run_each(
        connection,
        [
            {
                "alert": alert,
                "person": r.person,
                "role": r.role,
                "rung": r.rung,
                "state": r.state,
                "asked_at": r.asked_at,
                "reply_due_at": r.reply_due_at,
                "drill": int(drill),
            }
            for r in changed
        ],
    )


def recent_load(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how often each person was asked since a moment, drills left out (ix_requests_asked_at_person_drill).

    Of a few people `recent_load_of` knows it twenty times sooner.
    """
    return dict(_RECENT_LOAD.rows(connection, since=since))


def recent_load_of(connection: Connection, people: Iterable[str], since: datetime) -> dict[str, int]:
    """Return the same of some people (ix_requests_person_asked_at_drill)."""
    counted = _RECENT_LOAD_OF.rows(connection, people=list(people), since=since)
    return {person: times for person, times in counted if times}


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


def closed_since(connection: Connection, since: datetime, sites: Collection[str]) -> dict[str, int]:
    """Return how many alerts of some sites ended since a moment, drills left out, by outcome (ix_alerts_closed)."""
    query = (
        select(t.alerts.c.outcome, func.count().label("times"))
        .where(t.alerts.c.closed_at >= since, t.alerts.c.site.in_(sites), t.alerts.c.drill == 0)
        .group_by(t.alerts.c.outcome)
    )
    return {row.outcome: row.times for row in connection.execute(query)}


def last_closed(connection: Connection, sites: Collection[str]) -> datetime | None:
    """Return when the last alert of some sites ended, drills left out; None if none ever did (ix_alerts_closed)."""
    query = (
        select(t.alerts.c.closed_at)
        .where(t.alerts.c.closed_at.is_not(None), t.alerts.c.site.in_(sites), t.alerts.c.drill == 0, t.NOT_CANARY)
        .order_by(t.alerts.c.closed_at.desc())
        .limit(1)
    )
    return connection.scalar(query)

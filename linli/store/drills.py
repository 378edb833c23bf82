"""Questions to the care data about drills: what was tried, and when it was last seen to work. No decisions here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from linli.alert import NoticeState, RequestState, Severity
from linli.finding import Finding
from linli.store import tables as t
from linli.store.prepared import Prepared


class DrillKind(StrEnum):
    """What a drill tries: a button's press, a volunteer's channel, or, by itself, the whole way; or a reminder of them."""

    BUTTON = "button"
    VOLUNTEER = "volunteer"
    CANARY = "canary"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Drill:
    """One trial. It passed at `passed_at`, or not by `due_by`; a `fault` says why not, `cancelled` that it was called off.

    `closed_by` says who of the staff has closed one in vain, `closed_at` when.
    `device` is the one button that is meant, empty for whichever is pressed first. `alert` is the one that it opened.
    """

    id: str
    kind: DrillKind
    begun_at: datetime
    due_by: datetime
    site: str = ""
    home: str = ""
    device: str = ""
    person: str = ""
    passed_at: datetime | None = None
    alert: str = ""
    fault: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""

    def is_waiting(self, now: datetime) -> bool:
        """Tell whether it can still pass."""
        return self.passed_at is None and not self.fault and now < self.due_by


CANCELLED = "cancelled"
UNDELIVERED = "undelivered"
"""Why a drill came to nothing whose message no channel took."""


def begin(connection: Connection, drill: Drill) -> None:
    """Store a drill that begins."""
    columns = {name: getattr(drill, name) for name in Drill.__slots__}
    connection.execute(insert(t.drills).values(**columns))


def drill_of(row: Row[Any]) -> Drill:
    """Return the drill in a row of the table."""
    return Drill(**{**row._mapping, "kind": DrillKind(row.kind)})  # noqa: SLF001 - SQLAlchemy's public name for it


_ANNOUNCED = Prepared(
    select(literal(1))
    .where(t.drills.c.home == bindparam("home"), t.drills.c.due_by > bindparam("now"), t.drills.c.passed_at.is_(None))
    .limit(1)
)
"""Asked of every press; almost always nothing is."""


def take_window(connection: Connection, finding: Finding, alert: str, now: datetime) -> bool:
    """Spend a home's announced trial on a press of the button it is about; tell whether there was one to spend.

    Both the press and its coming must lie in the window, and nobody may be in need there, nor have called for help since
    it was announced: then a press is a call for help (ix_drills_home_begun_at, ix_alerts_home).
    """
    if _ANNOUNCED.row(connection, home=finding.home, now=now) is None:
        return False
    device = str(finding.evidence.get("device", ""))
    is_emergency = t.alerts.c.severity == Severity.EMERGENCY
    in_need = (
        select(literal(1))
        .where(
            t.alerts.c.home == finding.home,
            t.alerts.c.drill == 0,
            or_(
                and_(t.alerts.c.due_at.is_not(None), or_(is_emergency, t.alerts.c.severity == Severity.URGENT)),
                and_(is_emergency, t.alerts.c.opened_at >= t.drills.c.begun_at),
            ),
        )
        .correlate(t.drills)
        .exists()
    )
    spent = connection.execute(
        update(t.drills)
        .where(
            t.drills.c.home == finding.home,
            t.drills.c.kind == DrillKind.BUTTON,
            t.drills.c.begun_at <= min(finding.at, now),
            t.drills.c.due_by > now,
            t.drills.c.passed_at.is_(None),
            t.drills.c.fault == "",
            t.drills.c.device.in_(["", device]),
            ~in_need,
        )
        .values(passed_at=now, alert=alert, device=device)
    )
    return spent.rowcount > 0


def join(connection: Connection, alert: str, into: str) -> None:
    """Note of a trial that passed that no alert of its own was opened for it, as one is open (ix_drills_kind_begun_at)."""
    kinds = (DrillKind.BUTTON, DrillKind.VOLUNTEER)
    joined = update(t.drills).where(t.drills.c.kind.in_(kinds), t.drills.c.alert == alert)
    connection.execute(joined.values(alert=into))


def cancel_windows(connection: Connection, home: str, now: datetime) -> int:
    """Call off what is announced in a home: from now on every press is a call for help; return how many were.

    A trial whose time is over stays as it ended (ix_drills_home_begun_at).
    """
    off = (
        update(t.drills)
        .where(
            t.drills.c.home == home,
            t.drills.c.kind == DrillKind.BUTTON,
            t.drills.c.due_by > now,
            t.drills.c.passed_at.is_(None),
            t.drills.c.fault == "",
        )
        .values(fault=CANCELLED)
    )
    return connection.execute(off).rowcount


def fail(connection: Connection, id: str, fault: str) -> None:  # noqa: A002
    """Note why a drill came to nothing before its time (primary key)."""
    failed = update(t.drills).where(t.drills.c.id == id, t.drills.c.passed_at.is_(None), t.drills.c.fault == "")
    connection.execute(failed.values(fault=fault))


def close(connection: Connection, id: str, by: str, now: datetime) -> None:  # noqa: A002
    """Note that staff have closed a drill that came to nothing; of any other nothing changes (primary key)."""
    in_vain = or_(t.drills.c.due_by <= now, t.drills.c.fault == UNDELIVERED)
    closed = update(t.drills).where(t.drills.c.id == id, t.drills.c.passed_at.is_(None), in_vain)
    connection.execute(closed.where(t.drills.c.closed_at.is_(None)).values(closed_at=now, closed_by=by))


def open_again(connection: Connection, id: str) -> None:  # noqa: A002
    """Take back that a drill was closed (primary key)."""
    connection.execute(update(t.drills).where(t.drills.c.id == id).values(closed_at=None, closed_by=""))


def by_id(connection: Connection, id: str) -> Drill | None:  # noqa: A002
    """Return a drill, None where there is none (primary key)."""
    row = connection.execute(select(t.drills).where(t.drills.c.id == id)).one_or_none()
    return None if row is None else drill_of(row)


def of_home(connection: Connection, home: str, limit: int = 10) -> list[Drill]:
    """Return a home's latest drills, newest first (ix_drills_home_begun_at)."""
    query = select(t.drills).where(t.drills.c.home == home).order_by(t.drills.c.begun_at.desc()).limit(limit)
    return [drill_of(row) for row in connection.execute(query)]


def since(connection: Connection, kind: DrillKind, moment: datetime) -> list[Drill]:
    """Return the drills of a kind begun since a moment, newest first (ix_drills_kind_begun_at)."""
    query = (
        select(t.drills)
        .where(t.drills.c.kind == kind, t.drills.c.begun_at >= moment)
        .order_by(t.drills.c.begun_at.desc())
    )
    return [drill_of(row) for row in connection.execute(query)]


def answer(connection: Connection, alert: str, person: str, now: datetime) -> None:
    """Note that a volunteer has answered the drill for which an alert was opened (ix_drills_kind_begun_at)."""
    connection.execute(
        update(t.drills)
        .where(
            t.drills.c.kind == DrillKind.VOLUNTEER,
            t.drills.c.alert == alert,
            t.drills.c.person == person,
            t.drills.c.passed_at.is_(None),
        )
        .values(passed_at=now)
    )


def pressed(connection: Connection, moment: datetime) -> Mapping[tuple[str, str], datetime]:
    """Return when each (home, device) was last seen to open an alert by a press since a moment (ix_alerts_opened).

    A call for help proves the button as well as a drill does.
    """
    query = (
        select(t.alerts.c.home, t.alerts.c.evidence, func.max(t.alerts.c.opened_at).label("at"))
        .where(t.alerts.c.opened_at >= moment, t.alerts.c.kind == "sos", t.alerts.c.home != "", t.NOT_CANARY)
        .group_by(t.alerts.c.home, t.alerts.c.evidence)
    )
    found: dict[tuple[str, str], datetime] = {}
    for row in connection.execute(query):
        if row.evidence.get("signal") == "sos":
            key = (row.home, str(row.evidence.get("device", "")))
            found[key] = max(row.at, found.get(key, row.at))
    return found


def replied(connection: Connection, moment: datetime) -> Mapping[str, datetime]:
    """Return when each person was last asked and answered, since a moment (ix_requests_asked_at_person_drill).

    Whoever cannot come has answered too: the message was read.
    """
    answers = (RequestState.ACCEPTED, RequestState.AT_DOOR, RequestState.DECLINED)
    who = literal_column("requests.person || ''", Text).label("who")  # by the bare column SQLite would read all
    query = (
        select(who, func.max(t.requests.c.asked_at).label("at"))
        .where(t.requests.c.asked_at >= moment, t.requests.c.state.in_(answers))
        .group_by(who)
    )
    return {row.who: row.at for row in connection.execute(query)}


def in_need(connection: Connection, site: str) -> bool:
    """Tell whether a call for help is open on a site (ix_alerts_due)."""
    query = select(t.alerts.c.id).where(
        t.alerts.c.due_at.is_not(None),
        t.alerts.c.site == site,
        t.alerts.c.drill == 0,
        t.alerts.c.severity == Severity.EMERGENCY,
    )
    return connection.execute(query.limit(1)).one_or_none() is not None


def pass_round(connection: Connection, id: str, now: datetime) -> None:  # noqa: A002
    """Note that a canary's round came back (primary key)."""
    connection.execute(update(t.drills).where(t.drills.c.id == id).values(passed_at=now))


def erase_canary(connection: Connection, alert: str) -> None:
    """Erase a canary's alert and all that hangs on it; no other alert can be erased so (primary keys)."""
    query = select(t.alerts.c.id).where(t.alerts.c.id == alert, ~t.NOT_CANARY)
    if connection.execute(query).one_or_none() is None:
        return
    for table in (t.outbox, t.requests, t.episodes):
        connection.execute(delete(table).where(table.c.alert == alert))
    connection.execute(delete(t.alerts).where(t.alerts.c.id == alert))


def old_canaries(connection: Connection, before: datetime) -> list[str]:
    """Return the alerts of canaries that were opened before a moment (ix_alerts_opened)."""
    return list(connection.scalars(select(t.alerts.c.id).where(t.alerts.c.opened_at < before, ~t.NOT_CANARY)))


def forget_rounds(connection: Connection, before: datetime) -> int:
    """Forget the canary's rounds begun before a moment; return how many (ix_drills_kind_begun_at)."""
    gone = delete(t.drills).where(t.drills.c.kind == DrillKind.CANARY, t.drills.c.begun_at < before)
    return connection.execute(gone).rowcount


def of_person(connection: Connection, person: str, limit: int = 10) -> list[Drill]:
    """Return a person's latest drills, newest first (ix_drills_person_begun_at)."""
    query = select(t.drills).where(t.drills.c.person == person).order_by(t.drills.c.begun_at.desc()).limit(limit)
    return [drill_of(row) for row in connection.execute(query)]


def first_passed(connection: Connection) -> datetime | None:
    """Return when a button or a volunteer was first seen to work in a drill (ix_drills_kind_begun_at)."""
    tried = t.drills.c.kind.in_([DrillKind.BUTTON, DrillKind.VOLUNTEER])
    return connection.scalar(
        select(t.drills.c.passed_at)
        .where(tried, t.drills.c.passed_at.is_not(None))
        .order_by(t.drills.c.begun_at)
        .limit(1)
    )


def first_heard(connection: Connection) -> datetime | None:
    """Return when a drill first came through to somebody: a message arrived, or one answered (ix_drills_kind_begun_at)."""
    arrived = select(t.outbox.c.key).where(t.outbox.c.alert == t.drills.c.alert, t.outbox.c.state == NoticeState.SENT)
    answered = select(t.requests.c.person).where(
        t.requests.c.alert == t.drills.c.alert,
        t.requests.c.state.in_([RequestState.DECLINED, RequestState.ACCEPTED, RequestState.AT_DOOR]),
    )
    tried = t.drills.c.kind.in_([DrillKind.BUTTON, DrillKind.VOLUNTEER])
    return connection.scalar(
        select(t.drills.c.passed_at)
        .where(tried, t.drills.c.passed_at.is_not(None), or_(arrived.exists(), answered.exists()))
        .order_by(t.drills.c.begun_at)
        .limit(1)
    )

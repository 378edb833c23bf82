"""The care data's tables, the same on SQLite (STRICT) and PostgreSQL. Moments are whole milliseconds since 1970."""

from datetime import datetime
from typing import Any, cast

import msgspec
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    and_,
    not_,
    text,
)

from linli import canary
from linli.alert import AlertKind, AlertState, Ladder, NoticeState, NoticeType, Outcome, RequestState, Severity
from linli.clock import from_millis, millis
from linli.consent import Consent
from linli.held_model import Why
from linli.look import LookReason
from linli.people import Role, Scope
from linli.visit import MOST_DAYS, VisitResult
from linli.words import Sentence

Big = BigInteger().with_variant(Integer(), "sqlite")
"""A number that may outgrow 32 bits; SQLite's own are 64 wide."""
IS_OPEN = text("alerts.state <> 'closed'")
IS_LIVE = text("outbox.state IN ('waiting', 'leased')")
"""Conditions of partial indexes. Queries must hold them word for word: no database sees that a bound value fits."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as milliseconds."""

    impl = Big
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the milliseconds."""
        return None if value is None else millis(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment."""
        return None if value is None else from_millis(value)


class Packed(TypeDecorator[Any]):
    """A JSON value as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - any JSON
        """Return the text."""
        return msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - any JSON
        """Return the value."""
        return None if value is None else msgspec.json.decode(value)


class Told(TypeDecorator[Sentence]):
    """A sentence as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sentence | None, dialect: Dialect) -> str:  # noqa: ARG002
        """Return the text."""
        return msgspec.json.encode(cast("Sentence", value).to_json()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Sentence | None:  # noqa: ARG002
        """Return the sentence."""
        return None if value is None else Sentence.from_json(msgspec.json.decode(value))


class Climb(TypeDecorator[Ladder]):
    """A ladder as text, as it was when the case opened."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Ladder | None, dialect: Dialect) -> str:  # noqa: ARG002
        """Return the text."""
        return msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Ladder | None:  # noqa: ARG002
        """Return the ladder."""
        return None if value is None else msgspec.json.decode(value, type=Ladder)


def _one_of(column: str, words: type[Any], *, empty: bool = False) -> CheckConstraint:
    allowed = [str(word) for word in words] + ([""] if empty else [])
    listed = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False, default: str | None = "") -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False, server_default=None if key else default)


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


revisions = _table("revisions", _text("name", key=True), Column("value", Big, nullable=False))

sites = _table("sites", _text("site", key=True), _text("name"))

buildings = _table(
    "buildings",
    Column("site", Text, ForeignKey("sites.site"), primary_key=True),
    _text("building", key=True),
    _text("name"),
)

homes = _table(
    "homes",
    _text("home", key=True),
    Column("site", Text, nullable=False),
    Column("building", Text, nullable=False),
    _text("unit"),
    _text("floor"),
    _text("door"),
    _text("timezone", default="Asia/Shanghai"),
    Column("check_in_by", Packed, nullable=False),
    _text("note"),
    ForeignKeyConstraint(["site", "building"], ["buildings.site", "buildings.building"]),
    Index(None, "site", "building"),
)

residents = _table(
    "residents",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    _text("name"),
    _text("language", default="zh"),
    _text("phone"),
    Column("birth_year", Integer),
)

devices = _table(
    "devices",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    _text("device", key=True),
    _text("room"),
    Column("kinds", Packed, nullable=False),
    _text("topic"),
    _text("model"),
)

availability = _table(
    "availability",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    _text("device", key=True),
    Column("online", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

people = _table(
    "people",
    _text("person", key=True),
    Column("role", Text, nullable=False),
    _text("name"),
    _text("language", default="zh"),
    Column("position", Integer, nullable=False),
    _one_of("role", Role),
)

cares = _table(
    "cares",
    Column("person", Text, ForeignKey("people.person"), primary_key=True),
    _text("scope", key=True),
    _text("target", key=True),
    _one_of("scope", Scope),
    Index(None, "scope", "target"),
)

channels = _table(
    "channels",
    _text("channel", key=True),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    _text("secret"),
    Column("position", Integer, nullable=False),
    Index(None, "person"),
)

duty = _table(
    "duty",
    Column("person", Text, ForeignKey("people.person"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("weekdays", Text, nullable=False),
    Column("starts", Text, nullable=False),
    Column("ends", Text, nullable=False),
)

duty_exceptions = _table(
    "duty_exceptions",
    Column("person", Text, ForeignKey("people.person"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    _text("starts"),  # both empty: off duty on these days
    _text("ends"),
)

pauses = _table(
    "pauses",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(None, "person", "until"),
    Index(None, "until"),
)

absences = _table(
    "absences",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, ForeignKey("homes.home"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("by", Text, nullable=False),
    _text("note"),
    Column("ended_at", Moment),
    Column("is_pause", Integer, nullable=False, server_default="0"),
    Index(None, "home", "until"),
    Index(None, "until"),
)

unseen = _table(
    "unseen",
    _text("home", key=True),  # empty where linli heard no home
    Column("since", Moment, primary_key=True),
    Column("until", Moment, nullable=False),
    Index(None, "until"),
)

habits = _table(
    "habits",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    Column("learned_at", Moment, primary_key=True),
    Column("model", Text, nullable=False),
)

held_models = _table(
    "held_models",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    Column("learned_at", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("difference", Packed, nullable=False),
    _one_of("why", Why),
)

alerts = _table(
    "alerts",
    _text("id", key=True),
    Column("site", Text, nullable=False),
    _text("home"),  # empty for an alert about a whole site or linli itself
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("evidence_at", Moment, nullable=False),
    Column("why", Told, nullable=False),
    Column("evidence", Packed, nullable=False),
    Column("ladder", Climb, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("climb_at", Moment),
    Column("due_at", Moment),
    Column("lease_until", Moment),
    Column("closed_at", Moment),
    _text("outcome"),
    _text("note"),
    _text("about"),
    Column("drill", Integer, nullable=False, server_default="0"),
    Column("marks", Integer, nullable=False, server_default="0"),
    Column("door_at", Moment),
    _one_of("kind", AlertKind),
    _one_of("severity", Severity),
    _one_of("state", AlertState),
    _one_of("outcome", Outcome, empty=True),
    CheckConstraint("(state = 'closed') = (due_at IS NULL)", name="open_has_a_next_step"),
    Index(
        "ix_alerts_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")
    ),
    Index(
        "ix_alerts_one_open",
        "site",
        "home",
        "kind",
        "about",
        "drill",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index("ix_alerts_opened", "opened_at", "id"),
    Index("ix_alerts_home", "home", "opened_at", "id"),
    Index(
        "ix_alerts_closed",
        "closed_at",
        sqlite_where=text("closed_at IS NOT NULL"),
        postgresql_where=text("closed_at IS NOT NULL"),
    ),
)

NOT_CANARY = not_(and_(alerts.c.drill == 1, alerts.c.about.startswith(canary.ABOUT)))
"""The alerts that are anybody's business."""

episodes = _table(
    "episodes",
    _text("key", key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "alert"),
)

requests = _table(
    "requests",
    Column("alert", Text, ForeignKey("alerts.id"), primary_key=True),
    _text("person", key=True),
    Column("role", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("reply_due_at", Moment),
    Column("drill", Integer, nullable=False, server_default="0"),  # told once more, for an index alone
    _one_of("state", RequestState),
    Index(None, "person", "asked_at", "drill"),
    Index(None, "asked_at", "person", "drill"),
)

log = _table(
    "log",
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("detail", Packed, nullable=False),
    _text("hash"),
    Index(None, "alert", "seq"),
)

outbox = _table(
    "outbox",
    _text("key", key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", Moment),
    _text("reason"),
    Column("created_at", Moment, nullable=False),
    Column("answered_at", Moment),
    _one_of("type", NoticeType),
    _one_of("severity", Severity),
    _one_of("state", NoticeState),
    Index(
        "ix_outbox_due",
        "rank",
        "due_at",
        sqlite_where=text("state IN ('waiting', 'leased')"),
        postgresql_where=text("state IN ('waiting', 'leased')"),
    ),
    Index(None, "alert"),
    Index(None, "person", "created_at"),
)

drills = _table(
    "drills",
    _text("id", key=True),
    Column("kind", Text, nullable=False),
    _text("site"),
    _text("home"),
    _text("person"),
    Column("begun_at", Moment, nullable=False),
    Column("due_by", Moment, nullable=False),
    Column("passed_at", Moment),
    _text("alert"),
    _text("fault"),
    _text("device"),
    Column("closed_at", Moment),
    _text("closed_by"),
    Index(None, "kind", "begun_at"),
    Index(None, "home", "begun_at"),
    Index(None, "person", "begun_at"),
)

rejections = _table(
    "rejections",
    Column("id", Big, primary_key=True, autoincrement=True),  # whoever floods us must not use the numbers up
    Column("at", Moment, nullable=False),
    Column("topic", Text, nullable=False),
    _text("site"),
    _text("home"),
    Column("reason", Text, nullable=False),
    _text("payload"),
    Index(None, "site", "id"),
)

users = _table(
    "users",
    _text("login", key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    _text("person"),
    Column("created_at", Moment, nullable=False),
)

sessions = _table(
    "sessions",
    _text("hash", key=True),
    Column("role", Text, nullable=False),
    _text("person"),
    _text("sits"),  # who of the staff uses a session of the whole office
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "expires_at"),
)

tokens = _table(
    "tokens",
    _text("hash", key=True),
    Column("role", Text, nullable=False),
    _text("person"),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

looks = _table(
    "looks",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, ForeignKey("homes.home"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _text("words"),
    _text("alert"),
    Column("again", Integer, nullable=False),
    _one_of("reason", LookReason),
    Index(None, "home", "at"),
)

notes = _table(
    "notes",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, ForeignKey("homes.home"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("corrects", Big, ForeignKey("notes.id")),
    Column("withdrawn_at", Moment),
    Index(None, "home", "at"),
)

contacts = _table(
    "contacts",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    Column("person", Text, ForeignKey("people.person"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("agreed_at", Moment),
    Index(None, "person"),
)

wishes = _table(
    "wishes",
    Column("home", Text, ForeignKey("homes.home"), primary_key=True),
    Column("person", Text, ForeignKey("people.person"), primary_key=True),
    Column("muted", Packed, nullable=False),
    _text("quiet_from"),  # both empty: there are no quiet hours
    _text("quiet_until"),
    Index(None, "person"),
)

consents = _table(
    "consents",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, nullable=False),  # may be one that was forgotten since
    Column("about", Text, nullable=False),
    Column("is_given", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("until", Moment),
    _one_of("about", Consent),
    Index(None, "home", "id"),
)

visit_plans = _table(
    "visit_plans",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, ForeignKey("homes.home"), nullable=False),
    Column("every_days", Integer, nullable=False),  # 0: no plan any more
    Column("set_at", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("undone_at", Moment),
    CheckConstraint(f"every_days BETWEEN 0 AND {MOST_DAYS}", name="every_days_is_a_plan"),
    Index(None, "home", "id"),
    Index(None, "change"),
)

visits = _table(
    "visits",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("home", Text, ForeignKey("homes.home"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("result", Text, nullable=False),
    _text("note"),
    Column("written_at", Moment, nullable=False),
    Column("undone_at", Moment),
    _one_of("result", VisitResult),
    Index(None, "home", "at"),
    Index(None, "at"),
)

ladder_changes = _table(
    "ladder_changes",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("by"),
    Column("name", Text, nullable=False),
    Column("before", Text),  # NULL: there was no file, or there is none any more
    Column("text", Text),
    Index(None, "name", "id"),
)

setting_choices = _table(
    "setting_choices",
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("by"),
    Column("name", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("value", Text),  # NULL: the default again
)

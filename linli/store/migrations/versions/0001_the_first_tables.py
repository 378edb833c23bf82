"""The first tables; the log can only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("evidence_at", BIG, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("climb_at", BIG, nullable=True),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("closed_at", BIG, nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'closed') = (due_at IS NULL)", name=op.f("ck_alerts_open_has_a_next_step")),
        sa.CheckConstraint(
            "kind IN ('sos', 'fall', 'smoke', 'gas', 'leak', 'missed_check_in', 'inactivity', 'bathroom', 'night_door', 'vitals', 'routine_change', 'unmonitored', 'low_battery', 'system')",
            name=op.f("ck_alerts_kind_is_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('helped', 'safe', 'away', 'device_fault', 'drill', 'other', '')",
            name=op.f("ck_alerts_outcome_is_known"),
        ),
        sa.CheckConstraint("severity IN ('emergency', 'urgent', 'notice')", name=op.f("ck_alerts_severity_is_known")),
        sa.CheckConstraint("state IN ('open', 'accepted', 'at_door', 'closed')", name=op.f("ck_alerts_state_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alerts_closed",
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_alerts_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_alerts_home", ["home", "opened_at", "id"], unique=False)
        batch_op.create_index(
            "ix_alerts_one_open",
            ["site", "home", "kind"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.create_index("ix_alerts_opened", ["opened_at", "id"], unique=False)

    op.create_table(
        "people",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('resident', 'volunteer', 'family', 'staff', 'professional')", name=op.f("ck_people_role_is_known")
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_people")),
        sqlite_strict=True,
    )
    op.create_table(
        "rejections",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("home", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("rejections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejections_site_id"), ["site", "id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revisions")),
        sqlite_strict=True,
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "sites",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_sites")),
        sqlite_strict=True,
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tokens")),
        sqlite_strict=True,
    )
    op.create_table(
        "users",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_users")),
        sqlite_strict=True,
    )
    op.create_table(
        "buildings",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.site"], name=op.f("fk_buildings_site")),
        sa.PrimaryKeyConstraint("site", "building", name=op.f("pk_buildings")),
        sqlite_strict=True,
    )
    op.create_table(
        "cares",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.CheckConstraint("scope IN ('home', 'building', 'site')", name=op.f("ck_cares_scope_is_known")),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_cares_person")),
        sa.PrimaryKeyConstraint("person", "scope", "target", name=op.f("pk_cares")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("cares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cares_scope_target"), ["scope", "target"], unique=False)

    op.create_table(
        "channels",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_channels_person")),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channels")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channels_person"), ["person"], unique=False)

    op.create_table(
        "duty",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_duty_person")),
        sa.PrimaryKeyConstraint("person", "position", name=op.f("pk_duty")),
        sqlite_strict=True,
    )
    op.create_table(
        "episodes",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_episodes_alert")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_episodes")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episodes_alert"), ["alert"], unique=False)

    op.create_table(
        "log",
        sa.Column("seq", BIG, autoincrement=True, nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_log_alert")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_alert_seq"), ["alert", "seq"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", BIG, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("answered_at", BIG, nullable=True),
        sa.CheckConstraint("severity IN ('emergency', 'urgent', 'notice')", name=op.f("ck_outbox_severity_is_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'leased', 'sent', 'failed', 'withdrawn')", name=op.f("ck_outbox_state_is_known")
        ),
        sa.CheckConstraint("type IN ('call', 'ask', 'remind')", name=op.f("ck_outbox_type_is_known")),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_outbox_alert")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_alert"), ["alert"], unique=False)
        batch_op.create_index(
            "ix_outbox_due",
            ["rank", "due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'leased')"),
            postgresql_where=sa.text("state IN ('waiting', 'leased')"),
        )
        batch_op.create_index(batch_op.f("ix_outbox_person_created_at"), ["person", "created_at"], unique=False)

    op.create_table(
        "requests",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("reply_due_at", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'silent', 'declined', 'accepted', 'at_door')", name=op.f("ck_requests_state_is_known")
        ),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_requests_alert")),
        sa.PrimaryKeyConstraint("alert", "person", name=op.f("pk_requests")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requests_asked_at_person"), ["asked_at", "person"], unique=False)
        batch_op.create_index(batch_op.f("ix_requests_person_asked_at"), ["person", "asked_at"], unique=False)

    op.create_table(
        "homes",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("floor", sa.Text(), server_default="", nullable=False),
        sa.Column("door", sa.Text(), server_default="", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.Column("check_in_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "building"], ["buildings.site", "buildings.building"], name=op.f("fk_homes_site")
        ),
        sa.PrimaryKeyConstraint("home", name=op.f("pk_homes")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("homes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_homes_site_building"), ["site", "building"], unique=False)

    op.create_table(
        "absences",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_absences_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_home_until"), ["home", "until"], unique=False)
        batch_op.create_index(batch_op.f("ix_absences_until"), ["until"], unique=False)

    op.create_table(
        "availability",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("online", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_availability_home")),
        sa.PrimaryKeyConstraint("home", "device", name=op.f("pk_availability")),
        sqlite_strict=True,
    )
    op.create_table(
        "devices",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), server_default="", nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_devices_home")),
        sa.PrimaryKeyConstraint("home", "device", name=op.f("pk_devices")),
        sqlite_strict=True,
    )
    op.create_table(
        "residents",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_residents_home")),
        sa.PrimaryKeyConstraint("home", name=op.f("pk_residents")),
        sqlite_strict=True,
    )
    _forbid_change_of_log()


def downgrade() -> None:
    """Bring the tables back."""
    _allow_change_of_log()
    op.drop_table("residents")
    op.drop_table("devices")
    op.drop_table("availability")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_until"))
        batch_op.drop_index(batch_op.f("ix_absences_home_until"))

    op.drop_table("absences")
    with op.batch_alter_table("homes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_homes_site_building"))

    op.drop_table("homes")
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requests_person_asked_at"))
        batch_op.drop_index(batch_op.f("ix_requests_asked_at_person"))

    op.drop_table("requests")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_person_created_at"))
        batch_op.drop_index(
            "ix_outbox_due",
            sqlite_where=sa.text("state IN ('waiting', 'leased')"),
            postgresql_where=sa.text("state IN ('waiting', 'leased')"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_alert"))

    op.drop_table("outbox")
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_alert_seq"))

    op.drop_table("log")
    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episodes_alert"))

    op.drop_table("episodes")
    op.drop_table("duty")
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channels_person"))

    op.drop_table("channels")
    with op.batch_alter_table("cares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cares_scope_target"))

    op.drop_table("cares")
    op.drop_table("buildings")
    op.drop_table("users")
    op.drop_table("tokens")
    op.drop_table("sites")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))

    op.drop_table("sessions")
    op.drop_table("revisions")
    with op.batch_alter_table("rejections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rejections_site_id"))

    op.drop_table("rejections")
    op.drop_table("people")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_opened")
        batch_op.drop_index(
            "ix_alerts_one_open",
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.drop_index("ix_alerts_home")
        batch_op.drop_index(
            "ix_alerts_due", sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_alerts_closed",
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )

    op.drop_table("alerts")


def _forbid_change_of_log() -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER log_no_{change.lower()} BEFORE {change} ON log "
                "BEGIN SELECT RAISE(ABORT, 'the log can only grow'); END"
            )
        # INSERT OR REPLACE deletes without asking the trigger above
        op.execute(
            "CREATE TRIGGER log_no_replace BEFORE INSERT ON log "
            "WHEN EXISTS (SELECT 1 FROM log WHERE seq = NEW.seq) "
            "BEGIN SELECT RAISE(ABORT, 'the log can only grow'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log can only grow'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
    )


def _allow_change_of_log() -> None:
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP TRIGGER log_only_grows ON log")
        op.execute("DROP FUNCTION refuse_change_of_log()")

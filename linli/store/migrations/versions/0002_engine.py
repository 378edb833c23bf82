"""What the alert engine learnt: parts of a site, drills, the long-lie clock, the log's chain, pauses and holidays."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state <> 'closed'")
LIVE = sa.text("state IN ('waiting', 'leased')")
TYPE_IS_KNOWN = "ck_outbox_type_is_known"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("alerts", sa.Column("about", sa.Text(), server_default="", nullable=False))
    op.add_column("alerts", sa.Column("drill", sa.Integer(), server_default="0", nullable=False))
    op.add_column("alerts", sa.Column("marks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("alerts", sa.Column("door_at", BIG, nullable=True))
    _one_open("site", "home", "kind", "about", "drill")
    op.add_column("log", sa.Column("hash", sa.Text(), server_default="", nullable=False))
    _types_of_notices("'call', 'ask', 'remind', 'tell', 'over'")
    op.create_table(
        "duty_exceptions",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), server_default="", nullable=False),
        sa.Column("ends", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_duty_exceptions_person")),
        sa.PrimaryKeyConstraint("person", "position", name=op.f("pk_duty_exceptions")),
        sqlite_strict=True,
    )
    op.create_table(
        "pauses",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_pauses_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sqlite_strict=True,
    )
    op.create_index("ix_pauses_person_until", "pauses", ["person", "until"])
    op.create_index("ix_pauses_until", "pauses", ["until"])
    op.create_table(
        "drills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("home", sa.Text(), server_default="", nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", BIG, nullable=False),
        sa.Column("due_by", BIG, nullable=False),
        sa.Column("passed_at", BIG, nullable=True),
        sa.Column("alert", sa.Text(), server_default="", nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
        sqlite_strict=True,
    )
    for column in ("kind", "home", "person"):
        op.create_index(f"ix_drills_{column}_begun_at", "drills", [column, "begun_at"])


def downgrade() -> None:
    """Bring the tables back."""
    for table in ("drills", "pauses", "duty_exceptions"):
        op.drop_table(table)
    op.execute("DELETE FROM outbox WHERE type IN ('tell', 'over')")
    _types_of_notices("'call', 'ask', 'remind'")
    op.drop_column("log", "hash")
    _one_open("site", "home", "kind")
    for column in ("door_at", "marks", "drill", "about"):
        op.drop_column("alerts", column)


def _one_open(*columns: str) -> None:
    op.drop_index("ix_alerts_one_open", "alerts")
    op.create_index(
        "ix_alerts_one_open", "alerts", list(columns), unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _types_of_notices(words: str) -> None:
    """Let the outbox hold other types of notices; SQLite has to make the table anew, and its partial index with it."""
    op.drop_index("ix_outbox_due", "outbox")
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f(TYPE_IS_KNOWN), type_="check")
        batch.create_check_constraint(op.f(TYPE_IS_KNOWN), f"type IN ({words})")
    op.create_index("ix_outbox_due", "outbox", ["rank", "due_at"], sqlite_where=LIVE, postgresql_where=LIVE)

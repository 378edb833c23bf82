"""Who looked at a home and why is kept for its resident, and what staff noted about a home."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "looks",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("alert", sa.Text(), server_default="", nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('alert', 'quiet', 'visit', 'family', 'device', 'other', 'program')",
            name=op.f("ck_looks_reason_is_known"),
        ),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_looks_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_looks_home_at"), "looks", ["home", "at"])
    op.create_table(
        "notes",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("corrects", _big(), nullable=True),
        sa.Column("withdrawn_at", _big(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_notes_home")),
        sa.ForeignKeyConstraint(["corrects"], ["notes.id"], name=op.f("fk_notes_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_notes_home_at"), "notes", ["home", "at"])


def downgrade() -> None:
    """Bring the tables back: who looked, and what was noted, is lost."""
    op.drop_table("notes")
    op.drop_table("looks")

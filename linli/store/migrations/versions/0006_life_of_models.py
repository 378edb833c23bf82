"""When homes could not be seen is kept, and which model is in use where it is not the newest."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _moment() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "unseen",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.Column("until", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("home", "since", name=op.f("pk_unseen")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_unseen_until"), "unseen", ["until"])
    op.create_table(
        "held_models",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("learned_at", _moment(), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.CheckConstraint("why IN ('new_kind', 'doubted', 'rolled_back')", name=op.f("ck_held_models_why_is_known")),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_held_models_home")),
        sa.PrimaryKeyConstraint("home", name=op.f("pk_held_models")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Bring the tables back: what could not be seen is taken for her silence, and every home has its newest model."""
    op.drop_table("held_models")
    op.drop_table("unseen")

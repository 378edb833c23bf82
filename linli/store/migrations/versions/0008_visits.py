"""Homes have a plan of visits, and what visitors found is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "visit_plans",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("set_at", _big(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("undone_at", _big()),
        sa.CheckConstraint("every_days BETWEEN 0 AND 365", name=op.f("ck_visit_plans_every_days_is_a_plan")),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_visit_plans_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plans")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visit_plans_home_id"), "visit_plans", ["home", "id"])
    op.create_index(op.f("ix_visit_plans_change"), "visit_plans", ["change"])
    op.create_table(
        "visits",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("written_at", _big(), nullable=False),
        sa.Column("undone_at", _big()),
        sa.CheckConstraint("result IN ('well', 'needs', 'unwell', 'not_met')", name=op.f("ck_visits_result_is_known")),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_visits_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_visits_home_at"), "visits", ["home", "at"])
    op.create_index(op.f("ix_visits_at"), "visits", ["at"])


def downgrade() -> None:
    """Bring the tables back: nobody is due to be visited."""
    op.drop_table("visits")
    op.drop_table("visit_plans")

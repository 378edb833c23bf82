"""What was learned of each home is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "habits",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("learned_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f("fk_habits_home")),
        sa.PrimaryKeyConstraint("home", "learned_at", name=op.f("pk_habits")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Bring the tables back; what was learned is learned again in a night."""
    op.drop_table("habits")

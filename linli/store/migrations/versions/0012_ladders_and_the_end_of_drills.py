"""Who changed which ladder file is kept, with what stood in it before; a drill in vain can be closed by staff."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("drills", sa.Column("closed_at", big, nullable=True))
    op.add_column("drills", sa.Column("closed_by", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "ladder_changes",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("at", big, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_changes")),
        sqlite_strict=True,
    )
    op.create_index("ix_ladder_changes_name_id", "ladder_changes", ["name", "id"])


def downgrade() -> None:
    """Bring the tables back: the ladder files stay as they are, and a closed drill is one in vain again."""
    op.drop_table("ladder_changes")
    op.drop_column("drills", "closed_by")
    op.drop_column("drills", "closed_at")

"""Who was asked for a drill was troubled by nobody's need: it counts for no load, and the index must say so."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (("person", "asked_at"), ("asked_at", "person"))


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("requests", sa.Column("drill", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE requests SET drill = 1 WHERE alert IN (SELECT id FROM alerts WHERE drill = 1)")
    for columns in INDEXES:
        op.drop_index(_name(*columns), "requests")
        op.create_index(_name(*columns, "drill"), "requests", [*columns, "drill"])


def downgrade() -> None:
    """Bring the tables back."""
    for columns in INDEXES:
        op.drop_index(_name(*columns, "drill"), "requests")
        op.create_index(_name(*columns), "requests", columns)
    op.drop_column("requests", "drill")


def _name(*columns: str) -> str:
    return op.f(f"ix_requests_{'_'.join(columns)}")

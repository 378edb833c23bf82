"""A drill is about one button: a press of any other in the same home is a call for help."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("drills", sa.Column("device", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_column("drills", "device")

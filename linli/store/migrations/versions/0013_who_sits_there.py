"""A session of the whole office says who sits there, and family and helpers who looked are kept beside the staff."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REASON_IS_KNOWN = "ck_looks_reason_is_known"
STAFF_S = "'alert', 'quiet', 'visit', 'family', 'device', 'other', 'program'"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("sessions", sa.Column("sits", sa.Text(), server_default="", nullable=False))
    _reasons(f"{STAFF_S}, 'relative', 'helper'")


def downgrade() -> None:
    """Bring the tables back: that family and helpers looked is lost."""
    op.execute("DELETE FROM looks WHERE reason IN ('relative', 'helper')")
    _reasons(STAFF_S)
    with op.batch_alter_table("sessions", table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_column("sits")


def _reasons(words: str) -> None:
    with op.batch_alter_table("looks", table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f(REASON_IS_KNOWN), type_="check")
        batch.create_check_constraint(op.f(REASON_IS_KNOWN), f"reason IN ({words})")

"""What staff choose among the settings is kept, each choice with who made it and what held before."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "setting_choices",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("at", big, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_choices")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Bring the tables back: the defaults and what is set at the start hold again."""
    op.drop_table("setting_choices")

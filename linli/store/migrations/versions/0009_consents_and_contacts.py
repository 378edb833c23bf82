"""What residents allow and how relatives wish to be called is kept, and that an absence is a pause of watching."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_a_relative(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["home"], ["homes.home"], name=op.f(f"fk_{table}_home")),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f(f"fk_{table}_person")),
        sa.PrimaryKeyConstraint("home", "person", name=op.f(f"pk_{table}")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{table}_person"), table, ["person"])


def upgrade() -> None:
    """Bring the tables forward."""
    _of_a_relative(
        "contacts",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agreed_at", _big(), nullable=True),
    )
    _of_a_relative(
        "wishes",
        sa.Column("muted", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet_until", sa.Text(), server_default="", nullable=False),
    )
    op.create_table(
        "consents",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("is_given", sa.Integer(), nullable=False),
        sa.Column("at", _big(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("until", _big(), nullable=True),
        sa.CheckConstraint("about IN ('rooms', 'pause', 'leave')", name=op.f("ck_consents_about_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consents_home_id"), "consents", ["home", "id"])
    op.add_column("absences", sa.Column("is_pause", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Bring the tables back: what residents allow is lost, and a pause counts as an absence."""
    op.drop_column("absences", "is_pause")
    op.drop_table("consents")
    op.drop_table("wishes")
    op.drop_table("contacts")

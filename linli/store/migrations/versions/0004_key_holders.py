"""Somebody can be listed for a home as the one who holds its spare key."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCOPE_IS_KNOWN = "ck_cares_scope_is_known"


def upgrade() -> None:
    """Bring the tables forward."""
    _scopes("'home', 'key', 'building', 'site'")


def downgrade() -> None:
    """Bring the tables back: who holds a key is still paired with the home."""
    op.execute(
        "INSERT INTO cares (person, scope, target) SELECT person, 'home', target FROM cares WHERE scope = 'key'"
        " ON CONFLICT DO NOTHING"
    )
    op.execute("DELETE FROM cares WHERE scope = 'key'")
    _scopes("'home', 'building', 'site'")


def _scopes(words: str) -> None:
    with op.batch_alter_table("cares", table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f(SCOPE_IS_KNOWN), type_="check")
        batch.create_check_constraint(op.f(SCOPE_IS_KNOWN), f"scope IN ({words})")

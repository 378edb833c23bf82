"""How Alembic reaches the care database: on the connection that `CareStore.migrate` or a test hands in."""

from alembic import context
from sqlalchemy import Connection

from linli.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()

"""The care data on both databases: a test that takes `care` runs on SQLite and again on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from linli.store.care import CareStore
from linli.store.tables import metadata
from tests.care_file import migrate
from tests.postgres import Cluster

BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_database(postgres_cluster: Cluster) -> str:
    """Make the tables in a database once; after each test they are emptied, which is faster than a copy."""
    url = postgres_cluster.url(postgres_cluster.create_database())
    migrate(url)
    return url


def _empty(url: str) -> None:
    """Empty all tables in one go: of few rows DELETE is ten times faster than TRUNCATE."""
    statements = [
        "SET session_replication_role = replica",  # the log's trigger lets nobody empty it
        *(str(table.delete()) for table in metadata.tables.values()),
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
    engine = create_engine(url, execution_options={"no_parameters": True})
    with engine.begin() as connection:
        connection.exec_driver_sql("; ".join(statements))
    engine.dispose()


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a database that has not even tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'care.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=BOTH)
def care_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Name a database that has the tables and nothing in them."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('care_file')}"
        return
    url: str = request.getfixturevalue("migrated_database")
    yield url
    _empty(url)


@pytest.fixture
def care(care_url: str) -> Iterator[CareStore]:
    """Open a database that has the tables and nothing in them."""
    store = CareStore(care_url)
    yield store
    store.close()

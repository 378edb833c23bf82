"""The throw-away PostgreSQL is a real one, and each test's database is its own."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


def test_a_test_gets_a_real_postgresql(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE home (name text)"))
        connection.execute(text("INSERT INTO home VALUES ('住户七')"))
        locked = connection.execute(text("SELECT name FROM home FOR UPDATE SKIP LOCKED")).scalar_one()
    engine.dispose()

    assert locked == "住户七"


def test_the_next_test_finds_nothing_of_the_last(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()
    engine.dispose()

    assert tables == 0


def test_a_database_goes_away_even_while_somebody_is_connected(postgres_cluster: Cluster) -> None:
    name = postgres_cluster.create_database()
    engine = create_engine(postgres_cluster.url(name))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))

        postgres_cluster.drop_database(name)

        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    engine.dispose()

"""The migrations make exactly the tables that the queries speak of, forwards and backwards."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from linli.errors import LinliError
from linli.store.care import MIGRATIONS, CareStore, known_revisions, revision
from tests.store.histories import opened


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_tables_are_those_of_the_code_and_come_and_go(empty_url: str) -> None:
    care = CareStore(empty_url)
    care.migrate()
    with care.begin() as connection:
        command.check(_config(connection))
        made = _tables(connection)
        command.downgrade(_config(connection), "base")
        left = _tables(connection)
    care.migrate()
    with care.begin() as connection:
        command.check(_config(connection))
        again = _tables(connection)
    care.close()

    assert len(made) > 15
    assert left == set()
    assert again == made


def test_a_second_start_changes_nothing(care: CareStore) -> None:
    opened(care, "a-1")

    care.migrate()

    with care.read() as connection:
        assert revision(connection) == known_revisions()
        assert connection.scalar(text("SELECT count(*) FROM alerts")) == 1


def test_what_a_newer_linli_has_written_is_left_alone(empty_url: str) -> None:
    care = CareStore(empty_url)
    care.migrate()
    with care.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(LinliError, match="newer linli"):
        care.migrate()
    care.close()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    care = CareStore(empty_url)
    with care.begin() as connection:
        connection.execute(text("CREATE TABLE rejections (somebody_else INTEGER)"))

    with pytest.raises((LinliError, DBAPIError)):
        care.migrate()

    with care.read() as connection:
        assert set(inspect(connection).get_table_names()) == {"rejections"}
    care.close()

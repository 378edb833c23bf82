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
        assert revision(connection) == {max(known_revisions())}
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


def test_who_held_a_key_is_paired_for_a_linli_that_knows_no_keys(empty_url: str) -> None:
    care = CareStore(empty_url)
    with care.begin() as connection:
        command.upgrade(_config(connection), "0003")
        connection.execute(text("INSERT INTO people (person, role, position) VALUES ('ana', 'volunteer', 0)"))
        connection.execute(text("INSERT INTO cares (person, scope, target) VALUES ('ana', 'home', 'home-7')"))
    care.migrate()

    with care.begin() as connection:
        for home in ("home-7", "home-8"):
            connection.execute(text(f"INSERT INTO cares (person, scope, target) VALUES ('ana', 'key', '{home}')"))  # noqa: S608
        command.downgrade(_config(connection), "0003")
        left = connection.execute(text("SELECT scope, target FROM cares ORDER BY target")).all()
        command.upgrade(_config(connection), "head")
        command.check(_config(connection))
    care.close()

    assert [tuple(row) for row in left] == [("home", "home-7"), ("home", "home-8")]


def test_what_the_first_version_has_written_is_kept(empty_url: str) -> None:
    care = CareStore(empty_url)
    with care.begin() as connection:
        command.upgrade(_config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO alerts (id, site, home, kind, severity, state, opened_at, evidence_at, why, evidence, ladder,"
                " rung, round, due_at) VALUES ('a-1', 's', 'h', 'sos', 'emergency', 'open', 1, 1, '{}', '{}', '{}', 0, 0, 1)"
            )
        )
        connection.execute(
            text("INSERT INTO log (seq, alert, at, what, who, detail) VALUES (1, 'a-1', 1, 'opened', 'linli', '{}')")
        )
        connection.execute(
            text(
                "INSERT INTO outbox (key, alert, person, channel, type, severity, rank, state, due_at, created_at)"
                " VALUES ('k', 'a-1', 'ana', 'c', 'call', 'emergency', 0, 'waiting', 1, 1)"
            )
        )

    care.migrate()

    with care.begin() as connection:
        kept = connection.execute(text("SELECT about, drill, marks, door_at FROM alerts")).one()
        assert tuple(kept) == ("", 0, 0, None)
        assert connection.scalar(text("SELECT count(*) FROM log WHERE hash = ''")) == 1
        connection.execute(text("UPDATE outbox SET type = 'over' WHERE key = 'k'"))
        command.check(_config(connection))
    care.close()

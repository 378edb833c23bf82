"""A statement that is put into words once means what it meant, and a failure is told as SQLAlchemy tells it."""

from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from linli.errors import StoreDown
from linli.store import prepared
from linli.store import tables as t
from linli.store.care import CareStore
from linli.store.prepared import Prepared
from tests.cast import EIGHT, HOUR, MINUTE

ADD = Prepared(insert(t.absences), ["home", "since", "until", "by"])
ADD_SITE = Prepared(insert(t.sites), t.sites.c.keys())
NAMED = Prepared(update(t.sites).where(t.sites.c.site == bindparam("which")).values(name="Garden"))
SITES = Prepared(select(t.sites.c.site, t.sites.c.name).order_by(t.sites.c.site))
OF_SESSION = Prepared(select(t.sessions.c.expires_at).where(t.sessions.c.created_at <= bindparam("now")))
ADD_SESSION = Prepared(insert(t.sessions), t.sessions.c.keys())


def test_values_are_kept_and_read_in_the_form_of_their_columns(care: CareStore) -> None:
    text = {"hash": "h", "role": "staff", "person": "", "sits": "", "csrf": "c"}
    session = {**text, "created_at": EIGHT, "expires_at": EIGHT + HOUR}
    with care.begin() as connection:
        assert ADD_SESSION.run(connection, **session) == 1

        assert OF_SESSION.rows(connection, now=EIGHT) == [(EIGHT + HOUR,)]
        assert OF_SESSION.value(connection, now=EIGHT) == EIGHT + HOUR
        assert OF_SESSION.row(connection, now=EIGHT - MINUTE) is None
        assert OF_SESSION.value(connection, now=EIGHT - MINUTE) is None
        assert connection.scalar(select(t.sessions.c.created_at)) == EIGHT


def test_what_stands_in_the_statement_itself_need_not_be_given_again(care: CareStore) -> None:
    with care.begin() as connection:
        ADD_SITE.run_each(connection, [{"site": site, "name": site} for site in ("s-1", "s-2")])
        ADD_SITE.run_each(connection, [])

        assert NAMED.run(connection, which="s-1") == 1
        assert NAMED.run(connection, which="s-9") == 0
        assert SITES.rows(connection) == [("s-1", "Garden"), ("s-2", "s-2")]


def test_whoever_forgets_a_value_hears_of_it(care: CareStore) -> None:
    with pytest.raises(KeyError, match="name"), care.begin() as connection:
        ADD_SITE.run(connection, site="s-1")


def test_a_refusal_tells_what_is_broken_and_no_name(care: CareStore) -> None:
    with pytest.raises(IntegrityError) as one, care.begin() as connection:
        ADD.run(connection, home="home-mei", since=EIGHT, until=EIGHT, by="ana")
    with pytest.raises(IntegrityError) as each, care.begin() as connection:
        ADD_SITE.run_each(connection, [{"site": "home-mei", "name": ""}] * 2)

    assert "home-mei" not in str(one.value).partition("DETAIL")[0]
    assert "home-mei" not in str(each.value).partition("DETAIL")[0]


def test_nothing_of_a_transaction_stays_when_one_of_its_statements_is_refused(care: CareStore) -> None:
    with pytest.raises(IntegrityError), care.begin() as connection:
        ADD_SITE.run_each(connection, [{"site": site, "name": ""} for site in ("s-1", "s-2", "s-1")])

    with care.read() as connection:
        assert SITES.rows(connection) == []


def test_a_file_that_cannot_answer_is_a_store_that_is_down(tmp_path: Path) -> None:
    care = CareStore(f"sqlite:///{tmp_path / 'care.db'}")

    with pytest.raises(StoreDown, match="no such table"), care.read() as connection:
        SITES.rows(connection)
    care.close()


@pytest.mark.postgres
def test_a_connection_that_is_lost_is_given_up_and_the_next_one_works(postgres_url: str) -> None:
    care = CareStore(postgres_url)
    care.migrate()
    with pytest.raises(StoreDown, match="lost|does not answer"), care.begin() as connection:
        prepared.ask(connection, "SELECT pg_terminate_backend(pg_backend_pid())")

    with care.begin() as connection:
        assert SITES.rows(connection) == []
    care.close()


def test_a_list_of_any_length_cannot_be_prepared(care: CareStore) -> None:
    some = Prepared(select(t.sites.c.site).where(t.sites.c.site.in_(["s-1", "s-2"])))

    with pytest.raises(TypeError, match="length"), care.read() as connection:
        some.rows(connection)

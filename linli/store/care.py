"""The care data's engine: few rows, transactional, on SQLite or PostgreSQL. Queries stand in the modules beside it."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from linli.clock import seconds
from linli.errors import FileMoved, LinliError, StoreDown
from linli.files import replacing
from linli.store import prepared
from linli.store.at_hand import AtHand
from linli.store.chain import gathering
from linli.store.opened_file import OpenedFile
from linli.store.sqlite_lock import when_free
from linli.store.sqlite_log import fold_back
from linli.store.turns import Turns

BUSY_TIMEOUT = timedelta(seconds=5)
"""How long to wait for a lock, a connection or a silent server before the store counts as down."""
MIGRATIONS = Path(__file__).parent / "migrations"

_FULL_PAGES = 4000
"""A log of so many pages (16 MB) is folded back by the commit that fills it: a second's writing must fit in."""
_MIGRATING = 0x6C696E6C69
"""The number of PostgreSQL's advisory lock: two programs that start together must not both make the tables."""


class CareStore:
    """Opens transactions on the care database; the url is SQLAlchemy's (`sqlite:///…`, `postgresql+psycopg://…`)."""

    def __init__(self, url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        self._busy_timeout = busy_timeout
        self._turns = Turns(busy_timeout)
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            """Whether this is the built-in file, with one writer at a time."""
            self._file = OpenedFile(Path(self.url.database or "")) if self.is_sqlite else None
            make = _server_engine if self._file is None else partial(_sqlite_engine, self._file)
            self._writing = make(self.url, busy_timeout, writes=True)
            self._reading = make(self.url, busy_timeout, writes=False)
        except (ArgumentError, ModuleNotFoundError, TypeError, ValueError) as why:
            raise LinliError(
                f"the care database address cannot be used: {type(why).__name__}; see docs/settings.md"
            ) from why

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that may write; commits at the end, rolls back when anything is raised."""
        turn = self._turns.take() if self.is_sqlite else nullcontext()
        with turn, _ours(self._file), self._writing.begin() as connection, gathering(connection):
            if self.is_sqlite:  # the lock at once: a transaction that has read first could not get it any more
                begin = partial(prepared.do, connection, "BEGIN IMMEDIATE")
                when_free(begin, self._busy_timeout, partial(_is_in_transaction, connection))
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that can only read, all of it from one moment; never waits for a writer."""
        with _ours(self._file), self._reading.begin() as connection:
            if self.is_sqlite:
                prepared.do(connection, "BEGIN")
            yield connection

    def migrate(self) -> None:
        """Bring the tables to this version, all or nothing; refuses a database that a newer linli has written."""
        with self.begin() as connection:
            if not self.is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            if not revision(connection) <= known_revisions():
                raise LinliError(
                    "the care database was written by a newer linli; install that version or restore a backup"
                )
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def cut_log(self) -> bool:
        """Empty SQLite's log, where what was erased could still be read; False if others kept it busy all the time."""
        if not self.is_sqlite:
            return True
        patience = seconds() + self._busy_timeout.total_seconds()
        with _ours(), self._writing.begin() as connection:
            while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
                if seconds() > patience:
                    return False
                time.sleep(0.01)
        return True

    def tidy(self) -> None:
        """Do what else some later commit would have to; for a thread of its own, each second (`sqlite_log`)."""
        if self.is_sqlite:
            with _ours(self._file), self._writing.begin() as connection:
                fold_back(lambda words: prepared.ask(connection, words)[0])

    @property
    def path(self) -> Path | None:
        """Return where the file is; None where it is a server's."""
        return None if self._file is None else self._file.path

    def has_moved(self) -> bool:
        """Look whether the file was moved, deleted or replaced, to be asked each second; from then on there is only FileMoved."""
        return self._file is not None and self._file.look()

    def keep(self, path: Path) -> None:
        """Copy what the file holds that was opened, wherever it is now, once nobody writes into it.

        Raises FileMoved where no connection has it open any more. Any other failure leaves it open, to be tried again.
        """
        failure: Exception | None = None
        with self._turns.take(), _ours(), self._writing.begin() as connection:
            try:
                _copy(connection, path)
            except (LinliError, sqlite3.Error) as why:
                failure = why
        if failure is not None:
            raise LinliError(str(failure)) from failure

    def let_go(self) -> bool:
        """Close the file that has moved; False while somebody still reads.

        Its log goes first, back into the file: under its name it would be taken for that of the file that comes.
        """
        with suppress(FileMoved):
            if not self.cut_log():
                return False
        self.close()
        return True

    def close(self) -> None:
        """Close all connections."""
        self._writing.dispose()
        self._reading.dispose()
        if self._file is not None:
            self._file.closed()


def _is_in_transaction(connection: Connection) -> bool:
    """Ask SQLite itself whether a transaction has begun."""
    driven: sqlite3.Connection | None = connection.connection.driver_connection
    return driven is not None and driven.in_transaction


def _copy(connection: Connection, path: Path) -> None:
    driven: sqlite3.Connection | None = connection.connection.driver_connection
    with replacing(path) as part, closing(sqlite3.connect(part)) as copy:
        if driven is not None:
            driven.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def revision(connection: Connection) -> frozenset[str]:
    """Return which migrations the tables have had last: one name, none in an empty database."""
    return frozenset(MigrationContext.configure(connection).get_current_heads())


def newest_revision() -> frozenset[str]:
    """Return what `revision` gives once the tables are those of this version."""
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def known_revisions() -> frozenset[str]:
    """Return the names of all migrations that this version knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


@contextmanager
def _ours(file: OpenedFile | None = None) -> Iterator[None]:
    """Turn a database that does not answer into StoreDown; a broken constraint stays what it is.

    Raises FileMoved where its file is gone.
    """
    if file is not None and file.is_gone:
        raise file.gone()
    try:
        yield
    except NoConnectionFree as why:
        raise StoreDown("the care database is too busy: no connection became free") from why
    except (OperationalError, InternalError) as why:
        raise StoreDown(f"the care database does not answer: {_first_line(why)}") from why
    except (NotSupportedError, ProgrammingError) as why:
        state = getattr(why.orig, "sqlstate", None)
        if state is None or state.startswith("P0"):  # the driver's word, or that of a trigger of ours
            raise
        # a standby that is not promoted yet, a right that was taken away, a table that a restore is about to make
        raise StoreDown(f"the care database refuses to work: {_first_line(why)}") from why
    except DBAPIError as why:
        if why.connection_invalidated:
            raise StoreDown("the connection to the care database was lost") from why
        if type(why) is DatabaseError:  # SQLite's word for a file that is not, or no longer, a database
            raise StoreDown(f"the care database is damaged, restore a backup: {_first_line(why)}") from why
        raise


def _first_line(why: DBAPIError) -> str:
    return next(iter(str(why.orig).splitlines()), type(why.orig).__name__)


def _sqlite_engine(file: OpenedFile, url: URL, busy_timeout: timedelta, *, writes: bool) -> AtHand:
    if url.database in {None, "", ":memory:"}:
        raise ValueError("in memory the reading and the writing connections would see two databases")
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    pragmas = {
        # who writes waits in `when_free`
        "busy_timeout": "0" if writes else str(busy_timeout // timedelta(milliseconds=1)),
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "wal_autocheckpoint": str(_FULL_PAGES),
        "query_only": "OFF" if writes else "ON",
    }

    @event.listens_for(engine, "do_connect")
    def expect(_dialect: Dialect, _entry: ConnectionPoolEntry, _arguments: object, _named: object) -> None:
        file.expect()

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        try:
            file.opened()
        except FileMoved:
            connection.close()
            raise
        connection.isolation_level = None  # we say BEGIN ourselves
        _write_ahead(connection, busy_timeout)
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name}={value}")

    return AtHand(engine, busy_timeout)


def _write_ahead(connection: sqlite3.Connection, busy_timeout: timedelta) -> None:
    """Turn the write-ahead log on. Of several who open a new file together all but one are refused, without waiting."""
    patience = seconds() + busy_timeout.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as why:
            if "locked" not in str(why) or seconds() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def _server_engine(url: URL, busy_timeout: timedelta, *, writes: bool) -> Engine:
    """Return an engine whose statements all end: on a lock, on a full pool and on a server that has gone silent."""
    engine = create_engine(
        url,
        hide_parameters=True,  # names and homes must not get into a log by way of an error
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=32,
        pool_timeout=busy_timeout.total_seconds(),
        # a database that was made without a language knows bytes only; they are ours, and so is what they mean
        connect_args={**_patience(busy_timeout), "client_encoding": "UTF8"},
        # one statement after the other would see what an import commits in between: a device of no home
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        execution_options={"postgresql_readonly": not writes},
    )
    lock_timeout = busy_timeout // timedelta(milliseconds=1)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"SET lock_timeout = {lock_timeout}")
        cursor.close()
        connection.commit()  # type: ignore[attr-defined]

    return engine


def _patience(busy_timeout: timedelta) -> Mapping[str, int]:
    """Return libpq's settings that notice a server whose machine is gone: no answer ever comes from it."""
    return {
        "connect_timeout": max(2, round(busy_timeout.total_seconds())),  # libpq takes 1 as 2
        "tcp_user_timeout": max(2000, busy_timeout * 2 // timedelta(milliseconds=1)),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }

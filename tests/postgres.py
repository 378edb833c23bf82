"""A throw-away PostgreSQL for tests: one server for the whole run, a fresh database for each test.

It listens on no port, only on a socket in its own temporary folder, and takes nothing from a PostgreSQL that is
installed and running here but its programs. It never syncs, so it is fast and survives nothing.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.needs import need

START_WITHIN_S = 60

UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; `folder` holds its data and its socket."""

    folder: Path
    names: Iterator[int]

    def url(self, database: str) -> str:
        """Return what SQLAlchemy calls one of its databases."""
        return f"postgresql+psycopg://linli@/{database}?host={self.folder}"

    def create_database(self, encoding: str = "UTF8") -> str:
        """Make an empty database of a name that was not used before."""
        name = f"test_{next(self.names)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {}")
        self._say(made.format(sql.Identifier(name), sql.Literal(encoding)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, also while somebody is still connected to it."""
        self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def answers(self) -> bool:
        """Does the server take connections yet?"""
        try:
            self._say(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _say(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(host=str(self.folder), user="linli", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Start a server of its own, and take it away when the run ends."""
    with running_cluster(need("postgres").parent) as cluster:
        yield cluster


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Run a server of the programs in a folder (initdb, postgres), and take it away in the end."""
    # not pytest's tmp_path: PostgreSQL's user may not enter it, and a socket's name must be short
    folder = Path(tempfile.mkdtemp(prefix="linli-pg-"))
    try:
        _give_to_server(folder)
        _create(programs / "initdb", folder)
        with (folder / "log").open("w", encoding="utf-8") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", *_options(folder)],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=_server_user(),
            )  # fmt: skip
            try:
                cluster = Cluster(folder, count(1))
                _wait_for(cluster, server)
                yield cluster
            finally:
                _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """Give a test an empty PostgreSQL database of its own, as an SQLAlchemy URL."""
    name = postgres_cluster.create_database()
    yield postgres_cluster.url(name)
    postgres_cluster.drop_database(name)


def _server_user() -> str | None:
    """Return whom to run PostgreSQL as: it refuses root, and its package made a user for it."""
    return "postgres" if os.name == "posix" and os.geteuid() == 0 else None


def _give_to_server(folder: Path) -> None:
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)


def _create(initdb: Path, folder: Path) -> None:
    outcome = subprocess.run(
        [initdb, "-D", folder / "data", "-U", "linli", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        cwd=folder, capture_output=True, text=True, check=False, user=_server_user(),
    )  # fmt: skip
    if outcome.returncode:
        pytest.fail(f"initdb could not create a database: {outcome.stderr}", pytrace=False)


def _options(folder: Path) -> list[str]:
    settings = (f"unix_socket_directories={folder}", "listen_addresses=", *UNSAFE_AND_FAST)
    return [part for setting in settings for part in ("-c", setting)]


def _wait_for(cluster: Cluster, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while not cluster.answers():
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL did not start: {(cluster.folder / 'log').read_text()}", pytrace=False)
        time.sleep(0.05)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop without waiting for clients (SIGINT is PostgreSQL's fast shutdown)."""
    server.send_signal(2)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

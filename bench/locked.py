"""A database that somebody keeps locked while buttons are pressed: who is called how soon, and what is in it afterwards.

SQLite is locked as a whole, its care data or its signals, PostgreSQL one table at a time. A signal comes before each press. `BENCH_PRESSES` says how often, 20 times each otherwise.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink
from tests.needs import find
from tests.postgres import Cluster, running_cluster

PRESSES = int(os.environ.get("BENCH_PRESSES", "20"))
TABLES = ("alerts", "requests", "outbox")
LIMIT_SECONDS = 5.0
_WAITS_SECONDS, _HELD_ON_SECONDS = 6.0, 7.0
"""How long a lock is held at most before a press, and after its first call: longer than a statement waits for one."""


@dataclass(frozen=True)
class Database:
    """A database: what linli is told of it, and how it is locked."""

    name: str
    lock: Callable[[Program], AbstractContextManager[None]]
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def _locked_file(name: str, program: Program) -> Iterator[None]:
    connection = sqlite3.connect(program.data / name, isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def _locked_table(cluster: Cluster, name: str, table: str, _program: Program) -> Iterator[None]:
    with psycopg.connect(host=str(cluster.folder), user="linli", dbname=name) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        yield


def measure(database: Database) -> bool:
    """Press buttons, each while the database is locked; print the delays and tell whether all of it is right."""
    sink, delays = Sink(), []
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder), environment=dict(database.environment))
        program.settle(Neighbourhood(PRESSES, webhook=sink.url))
        program.start()
        gateway = program.command("token", "--role", "gateway", "--person", "garden")
        publisher = Publisher(program.mqtt_port, "garden", gateway)
        publisher.wait_connected()
        try:
            for number, home in enumerate(Neighbourhood(PRESSES).ids):
                with database.lock(program):
                    publisher.publish(f"linli/v1/garden/{home}/hall/motion", b'{"value":"on"}')
                    time.sleep(_WAITS_SECONDS * number / PRESSES)  # at every point of the waits for the lock
                    begun = time.time()
                    publisher.publish(f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed"}')
                    wait_for("the first call", partial(_is_told, sink, home), 60, 0.005)
                    delays.append((sink.first_for(home) or 0) - begun)
                    time.sleep(_HELD_ON_SECONDS)
            alerts = partial(_alerts, program)
            wait_for("the database has it all", lambda: len(alerts()) >= PRESSES, 60)
            time.sleep(_HELD_ON_SECONDS)
            homes, twice = alerts(), sum(count > 1 for count in sink.keys.values())
        finally:
            publisher.close()
            program.stop()
            sink.close()
    told = sorted(delays)
    is_right = told[-1] <= LIMIT_SECONDS and sorted(homes) == sorted(Neighbourhood(PRESSES).ids)
    print(
        f"locked {database.name:22} → first call median {told[len(told) // 2]:4.2f} s   max {told[-1]:4.2f} s   "
        f"n {len(told)}   alerts {len(homes)}   keys seen twice {twice}   {'all right' if is_right else 'WRONG'}",
        flush=True,
    )
    return is_right


def _is_told(sink: Sink, home: str) -> bool:
    return sink.first_for(home) is not None


def _alerts(program: Program) -> list[str]:
    with program.api() as api:
        answer = api.get("/alerts", params={"state": "all", "limit": 1000}).json()
    return [alert["home"] for alert in answer if alert["kind"] == "sos" and alert["home"].startswith("home-")]


def main() -> int:
    """Measure each way of being locked that can be tried here; 1 if one is not right."""
    files = ("care.db", "signals.db")
    verdicts = [measure(Database(f"SQLite, {name}", partial(_locked_file, name))) for name in files]
    initdb = find("postgres")
    if initdb is None:
        print("locked PostgreSQL: not installed here")
        return int(not all(verdicts))
    with running_cluster(initdb.parent) as cluster:
        for table in TABLES:
            name = cluster.create_database()
            lock = partial(_locked_table, cluster, name, table)
            settings = {"LINLI_CARE": cluster.url(name)}
            verdicts.append(measure(Database(f"PostgreSQL, {table}", lock, settings)))
    return int(not all(verdicts))

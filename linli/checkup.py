"""Is it all right here? One sentence for each thing that is not, and what to do about it. Looks, changes nothing."""

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from alerts.channels import adapters_for
from alerts.channels.unusable import Unusable
from ingest.mosquitto import find_mosquitto
from linli.clock import Clock
from linli.core import care_url, smtp
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.mqtt_url import parse
from linli.people import Role, Roster
from linli.settings import Settings, address
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore

LEAST_FREE_MB = 500
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this was never set."""
_OVERDUE = timedelta(minutes=1)
_CONNECT_SECONDS = 5

Fault = str


def faults(settings: Settings, data: DataDir, clock: Clock) -> Iterator[Fault]:
    """Yield what is wrong, in one sentence each."""
    yield from _clock(clock)
    yield from _disk(data)
    running = _running(settings, data)
    yield from running or []
    if running is None:
        yield from _broker(settings)
    care = CareStore(care_url(settings, data))
    try:
        care.migrate()
        with care.read() as connection:
            roster = roster_store.load(connection)
            overdue = [a.id for a in cases.open_ones(connection) if a.due_at and a.due_at < clock.now() - _OVERDUE]
    except LinliError as why:
        yield str(why)
        return
    finally:
        care.close()
    if overdue:
        yield f"{len(overdue)} open alerts wait for a step that is overdue; start linli run"
    yield from _roster(roster)
    yield from _channels(settings, roster)
    yield from _signals(data)


def _clock(clock: Clock) -> Iterator[Fault]:
    if clock.now() < BUILT:
        yield f"this machine's clock says {clock.now():%Y-%m-%d}; set it, or alerts come at the wrong time"


def _disk(data: DataDir) -> Iterator[Fault]:
    free = shutil.disk_usage(data.path).free // 1_000_000
    if free < LEAST_FREE_MB:
        yield f"only {free} MB are free in {data.path}; linli needs {LEAST_FREE_MB} MB to be safe"
    if not os.access(data.path, os.W_OK):
        yield f"{data.path} cannot be written to by this user"


def is_running(data: DataDir) -> bool:
    """Tell whether a linli runs on this data."""
    try:
        with data.lock():
            return False
    except LinliError:
        return True


def _running(settings: Settings, data: DataDir) -> list[Fault] | None:
    """Return what the linli that runs on this data says of itself; None when none runs."""
    if not is_running(data):
        return None
    host, port = address(settings.http, "http")
    try:
        answer = httpx.get(f"http://{host}:{port}/readyz", timeout=_CONNECT_SECONDS)
        parts = answer.json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError):
        return [f"linli is running on this data, but does not answer on {host}:{port}; name its address in http"]
    return [f"{name}: {state.get('why', 'does not work')}" for name, state in parts.items() if not state["ok"]]


def _broker(settings: Settings) -> Iterator[Fault]:
    if not settings.mqtt:
        if settings.broker != "demo" and find_mosquitto() is None:
            yield "Mosquitto is not installed; linli would use its demo broker, which keeps nothing over a restart"
        return
    url = parse(settings.mqtt)
    yield from _unreachable("the broker", url.host, url.port)


def _unreachable(what: str, host: str, port: int) -> Iterator[Fault]:
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as why:
        yield f"{what} at {host}:{port} cannot be reached: {why.strerror or 'no answer'}"


def _roster(roster: Roster) -> Iterator[Fault]:
    if not roster.homes:
        yield 'there are no homes yet; add them with "linli import"'
    alone = [home.home for home in roster.homes.values() if not _anybody(roster, home.home)]
    if alone:
        yield f"{len(alone)} homes have nobody who would be called, the first is {alone[0]}; add people who care for them"


def _anybody(roster: Roster, home: str) -> bool:
    return any(roster.carers(roster.homes[home], role) for role in Role if role is not Role.RESIDENT)


def _channels(settings: Settings, roster: Roster) -> Iterator[Fault]:
    used = Counter(channel.kind for person in roster.people.values() for channel in person.channels)
    adapters = adapters_for(smtp(settings))
    for kind, count in sorted(used.items()):
        if isinstance(adapters.get(kind, _NONE), Unusable):
            hint = "set smtp_host" if kind == "email" else "give them another channel"
            yield f"{count} channels are of the kind {kind}, which does not work here; {hint}"
    if settings.smtp_host and used["email"]:
        yield from _unreachable("the mail server", settings.smtp_host, settings.smtp_port)


_NONE = Unusable("no such kind of channel")


def _signals(data: DataDir) -> Iterator[Fault]:
    if not data.signals.exists():
        return
    store = SqliteSignalStore(data.signals)
    try:
        wrong = store.check()
    finally:
        store.close()
    if wrong is not None:
        yield wrong

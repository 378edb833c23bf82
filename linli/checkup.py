"""Is it all right here? One sentence for each thing that is not, and what to do about it.

Looks, and changes nothing but what `linli run` would make first: newer tables of the care data, a bucket that is missing.
"""

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import httpx
from sqlalchemy import Connection

from alerts import site_ladders
from alerts.channels import adapters_for
from alerts.channels.extra import is_service
from alerts.channels.http import parse as web_address
from alerts.channels.unusable import Unusable
from ingest.mosquitto import find_mosquitto
from linli import meter_template
from linli.advice import advice
from linli.bots import shared_bots
from linli.clock import Clock
from linli.configured import care_url, push_contact, sms, smtp, vapid
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.holidays import read_holidays
from linli.keys import Keys
from linli.listed_twice import listed_twice
from linli.moved_care import kept_files
from linli.mqtt_url import parse
from linli.people import Role, Roster
from linli.ports import url_of
from linli.settings import Settings, address
from linli.signal_store import influx_address
from linli.steps import Tell, nobody
from linli.store import cases, chain, log_head
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.influx_signals import BareServer, misfit, wrong_in

LEAST_FREE_MB = 500
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this was never set."""
_OVERDUE = timedelta(minutes=1)
_SHOWN = 10
"""How many faults of the log, or people of one group, are named; one change can spoil many lines."""
_CONNECT_SECONDS = 5

_SAY_WHERE = "say LINLI_HTTP=HOST:PORT, as it said at its start"
_MOVED = "{kept} is what {now} held when it was replaced while linli ran; docs/deploy.md says what to do with it"

Fault = str


def faults(settings: Settings, data: DataDir, clock: Clock, tell: Tell = nobody) -> Iterator[Fault]:
    """Yield what is wrong, in one sentence each. `tell` counts lines of the log, which may be long."""
    yield from _clock(clock)
    yield from _disk(data)
    running = _running(settings, data)
    yield from running or []
    if running is None:
        yield from _broker(settings)
    care = CareStore(care_url(settings, data))
    if care.path is not None:
        yield from (_MOVED.format(now=care.path.name, kept=kept.name) for kept in kept_files(care.path))
        if not care.path.exists():  # to look would make an empty one
            yield f"there is no {care.path.name}; put it back, or a backup"
            return
    try:
        care.migrate()
        with care.read() as connection:
            roster = roster_store.load(connection)
            overdue = [a.id for a in cases.open_ones(connection) if a.due_at and a.due_at < clock.now() - _OVERDUE]
            log = _log(connection, data, tell)
    except LinliError as why:
        yield str(why)
        return
    finally:
        care.close()
    if overdue:
        yield f"{len(overdue)} open alerts wait for a step that is overdue; start linli run"
    yield from log
    yield from _roster(roster)
    yield from _listed_twice(roster)
    yield from _bots(roster)
    yield from _ladders(data, roster)
    yield from (f"meters: {why}" for why in meter_template.faults(data.meters))
    yield from _channels(settings, roster)
    yield from _holidays(settings, roster, clock)
    yield from _signals(settings, data)


def advised(settings: Settings, data: DataDir) -> list[str]:
    """Return what is not wrong and yet worth mending; nothing where `faults` says that the care data cannot be read."""
    care = CareStore(care_url(settings, data))
    if care.path is not None and not care.path.exists():
        return []
    try:
        care.migrate()
        with care.read() as connection:
            roster = roster_store.load(connection)
        return [*advice(roster), *_sms_advice(settings, roster)]
    except LinliError:
        return []
    finally:
        care.close()


def _sms_advice(settings: Settings, roster: Roster) -> Iterator[str]:
    is_used = any(way.kind == "sms" for person in roster.people.values() for way in person.channels)
    if is_used and settings.sms_url and not settings.sms_success:
        yield (
            "sms_success is not set, so a text message that the gateway refuses in words of its own would count as sent:"
            " set it, docs/channels.md has examples"
        )


def _log(connection: Connection, data: DataDir, tell: Tell) -> list[Fault]:
    """Read the log of all alerts through: is each line the one that linli wrote, and is none missing?"""
    kept = log_head.read(data.log_head)
    found = [*chain.flaws(connection, tell), *filter(None, [chain.lost(connection, kept) if kept else None])]
    more = [f"and {len(found) - _SHOWN} more faults of the log"] if len(found) > _SHOWN else []
    return found[:_SHOWN] + more


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
    noted = data.pages_at()
    url = noted or url_of(*address(settings.http, "http"))
    try:
        answer = httpx.get(f"{url}/readyz", timeout=_CONNECT_SECONDS, trust_env=False)
        parts = answer.json()["parts"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        hint = "wait a moment if it has just begun, or see its log" if noted else _SAY_WHERE
        return [f"linli is running on this data, but does not answer on {url}; {hint}"]
    bad = {name: state for name, state in parts.items() if not state["ok"] and name != site_ladders.PART}
    return [f"{name}: {state.get('why', 'does not work')}" for name, state in bad.items()]


def _broker(settings: Settings) -> Iterator[Fault]:
    if not settings.mqtt:
        if settings.broker != "demo" and find_mosquitto() is None:
            yield "Mosquitto is not installed; linli would use its demo broker, which keeps nothing over a restart"
        return
    accounts = Path(settings.mqtt_accounts) if settings.mqtt_accounts else None
    if accounts and not (accounts.is_dir() and os.access(accounts, os.W_OK)):
        yield f"the folder {accounts} of mqtt_accounts is not there or cannot be written: the broker learns of no new home"
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
        yield f"homes with nobody who would be called: {len(alone)}, the first is {alone[0]}; add people who care for them"


def _listed_twice(roster: Roster) -> Iterator[Fault]:
    for twice in islice(listed_twice(roster), _SHOWN):
        rows = ", ".join(f"{row.home}/{row.device}" for row in twice.rows[:_SHOWN])
        yield (
            f"{twice.what} is listed {len(twice.rows)} times, for {rows}: nobody can tell whose it is;"
            ' leave one of them, "linli discover --unmap HOME/DEVICE" takes a row out'
        )


def _bots(roster: Roster) -> Iterator[Fault]:
    for (kind, _), people in sorted(shared_bots(roster.people.values()).items()):
        names = ", ".join(sorted(people)[:_SHOWN])
        yield (
            f"one group's bot ({kind}) is listed for {len(people)} people, {names}: whoever taps in the group answers"
            " in somebody's name; list the group once, as a person of its own"
        )


def _ladders(data: DataDir, roster: Roster) -> Iterator[Fault]:
    found = site_ladders.look(data.ladders)
    yield from (f"ladders: {why}" for why in found.faults.values())
    for name in sorted(found.ladders.keys() - {site_ladders.DEFAULT, *roster.sites}):
        yield f"ladders: {name}.txt is for no site of the roster; name it for the site that it is for"


def _anybody(roster: Roster, home: str) -> bool:
    return any(roster.carers(roster.homes[home], role) for role in Role if role is not Role.RESIDENT)


def _holidays(settings: Settings, roster: Roster, clock: Clock) -> Iterator[Fault]:
    """Tell of people whose hours on holidays will never hold, site by site; the day of UTC is near enough."""
    holidays, today = read_holidays(settings.holidays), clock.now().date()
    for site in sorted(holidays.by_site.keys() - set(roster.sites)):
        yield f"the setting holidays names {site}, which is no site of the roster"
    waiting = [p for p in roster.people.values() if any(one.first is None for one in p.duty_exceptions)]
    for site in roster.sites:
        homes = [home for home in roster.homes.values() if home.site == site]
        here = [p for p in waiting if any(p.cares_for(home) for home in homes)]
        if here and max(holidays.of(site), default=date.min) < today:
            yield f"people of {site} with hours for public holidays (PH): {len(here)}, but no holiday is to come; set holidays"


def _channels(settings: Settings, roster: Roster) -> Iterator[Fault]:
    used = Counter(channel.kind for person in roster.people.values() for channel in person.channels)
    adapters = adapters_for(smtp(settings), sms(settings), vapid(settings, Keys(b"")))  # nothing is sent with this key
    for kind, count in sorted(used.items()):
        adapter = adapters.get(kind)
        if isinstance(adapter, Unusable) or (adapter is None and not is_service(kind)):
            hint = _HINTS.get(kind, "give them another channel")
            yield f"{count} channels are of the kind {kind}, which does not work here; {hint}"
    if used["webpush"] and push_contact(settings).endswith("@localhost"):
        yield "phones by Apple refuse notifications from localhost; set push_contact to your e-mail address"
    if settings.smtp_host and used["email"]:
        yield from _unreachable("the mail server", settings.smtp_host, settings.smtp_port)
    if settings.sms_url and used["sms"]:
        origin = web_address(settings.sms_url).origin
        yield from _unreachable("the SMS gateway", origin.host, origin.port)


_HINTS = {"email": "set smtp_host", "sms": "set sms_url, docs/channels.md has examples"}


def _signals(settings: Settings, data: DataDir) -> Iterator[Fault]:
    """Look into the file and ask the server, without opening the store: that would make the file a server's window."""
    wrong = wrong_in(data.signals) if data.signals.exists() else None
    if wrong is not None:
        yield wrong
    for aside in data.signals_aside():
        yield f"{aside.name} is a damaged signals.db that was set aside; docs/deploy.md says what to do with it"
    there = influx_address(settings)
    if there is None:
        return
    with closing(BareServer(there)) as bare:
        wrong = misfit(bare.server)
    if wrong is not None:
        yield wrong

"""Example worlds to be looked at: the real program over made-up homes, at a moment that is always the same.

`empty` has nobody yet, `calm` is a morning like any other, `busy` has what a day brings, `alarmed` a call for help that
nobody has answered yet. All people in them are made up by the simulator.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.responses import Response

from alerts.channels.base import Answer, Verdict
from alerts.ladder_file import written
from alerts.ladders import BUILT_IN
from alerts.message import Message
from bench.program import wait_for
from bench.screens import day
from dashboard import sessions
from dashboard.access import staff_of
from dashboard.app import create_app
from dashboard.ladder_tuning import LadderTuning
from dashboard.pages.signin import entry_link
from dashboard.services import BrokerAddress, Services, WebSettings
from dashboard.tuning import Tuning
from ingest.codecs.message import Message as Published
from ingest.intake import Arrived, Intake
from ingest.strangers.memory import Strangers
from linli.alert import Alert, AlertKind, Outcome
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.demo import move_in
from linli.look import Look, LookReason
from linli.people import Channel, Home, Person, Role
from linli.settings import Settings
from linli.signals import Kind
from linli.store import cases, looks
from linli.store.absences import Absence
from linli.store.access import Identity
from linli.stranger import Stranger
from linli.tuning.setting_desk import SettingsDesk
from simulators import community as made_up
from simulators.community import EXAMPLE_HOME, Community
from simulators.incidents import Incident, IncidentKind
from simulators.life import events
from simulators.page import Event

NOW = datetime(2026, 11, 22, 3, 36, 42, tzinfo=UTC)
"""A Sunday, 11:36:42 in Shanghai."""
SEED = 4
NAMES = ("empty", "calm", "busy", "alarmed")
_LAST = timedelta(hours=4)
"""How much of the past is lived through step by step; what lies before only fills the store."""
_LEAST_STEP = timedelta(seconds=1)
_BATCH = 5000
REHEARSED_WITHIN = 600
"""Seconds."""


class _Accepting:
    """A channel that takes every message."""

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        return Answer(Verdict.ACCEPTED)


@dataclass(frozen=True)
class World:
    """A running linli of which pictures are taken. `places` fill the gaps in the paths of pages."""

    name: str
    app: FastAPI
    core: Core
    services: Services
    places: Mapping[str, str]
    people: Mapping[Role, str]

    def rehearse(self) -> None:
        """Let a setting be rehearsed on this world's past, and wait for what is found."""
        tuning = self.services.tuning
        if tuning is None or tuning.trial() is not None:
            return
        tuning.rehearse("false_alerts_per_month", "4", by="")
        wait_for("the rehearsal", lambda: not self._rehearses(tuning), REHEARSED_WITHIN)

    def rehearse_ladder(self) -> None:
        """Let another ladder be rehearsed on this world's alerts, and wait for what is found."""
        tuning = self.services.tuning
        if tuning is None or tuning.ladders.trial() is not None:
            return
        hasty = written(BUILT_IN).replace("call the 5 nearest", "call the 2 nearest")
        tuning.ladders.rehearse(self.places["site"], hasty, by="")
        wait_for("the rehearsal", lambda: not self._rehearses(tuning.ladders), REHEARSED_WITHIN)

    @staticmethod
    def _rehearses(tuning: Tuning | LadderTuning) -> bool:
        trial = tuning.trial()
        return trial is not None and trial.is_running

    def cookie(self, role: Role) -> str:
        """Return the cookie of a browser in which somebody of a role has signed in; staff see every site."""
        response = Response()
        sits = _sits(self.core) if role is Role.STAFF else ""
        sessions.begin(self.services, response, Identity(role, self.people.get(role, "")), sits)
        return SimpleCookie(response.headers["set-cookie"])[sessions.COOKIE].value


@contextmanager
def world(name: str, url: str, *, homes: int = 60, days: int = 28) -> Iterator[World]:
    """Make one of the worlds, with so much of its past, served under a URL."""
    with TemporaryDirectory(prefix="linli-screens-") as folder:
        core = _core(Path(folder), url)
        try:
            community = made_up.build(homes, SEED, _phone)
            if name != "empty":
                _live(core, community, _incidents(name, community), days)
                _befall(name, core, community)
            made = _world(name, core, community, url)
            yield made
            if made.services.tuning is not None:
                made.services.tuning.stop()
                made.services.tuning.ladders.stop()
        finally:
            core.close()


def _core(folder: Path, url: str) -> Core:
    settings = Settings(data=folder, canary_minutes=0)
    channels = dict.fromkeys(("webhook", "sms", "email", "inbox"), _Accepting())
    return build(settings, DataDir(folder), VirtualClock(NOW), url, adapters=channels)


def _phone(person: Person) -> Channel:
    """Return a telephone that cannot ring: its number is made from the person's id, the same in every run."""
    number = zlib.crc32(person.person.encode()) % 10**8
    return Channel(f"{person.person}-phone", person.person, "sms", f"139{number:08d}")


def _live(core: Core, community: Community, incidents: Sequence[Incident], days: int) -> None:
    """Let the homes live up to now: what the devices said is stored and learned from, and the last hours lived through."""
    clock = core.clock
    assert isinstance(clock, VirtualClock)
    move_in(core, community)
    clock.set(NOW - timedelta(days=1))
    core.learning.start()  # who moves in has a line of their own from the first night on
    coming = events(community, SEED, NOW - timedelta(days=days), NOW, incidents)
    left = _remember(core, clock, coming)
    core.learning.tick()
    core.warm()
    for event in chain(left, coming):
        _let_pass(core, clock, event.send_at)
        core.pipeline.take_in([Arrived(event.topic, event.payload, event.send_at)])
    _let_pass(core, clock, NOW)


def _remember(core: Core, clock: VirtualClock, coming: Iterator[Event]) -> list[Event]:
    """Store what was said before the last hours; return the first event of these, which was read too far."""
    reader = Intake(core.roster.get, core.signals.earlier_arrival)
    clock.set(NOW - _LAST)
    while batch := list(islice(coming, _BATCH)):
        before = [Arrived(event.topic, event.payload, event.send_at) for event in batch if event.send_at < clock.now()]
        core.signals.append(reader.read(before).signals)
        if len(before) < len(batch):
            return batch[len(before) :]
    return []


def _let_pass(core: Core, clock: VirtualClock, until: datetime) -> None:
    """Take every step that is due up to a moment."""
    while (due := core.next_due(clock.now())) is not None and due < until:
        clock.set(max(due, clock.now() + _LEAST_STEP))
        core.learning.tick()
        core.pipeline.tick(clock.now())
        core.sender.deliver_due(clock.now())
    clock.set(max(until, clock.now()))


def _incidents(name: str, community: Community) -> list[Incident]:
    """Return what befalls the homes before now."""
    if name == "calm":
        return []
    kinds = [(IncidentKind.SOS, EXAMPLE_HOME, timedelta(minutes=4, seconds=37))]
    if name == "busy":
        kinds += [
            (IncidentKind.GATEWAY_LOSS, _home(community, 17).home, timedelta(minutes=70)),
            (IncidentKind.FALL_BATHROOM, _home(community, 29).home, timedelta(minutes=95)),
            (IncidentKind.LEAK, _home_with(community, Kind.LEAK).home, timedelta(minutes=12)),
        ]
    return [Incident(home, kind, NOW - before) for kind, home, before in kinds]


def _home(community: Community, number: int) -> Home:
    return community.homes[number % len(community.homes)]


def _home_with(community: Community, kind: Kind) -> Home:
    """Return a home, not the example, with a device that tells a kind."""
    return next(
        home
        for home in community.homes
        if home.home != EXAMPLE_HOME and any(kind in one.kinds for one in community.devices_by_home[home.home])
    )


def _befall(name: str, core: Core, community: Community) -> None:
    """Let people do what they have done by now."""
    for number in (7, 23, 38):
        away = Absence(_home(community, number).home, NOW - timedelta(hours=3), NOW + timedelta(hours=6), "family", "")
        core.begin_absence(away)
    _look(core, EXAMPLE_HOME)
    if name == "calm":
        for alert in core.desk.open_alerts():
            core.desk.close(alert.id, "", Outcome.SAFE)
        core.sender.deliver_due(core.clock.now())
    if name != "busy":
        return
    call = _call(core)
    if call is not None:
        volunteer = _asked(core, call)
        core.desk.accept(call.id, volunteer)
        core.sender.deliver_due(core.clock.now())
        day.befall(core, community.homes, volunteer, NOW)


def _look(core: Core, home: str) -> None:
    """Let staff have said why they open a home's page, and the family have looked on two days."""
    roster, now = core.roster.get(), core.clock.now()
    family = roster.carers(roster.homes[home], Role.FAMILY)[:1]
    with core.care.begin() as connection:
        looks.note(connection, Look(home, now, _sits(core), LookReason.VISIT))
        for one in family:
            for days in (1, 0):
                looks.note(connection, Look(home, now - timedelta(days=days), one.person, LookReason.RELATIVE))


def _sits(core: Core) -> str:
    """Return who of the staff sits at the office's login; nobody where none are listed."""
    return next((one.person for one in staff_of(core.roster.get())), "")


def _call(core: Core) -> Alert | None:
    return next((one for one in core.desk.open_alerts() if one.kind is AlertKind.SOS), None)


def _asked(core: Core, alert: Alert) -> str:
    """Return who was asked first to come."""
    with core.care.read() as connection:
        return cases.requests(connection, alert.id)[0].person


UNLISTED: tuple[tuple[str, str], ...] = (
    (
        "zigbee2mqtt/bridge/devices",
        '[{"friendly_name":"button 3-2-502 bedroom","definition":{"model":"TS0215A_sos","description":"SOS button"}}]',
    ),
    ("zigbee2mqtt/button 3-2-502 bedroom", '{"action":"emergency","battery":88,"linkquality":120}'),
    ("zigbee2mqtt/0x00158d0002aabbcc", '{"occupancy":true,"battery":64,"linkquality":57}'),
    ("zigbee2mqtt/0x00158d0002aabbcc", '{"occupancy":false,"battery":64,"linkquality":61}'),
    ("tele/rf-bridge/RESULT", '{"RfReceived":{"Data":"D4E1F8","RfKey":"None"}}'),
    ("shellies/shellyplug-s-7A0F31/relay/0", "on"),
)
"""What speaks on the broker of a busy world and is in no device list."""


def _strangers(name: str, now: datetime) -> Strangers:
    found = Strangers()
    for before, (topic, payload) in enumerate(UNLISTED if name == "busy" else (), start=-len(UNLISTED)):
        at = now + before * timedelta(seconds=47)
        found.take(Published(topic, tuple(topic.split("/")), payload.encode(), at), retained=False)
    return found


def _world(name: str, core: Core, community: Community, url: str) -> World:
    strangers = _strangers(name, core.clock.now())
    services = Services(
        care=core.care,
        signals=core.signals,
        desk=core.desk,
        links=core.links,
        roster=core.roster.get,
        heed_roster=core.take_roster,
        homes=core,
        intake=_Deaf(),
        clock=core.clock,
        health=core.health,
        ladders=core.ladders.get,
        browsers=core.browsers,
        holidays=core.holidays,
        device_identity=core.keys.identify,
        settings=WebSettings(url, core.keys.bytes_for("cookies"), broker=BrokerAddress("192.0.2.10", 1883)),
        device_token=core.keys.device_token,
        can_send=lambda kind: kind != "email",
        tuning=SettingsDesk(core.given, core.care, core.clock),
        first_line=core.learning.first_line,
        strangers=lambda: replace(
            strangers.found(core.roster.get(), core.clock.now()), since=NOW - timedelta(minutes=5), connected=True
        ),
    )
    core.health.well("broker")
    return World(name, create_app(services), core, services, _places(core, services), _people(core, community))


class _Deaf:
    """Nothing comes in while a picture is taken."""

    def submit(self, messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """Take nothing."""
        return [None for _ in messages]


def _people(core: Core, community: Community) -> Mapping[Role, str]:
    """Return who looks at the pages: those around the example home."""
    roster = core.roster.get()
    if EXAMPLE_HOME not in roster.homes:
        return {}
    home, call = community.home(EXAMPLE_HOME), _call(core)
    found: dict[Role, str] = {
        role: roster.carers(home, role)[0].person
        for role in Role
        if role is not Role.STAFF and roster.carers(home, role)
    }
    if call is not None:
        found[Role.VOLUNTEER] = _asked(core, call)
    return found


def _places(core: Core, services: Services) -> Mapping[str, str]:
    places = {"home": EXAMPLE_HOME, "site": "willow", "stranger": Stranger(UNLISTED[1][0], "").id}
    enter = entry_link(services, Identity(Role.STAFF))
    places["enter"] = urlsplit(enter).path.rpartition("/")[2]
    others = [home for home in core.roster.get().homes if home != EXAMPLE_HOME]
    places["another"] = others[0] if others else ""
    call = _call(core)
    if call is not None:
        places["alert"] = call.id
        link = core.links.accept(call.id, _asked(core, call))
        places["go"] = urlsplit(link).path.rpartition("/")[2]
    return places

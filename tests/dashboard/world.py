"""A small linli for the pages: real stores and a real desk, with homes whose state a test can set."""

import re
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.responses import Response

from alerts.browsers import Browsers
from alerts.channels.network import Network
from alerts.channels.vapid import Vapid
from alerts.channels.webpush import WebPush
from alerts.desk import Desk
from alerts.links import Links
from dashboard import sessions
from dashboard.app import create_app
from dashboard.services import BrokerAddress, Services, WebSettings
from ingest.codecs.message import Message
from ingest.intake import Arrived
from ingest.intake import Intake as Reader
from ingest.strangers.memory import Strangers
from linli import meter_template
from linli.alert import Alert, AlertKind, Severity
from linli.clock import VirtualClock
from linli.errors import StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.home_state import HomeState, HomeView, Next, Observed, paused_view
from linli.keys import Keys
from linli.people import Device, Person, Role, Roster
from linli.settings import Settings
from linli.store import absences as absence_store
from linli.store import access, rejections
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.access import Identity
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from linli.tuning.setting_desk import SettingsDesk
from linli.words import Sentence
from tests.cast import DEVICES, EIGHT, HOMES, HOUR, MEI, MINUTE, PEOPLE
from tests.cast import roster as cast_roster

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it speaks of the next version of httpx
    from starlette.testclient import TestClient

__all__ = ["SettableHomes", "TestClient", "World", "csrf_in", "furnish", "make_world", "view"]

BASE = "http://testserver"
METER_TEMPLATE = 'readings = "data.*"\nmeter = "no"\nvalue = "sum"\nunit = "m3"\ntime = "at"\n'
"""How the water utility of the tests pushes."""
SECRET = b"the secret of a test, 32 bytes.."


def view(home: str, state: HomeState = HomeState.WELL, now: datetime = EIGHT) -> HomeView:
    """Return what is known of a home that had a sign of life ten minutes ago, in the kitchen."""
    seen = now - 10 * MINUTE
    return HomeView(
        home,
        state,
        seen,
        seen,
        "kitchen",
        Sentence("Last sign of life {at}, {room}", {"at": seen, "room": "kitchen"}),
        Next(expected_by=now + 2 * HOUR, asks_at=now + 3 * HOUR),
        0.4,
        (Observed("button-1", seen, online=True, battery=82.0), Observed("hall", None, online=False)),
    )


@dataclass
class SettableHomes:
    """Homes that stand as a test says."""

    roster: Roster
    views: dict[str, HomeView]
    care: CareStore
    clock: VirtualClock
    absences: list[Absence] = field(default_factory=list)
    down: bool = False

    def set(self, home: str, state: HomeState) -> None:
        """Let a home stand otherwise."""
        self.views[home] = replace(self.views[home], state=state)

    def state(self, home: str) -> HomeView:
        """Return one home's state."""
        return self.views[home]

    def states(self) -> list[HomeView]:
        """Return every home's state."""
        if self.down:
            raise StoreDown("nothing can be read")
        return [replace(self.views[home], observed=()) for home in self.roster.homes]

    def begin_absence(self, absence: Absence) -> None:
        """Note an absence."""
        self.absences.append(absence)
        with self.care.begin() as connection:
            absence_store.begin(connection, absence)
        self.set(absence.home, HomeState.AWAY)
        if absence.is_pause:
            self.views[absence.home] = paused_view(self.views[absence.home], absence.until)

    def end_absence(self, home: str) -> bool:
        """End an absence."""
        self.views[home] = view(home)
        with self.care.begin() as connection:
            return absence_store.end(connection, home, self.clock.now())


@dataclass
class StraightIntake:
    """The real reader and the real stores, without the thread between them."""

    reader: Reader
    signals: SqliteSignalStore
    care: CareStore
    clock: VirtualClock
    down: bool = False

    def submit(self, messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """Take messages in."""
        if self.down:
            raise StoreDown("the signals could not be stored in time; send them again")
        now = self.clock.now()
        taken = self.reader.read([Arrived(topic, payload, now) for topic, payload in messages])
        self.signals.append(taken.signals)
        with self.care.begin() as connection:
            rejections.add(connection, taken.rejections)
        return taken.verdicts


@dataclass
class World:
    """Everything that a test may want to reach."""

    services: Services
    app: FastAPI
    clock: VirtualClock
    homes: SettableHomes
    intake: StraightIntake
    desk: Desk
    keys: Keys
    health: Health
    push: WebPush
    strangers: Strangers
    _open: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def _portal(self) -> BlockingPortal:
        """Return the event loop of all requests; a client by itself starts one, in a thread of its own, for each."""
        return self._open.enter_context(start_blocking_portal())

    def overhear(self, topic: str, payload: str) -> None:
        """Let something be published that linli listens to while it looks for strangers."""
        self.strangers.take(Message(topic, tuple(topic.split("/")), payload.encode(), self.clock.now()), retained=False)

    def client(self, token: str = "", **headers: str) -> TestClient:
        """Return a program that calls the API, with a bearer token."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        client = TestClient(self.app, headers=headers, follow_redirects=False, raise_server_exceptions=False)
        client.portal = self._portal
        return client

    def token(self, role: str, person: str = "") -> str:
        """Return a token of a person."""
        token = f"token-{role}-{person}"
        with self.services.care.begin() as connection:
            if access.by_token(connection, token) is None:
                access.add_token(connection, token, Identity(role, person), self.clock.now())
        return token

    def api(self, role: str, person: str = "") -> TestClient:
        """Return a program that acts for somebody."""
        return self.client(self.token(role, person))

    def browser(self, role: str = "", person: str = "", language: str = "en", sits: str | None = None) -> TestClient:
        """Return a browser, signed in if there is a role; at the office's own login Xu sits, unless a test says otherwise."""
        client = self.client(accept="text/html", **{"accept-language": language})
        if role:
            response = Response()
            sits = "xu" if sits is None and (role, person) == (Role.STAFF, "") else sits or ""
            sessions.begin(self.services, response, Identity(role, person), sits)
            client.cookies.set(sessions.COOKIE, SimpleCookie(response.headers["set-cookie"])[sessions.COOKIE].value)
        return client

    def csrf(self, client: TestClient) -> str:
        """Return the secret that a signed-in browser's forms carry."""
        with self.services.care.read() as connection:
            session = access.by_session(connection, client.cookies[sessions.COOKIE], self.clock.now())
        assert session is not None
        return session.csrf

    def gives_reason(
        self, client: TestClient, home: str = MEI.home, reason: str = "visit", words: str = ""
    ) -> httpx.Response:
        """Let one of the staff say why they open a home's page."""
        fields = {"csrf": self.csrf(client), "reason": reason, "words": words}
        answer: httpx.Response = client.post(f"/homes/{home}/look", data=fields)
        return answer

    def press_sos(self, home: str = MEI.home) -> Alert:
        """Open an emergency."""
        return self.opens(AlertKind.SOS, Severity.EMERGENCY, home)

    def opens(self, kind: AlertKind, severity: Severity, home: str = MEI.home) -> Alert:
        """Open an alert."""
        place = self.services.roster().homes[home]
        why = Sentence("The call button was pressed at {at}.", {"at": self.clock.now()})
        key = f"{home}.{kind}.{self.clock.now().isoformat()}"
        evidence: dict[str, str | float] = {"room": "bedroom", "device": "button-1", "value": "pressed"}
        self.desk.open([Finding(key, home, place.site, kind, severity, self.clock.now(), why, evidence)])
        return next(alert for alert in self.desk.open_alerts() if alert.home == home and alert.kind is kind)

    def close(self) -> None:
        """Let go of the event loop, the stores, and who was pushed to."""
        self._open.close()
        self.push.close()
        self.services.signals.close()
        self.services.care.close()

    def advance(self, step: timedelta) -> None:
        """Let time go by, with all that is due in it."""
        self.clock.advance(step)
        self.desk.tick(self.clock.now())


def furnish(folder: Path) -> None:
    """Make the stores of a world, with the cast in them."""
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    care.migrate()
    with care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    care.close()
    SqliteSignalStore(folder / "signals.db").close()


def make_world(
    folder: Path,
    *,
    base_url: str = BASE,
    demo: bool = False,
    people: Sequence[Person] = (),
    devices: Sequence[Device] = (),
) -> World:
    """Return a world over the stores in a folder; `people` stand in for those of the cast who have their names."""
    (folder / "meters").mkdir(exist_ok=True)
    (folder / "meters" / "utility.toml").write_text(METER_TEMPLATE, encoding="utf-8")
    clock = VirtualClock(EIGHT)
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    roster = cast_roster()
    listed = {(device.home, device.device): device for device in devices}
    roster = replace(
        roster,
        people={**roster.people, **{person.person: person for person in people}},
        devices={**roster.devices, **listed},
    )
    signals = SqliteSignalStore(folder / "signals.db")
    keys = Keys(SECRET)
    health = Health(clock)
    homes = SettableHomes(roster, {home: view(home) for home in roster.homes}, care, clock)
    intake = StraightIntake(Reader(lambda: roster, signals.earlier_arrival), signals, care, clock)
    desk = Desk(care, lambda: roster, clock, lambda: None)
    vapid = Vapid(keys.bytes_for("webpush"), "office@garden.example")
    strangers = Strangers()
    push = WebPush(vapid, schemes=("http",), network=Network())
    services = Services(
        care=care,
        signals=signals,
        desk=desk,
        links=Links(keys.bytes_for("links"), base_url),
        roster=lambda: roster,
        homes=homes,
        intake=intake,
        clock=clock,
        health=health,
        device_identity=keys.identify,
        browsers=Browsers(care, push, vapid.public_key, clock, base_url),
        settings=WebSettings(base_url, keys.bytes_for("cookies"), demo=demo, broker=BrokerAddress("192.0.2.10", 1883)),
        device_token=keys.device_token,
        tuning=SettingsDesk(Settings(data=folder), care, clock),
        strangers=lambda: strangers.found(roster, clock.now()),
        meter_template=partial(meter_template.load, folder / "meters"),
    )
    return World(services, create_app(services), clock, homes, intake, desk, keys, health, push, strangers)


def csrf_in(page: str) -> str:
    """Return the secret in a page's first form."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]

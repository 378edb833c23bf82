"""A made-up community on the real program: simulated homes publish, simulated neighbours answer on simulated phones."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any

import httpx

from ingest.intake import Arrived
from linli.app import App
from linli.clock import Clock
from linli.core import Core
from linli.errors import LinliError
from linli.people import Channel, Person, Role
from linli.portions import portions
from linli.store import access
from linli.store import roster as roster_store
from linli.store.access import Identity
from simulators.community import Community
from simulators.life import events
from simulators.page import Event
from simulators.publisher import MqttPublisher, SitePublishers, play
from simulators.responders import Action, Responders, Verb
from simulators.scenario import script

HISTORY = timedelta(hours=14)
"""How much of the homes' past is told at the start, so that the building is lit when the board opens."""
_LONGEST = timedelta(days=366)
_BATCH = 2000
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom the demo lets in by a link."""

    role: Role
    person: str


class Phones:
    """The phones of everybody in the demo: a webhook receiver on the loopback, and what their owners do then."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._responders = Responders(seed)
        self._stop = threading.Event()
        self._core: Core | None = None
        self._url = ""
        self._tokens: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def channel_for(self, person: Person) -> Channel | None:
        """Return the phone of everybody but the residents, who are asked by their own page."""
        if person.role is Role.RESIDENT:
            return None
        return Channel(f"{person.person}-phone", person.person, "webhook", f"{self.url}/{person.person}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        phones = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(phones.ring(body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing: the program's own log tells."""

        return Handler

    def ring(self, body: bytes) -> int:
        """Hear a notice; return the HTTP status."""
        try:
            self._responders.on_notice(body, self._clock.now())
        except LinliError:
            return 400
        return 204

    def start(self, core: Core, url: str) -> None:
        """Begin to ring and to answer, through the links and the API of the linli at `url`."""
        self._core, self._url = core, url
        threading.Thread(target=self._server.serve_forever, name="phones", daemon=True).start()
        threading.Thread(target=self._answer, name="answers", daemon=True).start()

    def stop(self) -> None:
        """Switch all phones off."""
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self) -> None:
        with httpx.Client(timeout=5, headers={"Accept": "application/json"}) as client:
            while not self._stop.wait(_LOOK_SECONDS):
                for action in self._responders.due(self._clock.now()):
                    self._act(client, action)

    def _act(self, client: httpx.Client, action: Action) -> None:
        """Do what a person does; a refusal (too late, closed meanwhile) is part of life."""
        try:
            if action.verb in {Verb.ACCEPT, Verb.DECLINE}:
                client.post(action.link)
                return
            body = {"outcome": action.outcome, "note": ""} if action.verb is Verb.CLOSE else None
            headers = {"Authorization": f"Bearer {self._token(action.person)}"}
            client.post(f"{self._url}/api/v1/alerts/{action.alert}/{action.verb}", json=body, headers=headers)
        except httpx.HTTPError:
            return

    def _token(self, person: str) -> str:
        if person not in self._tokens and self._core is not None:
            self._tokens[person] = token_urlsafe(32)
            role = self._core.roster.get().people[person].role
            with self._core.care.begin() as connection:
                access.add_token(connection, self._tokens[person], Identity(role, person), self._clock.now())
        return self._tokens[person]


def move_in(core: Core, community: Community) -> None:
    """Put a community into the roster of a running installation."""
    with core.care.begin() as connection:
        roster_store.save(connection, community.homes, community.devices, community.people)
    core.refresh()


def guests(community: Community) -> list[Guest]:
    """Return one person of each role who is let in by a link, if possible one on duty at any hour; staff see every site."""
    found = [Guest(Role.STAFF, "")]
    for role in (Role.FAMILY, Role.VOLUNTEER, Role.RESIDENT):
        listed = sorted((p for p in community.people if p.role is role), key=lambda p: bool(p.duty))
        found += [Guest(role, person.person) for person in listed[:1]]
    return found


def stream(community: Community, seed: int, start: datetime, speed: float) -> Iterator[Event]:
    """Yield what the homes publish, from some hours before the start for as long as anybody looks."""
    incidents = script(community, seed, start, speed)
    return events(community, seed, start - HISTORY, start + _LONGEST, incidents)


def tell_the_past(core: Core, past: Iterator[Event], start: datetime) -> list[Event]:
    """Take in what happened before the start; return the first event after it, which was read too far."""
    for batch in portions(past, _BATCH):
        before = [event for event in batch if event.send_at < start]
        core.pipeline.take_in([Arrived(e.topic, e.payload, e.send_at) for e in before])
        if len(before) < len(batch):
            return batch[len(before) :]
    return []


def publish(app: App, community: Community, coming: Iterator[Event], clock: Clock, speed: float) -> threading.Event:
    """Play the homes to the broker in a thread of their own; setting the returned event stops them."""
    stop = threading.Event()
    keys, url = app.core.keys, app.mqtt_url
    by_site = {}
    for site in sorted({home.site for home in community.homes}):
        own = url if not app.runs_broker else app.gateway_url(site, keys.gateway_token(site))
        by_site[site] = MqttPublisher(own, f"{own.user or site}-demo-{site}", stop)

    def run() -> None:
        for publisher in by_site.values():
            publisher.connect()
        play(coming, SitePublishers(by_site).publish, clock, speed, stop)
        for publisher in by_site.values():
            publisher.close(timeout=1)

    threading.Thread(target=run, name="homes", daemon=True).start()
    return stop

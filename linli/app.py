"""A whole linli in one process: broker, gateway, pipeline, sender and pages, started and stopped in order."""

import gc
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from alerts.auditor import Auditor
from alerts.channels import can_send
from alerts.drill_desk import DrillDesk
from alerts.drill_plan import DrillPlan
from alerts.probe import Probe
from alerts.without_store import PATIENCE_SECONDS
from dashboard.app import create_app
from dashboard.services import BrokerAddress, Services, WebSettings
from dashboard.standing import all_standings
from dashboard.tuning import Tuning
from ingest.asked_topics import AskedTopics
from ingest.gateway import Gateway, Ticket
from ingest.intake import Arrived
from ingest.listed import filters
from ingest.outward import OutwardClient
from ingest.strangers.listener import Listener
from linli import canary, meter_template
from linli.clock import Clock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.every import Every
from linli.finding import Finding
from linli.home_assistant import STATUS, Told
from linli.loop import Loop
from linli.moved_care import Moved, MovedCare, kept_files, open_emergencies
from linli.mqtt_url import MqttUrl
from linli.outward import Outward, read_topics
from linli.own_broker import OWN_USER, choose
from linli.pipeline import Piece
from linli.ports import listen, reachable, url_of
from linli.settings import Settings, address
from linli.store import sqlite_log
from linli.store.care import CareStore
from linli.store.influx_signals import Delivery
from linli.store.log_head import HeadKeeper
from linli.stranger import Found
from linli.watching import Watching
from linli.wire import ALL_SITES, site_topics
from linli.words import Sentence

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 3
_REST_SECONDS = 60
_PLAN_SECONDS = 60
_SIGNALS_BEFORE, _CARE_BEFORE = "signals-before", "care-before"
_SET_ASIDE = (
    "signals.db was damaged and a new one was begun; what was heard before is in {file}."
    " What to do with it stands in docs/deploy.md."
)
_REPLACED = (
    "{now} was replaced while linli ran; what was written until then is not in it, but in {file}."
    " What to do with it stands in docs/deploy.md."
)
_HEARD_ANEW = Sentence(
    "signals.db was moved, deleted or replaced while linli ran; of what was heard before there is only what the file"
    " holds that stands there now."
)
_LEARN_SECONDS, _LEARN_AT_ONCE = 5.0, 2.0
"""How often homes are learned by night, and for how long at once: the live path and a stop must not wait for it."""


@dataclass(frozen=True)
class Asked:
    """Which addresses were asked for by name: these are not replaced when they are taken."""

    http: bool = False
    mqtt_listen: bool = False


class App:
    """Wires and runs everything. `say` tells the person at the terminal what they must know."""

    def __init__(
        self,
        settings: Settings,
        data: DataDir,
        clock: Clock,
        *,
        asked: Asked,
        say: Callable[[str], None],
        tick_every: float = 1.0,
        demo: bool = False,
        tuning: Callable[[Settings, CareStore, Clock], Tuning] | None = None,
    ) -> None:
        self._settings = settings
        self._data = data
        self._say = say
        self._socket = self._listen(asked)
        self.url = settings.base_url or _url_of(self._socket)
        watches = settings.canary_minutes > 0 and not demo
        probe = (settings.canary_url or f"{_url_of(self._socket)}/canary") if watches else ""
        try:
            self.core: Core = build(settings, data, clock, self.url, probe=probe)
        except BaseException:
            self._socket.close()
            raise
        self.is_damaged = False
        """Whether it has ended as the file of the signals is broken: that is to be set aside, and linli made anew."""
        self.moved: Moved | None = None
        """Set where it has ended as another file stands where a store was opened: linli is to be made anew with that one."""
        self._is_heard_anew = False
        self.loop = Loop(
            self.core.pipeline, clock, self.core.health,
            tick_every=tick_every, each_tick=self._each_tick, on_damage=self._end_damaged,
        )  # fmt: skip
        self._tuning = tuning(settings, self.core.care, clock) if tuning else None
        self._broker, self.mqtt_url = choose(settings, data, self.core, asked_for=asked.mqtt_listen, say=say)
        client_id = self.core.keys.client_id(self.mqtt_url.user or OWN_USER)
        self._gateway = Gateway(
            self.mqtt_url,
            client_id,
            self._deliver,
            clock,
            self.core.health,
            found=lambda: self.core.watch.hear_again(clock.now()),
            lost=lambda: self.core.watch.go_deaf(clock.now()),
            authority=_readable(settings.mqtt_ca),
            asked=AskedTopics(data.asked_topics),
        )
        self._listen_to_the_listed()
        self.watching = Watching(settings, self.core, self.loop, self.mqtt_url) if watches else None
        self._drills = _weekly_drills(self.core) if settings.drill_plan == "weekly" else None
        core = self.core
        self._listener = Listener(self.mqtt_url, clock, _readable(settings.mqtt_ca))
        self._resting = Every(_REST_SECONDS, self._rest, name="listener")
        self._auditor = Auditor(core.care, core.roster.get, core.desk, core.health, core.sender.wake)
        self._meters = data.meters
        self._head_keeper = HeadKeeper(self.core.care, data.log_head, self.core.health)
        self._learning = Every(_LEARN_SECONDS, lambda: self.core.learning.tick(_LEARN_AT_ONCE), name="learning")
        self._moved_care = MovedCare(core.care, clock, core.health, self._end_moved)
        self._tidying = Every(sqlite_log.EVERY_SECONDS, self._tidy, name="tidy")
        self._demo = demo
        self.services = self._services(demo=demo)
        self._outward = self._told_outward(data)
        self._server = _server(create_app(self.services))

    def _listen(self, asked: Asked) -> socket.socket:
        host, port = address(self._settings.http, "http")
        opened = listen(host, port, asked_for=asked.http, setting="--http")
        if opened.getsockname()[1] != port and port:
            self._say(f"port {port} is taken; the pages are on {_url_of(opened)}")
        return opened

    @property
    def runs_broker(self) -> bool:
        """Tell whether the broker is linli's own."""
        return self._broker is not None

    def gateway_url(self, site: str, token: str) -> MqttUrl:
        """Return how a site's gateway reaches the broker."""
        return MqttUrl(self.mqtt_url.host, self.mqtt_url.port, site, token, self.mqtt_url.tls)

    def _services(self, *, demo: bool) -> Services:
        core = self.core
        return Services(
            care=core.care,
            signals=core.signals,
            desk=core.desk,
            links=core.links,
            roster=core.roster.get,
            heed_roster=core.take_roster,
            homes=core,
            intake=self.loop,
            clock=core.clock,
            health=core.health,
            ladders=core.ladders.get,
            browsers=core.browsers,
            holidays=core.holidays,
            device_identity=core.keys.identify,
            settings=WebSettings(
                self.url,
                core.keys.bytes_for("cookies"),
                demo=demo,
                unmanaged=self._settings.unmanaged,
                broker=self._broker_address(),
            ),
            device_token=core.keys.device_token,
            can_send=partial(can_send, core.channels),
            tuning=self._tuning,
            first_line=core.learning.first_line,
            strangers=self._strangers,
            meter_template=partial(meter_template.load, self._meters),
            probe=Probe(canary.secret(core.keys), core.canaries.rounds.arrive).take,
            spool=core.delivery.spooled if core.delivery else None,
            counts=lambda: {**self.loop.counts, "waiting": self.loop.waiting},
        )

    def _strangers(self) -> Found:
        self._listener.listen()
        return self._listener.found(self.core.roster.get())

    def _told_outward(self, data: DataDir) -> Outward | None:
        """Return what tells Home Assistant; None where it is told nothing and nothing is left to be taken back."""
        settings, keys = self._settings, self.core.keys
        if not settings.home_assistant and not read_topics(data.told_outward):
            return None
        told = Told(
            settings.home_assistant,
            settings.home_assistant_prefix,
            keys.bytes_for("installation").hex()[:8],
            settings.home_assistant_names == "on",
        )
        client_id = keys.client_id(f"{self.mqtt_url.user or OWN_USER}-outward")
        client = OutwardClient(self.mqtt_url, client_id, STATUS, _readable(settings.mqtt_ca))
        return Outward(client, told, partial(all_standings, self.services), data.told_outward)

    def _broker_address(self) -> BrokerAddress:
        """Return where devices reach the broker: by the name of the pages, if the broker listens wherever it can."""
        url, ours = self.mqtt_url, self._broker is not None
        host, _ = address(self._settings.mqtt_listen, "mqtt_listen")
        everywhere = bool(self._settings.mqtt_accounts) or (ours and reachable(host) != host)
        name = (urlsplit(self.url).hostname if everywhere else None) or url.host
        keeps = self._broker.durable if self._broker is not None else True
        return BrokerAddress(name, url.port, url.tls, ours, keeps)

    def start(self) -> None:
        """Start everything but the pages. What was overdue goes out first; then the homes are known again."""
        self._data.note_pages(_url_of(self._socket))
        self._tell_what_is_missing()
        self.core.desk.start()
        self.core.without_store.recover(self.core.desk.open)
        self.core.sender.start()
        self.core.warm()
        self._was_off()
        _spare_the_collector()
        self.loop.start()
        self.core.without_store.start(self._late)
        if self._broker is not None:
            self._broker.start()
        self._gateway.start()
        for part in self._parts():
            part.start()

    def _parts(self) -> list[Watching | Every | Outward | Delivery]:
        """Return what has a thread of its own and nobody waits for."""
        parts = (
            self.watching, self._drills, self._learning, self._resting, self._outward, self._tidying, self.core.delivery,
        )  # fmt: skip
        return [part for part in parts if part is not None]

    def _was_off(self) -> None:
        """Count the time since anything was heard as silence of nobody: what came meanwhile still waits at the broker."""
        now, heard = self.core.clock.now(), self.core.last_heard()
        if heard is not None:
            self.core.watch.go_deaf(min(heard, now))

    def serve(self) -> None:
        """Serve the pages until somebody ends the program.

        uvicorn raises the signal that ended it once more when it has stopped serving: heeding it then would skip `stop`.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        self._server.run(sockets=[self._socket])

    def end(self) -> None:
        """Ask `serve` to return."""
        self._server.should_exit = True

    def _end_damaged(self) -> None:
        self.is_damaged = True
        self.end()

    def _end_moved(self, moved: Moved) -> None:
        self.moved = moved
        self.end()

    def go_on_after(self, moved: Moved) -> None:
        """Call once more for whoever called before a file was replaced, and of whom the one of today knows nothing."""
        self._is_heard_anew = moved.signals
        self._tell_what_is_missing()
        if moved.kept is None:
            return
        try:
            again = open_emergencies(moved.kept, self.core.care, self.core.roster.get().homes)
        except LinliError:
            logger.exception("it cannot be told who called before file=%s", moved.kept)
            return
        if again:
            logger.warning("called again keys=%s", [finding.key for finding in again])
        self.core.desk.open(again)

    def stop(self) -> None:
        """Stop in order: nothing more comes in, what came in is stored, what is due goes out or waits in the outbox."""
        for part in self._parts():
            part.stop()
        if self._tuning is not None:
            self._tuning.stop()
            self._tuning.ladders.stop()
        self._listener.stop()
        self._gateway.stop()
        self.loop.stop()
        self.core.without_store.stop()
        self.core.sender.stop()
        if self._broker is not None:
            self._broker.stop()
        self.core.close()
        self._socket.close()
        self._data.forget_pages()

    def _deliver(self, messages: Sequence[Arrived], ticket: Ticket) -> bool:
        return self.loop.offer(messages, lambda _: self._gateway.acknowledge(ticket))

    def _listen_to_the_listed(self) -> None:
        roster = self.core.roster.get()
        own = [ALL_SITES] if self._settings.mqtt_sites == "all" else [site_topics(site) for site in roster.sites]
        self._gateway.listen_to(own=own, others=filters(roster))

    def _rest(self) -> None:
        """Do what need not be done soon, nor often."""
        self._listener.rest()
        self._tell_what_is_missing()

    def _tidy(self) -> None:
        """Do what nobody should have to wait for; before all see that the stores' files are still those of their names."""
        self._moved_care.look()
        if self.core.signals.has_moved():
            logger.error("signals.db was moved, deleted or replaced: going on with what stands there now")
            self._end_moved(Moved(signals=True))
        self.core.tidy()

    def _tell_what_is_missing(self) -> None:
        """Say for as long as it lies there that what was heard or written before is in a file that linli does not read."""
        aside, health = self._data.signals_aside(), self.core.health
        if aside:
            health.trouble(_SIGNALS_BEFORE, Sentence(_SET_ASIDE, {"file": aside[-1].name}))
        elif self._is_heard_anew:
            health.trouble(_SIGNALS_BEFORE, _HEARD_ANEW)
        else:
            health.well(_SIGNALS_BEFORE)
        care = self.core.care.path
        kept = kept_files(care) if care is not None else []
        if care is not None and kept:
            health.trouble(_CARE_BEFORE, Sentence(_REPLACED, {"now": care.name, "file": kept[-1].name}))
        else:
            health.well(_CARE_BEFORE)

    def _late(self) -> list[Finding]:
        return self.core.pipeline.calls_for_help(self.loop.late(PATIENCE_SECONDS))

    def _each_tick(self) -> Sequence[Piece]:
        keep_up = partial(self.core.without_store.keep_up, self.core.desk.open)
        return self._look_after_itself, self.core.heed_clock, self._refresh, keep_up

    def _refresh(self) -> None:
        """Heed what other commands have changed."""
        roster_changed = self.core.refresh()
        if roster_changed:
            self._listen_to_the_listed()
        if self._broker is not None:
            self._broker.look_after(roster_changed=roster_changed)

    def _look_after_itself(self) -> None:
        if self._demo:  # its hours pass in minutes: everything would be late
            return
        now = self.core.clock.now()
        self._auditor.tick(now)
        self._head_keeper.tick(now)


def _spare_the_collector() -> None:
    """Let garbage collection pass over all that stands by now: with 10,000 homes a look at it takes 0.2 to 0.35 s.

    For so long nothing else moves, a call for help neither.
    """
    gc.collect()
    gc.freeze()


def _weekly_drills(core: Core) -> Every:
    drill_desk = DrillDesk(core.care, core.roster.get, core.desk, core.clock)
    plan = DrillPlan(core.care, core.roster.get, core.desk, drill_desk, core.clock, holidays=core.holidays)
    return Every(_PLAN_SECONDS, plan.tick, name="drills")


def _server(pages: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(
        pages, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS
    )
    return uvicorn.Server(config)


def _readable(authority: str) -> str:
    if authority and not Path(authority).is_file():
        raise LinliError(f"setting mqtt_ca: there is no file {authority}")
    return authority


def _url_of(opened: socket.socket) -> str:
    host, port = opened.getsockname()[:2]
    return url_of(host, port)

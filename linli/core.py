"""The parts of linli that decide and remember, wired together: what `run`, `demo` and `replay` have in common."""

import base64
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from alerts.channels import adapters_for
from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.channels.email import SmtpSettings
from alerts.channels.sms import SmsGateway
from alerts.channels.vapid import Vapid
from alerts.courier import Courier
from alerts.desk import Desk
from alerts.last_known import LastKnown
from alerts.links import Links
from alerts.rates import Rates, paces
from alerts.scribe import Scribe
from alerts.sender import Sender
from alerts.site_ladders import SiteLadders
from alerts.without_store import WithoutStore
from ingest.intake import Intake
from linli import canary
from linli.alert import Notice
from linli.canary import Canaries
from linli.clock import Clock
from linli.data_dir import DataDir
from linli.duty import holidays_of
from linli.health import Health
from linli.home_state import HomeView
from linli.journal import Journal
from linli.keys import Keys
from linli.people import Channel, Roster
from linli.pipeline import Pipeline
from linli.rounds import Rounds
from linli.settings import Settings
from linli.signals import Kind
from linli.store import absences, availability, outbox
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.signals import SignalStore
from linli.store.sqlite_signals import SqliteSignalStore
from models.watch import Rules, Watch

WARM_SIGNALS = 300
"""How many of a home's latest signals are read at the start to know it again."""
WARM_WINDOW = timedelta(hours=36)


class CurrentRoster:
    """The roster as it is now; read anew when its revision has grown."""

    def __init__(self, care: CareStore) -> None:
        self._care = care
        with care.read() as connection:
            self._roster = roster_store.load(connection)

    def get(self) -> Roster:
        """Return the roster; never changed in place, so it can be kept for the length of a decision."""
        return self._roster

    def refresh(self) -> bool:
        """Read it anew if somebody has changed it; tell whether so."""
        with self._care.read() as connection:
            if roster_store.revision(connection) == self._roster.revision:
                return False
            self._roster = roster_store.load(connection)
        return True


@dataclass
class Core:
    """The wired parts."""

    settings: Settings
    clock: Clock
    keys: Keys
    health: Health
    care: CareStore
    signals: SignalStore
    roster: CurrentRoster
    watch: Watch
    links: Links
    desk: Desk
    sender: Sender
    without_store: WithoutStore
    canaries: Canaries
    channels: Mapping[str, ChannelAdapter]
    ladders: SiteLadders
    pipeline: Pipeline

    def refresh(self) -> bool:
        """Heed changes that other commands have made to the same data; tell whether the roster changed."""
        self.ladders.refresh()
        if not self.roster.refresh():
            return False
        self.watch.take_roster(self.roster.get())
        return True

    def warm(self) -> None:
        """Learn from the stores what was known of the homes when linli stopped."""
        now = self.clock.now()
        roster = self.roster.get()
        self.watch.take_roster(roster)
        for home in roster.homes:
            self.watch.warm(home, self.signals.recent(home, limit=WARM_SIGNALS))
            if roster.homes[home].check_in_by:
                self.watch.warm(home, self.signals.recent(home, kind=Kind.CHECK_IN, since=now - WARM_WINDOW, limit=20))
        with self.care.read() as connection:
            for home, device, online, at in availability.all_known(connection):
                self.watch.see_availability(home, device, online=online, at=at)
            for absence in absences.running(connection, now):
                self.watch.take_absence(absence.home, absence.since, absence.until)

    def last_heard(self) -> datetime | None:
        """Return when anything was last heard of before linli stopped: a signal, or a device that came or went."""
        with self.care.read() as connection:
            came_or_went = [at for _, _, _, at in availability.all_known(connection)]
        newest = self.signals.newest()
        return max([*came_or_went, newest] if newest is not None else came_or_went, default=None)

    def state(self, home: str) -> HomeView:
        """Return one home's state now."""
        return self.watch.state(home, self.clock.now())

    def states(self) -> list[HomeView]:
        """Return the state of every home now."""
        return self.watch.states(self.clock.now())

    def begin_absence(self, absence: Absence) -> None:
        """Store an absence and heed it at once."""
        with self.care.begin() as connection:
            absences.begin(connection, absence)
        self.watch.take_absence(absence.home, absence.since, absence.until)

    def end_absence(self, home: str) -> bool:
        """End the absence that runs; False if none did."""
        now = self.clock.now()
        with self.care.begin() as connection:
            ended = absences.end(connection, home, now)
        self.watch.end_absence(home, now)
        return ended

    def close(self) -> None:
        """Let go of the stores."""
        self.signals.close()
        self.care.close()


def care_url(settings: Settings, data: DataDir) -> str:
    """Return the care database's address: the one that was set, or the file in the data folder."""
    return settings.care or f"sqlite:///{data.care}"


def build(
    settings: Settings,
    data: DataDir,
    clock: Clock,
    base_url: str,
    adapters: Mapping[str, ChannelAdapter] | None = None,
    probe: str = "",
) -> Core:
    """Open the stores and wire everything that decides; starts no thread. `adapters` None: the real channels.

    `probe` is where the canary's messages go, empty for no canary; one that is not ours answers for itself.
    """
    keys = Keys(data.secret())
    health = Health(clock)
    ladders = SiteLadders(data.ladders, health)
    care = CareStore(care_url(settings, data))
    care.migrate()
    signals = SqliteSignalStore(data.signals)
    roster = CurrentRoster(care)
    watch = Watch(rules(settings))
    watch.take_roster(roster.get())
    links = Links(keys.bytes_for("links"), base_url)
    channels = adapters or adapters_for(smtp(settings), sms(settings), vapid(settings, keys))
    rates = None if adapters else Rates(paces(settings.sms_per_day))
    rounds = Rounds(probed=not settings.canary_url)
    canaries = Canaries(roster.get, canary_channel(probe, keys), rounds)
    sender = Sender(
        care, canaries.roster, channels, links, clock, health, rates=rates, on_answer=partial(_heed_probe, rounds)
    )
    courier, scribe = Courier(roster.get, channels, links, clock, rates), Scribe(journal(settings, data), health)
    last_known = LastKnown(holidays_of(settings.holidays))
    without_store = WithoutStore(care, roster.get, courier, scribe, clock, health, last_known, ladders=ladders.get)
    desk = Desk(
        care,
        canaries.roster,
        clock,
        sender.wake,
        without_store.adopt,
        holidays=holidays_of(settings.holidays),
        load_limit=settings.load_limit_per_week,
        ladders=ladders.get,
    )
    pipeline = Pipeline(roster.get, Intake(canaries.roster, signals), signals, care, watch, desk, clock, canaries)
    return Core(
        settings,
        clock,
        keys,
        health,
        care,
        signals,
        roster,
        watch,
        links,
        desk,
        sender,
        without_store,
        canaries,
        channels,
        ladders,
        pipeline,
    )


def journal(settings: Settings, data: DataDir) -> Journal:
    """Return the journal of calls: in the folder that was set, and if need be in the system's temporary one."""
    wanted = Path(settings.journal) if settings.journal else data.path / "journal"
    name = hashlib.sha256(str(data.path.resolve()).encode()).hexdigest()[:16]
    return Journal([wanted, Path(tempfile.gettempdir()) / f"linli-journal-{name}"])


def canary_channel(probe: str, keys: Keys) -> Channel | None:
    """Return the channel by which the canary's messages go out: a real one, with a secret of its own."""
    return Channel(canary.PERSON, canary.PERSON, "webhook", probe, canary_secret(keys)) if probe else None


def canary_secret(keys: Keys) -> str:
    """Return the secret by which the probe knows a message of linli's own."""
    return f"whsec_{base64.b64encode(keys.bytes_for('canary')).decode()}"


def _heed_probe(rounds: Rounds, notice: Notice, _kind: str, answer: Answer, _seconds: float) -> None:
    if notice.person == canary.PERSON and answer.verdict is Verdict.ACCEPTED:
        rounds.answer(notice.alert)


def smtp(settings: Settings) -> SmtpSettings | None:
    """Return how mail is sent, None if no server is set."""
    if not settings.smtp_host:
        return None
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.smtp_sender,
    )


def sms(settings: Settings) -> SmsGateway | None:
    """Return how text messages are sent, None if no gateway is set."""
    if not settings.sms_url:
        return None
    return SmsGateway(
        url=settings.sms_url,
        body=settings.sms_body,
        format=settings.sms_format,
        headers=settings.sms_headers,
        secret=settings.sms_secret,
        success=settings.sms_success,
    )


def vapid(settings: Settings, keys: Keys) -> Vapid:
    """Return by what push services know this linli; browsers subscribe to its public key."""
    return Vapid(keys.bytes_for("webpush"), push_contact(settings))


def push_contact(settings: Settings) -> str:
    """Return the e-mail address that push services are told."""
    return settings.push_contact or settings.smtp_sender


def rules(settings: Settings) -> Rules:
    """Return the limits of the rules as set."""
    return Rules(
        day_line=timedelta(hours=settings.day_line_hours),
        night_line=timedelta(hours=settings.night_line_hours),
        out_line=timedelta(hours=settings.out_line_hours),
        check_in_grace=timedelta(minutes=settings.check_in_grace_minutes),
        supervision=timedelta(hours=settings.supervision_hours),
        mains_supervision=timedelta(seconds=settings.mains_supervision_seconds),
        low_battery_percent=settings.low_battery_percent,
    )


def next_due(core: Core, now: datetime) -> datetime | None:
    """Return the earliest moment at which anything could happen by itself; may be early, never late."""
    with core.care.read() as connection:
        notice = outbox.next_due(connection)
    moments = (core.pipeline.next_due(now), notice)
    return min((moment for moment in moments if moment is not None), default=None)

"""The parts of linli that decide and remember, wired together: what `run`, `demo` and `replay` have in common."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from alerts.channels import adapters_for
from alerts.channels.base import Answer, ChannelAdapter, Verdict
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
from linli.configured import care_url, journal, rules, sms, smtp, vapid
from linli.current_roster import CurrentRoster
from linli.data_dir import DataDir
from linli.health import Health
from linli.holidays import Holidays, read_holidays
from linli.home_state import HomeView
from linli.keys import Keys
from linli.learning import Learning
from linli.pipeline import Pipeline
from linli.rounds import Rounds
from linli.settings import Settings
from linli.signals import Kind, Signal
from linli.store import absences, availability, outbox
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.signals import SignalStore
from linli.store.sqlite_signals import SqliteSignalStore
from models.habits.prior import shipped_prior
from models.habits.ranges import VITALS
from models.watch import Watch

logger = logging.getLogger(__name__)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WARM_SIGNALS = 300
"""How many of a home's latest signals are read at the start to know it again."""
WARM_WINDOW = timedelta(hours=36)
_SET_BACK = timedelta(minutes=5)
"""A clock that goes back by more was wrong before."""
WARM_READINGS, WARM_WEIGHT = timedelta(hours=25), timedelta(days=4)
"""How far back what was measured of her still has a say: the reading before the latest too."""


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
    holidays: Holidays
    pipeline: Pipeline
    learning: Learning
    _latest: datetime = _LONG_AGO

    def heed_clock(self) -> None:
        """Know the homes anew if the clock was set back: what was heard before lies ahead, and would hide a silence."""
        now = self.clock.now()
        if now < self._latest - _SET_BACK:
            logger.error("the clock was set back seconds=%d", (self._latest - now).total_seconds())
            self.watch.forget(now)
            self.warm()
        self._latest = now

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
            self._warm(home, self.signals.recent(home, limit=WARM_SIGNALS))
            self._warm_body(home, now)
            if roster.homes[home].check_in_by:
                self._warm(home, self.signals.recent(home, kind=Kind.CHECK_IN, since=now - WARM_WINDOW, limit=20))
        with self.care.read() as connection:
            for home, device, online, at in availability.all_known(connection):
                self.watch.see_availability(home, device, online=online, at=min(at, now))
            for absence in absences.running(connection, now):
                self.watch.take_absence(absence.home, absence.since, absence.until)
        self.learning.start()

    def _warm(self, home: str, signals: Iterable[Signal]) -> None:
        """Take in stored signals; what a clock that ran ahead has written came before now at any rate."""
        now = self.clock.now()
        known = [s if s.received_at <= now else _by(s, now) for s in signals]
        self.watch.warm(home, known)
        self.pipeline.know(known)

    def _warm_body(self, home: str, now: datetime) -> None:
        """Learn a home's latest readings, if it has a device that takes any: they are few, and far between."""
        devices = self.roster.get().devices_by_home.get(home, ())
        for kind in sorted(VITALS.intersection(kind for device in devices for kind in device.kinds)):
            since = now - (WARM_WEIGHT if kind == Kind.WEIGHT else WARM_READINGS)
            self._warm(home, self.signals.recent(home, kind=Kind(kind), since=since, limit=20))

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

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which anything could happen by itself; may be early, never late."""
        with self.care.read() as connection:
            notice = outbox.next_due(connection)
        moments = (self.pipeline.next_due(now), self.learning.next_due(), notice)
        return min((moment for moment in moments if moment is not None), default=None)

    def close(self) -> None:
        """Let go of the stores."""
        self.signals.close()
        self.care.close()


def _by(signal: Signal, now: datetime) -> Signal:
    return replace(signal, at=min(signal.at, now), received_at=now)


@dataclass(frozen=True)
class _Outside:
    """How the world outside is reached. `rates` None: the channels are not the real ones, and bear any pace."""

    links: Links
    channels: Mapping[str, ChannelAdapter]
    rates: Rates | None


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
    keys, health = Keys(data.secret()), Health(clock)
    care = CareStore(care_url(settings, data))
    care.migrate()
    signals = SqliteSignalStore(data.signals)
    roster, ladders, holidays = CurrentRoster(care), SiteLadders(data.ladders, health), read_holidays(settings.holidays)
    watch = Watch(rules(settings))
    watch.take_roster(roster.get())
    outside = _outside(settings, keys, base_url, adapters)
    rounds = Rounds(probed=not settings.canary_url)
    canaries = Canaries(roster.get, canary.channel(probe, canary.secret(keys)) if probe else None, rounds)
    sender = Sender(
        care, canaries.roster, outside.channels, outside.links, clock, health,
        rates=outside.rates, on_answer=partial(_heed_probe, rounds),
    )  # fmt: skip
    without_store = WithoutStore(
        care, roster.get, Courier(roster.get, outside.channels, outside.links, clock, outside.rates),
        Scribe(journal(settings, data), health), clock, health, LastKnown(holidays),
        ladders=ladders.get,
    )  # fmt: skip
    desk = Desk(
        care, canaries.roster, clock, sender.wake, without_store.adopt, at_once=sender.at_once,
        holidays=holidays, load_limit=settings.load_limit_per_week, ladders=ladders.get,
    )  # fmt: skip
    return Core(
        settings=settings, clock=clock, keys=keys, health=health, care=care, signals=signals, roster=roster,
        watch=watch, links=outside.links, desk=desk, sender=sender, without_store=without_store, canaries=canaries,
        channels=outside.channels, ladders=ladders, holidays=holidays,
        learning=Learning(
            care, signals, roster.get, watch, clock, shipped_prior(), settings.false_alerts_per_month, desk.open
        ),
        pipeline=Pipeline(roster.get, Intake(canaries.roster, signals), signals, care, watch, desk, clock, canaries),
    )  # fmt: skip


def _outside(settings: Settings, keys: Keys, base_url: str, adapters: Mapping[str, ChannelAdapter] | None) -> _Outside:
    links = Links(keys.bytes_for("links"), base_url)
    if adapters:
        return _Outside(links, adapters, None)
    channels = adapters_for(smtp(settings), sms(settings), vapid(settings, keys))
    return _Outside(links, channels, Rates(paces(settings.sms_per_day)))


def _heed_probe(rounds: Rounds, notice: Notice, _kind: str, answer: Answer, _seconds: float) -> None:
    if notice.person == canary.PERSON and answer.verdict is Verdict.ACCEPTED:
        rounds.answer(notice.alert)

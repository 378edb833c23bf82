"""The parts of linli that decide and remember, wired together: what `run`, `demo` and `replay` have in common."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec import structs

from alerts.browsers import Browsers
from alerts.channels import adapter_of, adapters_for, can_send
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
from linli.alert import Notice, Outcome
from linli.canary import Canaries
from linli.chosen_settings import effective
from linli.clock import Clock
from linli.configured import care_url, journal, rules, sms, smtp, vapid
from linli.current_roster import CurrentRoster
from linli.data_dir import DataDir
from linli.errors import StoreDown
from linli.first_delivery import FirstDelivery
from linli.health import Health
from linli.holidays import Holidays, read_holidays
from linli.home_state import HomeView, paused_view
from linli.keys import Keys
from linli.learning import Learning
from linli.people import WEB_PUSH
from linli.pipeline import Pipeline
from linli.rounds import Rounds
from linli.settings import Settings
from linli.signal_store import delivery_of, open_signals
from linli.signals import KINDS_OF_LIFE, Kind, Signal, is_sign_of_life
from linli.store import absences, availability, outbox, setting_choices
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.influx_signals import Delivery
from linli.store.signals import SignalStore
from linli.words import Sentence
from models.habits.prior import shipped_prior
from models.habits.ranges import VITALS
from models.watch import Watch

logger = logging.getLogger(__name__)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WARM_SIGNALS = 300
"""How many of a home's latest signals are read at the start to know it again."""
WARM_SIGNS = 20
"""So many signs of life among them are enough to know where she is and since when; else they are asked for by themselves."""
_REMEMBERED_AT_ONCE = 20
"""Of so many homes at once what is not at hand is asked for."""
WARM_WINDOW = timedelta(hours=36)
WARM_ABSENCES = timedelta(days=7)
"""How far back an absence that is over still says from when silence counts: until somebody is seen for sure."""
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
    browsers: Browsers
    without_store: WithoutStore
    canaries: Canaries
    channels: Mapping[str, ChannelAdapter]
    ladders: SiteLadders
    holidays: Holidays
    pipeline: Pipeline
    learning: Learning
    given: Settings
    """What was set at the start; `settings` are these with what staff have chosen since."""
    delivery: Delivery | None = None
    """What brings signals to an InfluxDB; None where they stay in the file."""
    _latest: datetime = _LONG_AGO
    _choices_met: int = 0
    _roster_met: int = 0
    _channels_read: int = -1
    _beyond: deque[tuple[str, Callable[[], list[Signal]]]] = field(default_factory=deque)
    """Of which homes, from before when, and how much is still to be learned from a store that may have to ask a server."""
    _taking_roster: threading.Lock = field(default_factory=threading.Lock)

    def heed_clock(self) -> None:
        """Know the homes anew if the clock was set back: what was heard before lies ahead, and would hide a silence."""
        now = self.clock.now()
        if now < self._latest - _SET_BACK:
            logger.error("the clock was set back seconds=%d", (self._latest - now).total_seconds())
            self.watch.forget(now)
            if not self._know_anew():
                return
        self._latest = now

    def refresh(self) -> bool:
        """Heed changes that other commands have made to the same data; tell whether the roster changed."""
        self.ladders.refresh()
        self._heed_choices()
        self.take_roster()
        before, self._roster_met = self._roster_met, self.roster.get().revision
        return self._roster_met != before

    def take_roster(self) -> None:
        """Know at once whom and what another has listed. Any thread may call it; the next `refresh` tells of it."""
        with self._taking_roster:
            if self.roster.refresh():
                self.watch.take_roster(self.roster.get())

    def _heed_choices(self) -> None:
        """Let the settings hold that staff have chosen. New limits mean that the homes are known anew, as after a start."""
        with self.care.read() as connection:
            revision = setting_choices.revision(connection)
            if revision == self._choices_met:
                return
            now = effective(self.given, setting_choices.in_force(connection))
        self.desk.take_load_limit(now.load_limit_per_week)
        self.learning.take_budget(now.false_alerts_per_month)
        if rules(now) != rules(self.settings):
            self.watch.take_rules(rules(now), self.clock.now())
            if not self._know_anew():
                return
        self.settings, self._choices_met = now, revision  # only now: what a store refused is tried again
        logger.info("settings chosen revision=%d", revision)

    def _know_anew(self) -> bool:
        """Know the homes as after a start; False when a store does not answer: no ladder may wait until it does."""
        try:
            self.warm()
        except StoreDown as why:
            told = "What was last heard of the homes cannot be read yet; it is tried each second: {why}"
            self.health.trouble("homes", Sentence(told, {"why": str(why)}))
            return False
        self.health.well("homes")
        return True

    def warm(self) -> None:
        """Learn from the stores what was known of the homes when linli stopped; what a server has of it, `tidy` learns later."""
        now = self.clock.now()
        roster = self.roster.get()
        self.watch.take_roster(roster)
        self.learning.start()  # first: which sensors are not believed alone is part of what was learned
        self._beyond = deque()
        for home in roster.homes:
            self._warm_latest(home)
            self._warm_body(home, now)
            if roster.homes[home].check_in_by:
                self._warm(home, self.signals.recent(home, kind=Kind.CHECK_IN, since=now - WARM_WINDOW, limit=20))
        with self.care.read() as connection:
            for home, device, online, at in availability.all_known(connection):
                self.watch.see_availability(home, device, online=online, at=min(at, now))
            for absence in absences.over(connection, now - WARM_ABSENCES, now):
                self.watch.take_absence(absence.home, absence.since, absence.until)
            for absence in absences.running(connection, now):
                self._heed(absence)

    def _warm_latest(self, home: str) -> None:
        """Learn a home's latest signals that are at hand: calls for help wait for this, and a server may be slow."""
        latest = self.signals.at_hand(home, limit=WARM_SIGNALS)
        self._warm(home, latest)
        until, left = latest[-1].at if latest else None, WARM_SIGNALS - len(latest)
        if left:
            self._beyond.append((home, partial(self.signals.recent, home, until=until, limit=left)))
        elif sum(is_sign_of_life(signal.kind, signal.value) for signal in latest) < WARM_SIGNS:
            self._beyond.append((home, partial(self._life, home, until)))

    def _life(self, home: str, until: datetime | None) -> list[Signal]:
        """Return the latest signs of life before a moment: thermometers and plugs may have left them no room."""
        since = self.clock.now() - WARM_WINDOW
        ask = partial(self.signals.recent, home, since=since, until=until, limit=WARM_SIGNS)
        return sorted((one for kind in KINDS_OF_LIFE for one in ask(kind=kind)), key=lambda one: one.at, reverse=True)

    def _remember(self) -> None:
        """Learn of a few homes what is older than what was at hand."""
        beyond = self._beyond  # whoever knows the homes anew meanwhile begins another
        for _ in range(min(_REMEMBERED_AT_ONCE, len(beyond))):
            home, ask = beyond[0]
            self._warm(home, ask())
            beyond.popleft()

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
        now = self.clock.now()
        return self._as_she_wishes(self.watch.state(home, now), now)

    def states(self) -> list[HomeView]:
        """Return the state of every home now."""
        now = self.clock.now()
        views = self.watch.states(now)
        if not self.pipeline.paused.runs_anywhere():
            return views
        return [self._as_she_wishes(view, now) for view in views]

    def _as_she_wishes(self, view: HomeView, now: datetime) -> HomeView:
        """Return what may be said of a home: of one that is paused, that it is."""
        until = self.pipeline.paused.until(view.home, now)
        return view if until is None else paused_view(view, until)

    def begin_absence(self, absence: Absence) -> None:
        """Store an absence and heed it at once; a question that only she was asked is over."""
        now = self.clock.now()
        with self.care.begin() as connection:
            absences.begin(connection, absence)
            if absence.since <= now:
                outcome = Outcome.SAFE if absence.is_pause else Outcome.AWAY
                self.desk.book.excuse(connection, absence.home, absence.by, outcome, now)
        self._heed(absence)
        self.desk.refresh()

    def _heed(self, absence: Absence) -> None:
        self.watch.take_absence(absence.home, absence.since, absence.until)
        if absence.is_pause:
            self.pipeline.paused.begin(absence.home, absence.until)
        else:
            self.pipeline.paused.end(absence.home)

    def end_absence(self, home: str) -> bool:
        """End the absence that runs; False if none did."""
        now = self.clock.now()
        with self.care.begin() as connection:
            ended = absences.end(connection, home, now)
        self.watch.end_absence(home, now)
        self.pipeline.paused.end(home)
        return ended

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which anything could happen by itself; may be early, never late."""
        with self.care.read() as connection:
            notice = outbox.next_due(connection)
        moments = (self.pipeline.next_due(now), self.learning.next_due(), notice)
        return min((moment for moment in moments if moment is not None), default=None)

    def tidy(self) -> None:
        """Do what no call for help should have to wait for; of a store that does not answer others tell."""
        for store in (self.care, self.signals):
            with suppress(StoreDown):
                store.tidy()
        self._read_channels()
        with suppress(StoreDown):
            self._remember()

    def _read_channels(self) -> None:
        """Have read what serves each listed kind of channel: of Apprise that takes seconds, as long as a try may take."""
        roster = self.roster.get()
        if roster.revision != self._channels_read:
            for kind in {channel.kind for person in roster.people.values() for channel in person.channels}:
                can_send(self.channels, kind)
            self._channels_read = roster.revision

    def close(self) -> None:
        """Let go of the stores."""
        self.signals.close()
        self.care.close()


def _by(signal: Signal, now: datetime) -> Signal:
    return structs.replace(signal, at=min(signal.at, now), received_at=now)


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
    signals = open_signals(settings, data, clock)
    care = CareStore(care_url(settings, data))
    care.migrate()
    given = settings
    with care.read() as connection:
        choices_met = setting_choices.revision(connection)
        settings = effective(given, setting_choices.in_force(connection))
    roster, ladders, holidays = CurrentRoster(care), SiteLadders(data.ladders, health), read_holidays(settings.holidays)
    watch = Watch(rules(settings))
    watch.take_roster(roster.get())
    outside = _outside(settings, keys, base_url, adapters)
    rounds = Rounds(probed=not settings.canary_url)
    canaries = Canaries(roster.get, canary.channel(probe, canary.secret(keys)) if probe else None, rounds)
    browsers = Browsers(
        care, adapter_of(outside.channels, WEB_PUSH), vapid(settings, keys).public_key, clock, base_url
    )  # fmt: skip
    sender = Sender(
        care, canaries.roster, outside.channels, outside.links, clock, health,
        rates=outside.rates, on_answer=partial(_heed, rounds, browsers),
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
        watch=watch, links=outside.links, desk=desk, sender=sender, browsers=browsers, without_store=without_store, canaries=canaries,
        channels=outside.channels, ladders=ladders, holidays=holidays,
        learning=Learning(
            care, signals, roster.get, watch, clock, shipped_prior(), settings.false_alerts_per_month, desk.open
        ),
        pipeline=Pipeline(roster.get, Intake(canaries.roster, FirstDelivery(signals, care)), signals, care, watch, desk, clock, canaries),
        given=given, delivery=delivery_of(signals, given, clock, health), _choices_met=choices_met, _roster_met=roster.get().revision,
    )  # fmt: skip


def _outside(settings: Settings, keys: Keys, base_url: str, adapters: Mapping[str, ChannelAdapter] | None) -> _Outside:
    links = Links(keys.bytes_for("links"), base_url)
    if adapters:
        return _Outside(links, adapters, None)
    channels = adapters_for(smtp(settings), sms(settings), vapid(settings, keys))
    return _Outside(links, channels, Rates(paces(settings.sms_per_day)))


def _heed(rounds: Rounds, browsers: Browsers, notice: Notice, kind: str, answer: Answer, _seconds: float) -> None:
    browsers.heed(notice, kind, answer)
    if notice.person == canary.PERSON and answer.verdict is Verdict.ACCEPTED:
        rounds.answer(notice.alert)

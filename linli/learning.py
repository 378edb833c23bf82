"""Learns each home anew after its local midnight, from what is stored; the live path only takes what is ready.

Which of a home's models is in use `linli.model_life` decides; what a command has chosen meanwhile is heeded within seconds.

What may not teach: declared absences, time in which the home could not be seen, and what a visitor found to be true: a
day on which she needed help is no habit, nor one on which she was out or a device at fault.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from linli.alert import Alert, Outcome
from linli.clock import Clock, seconds
from linli.errors import StoreDown
from linli.finding import Finding
from linli.model_life import Night, held_after, notice
from linli.people import Device, Home, Roster
from linli.signals import EXIT_ROOM, Kind, is_sign_of_life
from linli.store import absences, cases, habits, unseen
from linli.store.care import CareStore
from linli.store.habits import Learned
from linli.store.signals import SignalStore
from models.days.beats import Heard
from models.days.life import life_of
from models.days.tonight import findings_of
from models.habits.calendar import day_of, midnight_of
from models.habits.comparing import difference
from models.habits.doubts import doubts_about
from models.habits.evidence import History
from models.habits.learner import learn
from models.habits.model import BadModel, HomeModel, model_from_json, model_to_json
from models.habits.prior import Prior
from models.habits.ranges import Reading, readings_of
from models.habits.signs import Signs, signs_of
from models.habits.silences import Span
from models.reports import nervous_sensor
from models.watch import Watch

logger = logging.getLogger(__name__)

WINDOW = timedelta(days=120)
"""How far back a home's history is looked at; what is older counts for a quarter at most."""
_BRIEF = 600
"""Seconds."""
Stretch = tuple[datetime, datetime]
"""From and until."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Learning:
    """Keeps the lines of all homes. `budget`: false alerts a month and home; 0: nothing is learned, the fixed line holds."""

    def __init__(
        self,
        care: CareStore,
        signals: SignalStore,
        roster: Callable[[], Roster],
        watch: Watch,
        clock: Clock,
        prior: Prior,
        budget: float,
        tell: Callable[[Sequence[Finding]], object] = lambda _: None,
    ) -> None:
        self._care = care
        self._signals = signals
        self._roster = roster
        self._watch = watch
        self._clock = clock
        self._prior = prior
        self._budget = budget
        self._tell = tell
        self._learned_at: dict[str, datetime] = {}
        self._in_use: dict[str, HomeModel] = {}
        self._first: dict[str, HomeModel] = {}
        self._revision_met = -1
        self._roster_met = -1
        self._next_at: datetime | None = None

    def start(self) -> None:
        """Take up what was learned before, and the prior's line for homes of which nothing is known."""
        if not self._budget:
            return
        self._in_use, self._revision_met, self._roster_met = {}, -1, -1
        with self._care.read() as connection:
            self._learned_at = habits.newest(connection)
        self._follow()
        self._meet(self._clock.now())

    def take_budget(self, budget: float) -> None:
        """Keep to so many false alerts a month from the next night on; from 0, or to 0, at once."""
        was, self._budget = self._budget, budget
        if budget and not was:
            self.start()
        elif was and not budget:
            for home in (*self._in_use, *self._first):
                self._watch.take_model(home, None)
            self._first = {}

    def first_line(self, home: str) -> HomeModel | None:
        """Return the line that decides in a home until something is learned of it; None where another one does."""
        return self._first.get(home)

    def next_due(self) -> datetime | None:
        """Return when the next home is to be learned anew; None: never."""
        return self._next_at if self._budget else None

    def tick(self, patience_seconds: float = float("inf")) -> None:
        """Learn the homes whose local day has begun since they were learned last: as many as go into so much time."""
        if not self._budget:
            return
        now = self._clock.now()
        self._follow()
        self._meet(now)
        if self._next_at is None or self._next_at > now:
            return
        until = seconds() + patience_seconds
        for home in self._late(now):
            self._try_to_learn(home, begin_of_day(now, home.zone))
            if seconds() > until:
                break
        with self._care.begin() as connection:
            unseen.forget(connection, now - WINDOW)
        self._plan(now)

    def _follow(self) -> None:
        """Take the models that are in use, where somebody has chosen others since they were looked at."""
        with self._care.read() as connection:
            revision = habits.revision(connection)
            if revision == self._revision_met:
                return
            known = {home: model.learned_at for home, model in self._in_use.items()}
            chosen = {home: at for home, at in habits.in_use(connection).items() if at != known.get(home)}
            for learned in habits.these(connection, chosen):
                self._read(learned)
        self._revision_met = revision

    def _read(self, learned: Learned) -> None:
        """Take a stored model into use; one that cannot be read is learned anew as soon as possible."""
        model = readable(learned)
        if model is None:
            self._learned_at[learned.home] = _LONG_AGO
        else:
            self._use(learned.home, model)

    def _meet(self, now: datetime) -> None:
        """Give homes that were added since the prior's line, until their first night."""
        roster = self._roster()
        if roster.revision == self._roster_met:
            return
        line_of_all = cache(self._line_of_all)
        for home in roster.homes.values():
            if home.home not in self._in_use:
                self._first[home.home] = line_of_all(now, home.zone, has_exit=has_exit(self._devices(home)))
                self._watch.take_model(home.home, self._first[home.home])
                self._learned_at.setdefault(home.home, now)
        self._roster_met = roster.revision
        self._plan(now)

    def _line_of_all(self, now: datetime, zone: ZoneInfo, *, has_exit: bool) -> HomeModel:
        """Return the line of people in general."""
        return learn(History(signs_of([], zone), has_exit=has_exit), self._prior, self._budget, now, zone)

    def _plan(self, now: datetime) -> None:
        zones = {home.zone for home in self._roster().homes.values()}
        is_late = next(self._late(now), None) is not None
        self._next_at = now if is_late else min((following_midnight(now, zone) for zone in zones), default=None)

    def _late(self, now: datetime) -> Iterator[Home]:
        for home in self._roster().homes.values():
            midnight = begin_of_day(now, home.zone)
            if self._learned_at.get(home.home, midnight) < midnight:
                yield home

    def _try_to_learn(self, home: Home, midnight: datetime) -> None:
        """Learn a home; what goes wrong there must not keep all others from being learned, this night and ever after."""
        try:
            self._learn(home, midnight)
        except StoreDown:
            raise
        except Exception:  # it keeps the line that it has, and its turn comes again with the next night
            logger.exception("a home could not be learned home=%s", home.home)
            self._learned_at[home.home] = midnight

    def _learn(self, home: Home, midnight: datetime) -> None:
        """Learn a home and store what came of it together with what becomes of it: a kill in between changes nothing."""
        heard = Heard()
        history = self._history(home, midnight, heard)
        model = learn(history, self._prior, self._budget, midnight, home.zone)
        with self._care.read() as connection:
            present = readable(habits.in_use_of(connection, home.home))
            kept = habits.of_home(connection, home.home)
        night = _night(home, model, present, kept, history)
        with self._care.begin() as connection:
            # first, so that who chooses another model at this moment waits, or has been waited for
            habits.bump(connection)
            revision = habits.revision(connection)
            held = held_after(habits.held_of(connection, home.home), night)
            if held is None:
                habits.let_go(connection, home.home)
            else:
                habits.hold(connection, replace(held, difference=night.difference))
            habits.add(connection, [Learned(home.home, midnight, model_to_json(model))])
        if self._revision_met == revision - 1:  # nobody else has chosen anything meanwhile
            self._revision_met = revision
        self._use(home.home, model if held is None or present is None else present)
        if held is not None and (told := notice(held, night)) is not None:
            self._tell([told])
        self._tell_nervous(home, model, midnight)
        life = life_of(history.signs, home.zone, history.untaught, heard.beats(home.zone))
        self._watch.take_nightly(home.home, findings_of(home, life, day_of(midnight, home.zone)))
        self._learned_at[home.home] = midnight  # only now: what a store refused to take of it is tried again

    def _tell_nervous(self, home: Home, model: HomeModel, midnight: datetime) -> None:
        rooms = {device.device: device.room for device in self._devices(home)}
        found = [nervous_sensor(home, name, rooms.get(name, ""), midnight) for name in model.customs.nervous]
        if found:
            self._tell(found)

    def _use(self, home: str, model: HomeModel) -> None:
        self._in_use[home] = model
        self._first.pop(home, None)
        self._watch.take_model(home, model)

    def _history(self, home: Home, until: datetime, heard: Heard) -> History:
        since = until - WINDOW
        signals = heard.through(self._signals.between(since, until, home.home))
        # of water also that it stood still: what runs and runs is no sign of life
        told = [s for s in signals if s.kind is Kind.WATER or is_sign_of_life(s.kind, s.value)]
        with self._care.read() as connection:
            known = circumstances_of(connection, home.home, since)
        blind_since = self._watch.blind_since(home.home, until)
        if blind_since is not None:
            known = replace(known, blind=(*known.blind, (blind_since, until)))
        return known.history(signs_of(told, home.zone), has_exit(self._devices(home)), readings_of(told))

    def _devices(self, home: Home) -> tuple[Device, ...]:
        return self._roster().devices_by_home.get(home.home, ())


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a home's past besides its signals, each from when until when.

    `away`: declared absences. `blind`: it could not be seen, or linli heard nothing. By what a visitor found: `helped`,
    `faults` of devices, `found_away`.
    """

    away: tuple[Stretch, ...] = ()
    blind: tuple[Stretch, ...] = ()
    helped: tuple[Stretch, ...] = ()
    faults: tuple[Stretch, ...] = ()
    found_away: tuple[Stretch, ...] = ()

    def before(self, moment: datetime) -> "Circumstances":
        """Return what was known at a moment: an absence from its declaration on, anything else once it is over."""
        over = {
            name: tuple(span for span in getattr(self, name) if span[1] <= moment)
            for name in ("blind", "helped", "faults", "found_away")
        }
        return replace(self, away=tuple(span for span in self.away if span[0] <= moment), **over)

    def history(self, signs: Signs, exit_is_seen: bool, readings: Sequence[Reading]) -> History:  # noqa: FBT001 - a fact
        """Return what may be learned from."""
        return History(
            signs,
            (*_in_seconds(self.helped), *_in_seconds(self.away), *long_spans(_in_seconds(self.blind))),
            exit_is_seen,
            faults=_in_seconds(self.faults),
            away=_in_seconds(self.found_away),
            readings=readings,
        )


NOTHING_ELSE = Circumstances()


def circumstances_of(connection: Connection, home: str, since: datetime) -> Circumstances:
    """Return what is stored of a home's past besides its signals, of all that ended after a moment."""
    alerts = cases.ended_since(connection, home, since)
    return Circumstances(
        away=tuple((one.since, one.until) for one in absences.since(connection, home, since)),
        blind=tuple((one.since, one.until) for one in unseen.of_home(connection, home, since)),
        helped=_ended_as(Outcome.HELPED, alerts),
        faults=_ended_as(Outcome.DEVICE_FAULT, alerts),
        found_away=_ended_as(Outcome.AWAY, alerts),
    )


def readable(learned: Learned | None) -> HomeModel | None:
    """Return the model that is stored; None where it is not sound, or of another version of linli."""
    if learned is None:
        return None
    try:
        return model_from_json(learned.model)
    except BadModel as why:
        logger.warning("a model is not used home=%s reason=%s", learned.home, why)
        return None


def _night(home: Home, new: HomeModel, present: HomeModel | None, kept: Sequence[Learned], history: History) -> Night:
    """Return what is to be known to decide about a new model, with what those newer than the one in use would have done."""
    before = readable(kept[0]) if kept else None
    if present is None:
        return Night(home, new, before, None)
    until = int(new.learned_at.timestamp())
    newer = [model for one in kept if one.learned_at > present.learned_at and (model := readable(one)) is not None]
    found = asdict(difference(history, present, newer, until)) if newer else {}
    return Night(home, new, before, present, doubts_about(new, present, history, until), found)


def has_exit(devices: Iterable[Device]) -> bool:
    """Tell whether a sensor is at a home's exit."""
    return any(device.room == EXIT_ROOM for device in devices)


def _ended_as(outcome: Outcome, alerts: Iterable[Alert]) -> tuple[Stretch, ...]:
    """Return from when until when it was as whoever went there found it."""
    return tuple((a.evidence_at, a.closed_at) for a in alerts if a.outcome is outcome and a.closed_at is not None)


def _in_seconds(spans: Iterable[Stretch]) -> tuple[Span, ...]:
    return tuple((int(begin.timestamp()), int(end.timestamp())) for begin, end in spans)


def long_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return blind spans as one where less than ten minutes lie between them, and those left out that are shorter than that.

    A connection that comes and goes every minute would otherwise take all her long silences out of the history, and
    only those: her line would become too short.
    """
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin - merged[-1][1] < _BRIEF:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple((begin, end) for begin, end in merged if end - begin >= _BRIEF)


def begin_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when the local day of a moment began, in UTC."""
    return midnight_of(day_of(moment, zone), zone)


def following_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when the next local day begins, in UTC."""
    return midnight_of(day_of(moment, zone) + 1, zone)

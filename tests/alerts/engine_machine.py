"""Random histories of the alert engine: everybody taps at any time, time and clocks do what they like, parts fail.

After each step all invariants are checked. `COUNTS` tells how much was tried.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts.replies import MOST_MINUTES, TakingBack
from linli.alert import AlertKind, Outcome, Severity
from linli.duty import Duty
from linli.finding import Finding
from linli.people import Channel, Person, Roster
from linli.signals import PAGE
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.engine import At, Engine, Fault, FaultyCare, Mood
from tests.alerts.engine_checks import violations
from tests.alerts.town import town, volunteer
from tests.cast import BO, EIGHT, LIN, MEI, MEI_HERSELF, NEIGHBOUR, OTHER_SITE, WU, XU

COUNTS: Counter[str] = Counter()
CLOCK_STEPS: tuple[float, ...] = (3600.123, -3600.123)
STEPS = 14
"""Rules in one history, at most."""

MOMENTS = {
    "a Monday at eight in Shanghai": EIGHT,
    "evening": EIGHT + timedelta(hours=11, minutes=50),
    "clocks go back in Berlin": datetime(2026, 10, 24, 23, 55, tzinfo=UTC),
    "clocks go forward in Berlin": datetime(2027, 3, 28, 0, 55, tzinfo=UTC),
    "before a leap day": datetime(2028, 2, 28, 22, 50, tzinfo=UTC),
}
KINDS = {
    AlertKind.SOS: Severity.EMERGENCY,
    AlertKind.FALL: Severity.EMERGENCY,
    AlertKind.SMOKE: Severity.EMERGENCY,
    AlertKind.GAS: Severity.EMERGENCY,
    AlertKind.LEAK: Severity.URGENT,
    AlertKind.MISSED_CHECK_IN: Severity.URGENT,
    AlertKind.INACTIVITY: Severity.URGENT,
    AlertKind.BATHROOM: Severity.URGENT,
    AlertKind.NIGHT_DOOR: Severity.URGENT,
    AlertKind.VITALS: Severity.URGENT,
    AlertKind.ROUTINE_CHANGE: Severity.NOTICE,
    AlertKind.UNMONITORED: Severity.NOTICE,
    AlertKind.LOW_BATTERY: Severity.NOTICE,
    AlertKind.SYSTEM: Severity.NOTICE,
}
BY_DAY = Duty(frozenset(range(7)), time(8), time(20))
ANYBODY = ("v1", "v2", "v3", "v4", "v5", "bo", "lin", "wu", "mei", "xu", "stranger")
HOMES = (MEI, NEIGHBOUR, OTHER_SITE)
SEVERAL_WAYS = ("sms", "email")

people = st.sampled_from(ANYBODY)
places = st.integers(0, 5)
seconds = st.sampled_from((1, 5, 20, 21, 31, 61, 95, 185, 300, 601, 1201, 1801, 3601))
hours = st.sampled_from((1, 4, 9, 25, 80))
lateness = st.sampled_from((0, 0, 0, 12, 29, 45, 59, 180))


@st.composite
def findings(draw: st.DrawFn) -> tuple[AlertKind, int, int, int]:
    """Return a kind, the place of a home, the number of an episode, and how many minutes old the evidence is."""
    kind = draw(st.one_of(st.sampled_from(list(KINDS)[:4]), st.sampled_from(list(KINDS))))
    return kind, draw(st.integers(0, len(HOMES) - 1)), draw(st.integers(0, 2)), draw(lateness)


def _with_second_way(person: Person, kind: str) -> Person:
    ways = (*person.channels, Channel(f"{person.person}-{kind}", person.person, kind, "nowhere", order=1))
    return replace(person, channels=ways)


def _mei_with_phone() -> Person:
    return replace(MEI_HERSELF, channels=(Channel("mei-0", "mei", "sms", "13800000007"),))


OTHERS = {
    "mei's phone": _mei_with_phone(),
    "bo": BO,
    "bo, two ways": _with_second_way(BO, "sms"),
    "lin": LIN,
    "wu": WU,
    "xu": XU,
}


def small_town(ways: list[int], by_day: int, others: set[str], zone: str) -> Roster:
    """Return a town with a neighbour for each number of ways, the first few only by day, and some of the others."""
    neighbours = [volunteer(number, channels=count) for number, count in enumerate(ways, 1)]
    neighbours[:by_day] = [replace(one, duty=(BY_DAY,)) for one in neighbours[:by_day]]
    listed = {one.person: one for one in (*neighbours, *(OTHERS[name] for name in sorted(others)))}
    homes = {key: replace(home, timezone=zone) for key, home in town().homes.items()}
    return replace(town(), homes=homes, people=listed)


@cache
def _store() -> tuple[FaultyCare, Path, sqlite3.Connection]:
    """Make the store once for all histories of this process; each begins with empty tables."""
    folder = Path(tempfile.mkdtemp(prefix="linli-engine-"))
    made = CareStore(f"sqlite:///{folder / 'empty.db'}")
    made.migrate()
    made.close()
    shutil.copy(folder / "empty.db", folder / "care.db")
    return FaultyCare(f"sqlite:///{folder / 'care.db'}"), folder, sqlite3.connect(folder / "empty.db")


def fresh_engine(roster: Roster, start: datetime, *, load_limit: int = 0) -> Engine:
    """Return an engine on empty tables."""
    care, folder, empty = _store()
    care.is_down = False
    care.faults.clear()
    care.injected.clear()
    with sqlite3.connect(folder / "care.db") as tables:
        empty.backup(tables)
    tables.close()
    return Engine(care, folder, roster, start, load_limit=load_limit)


def remove_store() -> None:
    """Throw the store of this process away."""
    care, folder, empty = _store()
    care.close()
    empty.close()
    shutil.rmtree(folder)
    _store.cache_clear()


class EngineMachine(RuleBasedStateMachine):
    """One history."""

    def __init__(self) -> None:
        super().__init__()
        self.engine: Engine | None = None

    @property
    def here(self) -> Engine:
        assert self.engine is not None
        return self.engine

    @initialize(
        ways=st.lists(st.integers(1, 2), max_size=5),
        by_day=st.integers(0, 2),
        others=st.sets(st.sampled_from(sorted(OTHERS))),
        zone=st.sampled_from(("Asia/Shanghai", "Europe/Berlin")),
        moment=st.sampled_from(sorted(MOMENTS)),
        limit=st.sampled_from((0, 1)),
        what=st.lists(findings(), min_size=1, max_size=2),
    )
    def begin(
        self,
        ways: list[int],
        by_day: int,
        others: set[str],
        zone: str,
        moment: str,
        limit: int,
        what: list[tuple[AlertKind, int, int, int]],
    ) -> None:
        self.engine = fresh_engine(small_town(ways, by_day, others, zone), MOMENTS[moment], load_limit=limit)
        self.something_is_wrong(what)

    def something_is_wrong(self, what: list[tuple[AlertKind, int, int, int]]) -> None:
        found = {finding.key: finding for finding in (self._finding(*one) for one in what)}
        self.here.deliver(list(found.values()))

    def _finding(self, kind: AlertKind, place: int, number: int, minutes: int) -> Finding:
        home = HOMES[place]
        key = f"{kind}:{home.home}:{number}"
        known = self.here.accepted.get(key)
        if known is not None:
            return known
        at = self.here.clock.now() - timedelta(minutes=minutes)
        why = Sentence("The call button was pressed.")
        return Finding(key, home.home, home.site, kind, KINDS[kind], at, why)

    @rule(what=st.lists(findings(), min_size=1, max_size=3))
    def more_is_wrong(self, what: list[tuple[AlertKind, int, int, int]]) -> None:
        self.something_is_wrong(what)

    @precondition(lambda self: self.engine is not None and self.engine.accepted)
    @rule(order=st.randoms(use_true_random=False))
    def all_is_delivered_again_in_another_order(self, order: object) -> None:
        again = list(self.here.accepted.values())
        order.shuffle(again)  # type: ignore[attr-defined]  # random.Random, with Hypothesis's own type
        self.here.deliver(again)

    def _alert(self, place: int) -> str:
        known = self.here.alerts()
        return known[place % len(known)] if known else "a-0"

    @rule(place=places, person=people, minutes=st.sampled_from((None, None, 1, 45, MOST_MINUTES)))
    def somebody_goes(self, place: int, person: str, minutes: int | None) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.accept(alert, person, minutes))

    @rule(place=places, person=people)
    def somebody_cannot_come(self, place: int, person: str) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.decline(alert, person))

    @rule(place=places)
    def nobody_who_was_asked_can_come(self, place: int) -> None:
        alert = self._alert(place)
        for row in self.here.tables()["requests"]:
            if row["alert"] == alert:
                self.here.act(lambda who=row["person"]: self.here.desk.decline(alert, who))  # type: ignore[misc]

    @rule(place=places, person=people)
    def somebody_is_at_the_door(self, place: int, person: str) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.arrive(alert, person))

    @rule(place=places, person=people)
    def somebody_needs_hands(self, place: int, person: str) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.more_help(alert, person))

    @rule(place=places, person=people, outcome=st.sampled_from(Outcome))
    def somebody_closes(self, place: int, person: str, outcome: Outcome) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.close(alert, person, outcome))

    @rule(place=st.integers(0, len(HOMES) - 1), identity=st.sampled_from("ab"), can_confirm=st.booleans())
    def she_takes_it_back(self, place: int, identity: str, can_confirm: bool) -> None:  # noqa: FBT001 - drawn
        said = TakingBack(identity, PAGE, self.here.clock.now(), can_confirm)
        self.here.act(lambda: self.here.desk.take_back(HOMES[place].home, said))

    @rule(place=st.integers(0, len(HOMES) - 1))
    def she_moves_about(self, place: int) -> None:
        self.here.act(lambda: self.here.desk.sign_of_life(HOMES[place].home, self.here.clock.now()))

    @rule(seconds=seconds)
    def time_passes(self, seconds: int) -> None:
        self.here.run_for(timedelta(seconds=seconds))
        self.here.settle()

    @rule(hours=hours)
    def linli_is_off(self, hours: int) -> None:
        self.here.clock.advance(timedelta(hours=hours))
        self.here.restart()
        self.here.settle()

    @rule()
    def linli_is_restarted(self) -> None:
        self.here.restart()
        self.here.settle()

    @rule(step=st.sampled_from(CLOCK_STEPS))
    def the_clock_is_set(self, step: float) -> None:
        COUNTS["clock steps"] += 1
        self.here.clock.advance(timedelta(seconds=step))
        self.here.settle()

    @rule(kind=st.sampled_from(("webhook", "sms", "email")), mood=st.sampled_from(Mood))
    def a_channel_turns(self, kind: str, mood: Mood) -> None:
        self.here.far.moods[kind] = mood

    @rule()
    def all_channels_work(self) -> None:
        self.here.far.moods.clear()

    @rule()
    def linli_dies_while_it_sends(self) -> None:
        self.here.kill_in_the_middle()

    @rule()
    def an_alert_is_closed_while_it_is_sent(self) -> None:
        self.here.close_in_the_middle()

    @rule(after=st.integers(0, 3), at=st.sampled_from(At), statements=st.integers(0, 12))
    def the_store_will_fail(self, after: int, at: At, statements: int) -> None:
        self.here.care.faults.append(Fault(after, at, statements))

    @rule(seconds=st.sampled_from((3, 40, 400)), what=findings())
    def the_store_is_away(self, seconds: int, what: tuple[AlertKind, int, int, int]) -> None:
        self.here.care.is_down = True
        self.here.deliver([self._finding(*what)])
        self.here.run_for(timedelta(seconds=seconds))
        self.here.care.is_down = False
        self.here.settle()

    @invariant()
    def all_holds(self) -> None:
        if self.engine is None:
            return
        COUNTS["steps"] += 1
        found = list(violations(self.engine))
        COUNTS["violations"] += len(found)
        assert not found, "\n".join(found)

    def teardown(self) -> None:
        if self.engine is None:
            return
        tables = self.engine.tables()
        COUNTS["histories"] += 1
        COUNTS["alerts"] += len(tables["alerts"])
        COUNTS["notices"] += len(tables["outbox"])
        COUNTS["messages tried"] += len(self.engine.far.sent)
        COUNTS.update(self.engine.counts)
        COUNTS.update(self.engine.far.refused)
        COUNTS.update(self.engine.care.injected)
        self.engine.close()

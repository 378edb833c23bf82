"""Random histories of the alert engine: everybody taps at any time, time and clocks do what they like, parts fail.

After each step all invariants are checked. `COUNTS` tells how much was tried.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts.replies import MOST_MINUTES, TakingBack
from linli.alert import AlertKind, Outcome, Severity
from linli.finding import Finding
from linli.signals import PAGE, Kind
from linli.words import Sentence
from tests.alerts.engine import Engine
from tests.alerts.engine_checks import violations
from tests.alerts.engine_town import BUTTONS, DWELLINGS, OTHERS, STAIRWELLS, small_town
from tests.alerts.faulty_care import At, Fault, Outage
from tests.alerts.fresh_engine import fresh_engine
from tests.alerts.moody_far_end import Mood
from tests.cast import EIGHT, MEI, NEIGHBOUR, OTHER_SITE

COUNTS: Counter[str] = Counter()
CLOCK_STEPS: tuple[float, ...] = (3600.123, -3600.123)
STEPS = 16
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
    AlertKind.LOW_BATTERY: Severity.NOTICE,
    AlertKind.SYSTEM: Severity.NOTICE,
}
ANYBODY = ("v1", "v2", "v3", "v4", "v5", "bo", "lin", "wu", "mei", "xu", "stranger")
HOMES = (MEI, NEIGHBOUR, OTHER_SITE)

people = st.sampled_from(ANYBODY)
places = st.integers(0, 5)
homes = st.integers(0, 2)
dark = st.one_of(
    st.sampled_from(STAIRWELLS), st.just(sum(STAIRWELLS, ())), st.sampled_from(DWELLINGS).map(lambda home: (home.home,))
)
seconds = st.sampled_from((1, 5, 20, 21, 31, 61, 95, 185, 300, 601, 1201, 1801, 3601))
hours = st.sampled_from((1, 4, 9, 25, 80))
lateness = st.sampled_from((0, 0, 0, 12, 29, 45, 59, 180))


@st.composite
def findings(draw: st.DrawFn) -> tuple[AlertKind, int, int, int]:
    """Return a kind, the place of a home, the number of an episode, and how many minutes old the evidence is."""
    kind = draw(st.one_of(st.sampled_from(list(KINDS)[:4]), st.sampled_from(list(KINDS))))
    return kind, draw(st.integers(0, len(HOMES) - 1)), draw(st.integers(0, 2)), draw(lateness)


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
        self.here.come_back([home.home for home in DWELLINGS])
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

    @rule(place=places, person=people, outcome=st.sampled_from(Outcome))
    def somebody_corrects(self, place: int, person: str, outcome: Outcome) -> None:
        alert = self._alert(place)
        self.here.act(lambda: self.here.desk.correct(alert, person, outcome))

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
        self.here.come_back(home for home, hub in self.here.hubs.items() if hub.is_there)  # what the broker has kept
        self.here.settle()

    @rule()
    def linli_is_restarted(self) -> None:
        self.here.restart()
        self.here.settle()

    @rule(step=st.sampled_from(CLOCK_STEPS))
    def the_clock_is_set(self, step: float) -> None:
        COUNTS["clock steps"] += 1
        self.here.set_clock(timedelta(seconds=step))
        self.here.settle()

    @rule(home=homes, button=st.sampled_from(BUTTONS), kind=st.sampled_from((Kind.SOS, Kind.SOS, Kind.CHECK_IN)))
    def she_calls(self, home: int, button: str, kind: Kind) -> None:
        self.here.press(HOMES[home].home, button, kind)

    @rule(home=homes, minutes=st.sampled_from((1, 11)))
    def her_button_sends_late(self, home: int, minutes: int) -> None:
        self.here.press(HOMES[home].home, BUTTONS[0], Kind.SOS, ago=timedelta(minutes=minutes))

    @rule(
        home=homes,
        button=st.sampled_from(("", *BUTTONS)),
        pressed=st.sampled_from(BUTTONS),
        waits=st.sampled_from((0, 0, 0, 5, 601)),
    )
    def her_button_is_tried(self, home: int, button: str, pressed: str, waits: int) -> None:
        self.here.try_button(HOMES[home].home, button)
        self.here.run_for(timedelta(seconds=waits))
        self.here.press(HOMES[home].home, pressed, Kind.SOS)

    @rule(home=homes, button=st.sampled_from(("", *BUTTONS)))
    def a_trial_is_announced(self, home: int, button: str) -> None:
        self.here.try_button(HOMES[home].home, button)

    @rule(home=homes)
    def the_trial_is_called_off(self, home: int) -> None:
        self.here.act(lambda: self.here.drill_desk.cancel(HOMES[home].home))

    @rule(person=people, answers=st.booleans())
    def a_volunteer_is_tried(self, person: str, answers: bool) -> None:  # noqa: FBT001 - drawn
        self.here.try_volunteer(person)
        tried = [row["alert"] for row in self.here.tables()["drills"] if row["person"] == person and row["alert"]]
        if answers and tried:
            self.here.act(lambda: self.here.desk.accept(tried[-1], person))

    @rule(person=people, hours=st.sampled_from((0.05, 2, 30)))
    def somebody_says_not_now(self, person: str, hours: float) -> None:
        self.here.not_now(person, hours)

    @rule(person=people)
    def somebody_can_be_called_again(self, person: str) -> None:
        self.here.can_again(person)

    @rule(homes=dark, before=st.sampled_from((0, 0, 95)), seconds=st.sampled_from((0, 0, 20, 100)))
    def homes_fall_silent(self, homes: tuple[str, ...], before: int, seconds: int) -> None:
        if before:  # long enough for an alert of its own
            self.here.fall_silent(homes[:1])
            self.here.run_for(timedelta(seconds=before))
        self.here.fall_silent(homes)
        self.here.run_for(timedelta(seconds=seconds))
        self.here.settle()

    @rule(homes=dark, seconds=st.sampled_from((0, 20)))
    def homes_are_heard_again(self, homes: tuple[str, ...], seconds: int) -> None:
        self.here.come_back(homes)
        self.here.run_for(timedelta(seconds=seconds))
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

    @rule(why=st.sampled_from(Outage), seconds=st.sampled_from((3, 40, 400)), what=findings(), home=homes)
    def nothing_can_be_written(
        self, why: Outage, seconds: int, what: tuple[AlertKind, int, int, int], home: int
    ) -> None:
        self.here.care.begin_outage(why)
        self.here.deliver([self._finding(*what)])
        self.here.press(HOMES[home].home, BUTTONS[0], Kind.SOS)
        self.here.run_for(timedelta(seconds=seconds))
        self.here.care.end_outage()
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
        COUNTS["drills"] += sum(row["drill"] for row in tables["alerts"])
        COUNTS["trials announced"] += len(tables["drills"])
        COUNTS["pauses"] += len(tables["pauses"])
        COUNTS["incidents"] += sum(row["kind"] == AlertKind.UNMONITORED and not row["home"] for row in tables["alerts"])
        COUNTS["notices"] += len(tables["outbox"])
        COUNTS["messages tried"] += len(self.engine.far.sent)
        COUNTS.update(self.engine.counts)
        COUNTS.update(self.engine.far.refused)
        COUNTS.update(self.engine.care.injected)
        self.engine.close()

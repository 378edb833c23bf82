"""The log alone tells how a case stands: folded, it says the same as the tables, whatever people and time have done."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.case_proofs import agrees, ended_as_told
from alerts.desk import Desk
from alerts.fold import JOURNALLED, Folded, fold
from linli.alert import Alert, AlertKind, AlertState, Entry, Outcome, RequestState, Severity
from linli.clock import VirtualClock
from linli.errors import Conflict
from linli.finding import Finding
from linli.store import cases
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.town import EVERYBODY, town
from tests.cast import EIGHT, GARDEN, MEI, MINUTE

OPENED = [Entry(EIGHT, "opened"), Entry(EIGHT, "called", detail={"person": "v1"})]


def after(*lines: Entry) -> Folded:
    return fold([*OPENED, *lines])


def by(who: str, what: str, **detail: str) -> Entry:
    return Entry(EIGHT + MINUTE, what, who, detail)


@pytest.mark.parametrize(
    ("lines", "state", "person"),
    [
        ([], AlertState.OPEN, RequestState.ASKED),
        ([by("linli", "silent", person="v1")], AlertState.OPEN, RequestState.SILENT),
        ([by("v1", "declined")], AlertState.OPEN, RequestState.DECLINED),
        ([by("v1", "declined"), by("linli", "called", person="v1")], AlertState.OPEN, RequestState.ASKED),
        ([by("v1", "accepted")], AlertState.ACCEPTED, RequestState.ACCEPTED),
        ([by("v1", "accepted"), by("linli", "called", person="v1")], AlertState.ACCEPTED, RequestState.ACCEPTED),
        ([by("v1", "accepted"), by("linli", "lease_ended")], AlertState.OPEN, RequestState.ACCEPTED),
        ([by("v1", "accepted"), by("v1", "declined")], AlertState.OPEN, RequestState.DECLINED),
        ([by("v2", "accepted"), by("v1", "joined"), by("v2", "declined")], AlertState.ACCEPTED, RequestState.ACCEPTED),
        ([by("v1", "at_door"), by("v1", "declined")], AlertState.OPEN, RequestState.DECLINED),
        ([by("v1", "at_door"), by("v2", "at_door"), by("v1", "declined")], AlertState.AT_DOOR, RequestState.DECLINED),
        ([by("v1", "notice_sent"), by("linli", "told", person="lin")], AlertState.OPEN, RequestState.ASKED),
        ([by("v1", "closed", outcome="safe"), by("v1", "at_door")], AlertState.CLOSED, RequestState.AT_DOOR),
    ],
)
def test_a_line_says_what_it_always_says(lines: list[Entry], state: AlertState, person: RequestState) -> None:
    folded = after(*lines)

    assert (folded.state, folded.people["v1"]) == (state, person)


def test_the_first_at_the_door_and_the_outcome_are_kept() -> None:
    later = Entry(EIGHT + 5 * MINUTE, "at_door", "v2")
    folded = after(by("v1", "at_door"), later, by("v1", "closed", outcome="helped"))

    assert (folded.door_at, folded.outcome) == (EIGHT + MINUTE, Outcome.HELPED)
    assert ended_as_told(folded, Outcome.HELPED)
    assert not ended_as_told(folded, Outcome.SAFE)
    assert not ended_as_told(after(), Outcome.SAFE)


def test_homes_that_join_an_incident_are_nobody() -> None:
    assert after(Entry(EIGHT, "joined", detail={"homes": "home-8"})) == after()


def test_a_log_that_tells_of_an_outage_proves_nothing() -> None:
    assert ended_as_told(after(by("linli", JOURNALLED)), Outcome.SAFE)


def test_lines_can_be_folded_on() -> None:
    lines = [by("v1", "accepted"), by("v1", "at_door"), by("v1", "closed", outcome="safe")]

    assert fold(lines, fold(OPENED)) == after(*lines)


ACTS = st.one_of(
    st.tuples(
        st.sampled_from(["accept", "decline", "arrive", "more_help"]), st.sampled_from(["v1", "v3", "bo", "lin"])
    ),
    st.tuples(st.just("pass"), st.sampled_from(["20", "90", "700", "2000"])),
    st.just(("life", "")),
    st.tuples(st.just("close"), st.sampled_from(["v1", "lin"])),
)


class Story:
    """A case at a real desk, to which things happen."""

    def __init__(self, path: Path) -> None:
        self.care = CareStore(f"sqlite:///{path}")
        self.clock = VirtualClock(EIGHT)
        self.count = 0
        self.desk = Desk(self.care, lambda: town(*EVERYBODY), self.clock, lambda: None)

    def open(self, kind: AlertKind, severity: Severity) -> str:
        for left_over in self.desk.open_alerts():
            self.desk.close(left_over.id, "lin", Outcome.SAFE)
        self.count += 1
        key = f"{kind}:{self.count}"
        self.desk.open([Finding(key, MEI.home, GARDEN, kind, severity, self.clock.now(), Sentence("Help."))])
        (alert,) = self.desk.open_alerts()
        return alert.id

    def act(self, alert: str, what: str, who: str) -> None:
        if what == "pass":
            self.clock.advance(timedelta(seconds=int(who)))
            self.desk.tick(self.clock.now())
        elif what == "life":
            self.desk.sign_of_life(MEI.home, self.clock.now())
        elif what == "close":
            self.desk.close(alert, who, Outcome.SAFE)
        else:
            with suppress(Conflict):  # who is not at the door cannot ask for more hands
                getattr(self.desk, what)(alert, who)

    def stands(self, alert: str) -> tuple[Alert, dict[str, RequestState], Folded]:
        with self.care.read() as connection:
            found = cases.by_id(connection, alert)
            people = {request.person: request.state for request in cases.requests(connection, alert)}
            folded = fold(cases.read_log(connection, alert))
        assert found is not None
        return found, people, folded


@pytest.fixture
def story(care_file: Path) -> Iterator[Story]:
    made = Story(care_file)
    yield made
    made.care.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([AlertKind.SOS, AlertKind.INACTIVITY, AlertKind.LEAK]),
    acts=st.lists(ACTS, max_size=12),
)
def test_whatever_happens_the_log_says_the_same_as_the_tables(
    story: Story, kind: AlertKind, acts: list[tuple[str, str]]
) -> None:
    severity = Severity.EMERGENCY if kind is AlertKind.SOS else Severity.URGENT
    alert = story.open(kind, severity)
    for what, who in acts:
        try:
            story.act(alert, what, who)
        except Conflict:  # it was closed before
            continue
        found, people, folded = story.stands(alert)
        assert agrees(folded, found, people), (what, who, found.state, people, folded)

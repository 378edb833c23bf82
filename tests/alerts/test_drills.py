"""Drills go the way of a call and can never be taken for one; and while one runs, a real call is real at once."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.base import Verdict
from alerts.drill_desk import DrillDesk, NotNow, UnknownVolunteer, site_of
from alerts.drill_plan import LOOK_EVERY, DrillPlan
from alerts.drill_proofs import ButtonProof, End, VolunteerProof, button_proofs, volunteer_proofs
from alerts.drills import REPLY_WITHIN, WINDOW, buttons
from ingest.intake import Arrived
from linli.alert import Alert, AlertKind, AlertState, Outcome, Severity
from linli.duty import DutyException
from linli.errors import Conflict, LinliError, StoreDown, UnknownHome
from linli.holidays import read_holidays
from linli.people import Care, Person, Role, Roster, Scope
from linli.signals import Kind
from linli.store import cases, drills, pauses
from linli.store import roster as roster_store
from linli.store.drills import CANCELLED, DrillKind
from linli.store.pauses import Pause
from linli.wire import signal_topic, write_payload
from tests.alerts.engine_town import small_town
from tests.alerts.faulty_care import At, Fault
from tests.alerts.fresh_engine import fresh_engine, remove_store
from tests.cast import ANA, EIGHT, GARDEN, JUN, MEI, MINUTE, OTHER_SITE
from tests.watching import Whole, furnish

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Community(Whole):
    """A whole linli in which drills are asked for and buttons are pressed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.drills = DrillDesk(self.core.care, self.core.roster.get, self.core.desk, self.clock)
        self.presses = 0

    def press(
        self, kind: Kind = Kind.SOS, value: str = "pressed", device: str = "button-1", at: datetime | None = None
    ) -> bytes:
        """Let a device in Mei's home say something; return the message, to deliver it once more."""
        self.presses += 1
        payload = write_payload(value, id=f"press-{self.presses}", at=at)
        self.receive(payload, kind, device)
        return payload

    def receive(self, payload: bytes, kind: Kind = Kind.SOS, device: str = "button-1") -> None:
        """Take a message in."""
        topic = signal_topic(GARDEN, MEI.home, device, kind)
        self.core.pipeline.take_in([Arrived(topic, payload, self.clock.now())])

    def wait(self, step: timedelta) -> None:
        """Let time go by, and what is due be done."""
        self.clock.advance(step)
        self.core.pipeline.tick(self.clock.now())
        self.core.sender.deliver_due(self.clock.now())

    def open(self, *, drill: bool) -> list[Alert]:
        """Return the open alerts that are drills, or that are not."""
        return [alert for alert in self.core.desk.open_alerts() if alert.drill is drill]

    def called(self) -> list[str]:
        """Return to whom messages went so far, and forget it."""
        self.core.sender.deliver_due(self.clock.now())
        people = self.channel.people()
        self.channel.sent.clear()
        return people

    def alert(self, id: str) -> Alert:  # noqa: A002
        """Return an alert as it is stored."""
        with self.core.care.read() as connection:
            found = cases.by_id(connection, id)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the stores once."""
    return furnish(tmp_path_factory.mktemp("drills"))


@pytest.fixture
def community(furnished: Path, tmp_path: Path) -> Iterator[Community]:
    """The cast, and everything real but the wire and the phones."""
    made = Community(shutil.copytree(furnished, tmp_path / "data"))
    yield made
    made.close()


# the press that is announced


def test_an_announced_press_is_a_drill_that_rings_one_volunteer_and_nobody_else(community: Community) -> None:
    community.drills.announce(MEI.home, "button-1")
    community.press()
    (drill,) = community.open(drill=True)
    assert (drill.kind, drill.severity) == (AlertKind.SOS, Severity.URGENT)
    assert community.open(drill=False) == []
    assert community.called() == ["ana"]
    community.wait(WINDOW)
    assert community.called() == []


def test_a_drill_is_nobodys_burden_and_the_call_after_it_is(community: Community) -> None:
    def load() -> dict[str, int]:
        with community.core.care.read() as connection:
            return cases.recent_load_of(connection, ["ana"], EIGHT - DAY)

    community.drills.announce(MEI.home, "button-1")
    community.press()
    (drill,) = community.open(drill=True)
    community.core.desk.accept(drill.id, "ana")
    assert load() == {}

    community.press()
    assert load() == {"ana": 1}


def test_where_nobody_is_on_duty_a_drill_still_disturbs_one_at_most(community: Community) -> None:
    core = community.core
    around, resting = (Care(Scope.HOME, MEI.home),), (DutyException(EIGHT.date(), EIGHT.date()),)
    volunteers = [person for person in core.roster.get().people.values() if person.role is Role.VOLUNTEER]
    assert len(volunteers) > 1
    with core.care.begin() as connection:
        off_duty = [replace(person, cares=around, duty_exceptions=resting) for person in volunteers]
        roster_store.save(connection, [], [], off_duty)
    core.refresh()

    community.drills.announce(MEI.home, "button-1")
    community.press()

    assert len(community.called()) == 1
    community.wait(WINDOW)
    assert community.called() == []


def test_a_drill_says_so_on_every_screen_and_wire(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    community.core.sender.deliver_due(community.clock.now())
    (message,) = [message for person, message in community.channel.sent if person == "ana"]
    assert message.language == "zh"
    assert message.subject.startswith("演练")
    assert message.short.startswith("演练")
    assert all(paragraph.startswith("演练") for paragraph in message.paragraphs)
    assert [link.label for link in message.links] == ["收到"]
    assert b'"drill":true' in message.webhook_body
    assert b'"kind":"sos"' in message.webhook_body


def test_a_real_call_says_nothing_of_drills(community: Community) -> None:
    community.press()
    community.core.sender.deliver_due(community.clock.now())
    assert all(b"drill" not in message.webhook_body for _, message in community.channel.sent)


def test_i_got_it_ends_the_drill_and_proves_button_and_channel(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    (drill,) = community.open(drill=True)
    ended = community.core.desk.accept(drill.id, "ana")
    assert (ended.state, ended.outcome) == (AlertState.CLOSED, Outcome.DRILL)
    assert community.called() == []
    with community.core.care.read() as connection:
        (trial,) = drills.of_home(connection, MEI.home)
        roster, now = community.core.roster.get(), community.clock.now()
        (proof,) = [one for one in button_proofs(connection, roster, now) if one.home.home == MEI.home]
        (ana,) = [one for one in volunteer_proofs(connection, roster, now) if one.person.person == "ana"]
    assert (trial.passed_at, trial.alert) == (EIGHT, drill.id)
    assert (proof.last, proof.is_overdue(now)) == (EIGHT, False)
    assert (ana.last, ana.is_overdue(now)) == (EIGHT, False)


@pytest.mark.parametrize("verb", ["decline", "arrive"])
def test_any_answer_ends_a_drill_and_calls_nobody_else(community: Community, verb: str) -> None:
    community.drills.announce(MEI.home)
    community.press()
    (drill,) = community.open(drill=True)
    community.called()
    assert getattr(community.core.desk, verb)(drill.id, "ana").outcome is Outcome.DRILL
    assert community.called() == []


def test_a_drill_that_nobody_answers_ends_by_itself(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    (drill,) = community.open(drill=True)
    community.called()
    community.wait(WINDOW)
    assert community.alert(drill.id).outcome is Outcome.DRILL
    assert community.called() == []


def test_taking_back_a_press_ends_the_drill_and_tells_nobody(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    community.called()
    community.press(value="cancelled")
    assert community.open(drill=True) == []
    assert community.called() == []


def test_staff_who_close_a_drill_by_hand_have_nobody_thanked_for_it(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    (drill,) = community.open(drill=True)
    assert community.called() == ["ana"]
    community.core.desk.close(drill.id, "lin", Outcome.DRILL)
    assert community.called() == []


# what is real all the same


def is_real(community: Community) -> bool:
    """Tell whether a real emergency is open and a neighbour is called for it."""
    real = community.open(drill=False)
    return [alert.severity for alert in real] == [Severity.EMERGENCY] and bool({"ana", "jun"} & set(community.called()))


def test_a_second_press_is_real_at_once_with_the_full_ladder(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    community.called()
    community.clock.advance(SECOND)
    community.press()
    assert is_real(community)
    assert len(community.open(drill=True)) == 1
    for _ in range(4):
        community.wait(MINUTE)
    assert {"bo", "lin", "wu"} <= set(community.called())


def test_the_same_press_delivered_twice_is_still_one_drill(community: Community) -> None:
    community.drills.announce(MEI.home)
    payload = community.press()
    community.receive(payload)
    assert community.open(drill=False) == []


@pytest.mark.parametrize(
    ("kind", "value", "device"),
    [
        (Kind.SOS, "pressed", "pull-cord"),
        (Kind.SOS, "pressed", "page"),
        (Kind.FALL, "on", "button-1"),
        (Kind.SMOKE, "on", "kitchen"),
        (Kind.CHECK_IN, "help", "button-1"),
    ],
    ids=["another button", "her page", "a fall", "smoke", "help at check-in"],
)
def test_any_other_alarm_in_the_window_is_real(community: Community, kind: Kind, value: str, device: str) -> None:
    community.drills.announce(MEI.home, "button-1")
    community.press(kind, value, device)
    assert is_real(community)
    assert community.open(drill=True) == []


@pytest.mark.parametrize("device", ["page", "unlisted"])
def test_where_no_button_was_named_a_cry_from_her_page_or_from_no_listed_button_is_real(
    community: Community, device: str
) -> None:
    community.drills.announce(MEI.home)
    community.press(device=device)
    assert is_real(community)
    assert community.open(drill=True) == []


@pytest.mark.parametrize(("device", "is_meant"), [("button-9", True), ("page", False)])
def test_where_no_button_is_listed_any_is_meant_but_not_her_page(
    community: Community, device: str, *, is_meant: bool
) -> None:
    community.drills.announce(OTHER_SITE.home)
    topic = signal_topic(OTHER_SITE.site, OTHER_SITE.home, device, Kind.SOS)
    community.core.pipeline.take_in([Arrived(topic, write_payload("pressed", id="p"), community.clock.now())])
    assert [alert.drill for alert in community.core.desk.open_alerts()] == [is_meant]


def test_after_it_is_called_off_a_press_is_real(community: Community) -> None:
    community.drills.announce(MEI.home)
    assert community.drills.cancel(MEI.home)
    community.press()
    assert is_real(community)
    assert not community.drills.cancel(MEI.home)
    with community.core.care.read() as connection:
        assert drills.of_home(connection, MEI.home)[0].fault == CANCELLED


@pytest.mark.parametrize("after", [WINDOW, WINDOW + SECOND])
def test_after_the_window_a_press_is_real(community: Community, after: timedelta) -> None:
    community.drills.announce(MEI.home)
    community.clock.advance(after)
    community.press()
    assert is_real(community)


def test_a_press_from_before_the_window_that_comes_in_it_is_real(community: Community) -> None:
    community.clock.advance(MINUTE)
    community.drills.announce(MEI.home)
    community.clock.advance(SECOND)
    community.press(at=EIGHT)
    assert is_real(community)


def test_a_press_at_the_neighbours_is_real(community: Community) -> None:
    community.drills.announce(MEI.home)
    topic = signal_topic(GARDEN, "home-8", "button-1", Kind.SOS)
    community.core.pipeline.take_in([Arrived(topic, b"pressed", community.clock.now())])
    assert is_real(community)


def test_while_a_real_call_is_open_nothing_is_announced(community: Community) -> None:
    community.press()
    with pytest.raises(Conflict, match="An alert is open in this home"):
        community.drills.announce(MEI.home)


def test_a_real_call_spoils_the_window_that_was_announced_before_it(community: Community) -> None:
    community.drills.announce(MEI.home, "button-1")
    community.press(device="pull-cord")
    community.called()
    community.press()
    assert community.open(drill=True) == []
    (real,) = community.open(drill=False)
    with community.core.care.read() as connection:
        assert "repeated" in [entry.what for entry in cases.read_log(connection, real.id)]


@pytest.mark.parametrize(
    ("kind", "value"), [(Kind.CHECK_IN, "help"), (Kind.FALL, "on"), (Kind.SOS, "pressed")], ids=str
)
def test_a_real_call_spoils_the_window_also_once_it_is_closed(community: Community, kind: Kind, value: str) -> None:
    community.drills.announce(MEI.home, "button-1")
    community.wait(SECOND)
    community.press(kind, value, device="pendant")
    (real,) = community.open(drill=False)
    community.core.desk.close(real.id, "lin", Outcome.SAFE)

    community.wait(SECOND)
    community.press()

    assert community.open(drill=True) == []
    assert [alert.severity for alert in community.open(drill=False)] == [Severity.EMERGENCY]


def test_while_something_urgent_is_open_a_press_is_real(community: Community) -> None:
    community.drills.announce(MEI.home, "button-1")
    community.press(Kind.LEAK, "on", device="bath")

    community.press()

    assert community.open(drill=True) == []


def test_closing_the_drill_leaves_the_real_alert_open(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    (drill,) = community.open(drill=True)
    community.press()
    community.core.desk.accept(drill.id, "ana")
    assert is_real(community)


def test_only_known_homes_and_buttons_can_be_tried(community: Community) -> None:
    with pytest.raises(UnknownHome):
        community.drills.announce("home-999")
    with pytest.raises(LinliError, match="button-1"):
        community.drills.announce(MEI.home, "toaster")
    assert [one.device for one in buttons(community.core.roster.get(), MEI.home)] == ["button-1"]


def test_announcing_again_calls_the_first_off_so_that_only_one_press_is_a_drill(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.drills.announce(MEI.home)
    community.press()
    community.press()
    assert is_real(community)


def test_while_a_drill_waits_for_its_answer_no_second_one_is_announced_and_a_press_is_real(
    community: Community,
) -> None:
    community.drills.announce(MEI.home)
    community.press()
    assert community.called() == ["ana"]

    with pytest.raises(Conflict, match="A drill is open in this home"):
        community.drills.announce(MEI.home)
    community.press()

    assert is_real(community)


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "left alone"])
def test_once_a_drill_is_over_the_next_one_is_announced_and_rings(community: Community, *, answered: bool) -> None:
    community.drills.announce(MEI.home)
    community.press()
    community.called()
    if answered:
        community.core.desk.accept(community.open(drill=True)[0].id, "ana")
    else:
        community.wait(WINDOW)

    community.drills.announce(MEI.home)
    community.press()

    assert len(community.open(drill=True)) == 1
    assert community.called() == ["ana"]


def test_more_hands_that_are_asked_for_in_a_drill_end_it_and_call_nobody(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.press()
    assert community.called() == ["ana"]
    (drill,) = community.core.desk.open_alerts()
    ended = community.core.desk.more_help(drill.id, "ana")
    assert ended.outcome is Outcome.DRILL
    assert community.called() == []


def button_of(community: Community, device: str = "button-1") -> ButtonProof:
    """Return what is known of a button in Mei's home."""
    with community.core.care.read() as connection:
        proofs = button_proofs(connection, community.core.roster.get(), community.clock.now())
    return next(one for one in proofs if (one.home.home, one.device.device) == (MEI.home, device))


def ends(proof: ButtonProof | VolunteerProof) -> End | None:
    """Return how the latest drill stands that has not passed."""
    return None if proof.tried is None else proof.tried.end


def test_a_button_that_was_tried_in_vain_is_shown_as_such(community: Community) -> None:
    community.drills.announce(MEI.home)
    assert ends(button_of(community)) is End.WAITING
    community.clock.advance(WINDOW)
    assert ends(button_of(community)) is End.IN_VAIN
    assert button_of(community).is_overdue(community.clock.now())


@pytest.mark.parametrize("drill", [True, False], ids=["in a drill", "in need"])
def test_a_press_that_comes_through_ends_what_was_tried_in_vain(community: Community, *, drill: bool) -> None:
    community.drills.announce(MEI.home)
    community.clock.advance(DAY)
    if drill:
        community.drills.announce(MEI.home)
    community.press()
    assert ends(button_of(community)) is End.SUPERSEDED


def test_what_was_called_off_hides_nothing_that_was_tried_in_vain(community: Community) -> None:
    community.drills.announce(MEI.home)
    community.clock.advance(DAY)
    community.drills.announce(MEI.home)
    with community.core.care.begin() as connection:
        newest, *_ = drills.of_home(connection, MEI.home)
        drills.fail(connection, newest.id, CANCELLED)
    assert ends(button_of(community)) is End.IN_VAIN


def test_staff_close_what_was_tried_in_vain_and_open_it_again(community: Community) -> None:
    announced = community.drills.announce(MEI.home)
    close_drill(community, announced.id)
    assert ends(button_of(community)) is End.WAITING  # the button may yet be pressed
    community.clock.advance(WINDOW)
    close_drill(community, announced.id)
    closed = button_of(community).tried
    assert closed is not None
    assert (closed.end, closed.drill.closed_by, closed.drill.closed_at) == (End.CLOSED, "lin", EIGHT + WINDOW)
    with community.core.care.begin() as connection:
        drills.open_again(connection, announced.id)
    assert ends(button_of(community)) is End.IN_VAIN


def close_drill(community: Community, drill: str) -> None:
    """Let staff close a drill."""
    with community.core.care.begin() as connection:
        drills.close(connection, drill, "lin", community.clock.now())


# the volunteer's channel


def test_a_volunteer_is_written_to_alone_and_answers(community: Community) -> None:
    drill = community.drills.ask("ana")
    assert community.called() == ["ana"]
    ended = community.core.desk.accept(drill.alert, "ana")
    assert ended.outcome is Outcome.DRILL
    with community.core.care.read() as connection:
        (kept,) = drills.of_person(connection, "ana")
    assert kept.passed_at == EIGHT


def test_one_who_is_asked_twice_gets_one_message(community: Community) -> None:
    assert community.drills.ask("ana").id == community.drills.ask("ana").id
    assert [person for person, _ in community.channel.sent] == []
    assert community.called() == ["ana"]


def test_who_has_said_not_now_is_not_written_to_and_it_says_until_when(community: Community) -> None:
    with community.core.care.begin() as connection:
        pauses.begin(connection, Pause("ana", EIGHT, EIGHT + DAY))

    with pytest.raises(NotNow, match="ana is not to be called before 2026-11-24 08:00, by their own word"):
        community.drills.ask("ana")
    assert community.called() == []
    proof = volunteer_of(community, "ana")
    assert (proof.tried, proof.not_before) == (None, EIGHT + DAY)

    community.clock.advance(DAY)
    community.drills.ask("ana")
    assert community.called() == ["ana"]


@pytest.mark.parametrize("place", [*At, "after the first of several"])
def test_a_drill_that_could_not_be_stored_with_its_message_was_never_begun(place: str) -> None:
    engine = fresh_engine(small_town([1], 0, {"lin"}, "Asia/Shanghai"), EIGHT)
    several = place not in list(At)
    engine.care.faults.append(Fault(int(several), At.BEGIN if several else At(place), statements=3))
    with suppress(StoreDown):
        DrillDesk(engine.care, lambda: engine.roster, engine.desk, engine.clock).ask("v1")
    with engine.care.read() as connection:
        begun = [one.alert for one in drills.of_person(connection, "v1")]
    opened = engine.alerts()
    engine.close()
    remove_store()
    assert begun == opened


def test_a_volunteer_who_does_not_answer_is_left_in_peace_and_shown(community: Community) -> None:
    drill = community.drills.ask("ana")
    community.called()
    community.wait(REPLY_WITHIN)
    assert community.alert(drill.alert).outcome is Outcome.DRILL
    assert community.called() == []
    with community.core.care.read() as connection:
        proofs = volunteer_proofs(connection, community.core.roster.get(), community.clock.now())
    (ana,) = [one for one in proofs if one.person.person == "ana"]
    assert ana.is_overdue(community.clock.now())
    assert ends(ana) is End.IN_VAIN


@pytest.mark.parametrize("person", ["lin", "bo", "nobody"])
def test_only_volunteers_are_asked(community: Community, person: str) -> None:
    with pytest.raises(UnknownVolunteer):
        community.drills.ask(person)


def test_a_channel_that_fails_proves_nothing(community: Community) -> None:
    community.channel.verdict = Verdict.NEVER
    community.drills.ask("jun")
    community.core.sender.deliver_due(community.clock.now())
    with community.core.care.read() as connection:
        assert drills.replied(connection, EIGHT - DAY) == {}


def volunteer_of(community: Community, person: str) -> VolunteerProof:
    """Return what is known of a volunteer."""
    with community.core.care.read() as connection:
        proofs = volunteer_proofs(connection, community.core.roster.get(), community.clock.now())
    return next(one for one in proofs if one.person.person == person)


def test_once_a_channel_is_mended_its_volunteer_is_written_to_anew(community: Community) -> None:
    community.channel.verdict = Verdict.NEVER
    first = community.drills.ask("jun")
    community.core.sender.deliver_due(community.clock.now())
    assert ends(volunteer_of(community, "jun")) is End.UNDELIVERED

    community.channel.verdict = Verdict.ACCEPTED
    community.clock.advance(MINUTE)
    second = community.drills.ask("jun")

    assert second.id != first.id
    assert community.alert(first.alert).outcome is Outcome.DRILL
    assert community.called() == ["jun"]
    assert ends(volunteer_of(community, "jun")) is End.WAITING
    community.core.desk.accept(second.alert, "jun")
    assert ends(volunteer_of(community, "jun")) is End.SUPERSEDED


def test_an_answer_to_a_real_call_ends_what_was_asked_in_vain(community: Community) -> None:
    community.drills.ask("ana")
    community.called()
    community.wait(REPLY_WITHIN)
    assert ends(volunteer_of(community, "ana")) is End.IN_VAIN
    community.press()
    (call,) = community.open(drill=False)
    community.core.desk.decline(call.id, "ana")
    assert ends(volunteer_of(community, "ana")) is End.SUPERSEDED


def test_a_message_that_still_waits_for_its_channel_is_the_same_drill(community: Community) -> None:
    community.channel.verdict = Verdict.LATER
    first = community.drills.ask("jun")
    community.core.sender.deliver_due(community.clock.now())
    assert community.drills.ask("jun").id == first.id
    assert ends(volunteer_of(community, "jun")) is End.WAITING


@pytest.mark.parametrize(
    ("cares", "site"),
    [
        ((Care(Scope.HOME, "home-40"),), "river"),
        ((Care(Scope.BUILDING, "3"),), GARDEN),
        ((Care(Scope.SITE, "river"),), "river"),
        ((Care(Scope.HOME, "gone"), Care(Scope.HOME, "home-7")), GARDEN),
        ((), ""),
    ],
    ids=["a home", "a building", "a site", "a home that is gone", "nothing"],
)
def test_a_volunteer_belongs_to_the_site_they_are_listed_for(cares: tuple[Care, ...], site: str) -> None:
    from tests.cast import roster as cast_roster

    roster: Roster = cast_roster()
    known = replace(roster, people={"ana": replace(ANA, cares=cares)})
    assert site_of(known, "ana") == site


# the plan


@pytest.fixture
def plan(community: Community) -> DrillPlan:
    """The weekly plan, at nine in the morning."""
    community.clock.set(EIGHT + timedelta(hours=1))
    core = community.core
    return DrillPlan(core.care, core.roster.get, core.desk, community.drills, community.clock)


def planned(community: Community, plan: DrillPlan, length: timedelta) -> list[str]:
    """Let the plan look every ten minutes; return who was written to."""
    asked = []
    end = community.clock.now() + length
    while community.clock.now() < end:
        community.wait(timedelta(0))
        plan.tick()
        asked += community.called()
        community.clock.advance(LOOK_EVERY)
    return asked


def test_staff_are_reminded_once_a_week_for_a_site_not_for_each_home(community: Community, plan: DrillPlan) -> None:
    plan.tick()
    reminders = [alert for alert in community.core.desk.open_alerts() if alert.about == "drills"]
    assert [alert.site for alert in reminders] == [GARDEN]  # River has no button listed
    assert reminders[0].why.fields == {"overdue": 2, "count": 2}
    assert reminders[0].severity is Severity.NOTICE
    assert "lin" in community.called()
    for _ in range(6):
        community.wait(DAY)
        plan.tick()
        assert "lin" not in community.called()
    with community.core.care.read() as connection:
        assert len(drills.since(connection, DrillKind.REMINDER, EIGHT)) == 1


def test_where_all_buttons_are_proven_nobody_is_reminded(community: Community, plan: DrillPlan) -> None:
    for home in (MEI.home, "home-8"):
        topic = signal_topic(GARDEN, home, "button-1", Kind.SOS)
        community.core.pipeline.take_in([Arrived(topic, b"pressed", community.clock.now())])
    plan.tick()
    assert [alert for alert in community.core.desk.open_alerts() if alert.about == "drills"] == []


def test_each_volunteer_is_written_to_once_a_month_one_after_the_other(community: Community, plan: DrillPlan) -> None:
    assert [who for who in planned(community, plan, timedelta(hours=2)) if who != "lin"] == ["ana", "jun", "kai"]
    community.clock.set(EIGHT + 29 * DAY + timedelta(hours=1))
    assert set(planned(community, plan, timedelta(hours=1))) <= {"lin"}
    community.clock.set(EIGHT + 32 * DAY + timedelta(hours=1))
    assert {"ana", "jun", "kai"} <= set(planned(community, plan, timedelta(hours=1)))


@pytest.mark.parametrize("hour", [0, 8, 17, 23])
def test_nobody_is_written_to_for_practice_early_or_late(community: Community, plan: DrillPlan, hour: int) -> None:
    community.clock.set(datetime(2026, 11, 23, hour, tzinfo=MEI.zone).astimezone(UTC))
    plan.tick()
    assert not {"ana", "jun", "kai"} & set(community.called())


def test_nobody_practises_while_somebody_is_in_need_on_the_site(community: Community, plan: DrillPlan) -> None:
    community.press()
    community.called()
    plan.tick()
    assert not any(alert.drill for alert in community.core.desk.open_alerts())


def test_who_has_paused_or_is_off_duty_is_not_written_to(community: Community, plan: DrillPlan) -> None:
    with community.core.care.begin() as connection:
        pauses.begin(connection, Pause("ana", EIGHT, EIGHT + DAY))
        off: Person = replace(JUN, duty=community.core.roster.get().people["xu"].duty[1:])
        roster_store.save(connection, [], [], [off])
    community.core.refresh()
    assert [who for who in planned(community, plan, timedelta(hours=2)) if who != "lin"] == ["kai"]
    with community.core.care.read() as connection:
        assert [one.person for one in drills.since(connection, DrillKind.VOLUNTEER, EIGHT)] == ["kai"]


@pytest.mark.parametrize(
    ("holidays", "written_to"),
    [
        ("2026-11-23", ["ana", "kai"]),
        ("2026-11-23; garden:", ["ana", "jun", "kai"]),
        ("garden: 2026-11-23", ["ana", "kai"]),
    ],
)
def test_nobody_practises_on_their_sites_holidays_who_is_off_then(
    community: Community, holidays: str, written_to: list[str]
) -> None:
    community.clock.set(EIGHT + timedelta(hours=1))
    core = community.core
    with core.care.begin() as connection:
        resting = replace(JUN, duty_exceptions=(DutyException(None, None),))
        roster_store.save(connection, [], [], [resting])
    core.refresh()
    days = read_holidays(holidays)
    festive = DrillPlan(core.care, core.roster.get, core.desk, community.drills, community.clock, holidays=days)

    assert [who for who in planned(community, festive, timedelta(hours=2)) if who != "lin"] == written_to

"""Who is called first, who is spared, and who is left in peace: the order is a promise, so every tie is tried."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from alerts import escalation
from alerts.callers import Callers, around, around_part, place_of
from alerts.desk import Desk
from alerts.last_known import LastKnown
from linli.alert import Alert, AlertKind, Severity
from linli.clock import VirtualClock
from linli.duty import Duty, DutyException
from linli.finding import Finding
from linli.holidays import Holidays, read_holidays
from linli.people import Care, Channel, Person, Role, Roster, Scope
from linli.store import cases, pauses
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.pauses import Pause
from linli.words import Sentence
from tests.alerts.town import new_alert, town
from tests.cast import (
    BO,
    DEVICES,
    EIGHT,
    GARDEN,
    HOMES,
    HOUR,
    LIN,
    MEI,
    MINUTE,
    NEIGHBOUR,
    NEXT_BUILDING,
    RIVER,
    WU,
    XU,
)

NIGHTS_ONLY = (Duty(frozenset(range(7)), time(20), time(7)),)
TODAY = date(2026, 11, 23)
IS_HOLIDAY = Holidays(frozenset({TODAY}))


def helper(name: str, scope: Scope = Scope.HOME, target: str = MEI.home, order: int = 0) -> Person:
    """Return a volunteer who cares for one place."""
    ways = (Channel(f"{name}-0", name, "webhook", f"http://127.0.0.1:9/{name}"),)
    return Person(name, Role.VOLUNTEER, order=order, cares=(Care(scope, target),), channels=ways)


PAIRED = helper("paired")
BUILDING = helper("building", Scope.BUILDING, MEI.building)
STAIRWELL = replace(helper("stairwell"), cares=(*BUILDING.cares, Care(Scope.HOME, NEIGHBOUR.home)))
"""Called for the whole building, and paired with a neighbour of Mei's."""
SITE = helper("site", Scope.SITE, GARDEN)


def picture(*people: Person, load: Mapping[str, int] | None = None) -> Callers:
    """Return who is around Mei at eight in the morning."""
    return around(town(*people), site=GARDEN, home=MEI.home, now=EIGHT, load=load or {})


def names(callers: Callers, role: Role = Role.VOLUNTEER) -> list[str]:
    return [person.person for person in callers.of(role)]


def test_the_nearest_come_first_whatever_their_load_and_order() -> None:
    near = replace(PAIRED, order=9)
    callers = picture(SITE, BUILDING, STAIRWELL, near, load={"paired": 40, "stairwell": 30, "building": 20})

    assert names(callers) == ["paired", "stairwell", "building", "site"]


def test_who_is_listed_for_other_homes_alone_is_not_called() -> None:
    assert names(picture(helper("jun", target=NEIGHBOUR.home), helper("kai", target=NEXT_BUILDING.home))) == []


def test_who_holds_the_key_comes_before_others_who_are_paired_however_often_they_were_asked() -> None:
    holder = helper("z-holder", Scope.KEY, order=9)

    assert names(picture(PAIRED, holder, STAIRWELL, load={"z-holder": 40})) == ["z-holder", "paired", "stairwell"]


def test_whose_key_it_is_counts_not_that_there_is_one() -> None:
    neighbour = replace(STAIRWELL, cares=(*BUILDING.cares, Care(Scope.KEY, NEIGHBOUR.home)))

    assert names(picture(neighbour, BUILDING, PAIRED)) == ["paired", "stairwell", "building"]
    assert picture(neighbour, PAIRED).key_holders() == []


def test_key_holders_of_every_role_can_be_called_neighbours_first() -> None:
    ordered = [replace(person, order=order) for order, person in enumerate((WU, LIN, BO, PAIRED))]
    holders = [replace(person, cares=(Care(Scope.KEY, MEI.home),)) for person in ordered]
    callers = picture(*holders)

    assert [person.person for person in callers.key_holders()] == ["paired", "bo", "lin", "wu"]
    assert [p.person for p in replace(callers, paused={"paired", "wu"}).key_holders()] == ["bo", "lin"]


def test_a_key_holder_off_duty_is_not_called_for_the_key_although_staff_would_be() -> None:
    asleep = replace(LIN, cares=(Care(Scope.KEY, MEI.home),), duty=NIGHTS_ONLY)

    assert names(picture(asleep), Role.STAFF) == ["lin"]
    assert picture(asleep).key_holders() == []


def test_of_the_equally_near_the_one_asked_least_comes_first_whatever_the_order() -> None:
    first, second, third = (helper(name, order=order) for order, name in enumerate(["a", "b", "c"]))

    assert names(picture(first, second, third, load={"a": 2, "b": 1, "c": 1})) == ["b", "c", "a"]


def test_with_the_same_load_the_order_column_decides_and_then_the_id() -> None:
    people = (helper("z", order=1), helper("b", order=2), helper("a", order=2), helper("y", order=1))

    assert names(picture(*people)) == ["y", "z", "a", "b"]
    assert names(picture(*reversed(people))) == ["y", "z", "a", "b"]


def test_the_nearest_of_several_homes_counts() -> None:
    everywhere = replace(PAIRED, person="x", cares=(*SITE.cares, *PAIRED.cares))

    assert names(picture(STAIRWELL, everywhere)) == ["x", "stairwell"]


def test_a_pause_ends_where_nobody_else_is_left_in_an_emergency() -> None:
    callers = replace(picture(PAIRED, WU), paused={"paired", "wu"})

    assert callers.severity is Severity.EMERGENCY
    assert names(callers) == names(callers, Role.PROFESSIONAL) == []
    assert [person.person for person in callers.whoever()] == ["paired", "wu"]
    assert replace(callers, severity=Severity.URGENT).whoever() == []
    assert [person.person for person in replace(callers, paused={"paired"}).whoever()] == ["wu"]
    assert replace(picture(replace(PAIRED, cares=())), paused={"paired"}).whoever() == []


def test_a_paused_professional_is_not_called_although_one_off_duty_would_be() -> None:
    asleep = replace(WU, duty=NIGHTS_ONLY)
    other = replace(asleep, person="wang", channels=())

    assert names(replace(picture(asleep, other), paused={"wu"}), Role.PROFESSIONAL) == ["wang"]
    assert names(replace(picture(asleep), paused={"wu"}), Role.PROFESSIONAL) == []


@pytest.mark.parametrize("person", [BO, LIN], ids=["family", "staff"])
def test_neither_family_nor_staff_can_be_paused_by_accident(person: Person) -> None:
    assert names(replace(picture(person), paused={person.person}), person.role) == [person.person]


def test_relatives_of_whom_nobody_is_on_duty_are_called_all_the_same() -> None:
    asleep, awake = replace(BO, duty=NIGHTS_ONLY), replace(BO, person="yan")

    assert names(picture(asleep), Role.FAMILY) == ["bo"]
    assert names(picture(asleep, awake), Role.FAMILY) == ["yan"]


def test_staff_of_whom_nobody_is_on_duty_are_called_all_the_same() -> None:
    asleep, paused = replace(LIN, duty=NIGHTS_ONLY), replace(LIN, person="zhu", duty=NIGHTS_ONLY)

    assert names(replace(picture(asleep, paused), paused={"zhu"}), Role.STAFF) == ["lin", "zhu"]
    awake = replace(LIN, person="hu")
    assert names(picture(asleep, awake), Role.STAFF) == ["hu"]


def test_a_volunteer_off_duty_is_not_called_and_on_a_holiday_by_its_hours() -> None:
    resting = replace(PAIRED, duty_exceptions=(DutyException(None, None),))

    assert names(picture(resting)) == ["paired"]
    assert names(replace(picture(resting), holidays={TODAY})) == []
    assert names(picture(replace(PAIRED, duty=NIGHTS_ONLY))) == []


TIRED = {"paired": 5, "stairwell": 4, "building": 6}


@pytest.mark.parametrize("severity", [Severity.URGENT, Severity.NOTICE])
def test_who_was_asked_too_often_is_spared_what_is_no_emergency(severity: Severity) -> None:
    callers = replace(picture(PAIRED, STAIRWELL, BUILDING, load=TIRED), severity=severity, load_limit=5)

    assert names(callers) == ["stairwell"]


def test_no_limit_holds_an_emergency() -> None:
    callers = replace(picture(PAIRED, STAIRWELL, BUILDING, load=TIRED), load_limit=1)

    assert names(callers) == ["paired", "stairwell", "building"]


def test_a_limit_of_nought_is_none() -> None:
    callers = replace(picture(PAIRED, load={"paired": 99}), severity=Severity.URGENT, load_limit=0)

    assert names(callers) == ["paired"]


def test_the_tired_are_asked_once_everybody_rested_was() -> None:
    callers = replace(picture(PAIRED, STAIRWELL, BUILDING, load=TIRED), severity=Severity.URGENT, load_limit=5)

    assert names(replace(callers, asked={"stairwell"})) == ["paired", "stairwell", "building"]
    assert names(replace(callers, asked={"paired"})) == ["stairwell"]
    assert names(replace(callers, load_limit=4)) == ["paired", "stairwell", "building"]


def test_staff_and_family_have_no_limit() -> None:
    callers = replace(picture(LIN, BO, load={"lin": 99, "bo": 99}), severity=Severity.URGENT, load_limit=5)

    assert (names(callers, Role.STAFF), names(callers, Role.FAMILY)) == (["lin"], ["bo"])


class Office:
    """A desk over a real database, with people around Mei."""

    def __init__(self, path: Path, *people: Person, holidays: Holidays = IS_HOLIDAY) -> None:
        self.care = CareStore(f"sqlite:///{path}")
        self.clock = VirtualClock(EIGHT)
        self.roster: Roster = town(*people)
        with self.care.begin() as connection:
            roster_store.save(connection, HOMES, DEVICES, people)
        self.desk = Desk(self.care, lambda: self.roster, self.clock, lambda: None, holidays=holidays, load_limit=2)

    def asked(self, kind: AlertKind, severity: Severity) -> list[str]:
        """Open an alert and return who was asked at once."""
        key = f"{kind}.{self.clock.now().isoformat()}"
        why = Sentence("The call button was pressed.")
        self.desk.open([Finding(key, MEI.home, GARDEN, kind, severity, self.clock.now(), why)])
        (alert,) = (alert for alert in self.desk.open_alerts() if alert.kind is kind)
        return self.asked_of(alert.id)

    def asked_of(self, alert: str) -> list[str]:
        """Return who was asked for an alert so far."""
        with self.care.read() as connection:
            return [request.person for request in cases.requests(connection, alert)]

    def pause(self, person: str, length: timedelta) -> None:
        """Let somebody say: not now."""
        with self.care.begin() as connection:
            pauses.begin(connection, Pause(person, self.clock.now(), self.clock.now() + length))


@pytest.fixture
def office(care_file: Path) -> Iterator[Office]:
    resting = replace(helper("holiday"), duty_exceptions=(DutyException(None, None),))
    made = Office(care_file, PAIRED, STAIRWELL, resting, LIN)
    yield made
    made.care.close()


def test_the_desk_leaves_the_paused_in_peace_until_their_hour_has_come(office: Office) -> None:
    office.pause("paired", HOUR)
    assert office.asked(AlertKind.SOS, Severity.EMERGENCY) == ["stairwell"]

    office.clock.advance(HOUR)
    assert office.asked(AlertKind.FALL, Severity.EMERGENCY) == ["paired", "stairwell"]


def test_whose_pause_is_the_only_thing_between_a_press_and_silence_is_called(office: Office) -> None:
    office.roster = replace(office.roster, people={"paired": PAIRED})
    office.pause("paired", HOUR)

    assert office.asked(AlertKind.LEAK, Severity.URGENT) == []
    assert office.asked(AlertKind.SOS, Severity.EMERGENCY) == ["paired"]


def test_the_desk_knows_the_holidays(office: Office) -> None:
    assert "holiday" not in office.asked(AlertKind.SOS, Severity.EMERGENCY)

    office.clock.advance(timedelta(days=1))
    assert "holiday" in office.asked(AlertKind.FALL, Severity.EMERGENCY)


@pytest.mark.parametrize(
    ("holidays", "is_called"),
    [
        ("2026-11-23; garden: 2026-12-25", True),
        ("2026-12-25; garden: 2026-11-23", False),
        ("river: 2026-11-23", True),
        ("2026-11-23; river:", False),
    ],
)
def test_the_holidays_of_the_homes_own_site_hold(care_file: Path, holidays: str, *, is_called: bool) -> None:
    resting = replace(helper("holiday"), duty_exceptions=(DutyException(None, None),))
    office = Office(care_file, resting, LIN, holidays=read_holidays(holidays))
    asked = office.asked(AlertKind.SOS, Severity.EMERGENCY)
    known = LastKnown(read_holidays(holidays)).callers(office.roster, site=GARDEN, home=MEI.home, now=EIGHT)
    office.care.close()

    assert ("holiday" in asked) == is_called
    assert ("holiday" in names(known)) == is_called


def test_the_desk_spares_the_tired_until_nobody_else_is_left_and_never_in_an_emergency(office: Office) -> None:
    office.pause("stairwell", MINUTE)
    for kind in (AlertKind.SOS, AlertKind.FALL):
        assert office.asked(kind, Severity.EMERGENCY) == ["paired"]
        office.clock.advance(MINUTE / 2)

    assert office.asked(AlertKind.LEAK, Severity.URGENT) == ["stairwell"]
    (leak,) = (alert for alert in office.desk.open_alerts() if alert.kind is AlertKind.LEAK)
    office.clock.advance(MINUTE)
    office.desk.decline(leak.id, "stairwell")
    assert office.asked_of(leak.id) == ["stairwell", "paired"]

    assert office.asked(AlertKind.SMOKE, Severity.EMERGENCY) == ["paired", "stairwell"]


def test_a_week_later_nobody_is_tired_any_more(office: Office) -> None:
    for kind in (AlertKind.SOS, AlertKind.FALL):
        office.asked(kind, Severity.EMERGENCY)

    office.clock.advance(timedelta(days=7, minutes=1))
    assert office.asked(AlertKind.LEAK, Severity.URGENT)[:2] == ["holiday", "paired"]


# Around what is no single home


def unheard(home: str = "", kind: AlertKind = AlertKind.UNMONITORED, **evidence: str) -> Alert:
    """Return an alert about a site, or a part of it."""
    return replace(new_alert(kind, Severity.URGENT), home=home, evidence=evidence)


def test_what_is_wrong_with_linli_itself_is_told_to_the_staff_of_every_site_and_to_nobody_else() -> None:
    everywhere = around(town(PAIRED, BO, LIN, WU, XU), site="", home="", now=EIGHT, load={})

    assert names(everywhere, Role.STAFF) == ["lin", "xu"]
    assert [names(everywhere, role) for role in Role if role is not Role.STAFF] == [[]] * (len(Role) - 1)


def test_a_part_of_a_site_is_the_matter_of_the_staff_of_its_homes_and_of_no_neighbour() -> None:
    jun = helper("jun", target=NEIGHBOUR.home)
    doorman = replace(LIN, person="doorman", cares=jun.cares)
    listed = picture(jun, doorman, LIN, XU)
    part = around_part(listed, unheard(homes=f"{MEI.home}, {NEIGHBOUR.home}, home-0"))

    assert part.homes == (MEI, NEIGHBOUR)
    assert names(part, Role.STAFF) == ["doorman", "lin"]
    assert names(part) == []


def test_a_part_of_a_site_without_staff_is_the_matter_of_whoever_comes_first_for_each_of_its_homes() -> None:
    clinic = replace(helper("clinic", target=NEXT_BUILDING.home), role=Role.PROFESSIONAL)
    son = replace(helper("son", target=NEIGHBOUR.home), role=Role.FAMILY)
    listed = picture(PAIRED, BO, son, clinic, helper("jun", target=NEXT_BUILDING.home), XU)
    part = around_part(listed, unheard(homes=f"{MEI.home}, {NEIGHBOUR.home}, {NEXT_BUILDING.home}"))

    assert names(part, Role.STAFF) == ["paired", "son", "clinic"]
    assert {"paired", "bo", "son", "jun", "clinic"} <= part.everybody()


def test_a_part_of_a_site_with_one_of_the_staff_off_duty_is_still_theirs_alone() -> None:
    lin = replace(LIN, duty=NIGHTS_ONLY)
    part = around_part(picture(PAIRED, lin), unheard(homes=MEI.home))

    assert names(part, Role.STAFF) == ["lin"]


@pytest.mark.parametrize(
    "alert", [unheard(MEI.home, homes=NEIGHBOUR.home), unheard(kind=AlertKind.SYSTEM, homes=NEIGHBOUR.home)]
)
def test_only_an_alert_about_a_part_of_a_site_looks_beyond_its_home(alert: Alert) -> None:
    callers = picture(PAIRED)

    assert around_part(callers, alert) is callers


def test_the_night_of_a_site_is_that_of_its_own_homes() -> None:
    river = replace(unheard(building="east", unit="2"), site=RIVER)
    place = place_of(town(), river)

    assert (place.home, place.site, place.building, place.unit, place.timezone) == (
        "",
        RIVER,
        "east",
        "2",
        "Asia/Urumqi",
    )
    assert place_of(town(), replace(unheard(), site="nowhere")).timezone == MEI.timezone
    assert place_of(town(), unheard(MEI.home)) == MEI


def test_what_is_wrong_at_a_site_is_told_by_its_own_clock_where_no_home_is_meant() -> None:
    early = replace(XU, duty=(Duty(frozenset(range(7)), time(6), time(7)),))
    office = around(town(early, replace(XU, person="late")), site=RIVER, home="", now=EIGHT, load={})
    reminder = replace(unheard(kind=AlertKind.SYSTEM), site=RIVER, severity=Severity.NOTICE)

    assert names(office, Role.STAFF) == ["late", "xu"], "it is six in Urumqi"
    assert escalation.opened(reminder, office, EIGHT).alert.climb_at == EIGHT + 2 * HOUR


def test_who_was_never_asked_is_as_rested_as_who_was_asked_no_time() -> None:
    first, second = helper("first", order=1), helper("second", order=2)
    urgent = replace(picture(first, second, load={"first": 0}), severity=Severity.URGENT)

    assert names(urgent) == ["first", "second"]
    assert names(replace(urgent, load_limit=1, load={"first": 1})) == ["second"]


def test_without_a_limit_nobody_is_spared() -> None:
    tired = replace(picture(PAIRED, BUILDING, load={"paired": 40}), severity=Severity.URGENT)

    assert names(tired) == ["paired", "building"]

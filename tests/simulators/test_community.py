"""The made-up community: who lives where, and who is around."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from linli.errors import LinliError
from linli.people import Channel, Person, Role, Roster, Scope
from linli.signals import Kind
from linli.wire import is_id
from simulators.community import EXAMPLE_HOME, build, site_id
from tests.simulators.homes import SEED, monday, willow


def test_the_first_home_is_there_in_every_community_and_has_every_device() -> None:
    community = build(1, SEED)
    kinds = {kind for device in community.devices for kind in device.kinds}
    assert community.homes[0].home == EXAMPLE_HOME
    assert kinds >= {"sos", "check_in", "motion", "contact", "bed", "smoke", "leak", "heart_rate", "body_temperature"}


def test_a_larger_community_contains_the_smaller_one() -> None:
    small, large = build(30, SEED), build(130, SEED)
    assert large.homes[:30] == small.homes
    assert large.devices[: len(small.devices)] == small.devices
    assert {person.person for person in small.people} <= {person.person for person in large.people}


def test_the_same_seed_makes_the_same_community_and_another_seed_another() -> None:
    assert build(20, SEED) == build(20, SEED)
    assert build(20, SEED).homes != build(20, SEED + 1).homes


def test_all_ids_can_stand_in_a_topic_and_are_unique() -> None:
    community = build(250, SEED)
    assert len(community.by_id) == 250
    assert len({(device.home, device.device) for device in community.devices}) == len(community.devices)
    assert len({person.person for person in community.people}) == len(community.people)
    ids = {*community.by_id, *(home.site for home in community.homes), *(d.device for d in community.devices)}
    assert all(is_id(id_) for id_ in ids | {person.person for person in community.people})


def test_a_building_belongs_to_one_site_only() -> None:
    sites: dict[str, set[str]] = {}
    for home in build(450, SEED).homes:
        sites.setdefault(home.building, set()).add(home.site)
    assert all(len(found) == 1 for found in sites.values())
    assert len(sites) == 25


def test_sites_never_run_out() -> None:
    assert len({site_id(number) for number in range(300)}) == 300
    assert all(is_id(site_id(number)) for number in range(300))


def test_homes_lie_behind_real_doors_of_their_buildings() -> None:
    for home in willow(60).homes:
        assert home.door.startswith(home.floor)
        assert home.home == f"w-{home.building}-{home.unit}-{home.door}"


def test_every_device_of_a_home_can_be_told_from_the_others_and_every_home_can_call() -> None:
    community = willow(60)
    for home in community.homes:
        kinds = Counter(kind for device in community.devices_by_home[home.home] for kind in device.kinds)
        assert kinds[Kind.SOS] == 1
        assert kinds[Kind.MOTION] >= 2
        assert (kinds[Kind.CHECK_IN] == 1) == bool(home.check_in_by)


def test_about_half_the_homes_check_in_and_after_getting_up() -> None:
    community = willow(100)
    plans = [home for home in community.homes if home.check_in_by]
    assert 35 <= len(plans) <= 65
    for home in plans:
        due = home.check_in_by[0]
        assert due.hour + due.minute / 60 > community.personas[home.home].rises + 1


def test_names_are_plainly_examples() -> None:
    community = willow(100)
    assert {home.resident[-2:] for home in community.homes} <= {"阿姨", "奶奶", "爷爷", "伯伯"}
    assert len({home.resident for home in community.homes}) == 100
    assert {home.note for home in community.homes} == {"示例住户"}
    assert all(home.phone.startswith("000-") for home in community.homes)


def test_everybody_has_family_a_neighbour_staff_and_a_clinic() -> None:
    community = willow(60)
    roster = Roster(
        homes=community.by_id,
        devices={(device.home, device.device): device for device in community.devices},
        people={person.person: person for person in community.people},
    )
    for home in community.homes:
        assert len(roster.carers(home, Role.RESIDENT)) == 1
        assert 1 <= len(roster.carers(home, Role.FAMILY)) <= 2
        assert roster.distance(roster.carers(home, Role.VOLUNTEER)[0], home) == 0
        assert len(roster.carers(home, Role.STAFF)) == 2
        assert len(roster.carers(home, Role.PROFESSIONAL)) == 1


def test_at_every_hour_of_the_week_somebody_near_is_on_duty() -> None:
    community = willow(60)
    volunteers = [person for person in community.people if person.role is Role.VOLUNTEER]
    buildings = {home.building for home in community.homes}
    assert any(person.duty for person in volunteers)
    for hour in range(7 * 24):
        now = monday(hour=0) + timedelta(hours=hour)
        assert all(covered(building, volunteers, now) for building in buildings)


def covered(building: str, volunteers: list[Person], now: datetime) -> bool:
    return any(
        person.is_on_duty(now, willow().zone)
        for person in volunteers
        if any(care.scope is Scope.BUILDING and care.target == building for care in person.cares)
    )


def test_the_caller_says_how_each_person_is_reached() -> None:
    def phone(person: Person) -> Channel | None:
        if person.role is not Role.VOLUNTEER:
            return None
        return Channel(f"phone-{person.person}", person.person, "webhook", "http://127.0.0.1:1/notices", "whsec_x")

    people = build(10, SEED, channel_for=phone).people
    assert {person.role for person in people if person.channels} == {Role.VOLUNTEER}
    assert all(len(person.channels) == 1 for person in people if person.role is Role.VOLUNTEER)


def test_a_community_without_homes_is_refused() -> None:
    with pytest.raises(LinliError, match="at least one home, not 0"):
        build(0, SEED)


def test_an_unknown_home_is_named_together_with_one_that_exists() -> None:
    with pytest.raises(LinliError, match=f"w-9-9-999 is not a home.*{EXAMPLE_HOME}"):
        willow().home("w-9-9-999")

"""An import changes what its file names and nothing else, in one step or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from linli.people import Care, Channel, Home, Person, Role, Roster, Scope
from linli.roster_file import BadRoster, RosterFile, apply, channel_id, compare, read_roster
from linli.store import roster as store
from linli.store.care import CareStore
from tests import cast
from tests.spreadsheets import DEVICES, GOOD, HOMES, PEOPLE, folder, with_cell, without


@pytest.fixture
def care(care_file: Path) -> Iterator[CareStore]:
    opened = CareStore(f"sqlite:///{care_file}")
    yield opened
    opened.close()


@pytest.fixture
def full(care: CareStore, tmp_path: Path) -> CareStore:
    """Give the store what the good file says."""
    with care.begin() as connection:
        apply(connection, _file(tmp_path))
    return care


def _file(tmp_path: Path, **sheets: object) -> RosterFile:
    return read_roster(folder(tmp_path / "csv", {**GOOD, **sheets}), this_year=2026)  # type: ignore[dict-item]


def _only(tmp_path: Path, **sheets: object) -> RosterFile:
    return read_roster(folder(tmp_path / "part", sheets), this_year=2026)  # type: ignore[arg-type]


def test_what_was_imported_is_known(full: CareStore, tmp_path: Path) -> None:
    file = _file(tmp_path)
    with full.read() as connection:
        known = store.load(connection)

    assert known.revision == 1
    assert known.homes == {home.home: home for home in file.homes}
    assert known.devices == {(device.home, device.device): device for device in file.devices}
    assert known.people == {person.person: person for person in file.people}


def test_importing_the_same_again_changes_nothing(full: CareStore, tmp_path: Path) -> None:
    with full.begin() as connection:
        change = apply(connection, _file(tmp_path))
        assert store.revision(connection) == 1

    assert change.is_empty
    assert change.summary() == (
        "homes: 0 added, 0 changed, 3 unchanged\n"
        "devices: 0 added, 0 changed, 3 unchanged\n"
        "people: 0 added, 0 changed, 3 unchanged"
    )


def test_a_key_that_is_imported_is_known_and_imported_again_changes_nothing(full: CareStore, tmp_path: Path) -> None:
    file = _file(tmp_path, people=with_cell(PEOPLE, 5, "homes", "site:garden;key:home-7;home-8"))
    with full.begin() as connection:
        assert "homes" in apply(connection, file).summary()
        [holder] = store.load(connection).key_holders(cast.MEI)
        assert apply(connection, file).is_empty

    assert holder == file.people[-1]


def test_a_dry_run_says_what_would_change_by_id_and_column(full: CareStore, tmp_path: Path) -> None:
    homes = [*with_cell(with_cell(HOMES, 2, "phone", "13800000009"), 2, "note", None), ("home-9", "garden", "4")]
    devices = with_cell(DEVICES, 4, "kind", "sos,fall")
    people = with_cell(with_cell(PEOPLE, 5, "on_duty", "24/7"), 3, "secret", "whsec_b3RoZXI=")
    file = _file(tmp_path, homes=homes, devices=devices, people=people)
    with full.read() as connection:
        change = compare(store.load(connection), file)
        assert store.revision(connection) == 1

    assert change.summary() == (
        "homes: 1 added, 1 changed, 2 unchanged\n"
        "  + home-9\n"
        "  ~ home-7: phone, note\n"
        "devices: 0 added, 1 changed, 2 unchanged\n"
        "  ~ home-8/button-1: kind\n"
        "people: 0 added, 2 changed, 1 unchanged\n"
        "  ~ ana: secret\n"
        "  ~ lin: on_duty"
    )


def test_of_a_home_that_comes_to_another_site_it_is_said_where_its_devices_have_to_publish(
    full: CareStore, tmp_path: Path
) -> None:
    homes = with_cell([*HOMES, ("home-9", "river", "4")], 3, "site", "river")
    with full.begin() as connection:
        change = apply(connection, _file(tmp_path, homes=homes))

    assert len(change.moved) == 1
    assert change.summary().splitlines()[-1] == (
        "home-8 comes to the site river: its devices must from now on publish below linli/v1/river/home-8, "
        "and a gateway that they speak through must sign in as river"
    )


def test_a_long_summary_is_cut_and_names_nobody() -> None:
    homes = tuple(Home(f"home-{number}", "garden", "3", resident="Secret Name") for number in range(30))
    change = compare(Roster(), RosterFile(homes=homes, ignored=("notes",)))

    lines = change.summary().splitlines()
    assert (len(lines), lines[21], lines[-1]) == (25, "    and 10 more", "not read: notes")
    assert "Secret" not in change.summary()


def test_what_is_not_named_stays(full: CareStore, tmp_path: Path) -> None:
    with full.read() as connection:
        before = store.load(connection)
    file = _only(tmp_path, homes=[HOMES[0], ("home-8", "garden", "3", "1")])
    with full.begin() as connection:
        change = apply(connection, file)
        after = store.load(connection)

    assert change.homes.changed == {"home-8": ("unit", "floor", "door", "resident")}
    assert after.homes == {**before.homes, "home-8": Home("home-8", "garden", "3", unit="1")}
    assert (after.devices, after.people, after.revision) == (before.devices, before.people, 2)


def test_a_column_that_the_file_does_not_have_stays_as_it_was(full: CareStore, tmp_path: Path) -> None:
    with full.read() as connection:
        before = store.load(connection)
    people = PEOPLE
    for column in ("name", "language", "order", "on_duty", "secret"):
        people = without(people, column)
    homes = [("home", "site", "building", "phone"), ("home-7", "garden", "3", "110")]
    devices = [("device", "home", "kind"), ("bath", "home-7", "motion,humidity")]
    with full.begin() as connection:
        change = apply(connection, _only(tmp_path, homes=homes, devices=devices, people=people))
        after = store.load(connection)

    assert change.homes.changed == {"home-7": ("phone",)}
    assert change.devices.changed == {"home-7/bath": ("kind",)}
    assert change.people.unchanged == 3
    assert after.homes["home-7"] == replace(before.homes["home-7"], phone="110")
    assert after.devices["home-7", "bath"].topic == "zigbee2mqtt/bath-502"
    assert after.people == before.people


def test_a_phone_that_was_allowed_to_push_stays_allowed(full: CareStore, tmp_path: Path) -> None:
    push = Channel("c-push", "ana", "webpush", "https://push.example.org/1", order=2)
    with full.begin() as connection:
        ana = store.load(connection).people["ana"]
        store.save(connection, [], [], [replace(ana, channels=(*ana.channels, push))])
        unchanged = apply(connection, _file(tmp_path))
        fewer = [*PEOPLE[:3], *PEOPLE[4:]]
        changed = apply(connection, _file(tmp_path, people=fewer))
        after = store.load(connection)

    assert unchanged.is_empty
    assert changed.people.changed == {"ana": ("channel",)}
    assert [(way.kind, way.order) for way in after.people["ana"].channels] == [("webhook", 0), ("webpush", 1)]


def test_a_channel_keeps_its_id_when_others_come_and_go(full: CareStore, tmp_path: Path) -> None:
    people = [*PEOPLE[:3], ("ana", None, None, None, "ntfy", "ana-topic"), *PEOPLE[3:]]
    with full.begin() as connection:
        apply(connection, _file(tmp_path, people=people))
        ways = store.load(connection).people["ana"].channels

    assert [(way.kind, way.order) for way in ways] == [("webhook", 0), ("ntfy", 1), ("sms", 2)]
    assert ways[2].id == channel_id("ana", "sms", "13800000001")


def test_a_file_that_names_what_is_not_there_changes_nothing(full: CareStore, tmp_path: Path) -> None:
    homes = [HOMES[0][:3], ("home-60", "garden", "6")]
    devices = [DEVICES[0], ("button-1", "home-99", "", "sos")]
    file = _only(tmp_path, homes=homes, devices=devices)

    with pytest.raises(BadRoster, match='devices row 2, home: "home-99" is not known'), full.begin() as connection:
        apply(connection, file)

    with full.read() as connection:
        assert "home-60" not in store.load(connection).homes
        assert store.revision(connection) == 1


def test_a_roster_made_in_code_is_imported_like_a_file(care: CareStore) -> None:
    file = RosterFile(homes=cast.HOMES, devices=cast.DEVICES, people=cast.PEOPLE)
    with care.begin() as connection:
        change = apply(connection, file)
        known = store.load(connection)

    assert len(change.people.added) == len(cast.PEOPLE)
    assert known == cast.roster(revision=1)


def test_a_roster_made_in_code_is_checked_like_a_file(care: CareStore) -> None:
    lost = Person("lost", Role.VOLUNTEER, cares=(Care(Scope.SITE, "nowhere"),))

    with pytest.raises(BadRoster, match='site "nowhere" is not known'), care.begin() as connection:
        apply(connection, RosterFile(people=(lost,)))

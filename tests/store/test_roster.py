"""The roster comes back as it was saved; what is not named stays, and everybody is told that it has changed."""

import threading
from dataclasses import replace
from datetime import time, timedelta

import pytest

from linli.errors import StoreDown
from linli.people import Care, Channel, Roster, Scope
from linli.store import forgetting
from linli.store import roster as store
from linli.store.care import CareStore
from tests.cast import ANA, BO, BUTTON, DEVICES, HOMES, MEI, NEIGHBOUR, PEOPLE, XU, roster


def _saved(care: CareStore) -> Roster:
    with care.begin() as connection:
        store.save(connection, HOMES, DEVICES, PEOPLE)
    return _load(care)


def _load(care: CareStore) -> Roster:
    with care.read() as connection:
        return store.load(connection)


def test_a_new_installation_knows_nobody(care: CareStore) -> None:
    assert _load(care) == Roster()


def test_the_roster_comes_back_as_it_went_in(care: CareStore) -> None:
    found = _saved(care)

    assert found == roster(revision=1)
    assert list(found.homes) == sorted(home.home for home in HOMES)


def test_what_is_not_named_stays(care: CareStore) -> None:
    _saved(care)
    moved = replace(MEI, building="5", check_in_by=(time(7, 30),), birth_year=None)
    called = replace(ANA, cares=(Care(Scope.BUILDING, "5"),), channels=(Channel("ana-9", "ana", "ntfy", "ana"),))
    louder = replace(BUTTON, kinds=("sos",))
    with care.begin() as connection:
        store.save(connection, [moved], [louder], [called])

    found = _load(care)
    assert found.revision == 2
    assert found.homes == {**roster().homes, "home-7": moved}
    assert found.devices == {**roster().devices, ("home-7", "button-1"): louder}
    assert found.people == {**roster().people, "ana": called}


def test_a_key_is_kept_beside_the_home_and_given_back(care: CareStore) -> None:
    _saved(care)
    holder = replace(ANA, cares=(Care(Scope.HOME, "home-7"), Care(Scope.KEY, "home-7")))
    with care.begin() as connection:
        store.save(connection, [], [], [holder])
    assert _load(care).key_holders(MEI) == [holder]

    with care.begin() as connection:
        store.save(connection, [], [], [ANA])
    assert _load(care).key_holders(MEI) == []


def test_who_is_forgotten_is_gone_with_everything(care: CareStore) -> None:
    _saved(care)
    with care.begin() as connection:
        forgetting.person(connection, XU.person)

    found = _load(care)
    assert found.revision == 2
    assert set(found.people) == {person.person for person in PEOPLE} - {"xu"}


def test_a_site_has_the_name_it_was_given_or_its_id(care: CareStore) -> None:
    _saved(care)
    with care.begin() as connection:
        store.rename_site(connection, "garden", "花园小区")
        store.save(connection, [NEIGHBOUR], [], [BO])

    with care.read() as connection:
        assert store.site_names(connection) == {"garden": "花园小区", "river": "river"}
        assert store.revision(connection) == 3


def test_who_holds_the_roster_is_alone_with_it(care_url: str) -> None:
    care = CareStore(care_url, busy_timeout=timedelta(milliseconds=50))
    _saved(care)

    with care.begin() as first:
        store.hold(first)
        with pytest.raises(StoreDown, match="lock"), care.begin() as second:
            store.hold(second)
    care.close()


def test_changes_made_at_once_are_counted_singly(care: CareStore) -> None:
    together = threading.Barrier(4)

    def change() -> None:
        together.wait()
        for _ in range(10):
            with care.begin() as connection:
                store.bump(connection)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with care.read() as connection:
        assert store.revision(connection) == 40

"""Who looked at a home, when and why, stays written down for whoever lives there."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from linli.look import Look, LookReason
from linli.store import looks
from linli.store import roster as roster_store
from linli.store.care import CareStore
from tests.cast import EIGHT, HOMES, HOUR, MEI, MINUTE, NEIGHBOUR

FIRST = Look(MEI.home, EIGHT, "lin", LookReason.VISIT)
SECOND = Look(MEI.home, EIGHT + HOUR, "lin", LookReason.OTHER, words="她女儿托我看看")
ALARMED = Look(MEI.home, EIGHT + HOUR, "wu", LookReason.ALERT, alert="a-1", is_again=True)


@pytest.fixture
def homes(care: CareStore) -> CareStore:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], [])
        for look in (FIRST, replace(FIRST, home=NEIGHBOUR.home), SECOND, ALARMED):
            looks.note(connection, look)
    return care


def test_a_resident_reads_who_looked_newest_first_and_nothing_of_her_neighbour(homes: CareStore) -> None:
    with homes.read() as connection:
        assert looks.of_home(connection, MEI.home, EIGHT) == [ALARMED, SECOND, FIRST]
        assert looks.of_home(connection, MEI.home, EIGHT + MINUTE) == [ALARMED, SECOND]
        assert looks.of_home(connection, "home-9", EIGHT) == []


def test_nobody_looks_at_a_home_that_is_not_known(homes: CareStore) -> None:
    with pytest.raises(IntegrityError), homes.begin() as connection:
        looks.note(connection, replace(FIRST, home="home-99"))

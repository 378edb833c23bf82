"""When homes could not be seen is kept until it teaches nothing any more."""

from datetime import timedelta

from linli.store import unseen
from linli.store.care import CareStore
from linli.store.unseen import EVERY_HOME, Unseen
from tests.cast import EIGHT, HOUR, MEI, NEIGHBOUR

HERS = Unseen(MEI.home, EIGHT, EIGHT + HOUR)
DEAF = Unseen(EVERY_HOME, EIGHT - HOUR, EIGHT)
OTHERS = Unseen(NEIGHBOUR.home, EIGHT, EIGHT + 2 * HOUR)


def test_a_home_is_told_its_own_times_and_those_of_all(care: CareStore) -> None:
    with care.begin() as connection:
        unseen.put(connection, [HERS, DEAF, OTHERS])

        assert unseen.of_home(connection, MEI.home, EIGHT - timedelta(days=1)) == [DEAF, HERS]
        assert unseen.of_home(connection, MEI.home, EIGHT) == [HERS]
        assert unseen.of_home(connection, "nowhere", EIGHT - HOUR) == [DEAF]


def test_what_is_told_twice_is_kept_once_with_the_later_word(care: CareStore) -> None:
    longer = Unseen(MEI.home, EIGHT, EIGHT + 3 * HOUR)
    with care.begin() as connection:
        unseen.put(connection, [])
        unseen.put(connection, [HERS, HERS])
        unseen.put(connection, [longer])

        assert unseen.of_home(connection, MEI.home, EIGHT) == [longer]


def test_what_is_old_is_forgotten(care: CareStore) -> None:
    with care.begin() as connection:
        unseen.put(connection, [HERS, DEAF, OTHERS])
        unseen.forget(connection, EIGHT + HOUR)

        assert unseen.of_home(connection, MEI.home, EIGHT - timedelta(days=1)) == [HERS]
        assert unseen.of_home(connection, NEIGHBOUR.home, EIGHT - timedelta(days=1)) == [OTHERS]

"""What every store of signals has to do, value for value. A subclass says what `store` is and is run by pytest."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from linli.errors import StoreDown
from linli.signals import ID_KEY, BloodPressure, Kind, Signal, Value
from linli.store.signals import SignalStore
from tests.cast import EIGHT, MEI, MINUTE, NEIGHBOUR, NEXT_BUILDING

HOME, OTHER = MEI.home, NEIGHBOUR.home
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
ALLOWED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""Each example empties the store it is given, and several stores run the same test."""


def signal(
    at: datetime = EIGHT,
    *,
    home: str = HOME,
    device: str = "hall",
    kind: Kind = Kind.MOTION,
    value: Value = "on",
    key: str = "1",
    room: str = "entrance",
    after: timedelta = timedelta(0),
    said_at: str = "",
) -> Signal:
    """Return a signal that arrived `after` it was."""
    return Signal(home, device, kind, value, at, at + after, key, room, said_at)


def at_each(step: timedelta, number: int, *, home: str = HOME, start: datetime = EIGHT) -> list[Signal]:
    """Return so many signals of a home, one a step."""
    return [signal(start + step * n, home=home, key=f"{n}") for n in range(number)]


def press(name: str) -> Signal:
    """Return a press of a button."""
    return signal(kind=Kind.BUTTON, value=name)


AWKWARD = {
    "Chinese": signal(home="三号楼-502", device="客厅 人体感应", room="卧室", key="编号一"),
    "emoji": signal(home="🏠", device="🔔 1", room="👵🏻", kind=Kind.BUTTON, value="👍🏽", key="🔑"),
    "spaces": signal(home="home 7", device=" hall ", room="living  room", key=" "),
    "commas and equals": signal(home="a,b=c", device="d=e,f", room="g=h, i", key="j,k=l"),
    "quotes": signal(home='"7"', device="'hall'", room='the "good" room', key="it''s"),
    "backslashes": signal(home="a\\", device="b\\\\", room="c\\n", kind=Kind.BUTTON, value="d\\", key="e\\,"),
    "line breaks": signal(device="a\nb", room="c\r\nd", key="e\tf"),
    "no room, no key": signal(room="", key=""),
    "one text for everything": signal(home="motion", device="motion", room="motion", key="motion"),
    "ids that look like numbers": signal(home="7", device="007", room="1e3", key="0"),
    "ids that look like words of a language": signal(home="true", device="null", room="NaN", key="None"),
    "a sentence in SQL": signal(device="'; DROP TABLE signal; --", room="%s {0}", key="--"),
    "a key of 64 characters": signal(key="邻" * 64),
    "a press named 72": press("72"),
    "a press named 72.0": press("72.0"),
    "a press named true": press("true"),
    "a press named 120/80": press("120/80"),
    "a press named by a date": press("2026-11-23T08:00:00+08:00"),
    "a long press name": press("双击 " * 2000),
    "nothing": signal(kind=Kind.POWER, value=0.0),
    "minus nothing": signal(kind=Kind.TEMPERATURE, value=-0.0),
    "next to nothing": signal(kind=Kind.POWER, value=1e-9),
    "the smallest number": signal(kind=Kind.POWER, value=5e-324),
    "100000": signal(kind=Kind.POWER, value=100_000.0),
    "a number of 17 digits": signal(kind=Kind.POWER, value=0.1 + 0.2),
    "a whole number": signal(kind=Kind.HEART_RATE, value=72.0),
    "blood pressure": signal(kind=Kind.BLOOD_PRESSURE, value=BloodPressure(120.0, 80.0)),
    "fine blood pressure": signal(kind=Kind.BLOOD_PRESSURE, value=BloodPressure(120.1, 0.1 + 0.2)),
    "1970": signal(datetime(1970, 1, 1, tzinfo=UTC)),
    "before 1970": signal(datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    "next century": signal(datetime(2101, 1, 1, tzinfo=UTC)),
    "a millisecond": signal(EIGHT + MILLISECOND),
    "a late one": signal(after=timedelta(days=40)),
    "one from the future": signal(after=timedelta(minutes=-5)),
    "a clock that was not believed": signal(said_at="1970-01-01T00:00:07Z", after=7 * MILLISECOND),
}


def whole_batches(signals: Iterable[Signal], size: int) -> int:
    """Return how many batches there are in signals whose `device` names their batch; fails if one is not whole."""
    found: dict[str, int] = {}
    for one in signals:
        found[one.device] = found.get(one.device, 0) + 1
    assert set(found.values()) <= {size}
    return len(found)


class SignalStoreContract:
    """The promises of `linli.store.signals.SignalStore`; a subclass has the fixture `store`: an empty one."""

    def test_a_signal_is_read_as_it_was_appended(self, store: SignalStore) -> None:
        alone = [
            structs.replace(one, home=f"{HOME}-{number}") if one.home == HOME else one
            for number, one in enumerate(AWKWARD.values())
        ]
        for one in alone:
            assert store.append([one]) == 1
            assert store.recent(one.home) == [one]
            assert type(store.recent(one.home)[0].value) is type(one.value)

        assert set(store.between(None, None)) == set(alone)

    def test_every_kind_is_kept(self, store: SignalStore) -> None:
        signals = [signal(kind=kind, value=1.5) for kind in Kind]

        assert store.append(signals) == len(Kind)
        assert set(store.recent(HOME)) == set(signals)
        assert {store.recent(HOME, kind=one.kind)[0] for one in signals} == set(signals)

    def test_awkward_signals_do_not_disturb_each_other(self, store: SignalStore) -> None:
        signals = [structs.replace(one, key=f"{number} {one.key}") for number, one in enumerate(AWKWARD.values())]
        assert store.append(signals) == len(signals)

        assert set(store.between(None, None)) == set(signals)
        for home in {one.home for one in signals}:
            assert set(store.recent(home)) == {one for one in signals if one.home == home}

    def test_a_number_is_kept_as_a_number_with_a_fraction(self, store: SignalStore) -> None:
        store.append([signal(kind=Kind.HEART_RATE, value=72)])
        (kept,) = store.recent(HOME)

        assert (kept.value, type(kept.value)) == (72.0, float)

    def test_moments_are_kept_to_the_millisecond_and_in_utc(self, store: SignalStore) -> None:
        store.append([signal(EIGHT + timedelta(microseconds=1234), after=timedelta(microseconds=5000))])
        (kept,) = store.recent(HOME)

        assert (kept.at, kept.received_at) == (EIGHT + MILLISECOND, EIGHT + 6 * MILLISECOND)
        assert (kept.at.tzinfo, kept.received_at.tzinfo) == (UTC, UTC)

    def test_an_empty_store_answers(self, store: SignalStore) -> None:
        assert store.recent(HOME) == []
        assert list(store.between(None, None)) == []
        assert list(store.between(EIGHT, EIGHT + MINUTE, HOME)) == []
        assert (store.count(), store.oldest(), store.newest()) == (0, None, None)
        assert store.earlier_arrival(HOME, "hall", Kind.MOTION, "on", "~1", since=EIGHT) is None
        assert store.forget(HOME) == 0
        assert store.check() is None

    def test_nothing_appended_is_nothing_new(self, store: SignalStore) -> None:
        assert store.append([]) == 0

    # -- the same thing twice

    def test_what_comes_twice_in_a_batch_is_kept_once(self, store: SignalStore) -> None:
        assert store.append([signal(), signal(key="2"), signal()]) == 2
        assert store.count() == 2

    def test_what_comes_again_later_is_kept_once(self, store: SignalStore) -> None:
        batch = at_each(SECOND, 3)

        assert store.append(batch) == 3
        assert store.append(batch) == 0
        assert store.append([*batch, signal(key="new")]) == 1
        assert store.count() == 4

    def test_of_two_deliveries_the_first_one_stays(self, store: SignalStore) -> None:
        store.append([signal(room="bedroom", value="on", said_at="early")])

        assert store.append([signal(room="kitchen", value="off", after=MINUTE)]) == 0
        assert store.recent(HOME) == [signal(room="bedroom", value="on", said_at="early")]

    def test_signals_that_differ_in_one_thing_are_all_kept(self, store: SignalStore) -> None:
        signals = [
            signal(),
            signal(home=OTHER),
            signal(device="bath"),
            signal(kind=Kind.PRESENCE),
            signal(EIGHT + MILLISECOND),
            signal(key="2"),
            signal(key="1 "),
        ]

        assert store.append(signals) == len(signals)
        assert set(store.between(None, None)) == set(signals)

    def test_a_message_id_is_known_again_at_any_moment(self, store: SignalStore) -> None:
        first = signal(key=f"{ID_KEY}17")
        again = [signal(EIGHT + later, key=first.key, after=SECOND) for later in (-MINUTE, MINUTE, timedelta(days=400))]

        assert store.append([again[0], first, again[1]]) == 1
        assert store.append([first, *again]) == 0
        assert list(store.between(None, None)) == [again[0]]

    def test_another_message_id_is_not_taken_for_it(self, store: SignalStore) -> None:
        others = [
            signal(EIGHT + MINUTE, home=OTHER, key=f"{ID_KEY}17"),
            signal(EIGHT + MINUTE, device="bath", key=f"{ID_KEY}17"),
            signal(EIGHT + MINUTE, kind=Kind.PRESENCE, key=f"{ID_KEY}17"),
            signal(EIGHT + MINUTE, key=f"{ID_KEY}1"),
            signal(EIGHT + MINUTE, key="17"),
        ]

        assert store.append([signal(key=f"{ID_KEY}17"), *others]) == 1 + len(others)

    def test_what_is_no_message_id_may_come_at_every_moment(self, store: SignalStore) -> None:
        for key in ("", "1", "hi", "j17", "~17", "von", "I17"):
            assert store.append([signal(EIGHT + n * MINUTE, key=key) for n in range(3)]) == 3

    def test_a_message_id_of_a_forgotten_home_is_forgotten_too(self, store: SignalStore) -> None:
        store.append([signal(key=f"{ID_KEY}17")])
        store.forget(HOME)

        assert store.append([signal(EIGHT + MINUTE, key=f"{ID_KEY}17")]) == 1

    def test_a_batch_that_cannot_be_written_leaves_nothing(self, store: SignalStore) -> None:
        store.append([signal(key="before")])
        impossible = signal(key="\ud800")

        with pytest.raises(UnicodeError):
            store.append([signal(home="new-home", device="new-device", room="new-room"), impossible])

        assert store.recent("new-home") == []
        assert store.append([signal(home="another", device="door", room="attic")]) == 1
        assert store.append([signal(home="new-home", device="new-device", room="new-room")]) == 1
        assert store.recent("another") == [signal(home="another", device="door", room="attic")]
        assert store.recent("new-home") == [signal(home="new-home", device="new-device", room="new-room")]
        assert store.recent(HOME) == [signal(key="before")]

    # -- one home, newest first

    def test_the_newest_come_first_and_no_more_than_asked_for(self, store: SignalStore) -> None:
        signals = at_each(MINUTE, 20)
        store.append(signals[10:] + signals[:10])
        store.append(at_each(MINUTE, 5, home=OTHER))

        assert store.recent(HOME) == signals[::-1]
        assert store.recent(HOME, limit=3) == signals[:-4:-1]
        assert store.recent(HOME, until=EIGHT + 10 * MINUTE, limit=1) == [signals[9]]
        assert store.recent("nobody") == []

    def test_since_is_in_and_until_is_out(self, store: SignalStore) -> None:
        signals = at_each(MINUTE, 6)
        store.append(signals)

        assert store.recent(HOME, since=EIGHT + 2 * MINUTE, until=EIGHT + 4 * MINUTE) == [signals[3], signals[2]]
        assert store.recent(HOME, since=EIGHT + 5 * MINUTE) == [signals[5]]
        assert store.recent(HOME, until=EIGHT + MILLISECOND) == [signals[0]]
        assert store.recent(HOME, until=EIGHT) == []
        assert store.recent(HOME, since=EIGHT + MINUTE, until=EIGHT + MINUTE) == []

    def test_one_kind_can_be_asked_for(self, store: SignalStore) -> None:
        ok = signal(kind=Kind.CHECK_IN, value="ok")
        store.append([*at_each(SECOND, 50), ok])

        assert store.recent(HOME, kind=Kind.CHECK_IN) == [ok]
        assert store.recent(HOME, kind=Kind.CHECK_IN, limit=1, until=EIGHT + MINUTE) == [ok]
        assert store.recent(HOME, kind=Kind.SOS) == []
        assert len(store.recent(HOME, kind=Kind.MOTION, limit=7)) == 7

    def test_what_is_at_hand_and_what_is_older_are_the_newest(self, store: SignalStore) -> None:
        store.append(at_each(SECOND, 5))
        store.append([signal(home=OTHER)])

        here = store.at_hand(HOME, limit=9)
        older = store.recent(HOME, until=here[-1].at if here else None, limit=9 - len(here))

        assert [*here, *older] == store.recent(HOME, limit=9)
        assert store.at_hand(HOME, limit=1) == here[:1]
        assert store.at_hand("nobody", limit=1) == []

    def test_signals_of_one_moment_stand_as_they_arrived(self, store: SignalStore) -> None:
        opened = signal(device="door", kind=Kind.CONTACT, value="open", key="z", after=MILLISECOND)
        closed = signal(device="door", kind=Kind.CONTACT, value="closed", key="a", after=2 * MILLISECOND)
        moved = signal(device="bath", key="m", after=3 * MILLISECOND)
        store.append([moved, closed, opened])

        assert store.recent(HOME) == [moved, closed, opened]
        assert store.recent(HOME, limit=1) == [moved]
        assert list(store.between(None, None)) == [opened, closed, moved]

    def test_signals_that_arrived_together_keep_one_order(self, store: SignalStore) -> None:
        store.append([signal(device=device, key=key) for device in ("b", "a", "c") for key in ("2", "1")])
        first = store.recent(HOME)

        assert store.recent(HOME) == first
        assert store.recent(HOME, limit=4) == first[:4]

    # -- all homes in time order

    def test_all_homes_are_read_in_time_order(self, store: SignalStore) -> None:
        mei, neighbour = at_each(MINUTE, 5), at_each(MINUTE, 5, home=OTHER, start=EIGHT + 30 * SECOND)
        store.append(neighbour)
        store.append(mei[::-1])

        everything = [one for pair in zip(mei, neighbour, strict=True) for one in pair]
        assert list(store.between(None, None)) == everything
        assert list(store.between(None, None, HOME)) == mei
        assert list(store.between(None, None, "nobody")) == []

    def test_stretches_that_meet_neither_repeat_nor_lose(self, store: SignalStore) -> None:
        signals = at_each(MINUTE, 10)
        store.append(signals)
        cut = EIGHT + 4 * MINUTE

        assert list(store.between(None, cut)) == signals[:4]
        assert list(store.between(cut, None)) == signals[4:]
        assert list(store.between(cut, cut + MILLISECOND, HOME)) == [signals[4]]
        assert list(store.between(cut, cut)) == []
        assert list(store.between(cut, EIGHT)) == []

    def test_years_without_a_signal_are_crossed(self, store: SignalStore) -> None:
        moments = [datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 1971, 2015, 2026, 2027)]
        store.append([signal(at, home=home) for at in moments for home in (HOME, OTHER)])

        assert [one.at for one in store.between(None, None, HOME)] == moments
        assert len(list(store.between(None, None))) == 10
        assert (store.oldest(), store.newest()) == (moments[0], moments[-1])

    def test_many_signals_are_read_each_once_and_in_order(self, store: SignalStore) -> None:
        crowd = [signal(EIGHT, key=f"{n}") for n in range(7000)]
        sparse = [signal(EIGHT + timedelta(minutes=7 * n), home=OTHER, key=f"{n}") for n in range(2000)]
        dense = [signal(EIGHT + timedelta(days=3) + n * 10 * MILLISECOND, key=f"{n}") for n in range(9000)]
        for batch in (sparse, dense, crowd):
            store.append(batch)

        read = list(store.between(None, None))

        assert len(read) == store.count() == 18_000
        assert set(read) == {*crowd, *sparse, *dense}
        assert all(one.at <= next_one.at for one, next_one in pairwise(read))
        assert len(list(store.between(None, None, HOME))) == 16_000

    def test_reading_ends_while_writing_goes_on(self, store: SignalStore) -> None:
        before = at_each(SECOND, 100)
        store.append(before)
        read = []
        for number, one in enumerate(store.between(None, None)):
            read.append(one)
            store.append([signal(EIGHT + timedelta(hours=1, seconds=number), key=f"later {number}")])

        assert read == before

    def test_a_reading_left_half_way_is_in_nobodys_way(self, store: SignalStore) -> None:
        store.append(at_each(SECOND, 10))
        half = store.between(None, None)
        next(half)

        assert store.append([signal(key="new")]) == 1
        assert store.recent(HOME, until=EIGHT + MILLISECOND, limit=2) == [signal(key="new"), signal(key="0")]
        assert next(half).at == EIGHT + SECOND

    # -- what a broker sends again

    def test_a_packet_that_comes_again_finds_its_first_arrival(self, store: SignalStore) -> None:
        moments = (EIGHT, EIGHT + 5 * MINUTE)
        store.append([signal(at, kind=Kind.SOS, value="pressed", key="~17") for at in moments])

        def found(since: datetime) -> datetime | None:
            return store.earlier_arrival(HOME, "hall", Kind.SOS, "pressed", "~17", since=since)

        assert found(EIGHT - MINUTE) == moments[1]
        assert found(moments[1]) == moments[1]
        assert found(moments[1] + MILLISECOND) is None

    def test_another_packet_is_not_taken_for_it(self, store: SignalStore) -> None:
        others = [
            signal(home=OTHER, key="~17"),
            signal(device="bath", key="~17"),
            signal(kind=Kind.PRESENCE, key="~17"),
            signal(value="off", key="~17"),
            signal(key="~1"),
        ]
        store.append([*others, signal(EIGHT + MINUTE, home="elsewhere")])

        assert store.earlier_arrival(HOME, "hall", Kind.MOTION, "on", "~17", since=EIGHT - MINUTE) is None

    def test_a_packet_of_any_value_is_found_again(self, store: SignalStore) -> None:
        for value in ("72", 72.0, -0.0, 0.1 + 0.2, BloodPressure(120.5, 80.0)):
            device = f"meter-{value}"
            store.append([signal(device=device, value=value, key="~17", kind=Kind.POWER)])

            assert store.earlier_arrival(HOME, device, Kind.POWER, value, "~17", since=EIGHT) == EIGHT
            for other in ("71", 71.0):
                assert store.earlier_arrival(HOME, device, Kind.POWER, other, "~17", since=EIGHT) is None

    # -- forgetting

    def test_a_forgotten_home_is_gone_and_the_others_stay(self, store: SignalStore) -> None:
        others = [*at_each(SECOND, 20, home=OTHER), *at_each(SECOND, 20, home=NEXT_BUILDING.home)]
        store.append([*at_each(SECOND, 5000), *others])

        assert store.forget(HOME) == 5000
        assert store.recent(HOME) == []
        assert set(store.between(None, None)) == set(others)
        assert store.forget(HOME) == 0

    def test_a_forgotten_home_may_come_back(self, store: SignalStore) -> None:
        store.append([signal(device="old", room="attic")])
        store.forget(HOME)

        assert store.append([signal(device="new", room="cellar")]) == 1
        assert store.recent(HOME) == [signal(device="new", room="cellar")]
        assert list(store.between(None, None)) == store.recent(HOME)

    def test_a_home_with_the_name_of_a_kind_may_be_forgotten(self, store: SignalStore) -> None:
        store.append([signal(home="motion"), signal()])
        store.forget("motion")

        assert store.recent(HOME, kind=Kind.MOTION) == [signal()]

    def test_a_moment_with_very_many_signals_is_forgotten_too(self, store: SignalStore) -> None:
        store.append([signal(key=f"{n}") for n in range(6000)])

        assert store.forget(HOME) == 6000
        assert store.count() == 0

    # -- several at once

    def test_two_read_whole_batches_while_one_writes(self, store: SignalStore) -> None:
        size, batches = 40, 60
        written = threading.Event()

        def write() -> None:
            try:
                for batch in range(batches):
                    at = EIGHT + batch * SECOND
                    store.append([signal(at, device=f"batch-{batch}", key=f"{n}") for n in range(size)])
            finally:
                written.set()

        def read() -> list[int]:
            counts = []
            while not written.is_set():
                counts.append(whole_batches(store.recent(HOME, limit=100_000), size))
                counts.append(whole_batches(store.between(None, None, HOME), size))
            return counts

        with ThreadPoolExecutor() as threads:
            readers = [threads.submit(read), threads.submit(read)]
            threads.submit(write).result()
            for reader in readers:
                counts = reader.result()
                assert counts == sorted(counts)
        assert whole_batches(store.between(None, None), size) == batches

    def test_a_closed_store_says_so(self, store: SignalStore) -> None:
        store.append([signal()])
        store.close()
        store.close()

        for act in (
            lambda: store.append([signal(key="2")]),
            lambda: store.recent(HOME),
            lambda: list(store.between(None, None)),
            store.count,
        ):
            with pytest.raises(StoreDown):
                act()

    # -- any history

    @given(
        st.lists(
            st.lists(
                st.tuples(*map(st.sampled_from, ("ab", "cd", ("e", "f", "i1", "i2"), range(4), range(3)))), max_size=6
            ),
            max_size=8,
        )
    )
    @settings(deadline=None, max_examples=30, suppress_health_check=ALLOWED)
    def test_any_history_gives_what_a_plain_dictionary_gives(
        self, store: SignalStore, history: list[list[tuple[str, str, str, int, int]]]
    ) -> None:
        kept: dict[str, Signal] = {}
        for home in "ab":
            store.forget(home)
        for batch in history:
            signals = [
                signal(EIGHT + n * MINUTE, home=home, device=device, key=key, after=late * SECOND, room=f"{late}")
                for home, device, key, n, late in batch
            ]
            before = len(kept)
            for one in signals:
                kept.setdefault(one.identity, one)
            assert store.append(signals) == len(kept) - before

        assert set(store.between(None, None)) == set(kept.values())
        for home in "ab":
            own = [one for one in kept.values() if one.home == home]
            read = store.recent(home)
            assert set(read) == set(own)
            assert [(one.at, one.received_at) for one in read] == sorted(
                ((one.at, one.received_at) for one in own), reverse=True
            )
        assert store.count() == len(kept)

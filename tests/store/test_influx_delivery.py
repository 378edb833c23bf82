"""Bringing signals to InfluxDB: nothing is lost, nothing is twice there, and nobody waits for it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linli.clock import VirtualClock, millis
from linli.data_dir import DataDir
from linli.errors import StoreDown
from linli.health import Health
from linli.settings import Settings
from linli.signal_store import open_signals
from linli.signals import Kind, Signal
from linli.store.influx_signals import Address, Delivery, InfluxSignalStore, misfit
from linli.store.influx_signals.delivery import PART
from linli.store.influx_signals.lines import natural_number
from linli.store.influx_signals.schema import EVER
from linli.store.sqlite_signals import SqliteSignalStore
from tests.cast import EIGHT, MINUTE
from tests.influx import Influx, free_port
from tests.influx_proxy import Mood, Proxy
from tests.store.contract import HOME, OTHER, SECOND, at_each, signal

pytestmark = pytest.mark.influx

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)
NOW = EIGHT + 30 * DAY
FULL = Mood(500, '{"error":"engine: write /var/lib/influxdb/wal/_00001.wal: no space left on device"}')


class Line:
    """A store with its delivery, turned by hand."""

    def __init__(self, path: Path, address: Address) -> None:
        self.clock = VirtualClock(NOW)
        self.health = Health(self.clock)
        self.store = InfluxSignalStore(path, address, clock=self.clock)
        self.delivery = Delivery(self.store, self.clock, self.health, window=7 * DAY)

    def turns(self, number: int = 1) -> list[float]:
        """Turn so often and return the pauses."""
        return [self.delivery.turn() for _ in range(number)]

    def until_sent(self) -> None:
        """Turn until nothing waits."""
        for _ in range(500):
            if not self.store.spooled().batches:
                return
            self.delivery.turn()
        pytest.fail(f"it is never sent: {self.trouble}")

    def moved_out(self) -> None:
        """Send everything and empty the window."""
        self.until_sent()
        self.store.window.prune(EVER, millis(self.clock.now()))

    def there(self) -> list[Signal]:
        """Return what the server has: the window is empty."""
        self.moved_out()
        return list(self.store.between(None, None))

    @property
    def trouble(self) -> str:
        """Return what staff are told."""
        troubles = [one.why for one in self.health.troubles() if one.part == PART]
        return troubles[0].template.format(**troubles[0].fields) if troubles else ""


@pytest.fixture
def open_line(tmp_path: Path) -> Iterator[Callable[[Address], Line]]:
    opened: list[Line] = []

    def open_(address: Address) -> Line:
        opened.append(Line(tmp_path / "signals.db", address))
        return opened[-1]

    yield open_
    for line in opened:
        line.store.close()


@pytest.fixture
def line(open_line: Callable[[Address], Line], influx_address: Address) -> Line:
    return open_line(influx_address)


def batches(number: int, size: int = 3) -> list[list[Signal]]:
    """Return batches whose signals name the batch."""
    return [
        [signal(EIGHT + n * MINUTE + k * SECOND, key=f"{n}-{k}", home=f"home-{k}") for k in range(size)]
        for n in range(number)
    ]


# -- a server that cannot take anything now


@pytest.mark.parametrize(
    ("mood", "told"),
    [
        (Mood(503, '{"error":"shutting down"}'), "InfluxDB answers 503: shutting down"),
        (Mood(0), "cannot be reached"),
        (FULL, "no space left on device"),
        (Mood(429, '{"message":"slow down"}'), "InfluxDB answers 429: slow down"),
        (Mood(503, passed_on=True), "InfluxDB answers 503"),
        (Mood(0, passed_on=True), "cannot be reached"),
        (Mood(401, '{"message":"unauthorized access"}'), "InfluxDB refuses the token"),
        (Mood(404, '{"message":"bucket not found"}'), "see that the bucket"),
    ],
    ids=["away", "connection breaks", "disk full", "busy", "taken, then 503", "taken, then broken", "token", "bucket"],
)
def test_what_the_server_did_not_acknowledge_is_sent_again(
    line: Line, influx_proxy: Proxy, mood: Mood, told: str
) -> None:
    sent = at_each(SECOND, 20)
    line.store.append(sent)
    influx_proxy.moods.extend([mood, mood])

    assert all(pause > 0 for pause in line.turns(2))
    assert told in line.trouble
    assert line.store.spooled().batches == 1
    line.turns()

    assert line.trouble == ""
    assert line.there() == sent


def test_the_pauses_grow_to_a_minute_and_a_server_that_names_one_is_heeded(line: Line, influx_proxy: Proxy) -> None:
    line.store.append([signal()])
    influx_proxy.for_ever = Mood(503)
    grown = line.turns(12)
    influx_proxy.for_ever = Mood(503, headers={"Retry-After": "120"})

    assert all(0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(grown[:6]))
    assert all(30 <= pause <= 60 for pause in grown[6:])
    assert line.turns() == [120]
    influx_proxy.for_ever = None
    assert line.turns() == [0]


def test_after_a_long_outage_everything_comes_in_the_order_in_which_it_arrived(line: Line, influx_proxy: Proxy) -> None:
    influx_proxy.for_ever = Mood(503)
    for batch in batches(300):
        line.store.append(batch)
        line.turns()
    assert line.store.spooled().batches == 300
    influx_proxy.for_ever = None

    line.until_sent()

    written = [text for text in b"\n".join(influx_proxy.writes).split(b"\n") if text.startswith(b"signal,")]
    keys = [text.split(b'key="')[1].split(b'"')[0] for text in written]
    assert keys == [one.key.encode() for batch in batches(300) for one in batch]
    assert len(influx_proxy.writes) < 10, "small batches are joined"
    assert len(line.there()) == 900


def test_a_server_that_is_away_is_in_nobodys_way(open_line: Callable[[Address], Line]) -> None:
    line = open_line(Address(f"http://127.0.0.1:{free_port()}", "nowhere"))
    sent = at_each(MINUTE, 10)

    assert line.store.append(sent) == 10
    assert line.turns()[0] > 0
    assert "does not answer" in line.trouble
    assert "(1 MB wait)" in line.trouble
    assert line.store.recent(HOME) == sent[::-1]
    assert list(line.store.between(None, None)) == sent
    assert line.store.window.prune(EVER, millis(NOW)) == 0, "what the server has not got stays here"
    assert list(line.store.between(None, None)) == sent


def test_what_is_older_than_the_window_is_missed_only_while_the_server_is_away(line: Line, influx_proxy: Proxy) -> None:
    old, new = at_each(SECOND, 5), at_each(SECOND, 5, start=NOW)
    line.store.append(old)
    line.moved_out()
    line.store.append(new)
    assert line.store.recent(HOME) == [*new[::-1], *old[::-1]]
    influx_proxy.is_deaf = True

    assert line.store.recent(HOME) == new[::-1]
    assert (line.store.oldest(), line.store.newest()) == (NOW, NOW + 4 * SECOND)
    with pytest.raises(StoreDown, match="did not answer"):
        list(line.store.between(None, None))
    with pytest.raises(StoreDown, match="did not answer a moment ago"):
        line.store.count()


# -- a server that will never take something


def test_only_the_lines_that_are_refused_stay_behind(
    open_line: Callable[[Address], Line], influx_address: Address
) -> None:
    line = open_line(replace(influx_address, retention=30 * DAY))
    today = datetime.now(UTC).replace(microsecond=0)
    fine = [signal(today - n * MINUTE, key=f"{n}") for n in range(50)]
    ancient = [signal(EIGHT - timedelta(days=20_000 + n), key=f"ancient {n}") for n in range(3)]
    line.store.append([*fine[:20], ancient[0], *fine[20:], *ancient[1:]])

    line.until_sent()

    line.turns()
    spooled = line.store.spooled()
    assert (spooled.batches, spooled.refused) == (0, 3)
    assert line.trouble == "InfluxDB has refused 3 signals; linli check says why. They are kept here."
    assert "retention policy" in str(line.store.check())
    assert "home-7" not in str(line.store.check())
    assert "3: 4" in str(line.store.check()), "three lines, for one reason"
    assert set(line.there()) == set(fine)
    assert line.store.window.try_refused_again() == 3
    line.until_sent()
    assert line.store.spooled().refused == 3
    assert line.store.window.try_refused_again(millis(EIGHT - 30 * DAY)) == 0, "nobody would have kept them"
    assert line.store.spooled().refused == 0


def test_a_batch_that_is_too_big_is_sent_in_pieces(line: Line, influx_proxy: Proxy) -> None:
    influx_proxy.most_bytes = 1000
    sent = at_each(SECOND, 200)
    giant = signal(kind=Kind.BUTTON, value="x" * 2000, key="giant")
    line.store.append([*sent[:100], giant, *sent[100:]])

    line.until_sent()

    assert line.store.spooled().refused == 1
    assert line.there() == sent


def test_what_a_server_says_of_a_line_never_holds_the_line(line: Line, influx_proxy: Proxy) -> None:
    influx_proxy.for_ever = Mood(400, '{"error":"unable to parse \'signal,home=secret key=1\': invalid"}')
    line.store.append([signal(home="secret")])
    line.until_sent()

    line.turns()
    assert "secret" not in line.trouble
    assert line.store.check() is not None
    assert "secret" not in str(line.store.check())


# -- the window


def test_the_window_keeps_the_last_days_and_only_what_the_server_has_leaves_it(line: Line, influx_proxy: Proxy) -> None:
    old, new = at_each(SECOND, 5), at_each(SECOND, 5, start=NOW - DAY)
    line.store.append([*old, *new])
    influx_proxy.moods.append(Mood(503))
    line.turns()
    assert line.store.window.count() == 10
    line.until_sent()
    line.clock.advance(timedelta(hours=1))
    line.turns()

    assert list(line.store.window.between(None, None)) == new
    assert list(line.store.between(None, None)) == [*old, *new]


def test_a_late_signal_is_found_at_its_place_before_and_after_it_is_sent(line: Line) -> None:
    kept = at_each(MINUTE, 10)
    line.store.append(kept)
    line.moved_out()
    late = signal(EIGHT + 90 * SECOND, key="late", after=20 * DAY)

    assert line.store.append([late]) == 1
    expected = [*kept[:2], late, *kept[2:]]
    assert list(line.store.between(None, None)) == expected
    assert line.store.recent(HOME) == expected[::-1]
    assert line.store.at_hand(HOME, limit=20) == [], "of what is newer than it, nothing is here"
    line.turns()
    assert line.store.window.count() == 0
    assert list(line.store.between(None, None)) == expected
    assert line.store.append([late, *kept]) == 0


def test_nothing_is_missed_when_signals_leave_the_window_while_they_are_read(line: Line) -> None:
    kept = [signal(EIGHT + n * SECOND, key=f"{n}") for n in range(12_000)]
    line.clock.set(EIGHT + DAY)
    line.store.append(kept)
    line.until_sent()
    reading = line.store.between(None, None)
    read = [next(reading)]
    line.store.window.prune(millis(EIGHT + 8000 * SECOND), millis(NOW))

    assert [*read, *reading] == kept


def test_nothing_is_missed_when_signals_leave_the_window_between_two_looks_at_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = at_each(SECOND, 200)
    line.clock.set(EIGHT + DAY)
    line.store.append(kept)
    line.until_sent()
    window = line.store.window
    stretch = window.stretch

    def too_late(at: int, end: int, home: str | None, stride: int) -> tuple[Sequence[Signal], int, int] | None:
        window.prune(millis(EIGHT + 100 * SECOND), millis(NOW))
        return stretch(at, end, home, stride)

    monkeypatch.setattr(window, "stretch", too_late)

    assert list(line.store.between(None, None)) == kept


def test_a_late_signal_that_is_here_and_there_is_read_once(line: Line, influx_proxy: Proxy) -> None:
    kept = at_each(MINUTE, 4)
    line.store.append(kept)
    line.moved_out()
    late = signal(EIGHT + SECOND, key="late")
    line.store.append([late])
    influx_proxy.moods.append(Mood(503, passed_on=True))
    line.turns()

    assert line.store.window.count() == 1
    assert list(line.store.between(None, None)) == [kept[0], late, *kept[1:]]
    assert line.store.recent(HOME) == [*kept[:0:-1], late, kept[0]]


def test_signals_whose_numbers_are_the_same_are_both_kept(line: Line) -> None:
    first: dict[int, str] = {}
    number = 0
    while first.setdefault(natural_number(f"{number}"), f"{number}") == f"{number}":
        number += 1
    pair = [signal(key=first[natural_number(f"{number}")]), signal(key=f"{number}")]
    line.store.append(pair[:1])
    line.store.append(pair[1:])

    assert set(line.there()) == set(pair)


def test_what_the_file_held_before_is_sent_too(
    tmp_path: Path, open_line: Callable[[Address], Line], influx_address: Address
) -> None:
    before = SqliteSignalStore(tmp_path / "signals.db")
    kept = [*at_each(MINUTE, 6000), *at_each(SECOND, 100, home=OTHER, start=EIGHT - 400 * DAY)]
    before.append(kept)
    before.close()

    line = open_line(influx_address)

    assert set(line.there()) == set(kept)


def test_what_came_while_influxdb_was_not_set_is_sent_once_it_is_again(
    tmp_path: Path, open_line: Callable[[Address], Line], influx_address: Address
) -> None:
    line = open_line(influx_address)
    line.store.append([signal()])
    line.until_sent()
    line.store.close()
    meanwhile = open_signals(Settings(data=tmp_path), DataDir(tmp_path))
    meanwhile.append([signal(key="meanwhile")])
    meanwhile.close()

    again = open_line(influx_address)

    assert set(again.there()) == {signal(), signal(key="meanwhile")}


# -- forgetting


def test_a_home_that_is_forgotten_while_the_server_is_away_is_deleted_later(
    line: Line, open_line: Callable[[Address], Line], influx_proxy: Proxy, influx_address: Address
) -> None:
    line.store.append([*at_each(SECOND, 10), *at_each(SECOND, 10, home=OTHER)])
    line.moved_out()
    line.store.append(at_each(SECOND, 10, start=NOW))
    influx_proxy.for_ever = Mood(503)
    influx_proxy.writes.clear()

    assert line.store.forget(HOME) == 20
    assert line.store.recent(HOME) == []
    assert list(line.store.between(None, None)) == at_each(SECOND, 10, home=OTHER)
    line.store.append([signal(NOW + MINUTE, key="new life")])
    line.store.close()
    again = open_line(influx_address)
    assert again.store.recent(HOME) == [signal(NOW + MINUTE, key="new life")]
    influx_proxy.for_ever = None

    assert [one for one in again.there() if one.home == HOME] == [signal(NOW + MINUTE, key="new life")]
    assert len(again.there()) == 11
    assert b"\n".join(influx_proxy.writes).count(b"key=") == 1, "nothing of a forgotten home is sent"
    assert HOME.encode() not in (again.store.window._path.read_bytes() if not again.store.forget(HOME) else b"")


def test_no_byte_of_a_forgotten_home_waits_in_the_spool(line: Line, tmp_path: Path) -> None:
    line.store.append([signal(home="secret-home", room="secret-room"), signal(home=OTHER)])
    line.store.forget("secret-home")

    waiting = line.store.window.first(10**9)
    assert waiting is not None
    assert b"secret" not in waiting.lines
    line.turns(3)
    line.store.window._writer.cut_log()
    assert not [file for file in tmp_path.iterdir() if b"secret" in file.read_bytes()]


@pytest.mark.parametrize(
    "home", ["o'hara", 'a "b" c', "a,b=c d", "100%", "back\\slash\\", "三号楼 🏠", "line\nbreak", "--"]
)
def test_a_home_of_any_name_is_asked_for_and_deleted(line: Line, home: str) -> None:
    own = [signal(home=home, device=home, key=home), signal(EIGHT + SECOND, home=home, key=home, kind=Kind.SOS)]
    line.store.append([*own, signal(), signal(home=f"{home}'")])
    line.moved_out()

    assert line.store.recent(home) == own[::-1]
    assert list(line.store.between(None, None, home)) == own
    assert line.store.earlier_arrival(home, home, Kind.MOTION, "on", home, since=EIGHT) == EIGHT
    assert line.store.forget(home) == 2
    line.until_sent()
    assert set(line.there()) == {signal(), signal(home=f"{home}'")}


# -- hours


def test_hours_that_have_left_the_window_are_summed_up_and_a_late_signal_counts(line: Line) -> None:
    powers = [signal(EIGHT + n * 20 * MINUTE, kind=Kind.POWER, value=float(n), key=f"{n}") for n in range(6)]
    line.store.append([*powers, *at_each(SECOND, 3, home="三号楼 502")])
    line.turns(2)
    line.clock.advance(timedelta(hours=1))
    line.turns()

    def hours() -> set[tuple[object, ...]]:
        server = line.store.server
        asked = 'SELECT "count", "mean", "home", "kind" FROM hourly'
        return {tuple(row) for _, rows in server._ask(asked, server.address.long_bucket, 5) for row in rows}

    eight = millis(EIGHT) * 1_000_000
    hour = 3600 * 10**9
    assert hours() == {
        (eight, 3, 1, HOME, "power"),
        (eight + hour, 3, 4, HOME, "power"),
        (eight, 3, None, "三号楼 502", "motion"),
    }
    line.store.append([signal(EIGHT + MINUTE, key="late")])
    line.turns()
    line.clock.advance(timedelta(hours=1))
    line.turns()
    assert (eight, 1, None, HOME, "motion") in hours()
    line.store.forget(HOME)
    line.turns()
    assert hours() == {(eight, 3, None, "三号楼 502", "motion")}


# -- does the server fit


def test_a_server_that_is_too_old_is_said(open_line: Callable[[Address], Line], influx_server: Influx) -> None:
    if influx_server.takes_v2:
        pytest.skip("is true of InfluxDB 1.6 and 1.7 alone")
    name = influx_server.database()
    influx_server.drop(name)
    line = open_line(Address(f"http://127.0.0.1:{influx_server.port}", name))
    line.store.append([signal()])
    line.turns()
    influx_server.drop(name)

    assert "InfluxDB 1.6.7" in line.trouble
    assert "is too old, it knows no /api/v2/write; take 1.8, 2.x or 3" in line.trouble


def test_a_retention_that_is_not_the_one_that_was_set_is_said(
    open_line: Callable[[Address], Line], influx_address: Address, influx_server: Influx
) -> None:
    influx_server.say(f'CREATE DATABASE "{influx_address.bucket}" WITH DURATION 10d')
    line = open_line(influx_address)

    assert misfit(line.store.server) == (
        f"InfluxDB keeps {influx_address.bucket} for 10 days, linli is to keep it for ever; change the server's"
        " retention or influxdb_retention_days, so that they say the same"
    )


def test_what_is_missing_is_made_and_a_second_look_finds_it(
    open_line: Callable[[Address], Line], influx_address: Address
) -> None:
    line = open_line(replace(influx_address, retention=400 * DAY))

    assert misfit(line.store.server) is None
    assert misfit(line.store.server) is None
    databases = line.store.server.tell("SHOW DATABASES")
    assert [influx_address.bucket] in databases
    assert [influx_address.long_bucket] in databases


# -- kills


def test_what_was_acknowledged_is_at_the_server_once_after_any_kill(
    tmp_path: Path, open_line: Callable[[Address], Line], influx_address: Address
) -> None:
    acknowledged: set[int] = set()
    for start, acks in ((0, 3), (1000, 9), (2000, 20)):
        acknowledged |= _killed_after(acks, tmp_path / "signals.db", influx_address, start)

    line = open_line(influx_address)
    there = line.there()

    assert line.store.count() == len(there) == len(set(there))
    found = {int(one.home.removeprefix("batch-")) for one in there}
    assert acknowledged <= found
    assert len(there) == 100 * len(found)


def _killed_after(acks: int, path: Path, address: Address, start: int) -> set[int]:
    with subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("influx_writer.py")),
            str(path),
            address.url,
            address.bucket,
            str(start),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        heard = [program.stdout.readline() for _ in range(acks)]
        program.kill()
        heard += program.stdout.readlines()
    return {int(text) for text in heard if text.endswith("\n")}

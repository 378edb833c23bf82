"""Signals move from one store to another: all of them, as they are, whatever happens on the way."""

import re
import signal as signals_of_unix
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import typer
from msgspec import structs

from bench.program import wait_for
from linli.clock import SystemClock, VirtualClock, millis
from linli.commands import migrate_signals
from linli.errors import LinliError
from linli.health import Health
from linli.moving import Move, Reached
from linli.moving.digest import hash_of
from linli.moving.move import whole_moments
from linli.moving.places import Bucket, File, open_target
from linli.settings import Settings
from linli.signals import BloodPressure, Kind, Signal
from linli.store.influx_signals import Address, BareServer, Delivery, InfluxSignalStore
from linli.store.influx_signals.schema import EVER
from linli.store.sqlite_signals import SqliteSignalStore
from tests.cast import EIGHT, MINUTE
from tests.influx import Influx, free_port, reaching
from tests.influx_proxy import Mood, Proxy
from tests.store.contract import AWKWARD, MILLISECOND, OTHER, SECOND, at_each, signal

DAY = timedelta(days=1)
LINLI = [sys.executable, "-c", "from linli.cli import main; main()"]
DAYS, A_DAY = 30, 500
HISTORY = [
    signal(EIGHT + day * DAY + n * MINUTE, home=f"home-{n % 4}", key=f"{day}-{n}")
    for day in range(DAYS)
    for n in range(A_DAY)
]


def stored(path: Path, signals: Sequence[Signal]) -> Path:
    """Return a file with these signals."""
    with closing(SqliteSignalStore(path)) as store:
        store.append(signals)
    return path


def all_of(path: Path) -> list[Signal]:
    """Return what a file holds."""
    with closing(SqliteSignalStore(path)) as store:
        return list(store.between(None, None))


def there(address: Address) -> list[Signal]:
    """Return what a bucket holds."""
    with closing(BareServer(address)) as server:
        return list(server.between(EIGHT - 100_000 * DAY, EIGHT + 80_000 * DAY))


def moved(source: File, target: File, folder: Path) -> Move:
    return Move(source, target, Reached(folder / "copied", source.name, target.name))


def set_up(monkeypatch: pytest.MonkeyPatch, address: Address) -> str:
    """Let the settings' token and organisation be those of a server; return its URL."""
    settings = reaching(address)
    monkeypatch.setenv("LINLI_INFLUXDB_ORG", settings["influxdb_org"])
    monkeypatch.setenv("LINLI_INFLUXDB_TOKEN", settings["influxdb_token"])
    return str(settings["signals"])


def of_all_kinds() -> list[Signal]:
    """Return signals that are hard to keep, of one whole millisecond and many others."""
    crowd = [signal(key=f"{number} {one.key}", value=f"v{number}") for number, one in enumerate(AWKWARD.values())]
    return [*crowd, *(structs.replace(one, key=f"~{number}") for number, one in enumerate(AWKWARD.values()))]


# -- between files


def test_a_file_is_moved_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = stored(tmp_path / "signals.db", of_all_kinds()), tmp_path / "new.db"

    migrate_signals.command(str(tmp_path), str(target), data=tmp_path)

    assert all_of(target) == all_of(source)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    told = capsys.readouterr().out
    assert f"{len(of_all_kinds())} signals of 4 days are the same, by count and hash" in told
    assert "pass 2 found nothing new" in told
    assert "leave the setting signals empty" in told
    assert not re.search("|".join(re.escape(one.home) for one in AWKWARD.values() if len(one.home) > 3), told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.db", "signals.db"]


def test_a_second_start_finds_nothing_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = stored(tmp_path / "old.db", HISTORY), tmp_path / "new.db"
    migrate_signals.command(str(source), str(target), data=tmp_path)
    capsys.readouterr()

    migrate_signals.command(str(source), str(target), data=tmp_path)

    assert "pass 1 found nothing new" in capsys.readouterr().out


def test_an_empty_store_is_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    migrate_signals.command(str(stored(tmp_path / "old.db", [])), str(tmp_path / "new.db"), data=tmp_path)

    assert "0 signals of 0 days are the same" in capsys.readouterr().out
    assert all_of(tmp_path / "new.db") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_a_second_start_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    source, target = stored(tmp_path / "old.db", HISTORY), tmp_path / "new.db"
    copied = tmp_path / "new.db.copied"
    came: list[int] = []

    def noted() -> bytes:
        return copied.read_bytes() if copied.exists() else b""

    for _ in range(3):
        killed_once(source, target, partial(_differs, noted(), noted))
        came.append(len(all_of(target)))
    assert 0 < came[0] <= came[1] <= came[2] < len(HISTORY)
    until = Reached(copied, str(source), str(target)).until()
    assert until is not None
    assert until > EIGHT + DAY, "it does not begin anew"

    ended = subprocess.run([*LINLI, "migrate-signals", source, target], capture_output=True, text=True, check=True)

    assert f"{len(HISTORY)} signals of {DAYS} days are the same" in ended.stdout
    assert all_of(target) == all_of(source)
    assert not copied.exists()


def _differs(before: bytes, now: Callable[[], bytes]) -> bool:
    return now() != before


def killed_once(source: Path | str, target: Path | str, is_time: Callable[[], bool]) -> None:
    """Start a copy and kill it once it is time."""
    program = subprocess.Popen([*LINLI, "migrate-signals", source, target], stdout=subprocess.PIPE)
    wait_for("the copy comes on", lambda: is_time() or program.poll() is not None, 60, 0.001)
    program.send_signal(signals_of_unix.SIGKILL)
    program.communicate()
    assert program.returncode == -signals_of_unix.SIGKILL


class Busy(File):
    """A file that somebody else appends to while it is being copied: at each of these reads the next batch."""

    def __init__(self, path: Path, batches: Iterable[Sequence[Signal]]) -> None:
        super().__init__(path)
        self._other = SqliteSignalStore(path)
        self._batches = iter(batches)

    def newest(self) -> datetime | None:
        newest = super().newest()
        self._other.append(next(self._batches, []))
        return newest

    def close(self) -> None:
        self._other.close()
        super().close()


def test_what_comes_during_the_copy_is_caught_up_new_or_late(tmp_path: Path) -> None:
    path = stored(tmp_path / "old.db", HISTORY)
    late, new = at_each(SECOND, 7, start=EIGHT + 2 * DAY + SECOND), at_each(SECOND, 3, start=EIGHT + 40 * DAY)
    source, target = (
        Busy(path, [[], [*late, *new], at_each(SECOND, 2, start=EIGHT + 40 * DAY + MINUTE)]),
        File(tmp_path / "new.db"),
    )
    with closing(source), closing(target):
        found = moved(source, target, tmp_path).run()

    assert (found.passes, found.copied, found.differences) == (4, 0, [])
    assert (found.signals, found.days) == (len(HISTORY) + 12, DAYS + 1)
    assert all_of(tmp_path / "new.db") == all_of(path)


def test_only_what_was_new_is_gone_over_again(tmp_path: Path) -> None:
    source, target = stored(tmp_path / "old.db", HISTORY), stored(tmp_path / "new.db", HISTORY[: -2 * A_DAY])
    firsts: list[datetime | None] = []

    class Watched(File):
        def first(self, since: datetime | None) -> datetime | None:
            firsts.append(since)
            return super().first(since)

    with closing(Watched(source)) as here, closing(File(target)) as there:
        found = moved(here, there, tmp_path).run()

    end = HISTORY[-1].at.replace(hour=0, minute=0) + 2 * DAY
    assert firsts == [None, end, end - 3 * DAY, end]
    assert (found.passes, found.signals, found.days) == (2, len(HISTORY), DAYS)


def test_a_linli_that_never_rests_is_not_waited_for(tmp_path: Path) -> None:
    path = stored(tmp_path / "old.db", at_each(SECOND, 5))
    batches = [at_each(SECOND, 2, start=EIGHT + n * MINUTE) for n in range(1, 20)]
    source, target = Busy(path, batches), File(tmp_path / "new.db")
    with closing(source), closing(target):
        found = moved(source, target, tmp_path).run()

    assert (found.passes, found.copied, found.signals) == (5, 2, 15)
    assert all_of(tmp_path / "new.db") == all_of(path)


def test_a_day_that_was_lost_behind_the_copy_is_found(tmp_path: Path) -> None:
    """What is written down about how far it came is not believed in the end."""
    source, target = stored(tmp_path / "old.db", HISTORY), stored(tmp_path / "new.db", HISTORY[A_DAY:])
    Reached(tmp_path / "new.db.copied", str(source), str(target)).note(EIGHT + DAYS * DAY)

    migrate_signals.command(str(source), str(target), data=tmp_path)

    assert all_of(target) == HISTORY


def test_what_another_copy_wrote_down_says_nothing_about_this_one(tmp_path: Path) -> None:
    Reached(tmp_path / "copied", "a", "b").note(EIGHT)
    (tmp_path / "broken").write_text('{"source":', "utf-8")

    assert Reached(tmp_path / "copied", "a", "b").until() == EIGHT
    assert Reached(tmp_path / "copied", "a", "c").until() is None
    assert Reached(tmp_path / "broken", "a", "b").until() is None


# -- what is not the same


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        (
            [signal(HISTORY[3].at, home=HISTORY[3].home, key=HISTORY[3].key, value="off")],
            "2026-11-23: 500 signals in FROM, 500 in TO",
        ),
        ([signal(HISTORY[3].at + MILLISECOND, home=HISTORY[3].home)], "2026-11-23: 500 signals in FROM, 501 in TO"),
        ([signal(EIGHT + 90 * DAY, home=HISTORY[3].home)], "2027-02-21: 0 signals in FROM, 1 in TO"),
    ],
    ids=["another value", "one too many", "one on a day without any"],
)
def test_a_difference_is_found_and_said(
    tmp_path: Path, planted: list[Signal], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = stored(tmp_path / "old.db", HISTORY), stored(tmp_path / "new.db", planted)

    with pytest.raises(LinliError) as found:
        migrate_signals.command(str(source), str(target), data=tmp_path)

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "1 days are not the same on both sides" in str(found.value)
    assert told in str(found.value)
    assert "home-" not in f"{found.value}{printed.err}"


def test_other_homes_are_no_difference(tmp_path: Path) -> None:
    others = at_each(SECOND, 9, home="of-another-linli", start=EIGHT + DAY)
    source, target = stored(tmp_path / "old.db", HISTORY), stored(tmp_path / "new.db", others)

    migrate_signals.command(str(source), str(target), data=tmp_path)

    assert len(all_of(target)) == len(HISTORY) + 9


@pytest.mark.parametrize(
    "other",
    [
        signal(home=OTHER),
        signal(device="bath"),
        signal(kind=Kind.PRESENCE),
        signal(value="off"),
        signal(value=1.0),
        signal(value=BloodPressure(1.0, 2.0)),
        signal(EIGHT + MILLISECOND, after=-MILLISECOND),
        signal(key="2"),
        signal(room="bathroom"),
        signal(after=MILLISECOND),
        signal(said_at="7"),
        signal(device="hal", key="l1"),
    ],
)
def test_the_hash_tells_every_part_of_a_signal(other: Signal) -> None:
    assert hash_of(other) != hash_of(signal())
    assert hash_of(signal(value=-0.0)) == hash_of(signal(value=0.0))
    assert hash_of(signal(value=72)) == hash_of(signal(value=72.0)) != hash_of(signal(value="72.0"))


def test_signals_of_one_moment_stay_together() -> None:
    some = [*at_each(SECOND, 4), *(signal(EIGHT + 4 * SECOND, key=f"k{n}") for n in range(7)), *at_each(MINUTE, 1)]

    assert [len(each) for each in whole_moments(some, 3)] == [3, 8, 1]
    assert [one for each in whole_moments(some, 3) for one in each] == some


# -- what cannot be


def test_what_cannot_be_moved_is_said(tmp_path: Path) -> None:
    source = stored(tmp_path / "signals.db", at_each(SECOND, 2))
    nowhere = f"influxdb://lin:secret@127.0.0.1:{free_port()}/linli"
    with sqlite3.connect(tmp_path / "care.db") as care:
        care.execute("CREATE TABLE person (id)")
    care.close()
    before = (tmp_path / "care.db").read_bytes()
    for here, to, told in (
        (source, tmp_path, "FROM and TO are the same"),
        (nowhere, nowhere, "FROM and TO are the same"),
        (tmp_path / "none", "x.db", "holds no signals"),
        (tmp_path / "care.db", "x.db", "holds no signals"),
        (source, tmp_path / "care.db", "is no file of signals"),
        (source, tmp_path / "none" / "x.db", "there is no folder"),
        (source, nowhere, "does not answer"),
        (nowhere, tmp_path / "x.db", "does not answer.*start the same command again"),
        (source, "influxdb://lin:secret@127.0.0.1", "FROM or TO: the bucket must be named"),
        (source, "http://lin:secret@127.0.0.1/x", "FROM or TO: this is no URL"),
    ):
        with pytest.raises(LinliError, match=told) as refused:
            migrate_signals.command(str(here), str(to), data=tmp_path)
        assert "secret" not in str(refused.value)
    assert (tmp_path / "care.db").read_bytes() == before
    with pytest.raises(LinliError, match="cannot be read; name the file that holds TO's token"):
        migrate_signals.command(str(source), nowhere, to_token_file=tmp_path / "none", data=tmp_path)


def test_the_window_of_an_influxdb_is_neither_copied_nor_filled(tmp_path: Path) -> None:
    source = stored(tmp_path / "old.db", at_each(SECOND, 2))
    window = tmp_path / "signals.db"
    InfluxSignalStore(window, Address("http://127.0.0.1:9", "nowhere")).close()

    with pytest.raises(LinliError, match="holds the last days only, an InfluxDB has the rest"):
        migrate_signals.command(str(window), str(tmp_path / "new.db"), data=tmp_path)
    with pytest.raises(LinliError, match="holds the last days of an InfluxDB, and linli takes older ones out"):
        migrate_signals.command(str(source), str(window), data=tmp_path)


def test_stopped_by_hand_it_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = stored(tmp_path / "old.db", HISTORY)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(File, "append", stop)
    with pytest.raises(typer.Exit) as left:
        migrate_signals.command(str(source), str(tmp_path / "new.db"), data=tmp_path)

    assert left.value.exit_code == 130
    assert "stopped; the same command goes on where it was" in capsys.readouterr().err


# -- with an InfluxDB


@pytest.mark.influx
def test_to_an_influxdb_and_back_everything_is_as_it_was(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = set_up(monkeypatch, influx_address)
    source = stored(tmp_path / "old.db", [*of_all_kinds(), *HISTORY])

    migrate_signals.command(str(source), url, data=tmp_path / "data")
    migrate_signals.command(url, str(tmp_path / "new.db"), data=tmp_path / "data")

    assert set(all_of(tmp_path / "new.db")) == set(all_of(source))
    assert len(all_of(tmp_path / "new.db")) == len(there(influx_address)) == len(of_all_kinds()) + len(HISTORY)
    told = capsys.readouterr().out
    assert f'set signals = "{url}"' in told
    assert told.count("pass 2 found nothing new") == 2


@pytest.mark.influx
def test_signals_whose_points_collide_are_all_moved(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)
    monkeypatch.setattr("linli.store.influx_signals.bare.natural_number", lambda _: 999_999)
    source = stored(tmp_path / "old.db", [signal(key=f"{n}") for n in range(30)])

    migrate_signals.command(str(source), url, data=tmp_path / "data")

    assert {one.key for one in there(influx_address)} == {f"{n}" for n in range(30)}


@pytest.mark.influx
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_on_the_way_to_an_influxdb_it_goes_on(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)
    source, copied = stored(tmp_path / "old.db", HISTORY), tmp_path / "old.db.copied"
    killed_once(source, url, copied.exists)
    assert 0 < len(there(influx_address)) < len(HISTORY)

    migrate_signals.command(str(source), url, data=tmp_path / "data")

    assert there(influx_address) == HISTORY
    assert not copied.exists()


@pytest.mark.influx
def test_an_influxdb_that_goes_away_half_way_is_gone_on_with(
    tmp_path: Path, influx_address: Address, influx_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)
    source = stored(tmp_path / "old.db", HISTORY)
    with closing(Bucket(influx_address, None)) as bucket:
        bucket.prepare()
        bucket.append(HISTORY[: 3 * A_DAY])
    influx_proxy.moods.append(Mood(503, passed_on=True))

    with pytest.raises(LinliError, match="InfluxDB answers 503.*start the same command again"):
        migrate_signals.command(str(source), url, data=tmp_path / "data")
    migrate_signals.command(str(source), url, data=tmp_path / "data")

    assert there(influx_address) == HISTORY


@pytest.mark.influx
def test_what_an_influxdb_refuses_is_said_without_its_readings(
    tmp_path: Path, influx_address: Address, influx_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)
    source = stored(tmp_path / "old.db", at_each(SECOND, 3))
    influx_proxy.for_ever = Mood(400, """{"error":"partial write: 'signal,home=home-7 72' dropped=1"}""")

    with pytest.raises(LinliError, match="InfluxDB refuses 3 signals: 400: partial write") as refused:
        migrate_signals.command(str(source), url, data=tmp_path / "data")

    assert "home-7" not in str(refused.value)


@pytest.mark.influx
def test_of_an_influxdb_that_has_no_such_bucket_nothing_is_made(
    tmp_path: Path, influx_server: Influx, influx_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)

    with pytest.raises(LinliError, match="not found"):
        migrate_signals.command(url, str(tmp_path / "new.db"), data=tmp_path / "data")

    if not influx_server.org:
        with closing(BareServer(influx_address)) as server:
            assert [influx_address.bucket] not in server.server.tell("SHOW DATABASES")


@pytest.mark.influx
def test_a_bucket_with_other_homes_is_fine_and_one_signal_too_many_is_not(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = set_up(monkeypatch, influx_address)
    source = stored(tmp_path / "old.db", HISTORY)
    with closing(Bucket(influx_address, None)) as bucket:
        bucket.prepare()
        bucket.append(at_each(SECOND, 9, home="of-another-linli"))
        migrate_signals.command(str(source), url, data=tmp_path / "data")
        bucket.append([signal(EIGHT + DAY + SECOND, home=HISTORY[0].home, key="nobody sent it")])

    with pytest.raises(LinliError, match=r"1 days are not the same .*2026-11-24: 500 signals in FROM, 501 in TO"):
        migrate_signals.command(str(source), url, data=tmp_path / "data")


@pytest.mark.influx
def test_the_influxdb_in_use_is_moved_with_what_waits_and_without_whom_it_forgets(
    tmp_path: Path, influx_server: Influx, influx_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_SIGNALS", set_up(monkeypatch, influx_address))
    sent, waiting = at_each(DAY, 5), at_each(DAY, 5, start=EIGHT + 10 * DAY)
    store = InfluxSignalStore(tmp_path / "signals.db", influx_address, clock=VirtualClock(EIGHT))
    store.append([*sent, *at_each(DAY, 3, home=OTHER)])
    clock = SystemClock()
    Delivery(store, clock, Health(clock), window=7 * DAY).send_all()
    store.window.prune(EVER, millis(EIGHT))
    store.append(waiting)
    store.forget(OTHER)
    store.close()
    other = replace(influx_address, bucket=influx_server.database())

    migrate_signals.command(str(reaching(influx_address)["signals"]), str(tmp_path / "new.db"), data=tmp_path)
    migrate_signals.command(str(reaching(influx_address)["signals"]), str(reaching(other)["signals"]), data=tmp_path)

    assert all_of(tmp_path / "new.db") == sorted([*sent, *waiting], key=lambda one: one.at)
    assert there(other) == all_of(tmp_path / "new.db")
    influx_server.drop(other.bucket)


@pytest.mark.influx
def test_another_target_has_a_token_of_its_own(influx_address: Address) -> None:
    token = influx_address.token or "lin:word"
    settings = Settings(influxdb_org="of the old one", influxdb_token="of the old one")

    target = open_target(
        str(reaching(influx_address)["signals"]), settings, org=influx_address.org or "new", token=token
    )

    with closing(target):
        assert isinstance(target, Bucket)
        assert (target.server.address.org, target.server.address.token) == (influx_address.org or "new", token)


@pytest.mark.influx
def test_what_the_influxdb_would_not_keep_is_left_out_and_said(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = set_up(monkeypatch, influx_address)
    monkeypatch.setenv("LINLI_INFLUXDB_RETENTION_DAYS", "30")
    now = SystemClock().now().replace(microsecond=0)
    old, new = at_each(MINUTE, 5, start=now - 40 * DAY), at_each(MINUTE, 5, start=now - 20 * DAY)
    source = stored(tmp_path / "old.db", [*old, *new])

    migrate_signals.command(str(source), url, data=tmp_path / "data")

    told = capsys.readouterr().out
    assert "are left out: InfluxDB does not keep them longer" in told
    assert "5 signals of 1 days are the same" in told
    assert there(influx_address) == new

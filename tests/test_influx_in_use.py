"""linli on an InfluxDB: what starts, calls, is said and is erased, with the server there and without it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.intake import Arrived
from linli.checkup import faults
from linli.clock import SystemClock, VirtualClock, millis
from linli.commands import export, forget
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.settings import Settings
from linli.signal_store import influx_address, open_signals
from linli.signals import Kind, Signal
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.influx_signals import Address, InfluxSignalStore, is_window
from linli.store.influx_signals.address import parse
from linli.store.influx_signals.schema import EVER
from tests.cast import DEVICES, EIGHT, HOMES, MEI, MINUTE, NEIGHBOUR, PEOPLE
from tests.influx import free_port, reaching
from tests.influx_proxy import Proxy
from tests.watching import furnish

A_WEEK_LATER = EIGHT + timedelta(days=8)


@pytest.fixture
def nowhere() -> str:
    return f"influxdb://127.0.0.1:{free_port()}/linli"


@pytest.fixture
def core(tmp_path: Path, nowhere: str) -> Iterator[Core]:
    settings = Settings(data=tmp_path, signals=nowhere)
    made = build(settings, DataDir(tmp_path), VirtualClock(EIGHT), "http://127.0.0.1")
    with made.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    made.refresh()
    made.warm()
    yield made
    made.close()


def test_linli_starts_and_calls_while_its_influxdb_is_away(core: Core) -> None:
    topic = f"linli/v1/garden/{MEI.home}/button/sos"
    core.pipeline.take_in([Arrived(topic, b"pressed", EIGHT, 1, redelivered=False)])

    with core.care.read() as connection:
        assert [alert.home for alert in cases.open_ones(connection)] == [MEI.home]
    assert [one.kind for one in core.signals.recent(MEI.home)] == [Kind.SOS]
    assert core.delivery is not None
    assert core.delivery.turn() > 0
    (trouble,) = core.health.troubles()
    assert trouble.part == "influxdb"
    assert core.delivery.spooled().batches == 1


def test_without_the_setting_nothing_is_delivered(tmp_path: Path) -> None:
    made = build(Settings(data=tmp_path), DataDir(tmp_path), VirtualClock(EIGHT), "http://127.0.0.1")
    assert made.delivery is None
    made.close()


def test_linli_check_says_that_the_influxdb_is_away(tmp_path: Path, nowhere: str) -> None:
    settings = Settings(data=furnish(tmp_path), signals=nowhere)

    found = list(faults(settings, DataDir(settings.data), SystemClock()))

    assert [one for one in found if one.startswith("InfluxDB at 127.0.0.1:") and "does not answer" in one]


def test_linli_check_leaves_a_file_of_signals_as_it_is(tmp_path: Path, nowhere: str) -> None:
    settings = Settings(data=furnish(tmp_path), signals=nowhere)
    data = DataDir(settings.data)
    store = open_signals(Settings(data=tmp_path), data)
    store.append(_motions(MEI.home))
    store.close()
    before = data.signals.read_bytes()

    list(faults(settings, data, SystemClock()))

    assert data.signals.read_bytes() == before
    assert not is_window(data.signals), "linli migrate-signals would refuse it"


def test_linli_check_makes_no_file_of_signals(tmp_path: Path, nowhere: str) -> None:
    settings = Settings(data=furnish(tmp_path), signals=nowhere)
    data = DataDir(settings.data)
    data.signals.unlink()

    list(faults(settings, data, SystemClock()))

    assert not data.signals.exists()


def test_linli_check_without_the_setting_leaves_a_window_as_it_is(tmp_path: Path, nowhere: str) -> None:
    data = DataDir(furnish(tmp_path))
    store = open_signals(Settings(data=tmp_path, signals=nowhere), data)
    store.append(_motions(MEI.home))
    store.close()

    list(faults(Settings(data=tmp_path), data, SystemClock()))

    assert is_window(data.signals)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO refused VALUES ('x', 'too old')", "InfluxDB has refused signals, which are kept in signals.db"),
        ("PRAGMA user_version=99", "signals.db was written by a newer linli"),
    ],
    ids=["refused", "newer"],
)
def test_linli_check_says_what_is_wrong_in_the_file(tmp_path: Path, nowhere: str, statement: str, told: str) -> None:
    data = DataDir(furnish(tmp_path))
    open_signals(Settings(data=tmp_path, signals=nowhere), data).close()
    with closing(sqlite3.connect(data.signals, isolation_level=None)) as connection:
        connection.execute(statement.replace("'x'", "x'78'"))

    found = list(faults(Settings(data=tmp_path, signals=nowhere), data, SystemClock()))

    assert [one for one in found if one.startswith(told)]


def _motions(home: str) -> list[Signal]:
    moments = [EIGHT + n * MINUTE for n in range(5)]
    return [Signal(home, "bath", Kind.MOTION, "on", at, at, f"k{n}", "bathroom") for n, at in enumerate(moments)]


def test_the_influxdb_forgets_with_the_rest_or_later(
    tmp_path: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = furnish(tmp_path)
    monkeypatch.setenv("LINLI_SIGNALS", nowhere)
    store = open_signals(Settings(data=folder, signals=nowhere), DataDir(folder))
    store.append(_motions(MEI.home))
    store.close()

    forget.command(MEI.home, yes=True, data=folder)

    told = capsys.readouterr().out
    assert f"{MEI.home} is forgotten: 5 signals" in told
    assert "the InfluxDB's copy goes as soon as linli run reaches it: InfluxDB at 127.0.0.1" in told


@pytest.mark.influx
def test_what_only_the_influxdb_has_is_exported_and_forgotten(
    tmp_path: Path, influx_address: Address, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = furnish(tmp_path)
    for name, value in reaching(influx_address).items():
        monkeypatch.setenv(f"LINLI_{name.upper()}", value)
    settings = Settings(data=folder, **reaching(influx_address))
    core = build(settings, DataDir(folder), SystemClock(), "http://127.0.0.1")
    core.signals.append([*_motions(MEI.home), *_motions(NEIGHBOUR.home)])
    assert core.delivery is not None
    core.delivery.send_all()
    assert isinstance(core.signals, InfluxSignalStore)
    core.signals.window.prune(EVER, millis(EIGHT))
    core.close()

    export.command(tmp_path / "before.csv", data=folder)
    forget.command(MEI.home, yes=True, data=folder)
    export.command(tmp_path / "after.csv", data=folder)

    told = capsys.readouterr().out
    assert "10 signals written" in told
    assert f"{MEI.home} is forgotten: 5 signals" in told
    assert "the InfluxDB's copy is erased too" in told
    assert "5 signals written" in told


@pytest.mark.influx
def test_a_start_asks_the_influxdb_nothing_and_what_it_has_is_known_a_moment_later(
    tmp_path: Path, influx_address: Address, influx_proxy: Proxy
) -> None:
    settings = Settings(data=furnish(tmp_path), **reaching(influx_address))
    clock = VirtualClock(EIGHT)
    core = build(settings, DataDir(settings.data), clock, "http://127.0.0.1")
    core.signals.append([*_motions(MEI.home), *_motions(NEIGHBOUR.home)])
    assert core.delivery is not None
    core.delivery.send_all()
    assert isinstance(core.signals, InfluxSignalStore)
    core.signals.window.prune(millis(A_WEEK_LATER - timedelta(days=7)), millis(A_WEEK_LATER))
    core.signals.append([Signal(MEI.home, "hall", Kind.MOTION, "on", A_WEEK_LATER, A_WEEK_LATER, "new", "hall")])
    clock.set(A_WEEK_LATER)
    asked = influx_proxy.questions

    core.warm()
    assert influx_proxy.questions == asked
    assert core.watch.state(MEI.home, A_WEEK_LATER).last_sign_at == A_WEEK_LATER
    assert core.watch.state(NEIGHBOUR.home, A_WEEK_LATER).last_sign_at is None
    core.tidy()

    assert core.watch.state(NEIGHBOUR.home, A_WEEK_LATER).last_sign_at == EIGHT + 4 * MINUTE
    core.close()


@pytest.mark.influx
def test_linli_check_finds_nothing_wrong_with_an_influxdb_that_fits(
    tmp_path: Path, influx_address: Address, influx_proxy: Proxy
) -> None:
    settings = Settings(data=furnish(tmp_path), **reaching(influx_address))

    found = list(faults(settings, DataDir(settings.data), SystemClock()))

    assert [one for one in found if "Influx" in one] == []
    assert influx_proxy.writes == [], "looking sends nothing"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("influxdb://localhost/linli", Address("http://localhost:8086", "linli")),
        ("influxdbs://db.example:443/a-b_1", Address("https://db.example:443", "a-b_1")),
        ("influxdb://[::1]:8086/x", Address("http://[::1]:8086", "x")),
        ("influxdb://lin:p%40ss@h/x", Address("http://h:8086", "x", token="lin:p@ss")),
    ],
)
def test_an_address_is_read(text: str, expected: Address) -> None:
    assert parse(text) == expected
    assert "p@ss" not in repr(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8086/linli",
        "influxdb://user:secret@",
        "influxdb://h:99999999/x",
        "linli",
        "influxdb://h:8086",
        "influxdb://user:secret@h/",
        "influxdb://h/two words",
        "influxdb://h/_internal",
        'influxdb://h/"; DROP',
    ],
)
def test_what_is_no_address_is_said_without_its_password(text: str) -> None:
    with pytest.raises(LinliError, match=r"^setting signals: ") as refused:
        parse(text)
    assert "secret" not in str(refused.value)
    assert "influxdb://localhost:8086/linli" in str(refused.value)


def test_settings_of_an_influxdb_that_do_not_go_together_are_said(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="must keep signals for longer than signals_window_days"):
        influx_address(Settings(signals="influxdb://h/x", influxdb_retention_days=7))
    with pytest.raises(LinliError, match="setting influxdb_ca: there is no file"):
        influx_address(Settings(signals="influxdb://h/x", influxdb_ca=str(tmp_path / "none")))
    address = influx_address(Settings(signals="influxdb://h/x", influxdb_retention_days=400, influxdb_org="o"))
    assert address == Address("http://h:8086", "x", "o", retention=timedelta(days=400))

"""linli where the file of its signals is broken: it begins a new one and calls, and deletes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from linli.data_dir import DataDir

HOMES = ("home-0", "home-1", "home-2")
pytestmark = pytest.mark.broker


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path)
    made.settle(Neighbourhood(3))
    return made


def _press(program: Program, home: str) -> None:
    password = program.command("token", "--role", "gateway", "--person", "garden")
    publisher = Publisher(program.mqtt_port, "garden", password)
    try:
        publisher.wait_connected()
        publisher.publish(f"linli/v1/garden/{home}/button/sos", b"pressed")
        _wait_until_told_of(program, home)
    finally:
        publisher.close()


def _wait_until_told_of(program: Program, home: str) -> None:
    with program.api() as api:
        wait_for("the alert", lambda: bool(api.get("/alerts", params={"home": home}).json()), 15)


def _homes_heard(program: Program) -> set[str]:
    with program.api() as api:
        return {home for home in HOMES if api.get(f"/homes/{home}/signals").raise_for_status().json()}


def test_a_file_that_is_no_database_any_more_keeps_no_call_from_going_out(program: Program) -> None:
    program.start()
    _press(program, "home-0")
    assert program.stop() == 0
    file = program.data / "signals.db"
    broken = b"\0" * 4096 + file.read_bytes()[4096:]
    file.write_bytes(broken)
    program.start()
    try:
        _press(program, "home-1")

        wait_for("the signal", lambda: _homes_heard(program) == {"home-1"}, 10)
        [aside] = DataDir(program.data).signals_aside()
        assert aside.read_bytes() == broken
        ready = httpx.get(f"{program.url}/readyz")
        assert ready.status_code == 200, "calls go out"
        parts = ready.json()["parts"]
        assert not parts["signals-before"]["ok"]
        assert aside.name in parts["signals-before"]["why"]
    finally:
        program.stop()


def test_a_file_that_breaks_while_linli_runs_is_set_aside_and_what_comes_is_stored(program: Program) -> None:
    program.start()
    _press(program, "home-0")
    file = program.data / "signals.db"
    with closing(sqlite3.connect(file)) as other:  # else linli would not look into the file again
        other.execute("CREATE TABLE scratch (x)")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xaa" * (len(content) - 4096))
    try:
        password = program.command("token", "--role", "gateway", "--person", "garden")
        publisher = Publisher(program.mqtt_port, "garden", password)
        publisher.wait_connected()
        for home in ("home-1", "home-2"):
            publisher.publish(f"linli/v1/garden/{home}/button/sos", b"pressed")
        wait_for("the file to be set aside", lambda: bool(DataDir(program.data).signals_aside()), 30)
        publisher.close()

        for home in ("home-1", "home-2"):
            _wait_until_told_of(program, home)
        wait_for("the signals", lambda: _homes_heard(program) == {"home-1", "home-2"}, 30)
    finally:
        program.stop()

"""Mosquitto as linli's child: what survives which death, and what is said when it does not work."""

import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest import orphan
from ingest.accounts import Account, home_account, linli_account
from ingest.broker import turns_strangers_away
from ingest.mosquitto import Mosquitto, find_mosquitto
from ingest.mosquitto_log import MAX_LOG_BYTES, MosquittoLog
from linli.errors import LinliError
from tests.ingest.mqtt_clients import HOST, MqttClient, free_port, wait_until

pytestmark = pytest.mark.broker

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "linli/v1/elm/home-7/button/sos"
LINLI_ID = "_linli-secret"
ACCOUNTS = (linli_account("of linli"), home_account("elm", "home-7", "of mei"))

A_LINLI = """
import sys, threading
from pathlib import Path
from ingest.accounts import home_account, linli_account
from ingest.mosquitto import Mosquitto
broker = Mosquitto(Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]))
broker.apply([linli_account("of linli"), home_account("elm", "home-7", "of mei")])
broker.start()
print("up", flush=True)
threading.Event().wait()
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a directory for a broker, and end whatever broker is left in it."""
    yield tmp_path / "broker"
    pid = _pid(tmp_path / "broker")
    if pid is not None and _runs(pid):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def broker(folder: Path, port: int) -> Iterator[Mosquitto]:
    broker = _broker(folder, port)
    broker.start()
    yield broker
    broker.stop()


def _broker(folder: Path, port: int, binary: Path | None = None) -> Mosquitto:
    broker = Mosquitto(folder, host=HOST, port=port, binary=binary)
    broker.apply(ACCOUNTS)
    return broker


def _linli(port: int) -> MqttClient:
    return MqttClient(port, "_linli", "of linli", LINLI_ID, clean=False)


def _mei(port: int) -> MqttClient:
    return MqttClient(port, "home-7", "of mei", "home-7")


def _leave_a_queue(port: int) -> None:
    """Let linli subscribe and go away."""
    with _linli(port) as linli:
        linli.subscribe("#")


def _send(port: int, *payloads: str) -> None:
    with _mei(port) as mei:
        for payload in payloads:
            mei.publish(TOPIC, payload)


def _pid(folder: Path) -> int | None:
    path = folder / "mosquitto.pid"
    return int(path.read_text().split()[0]) if path.exists() else None


def _runs(pid: int) -> bool:
    """Tell whether a process lives; one that nobody has buried yet does not."""
    return orphan._look(pid) is not None


@contextmanager
def _a_linli(folder: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run a broker in another process, as linli does; the process is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", A_LINLI, str(folder), str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def test_it_says_that_what_it_acknowledged_is_safe(broker: Mosquitto) -> None:
    assert broker.durable
    assert find_mosquitto() is not None


def test_a_kill_of_linli_loses_no_message_and_the_next_start_gets_the_port(folder: Path, port: int) -> None:
    with _a_linli(folder, port):
        _leave_a_queue(port)
        _send(port, *(f"before {number}" for number in range(50)))
    left_over = _pid(folder)
    assert left_over is not None
    assert _runs(left_over)

    _send(port, *(f"without linli {number}" for number in range(50)))
    broker = _broker(folder, port)
    broker.start()

    assert _pid(folder) != left_over
    assert not _runs(left_over)
    with _linli(port) as heir:
        heir.hears(*(f"before {number}" for number in range(50)), *(f"without linli {number}" for number in range(50)))
    broker.stop()


def test_the_broker_of_a_linli_that_is_alive_is_left_alone(folder: Path, port: int) -> None:
    with _a_linli(folder, port) as linli:
        with pytest.raises(LinliError, match=f"belongs to a linli that is running .process {linli.pid}.; stop that"):
            _broker(folder, free_port()).start()

        assert turns_strangers_away(HOST, port)


@pytest.mark.parametrize("content", ["", "nonsense", "1 2 3", "999999999 1"])
def test_a_pid_file_that_says_nothing_is_no_hindrance(folder: Path, port: int, content: str) -> None:
    folder.mkdir()
    (folder / "mosquitto.pid").write_text(content)
    broker = _broker(folder, port)
    broker.start()
    broker.stop()


def test_a_process_that_is_not_our_broker_is_never_ended(folder: Path, port: int) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        folder.mkdir()
        (folder / "mosquitto.pid").write_text(f"{innocent.pid} 1")
        broker = _broker(folder, port)
        broker.start()
        broker.stop()

        assert innocent.poll() is None
        innocent.kill()


def test_the_table_of_processes_says_the_same_by_either_way() -> None:
    us = os.getpid()
    with subprocess.Popen([sys.executable, "-c", "pass"]) as dead:
        wait_until(lambda: orphan._look(dead.pid) is None, "it ends, and nobody buries it")
        asked = orphan._ask_ps(dead.pid)
    by_ps, looked_up = orphan._ask_ps(us), orphan._look(us)

    assert asked is None
    assert orphan._ask_ps(999_999_999) is None
    assert by_ps is not None
    assert looked_up is not None
    assert (by_ps.parent, by_ps.command.split()) == (looked_up.parent, looked_up.command.split())
    assert by_ps.parent == os.getppid()


def test_messages_outlive_a_stop_and_a_start(broker: Mosquitto, port: int) -> None:
    _leave_a_queue(port)
    _send(port, "waiting")
    broker.stop()
    broker.start()

    with _linli(port) as linli:
        linli.hears("waiting")


def test_a_broker_that_is_killed_is_started_again_with_its_queue_and_accounts(
    broker: Mosquitto, folder: Path, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    _leave_a_queue(port)
    _send(port, "waiting")
    saved = folder / "queue" / "mosquitto.db"
    wait_until(lambda: saved.exists() and TOPIC.encode() in saved.read_bytes(), "the queue is saved by itself")
    _kill_broker(broker)

    with caplog.at_level(logging.ERROR):
        assert broker.check() == "Mosquitto was killed by signal 9; it is started again"
    assert "broker died" in caplog.text
    wait_until(lambda: broker.check() is None, "it is up again")
    with _linli(port) as linli:
        linli.hears("waiting")


def test_accounts_applied_while_it_comes_back_are_not_forgotten(broker: Mosquitto, port: int) -> None:
    _kill_broker(broker)
    broker.check()
    wait_until(lambda: turns_strangers_away(HOST, port), "it has read its accounts and nobody has looked yet")
    broker.apply([*ACCOUNTS, home_account("elm", "home-9", "of jun")])
    wait_until(lambda: broker.check() is None, "it is up again")

    wait_until(lambda: _is_welcome(port, "home-9", "of jun"), "the account works")


def test_accounts_that_cannot_be_written_are_said_and_let_in_once_they_can(
    broker: Mosquitto, folder: Path, port: int
) -> None:
    in_the_way = folder / "passwords.new"
    in_the_way.mkdir()
    broker.apply([*ACCOUNTS, home_account("elm", "home-9", "of jun")])

    assert "cannot write" in (broker.check() or "")
    assert "cannot write" in (broker.check() or "")
    assert not _is_welcome(port, "home-9", "of jun")
    in_the_way.rmdir()

    assert broker.check() is None
    wait_until(lambda: _is_welcome(port, "home-9", "of jun"), "the account works")


def test_a_broker_that_dies_again_and_again_is_started_less_and_less_often(folder: Path, port: int) -> None:
    starts = folder.parent / "starts"
    binary = _program(
        folder, f'echo x >> "{starts}"; [ $(wc -l < "{starts}") = 1 ] && exec {find_mosquitto()} "$@"; exit 3'
    )
    broker = _broker(folder, port, binary)
    broker.start()
    _kill_broker(broker)

    seen = []
    for _ in range(10):
        assert broker.check() is not None
        assert broker._process is not None
        broker._process.wait()
        seen.append(len(starts.read_text().split()))

    assert seen == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4]
    broker.stop()


def test_a_broker_that_refuses_its_configuration_is_quoted(folder: Path, port: int) -> None:
    binary = _program(folder, f'echo "nonsense true" >> "$2"; exec {find_mosquitto()} "$@"')

    with pytest.raises(LinliError, match=r"Mosquitto does not start: Error: Unknown configuration variable .nonsense."):
        _broker(folder, port, binary).start()


def test_a_missing_program_is_said(folder: Path, port: int) -> None:
    with pytest.raises(LinliError, match="cannot be started: No such file"):
        _broker(folder, port, folder / "no-mosquitto").start()


def test_an_address_of_another_machine_is_said(folder: Path, port: int) -> None:
    with pytest.raises(LinliError, match=rf"cannot listen on 203.0.113.7:{port} .*; choose another with --mqtt-listen"):
        Mosquitto(folder, host="203.0.113.7", port=port).start()


def test_a_queue_that_cannot_be_read_is_set_aside_so_that_the_homes_are_heard(
    broker: Mosquitto, folder: Path, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    broker.stop()
    (folder / "queue" / "mosquitto.db").write_bytes(b"torn by a power cut" * 10)
    with caplog.at_level(logging.ERROR):
        broker.start()

    assert "cannot be read and was set aside" in caplog.text
    assert (folder / "queue" / "mosquitto.unreadable").read_bytes().startswith(b"torn")
    _send(port, "heard")


def test_a_name_with_a_wrong_password_shows_in_the_log_of_linli(
    broker: Mosquitto, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    broker.check()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        with MqttClient(port, "home-7", "guessed", "home-7") as stranger:
            assert not stranger.is_welcome
        wait_until(lambda: broker.check() or "not authorised" in caplog.text, "the broker's words are passed on")

    assert "guessed" not in caplog.text


def test_a_long_log_is_emptied_and_written_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = MosquittoLog(tmp_path / "log")
    with log.open() as file, caplog.at_level(logging.WARNING):
        file.write(b"1790000000: Error: first\n" + b"x" * MAX_LOG_BYTES + b"\nError: half a li")
        file.flush()
        log.pass_on()
        assert log.last_words() == "Error: half a li"
        file.write(b"ne\n")
        file.flush()
        log.pass_on()
        assert not (tmp_path / "log").read_bytes()
        file.write(b"Warning: goes on\n")
        file.flush()
        log.pass_on()

    assert [record.getMessage() for record in caplog.records] == [
        "mosquitto: Error: first",
        "mosquitto: Error: half a line",
        "mosquitto: Warning: goes on",
    ]


def test_only_the_broker_reads_its_accounts(broker: Mosquitto, folder: Path) -> None:
    broker.apply([Account(user="home-7", password="of mei")])
    assert broker.check() is None

    for name in ("passwords", "rights", "mosquitto.conf"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert "of mei" not in (folder / "passwords").read_text()


def test_what_the_broker_writes_is_for_its_owner_alone(broker: Mosquitto, folder: Path, port: int) -> None:
    """Its log names the client id under which linli's messages wait; the folder may have to be open to the broker's user."""
    _leave_a_queue(port)
    wait_until(lambda: LINLI_ID in (folder / "mosquitto.log").read_text(), "linli's client id is in the log")
    (folder / "mosquitto.log").chmod(0o644)
    broker.stop()
    broker.start()

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"mosquitto.log", "mosquitto.pid", "mosquitto.db"} <= {path.name for path in files}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a broker another user")
def test_root_hands_the_broker_to_a_user_of_its_own(port: int) -> None:
    try:
        user = pwd.getpwnam("mosquitto")
    except KeyError:
        pytest.skip("there is no user mosquitto")
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    broker = _broker(home / "broker", port)
    broker.start()
    pid = _pid(home / "broker")
    broker.apply([*ACCOUNTS, home_account("elm", "home-9", "of jun")])
    assert broker.check() is None

    assert pid is not None
    assert (home / "broker").stat().st_uid == 0
    assert (home / "broker" / "queue").stat().st_uid == user.pw_uid
    assert Path(f"/proc/{pid}").stat().st_uid == user.pw_uid
    wait_until(lambda: _is_welcome(port, "home-9", "of jun"), "the accounts are read by that user too")
    broker.stop()
    assert (home / "broker" / "queue" / "mosquitto.db").exists()
    shutil.rmtree(home)


def _kill_broker(broker: Mosquitto) -> None:
    assert broker._process is not None
    broker._process.kill()
    broker._process.wait()


def _program(folder: Path, script: str) -> Path:
    """Write a program that stands in for Mosquitto."""
    path = folder.parent / "mosquitto"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def _is_welcome(port: int, user: str, password: str) -> bool:
    with MqttClient(port, user, password, user) as client:
        return client.is_welcome


def test_on_a_full_disk_a_left_over_broker_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.mosquitto.LEAST_FREE_BYTES", 2**60)
    (tmp_path / "mosquitto.pid").write_text("1 1\n", encoding="ascii")
    with pytest.raises(LinliError, match="make room first"):
        Mosquitto.end_left_over(tmp_path)
    assert (tmp_path / "mosquitto.pid").exists()

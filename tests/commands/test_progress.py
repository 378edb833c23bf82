"""A bar shows a person at a terminal how far long work has come; whoever reads what is printed never meets it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from linli.commands import backup, export, import_, replay, restore, simulate
from linli.commands.progress import bar
from linli.data_dir import DataDir
from linli.recording import read_recording
from linli.store.sqlite_signals import SqliteSignalStore
from simulators.truth import write_with_truth
from tests.simulators.homes import SEED, START, willow
from tests.simulators.test_publisher import Mosquitto

pty = pytest.importorskip("pty", reason="Windows has no pseudo terminals", exc_type=ImportError)

LINLI = [sys.executable, "-c", "from linli.cli import main; main()"]
BAR = "━"


class Terminal:
    """A pseudo terminal: what is written into `end` can be read by `seen` once that is closed."""

    def __init__(self) -> None:
        self._far, near = pty.openpty()
        self.end = os.fdopen(near, "w", encoding="utf-8")
        self._heard: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._far, 4096):
                self._heard.append(piece)
        except OSError:  # what Linux says once nobody writes any more
            pass

    def seen(self) -> str:
        """Hang up and return all that was ever written."""
        if not self.end.closed:
            self.end.close()
            self._reader.join(10)
            os.close(self._far)
        return b"".join(self._heard).decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    opened = Terminal()
    yield opened
    opened.seen()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a roster, a recording, an installation that holds both, and its backup."""
    at = tmp_path_factory.mktemp("prepared")
    simulate.write_roster(willow(4), at / "roster")
    write_with_truth(at / "willow.csv", willow(4), SEED, START, START + timedelta(hours=6))
    import_.command(at / "roster", data=at / "data")
    signals = SqliteSignalStore(DataDir(at / "data").signals)
    signals.append(list(read_recording(at / "willow.csv")))
    signals.close()
    backup.command(at / "linli.zip", data=at / "data")
    return at


def _commands(at: Path, out: Path) -> Mapping[str, Callable[[], None]]:
    return {
        "import": partial(import_.command, at / "roster", data=out / "new"),
        "export": partial(export.command, out / "out.csv", data=at / "data"),
        "backup": partial(backup.command, out / "out.zip", data=at / "data"),
        "restore": partial(restore.command, at / "linli.zip", data=out / "new"),
        "simulate": partial(simulate.command, homes=4, days=0.25, start=START.isoformat(), write=out / "out.csv"),
    }


SHOWN = {
    "import": ("reading", "saving"),
    "export": ("writing",),
    "backup": ("backing up",),
    "restore": ("restoring",),
    "simulate": ("writing",),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_bar_is_shown_on_a_terminal_and_gets_to_its_end(
    name: str, prepared: Path, tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.end)
    _commands(prepared, tmp_path)[name]()

    seen = terminal.seen()
    assert BAR in seen
    for text in SHOWN[name]:
        assert re.search(rf"{text} .*{BAR}.*100%", seen), f"{text} does not get to its end"
    assert seen.endswith("\x1b[1A\x1b[2K"), "the bar stays when the work is done"


@pytest.mark.parametrize("name", SHOWN)
def test_no_bar_is_shown_to_another_program_and_it_reads_the_same(
    name: str,
    prepared: Path,
    tmp_path: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    _commands(prepared, tmp_path / "one")[name]()
    piped = capsys.readouterr()
    monkeypatch.setattr(sys, "stderr", terminal.end)
    _commands(prepared, tmp_path / "two")[name]()
    watched = capsys.readouterr().out

    assert piped.err == ""
    assert piped.out
    assert "\x1b" not in piped.out
    assert piped.out.replace("/one/", "/two/") == watched


def test_what_a_replay_prints_goes_where_it_was_sent_also_beside_a_bar(
    prepared: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay.command([prepared / "willow.csv"])
    piped = capsys.readouterr()
    monkeypatch.setattr(sys, "stderr", terminal.end)
    replay.command([prepared / "willow.csv"])

    assert "opened" in piped.out
    assert capsys.readouterr().out == piped.out
    assert re.fullmatch(r"\d+ signals, \d+ alerts\n", piped.err)
    seen = terminal.seen()
    assert BAR in seen
    assert "opened" not in seen


def test_lines_for_the_same_terminal_are_written_above_the_bar(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.end)
    monkeypatch.setattr(sys, "stdout", terminal.end)
    with bar("replaying"):
        sys.stdout.write("home-7 opened\n")

    assert re.search(r"\x1b\[2Khome-7 opened\r\n.*replaying", terminal.seen())


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    server = Mosquitto(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.mark.broker
def test_publishing_shows_how_far_it_is_and_prints_one_line(mosquitto: Mosquitto, terminal: Terminal) -> None:
    words = ["simulate", "--mqtt", f"mqtt://127.0.0.1:{mosquitto.url.port}", "--homes", "4", "--speed", "3600"]
    load = ["--days", "0.01", "--per-minute", "5", "--start", START.isoformat()]

    watched = subprocess.run([*LINLI, *words, *load], stdout=subprocess.PIPE, stderr=terminal.end, check=True)

    assert re.fullmatch(rb"288 messages published; at most \d+\.\d s late\n", watched.stdout)
    assert re.search(rf"messages, \d+\.\d s behind .*{BAR}.*100%", terminal.seen())

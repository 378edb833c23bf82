"""The data folder belongs to one linli at a time, and its secret to nobody else."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from linli.data_dir import DataDir
from linli.errors import LinliError
from tests.cast import EIGHT

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions in another way")

HOLDER = """
import sys
from pathlib import Path
from linli.data_dir import DataDir
with DataDir(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix_only
def test_folder_and_secret_are_for_their_owner_alone(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "deep" / "data")
    data.secret()

    assert _mode(data.path) == 0o700
    assert _mode(data.secret_file) == 0o600


def test_the_secret_stays_the_same(tmp_path: Path) -> None:
    first = DataDir(tmp_path).secret()

    assert len(first) == 32
    assert DataDir(tmp_path).secret() == first
    assert DataDir(tmp_path / "other").secret() != first
    assert [path.name for path in DataDir(tmp_path).secrets()] == ["secret"]


def test_all_who_come_first_get_one_secret(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    together = threading.Barrier(8)
    found: set[bytes] = set()

    def come() -> None:
        together.wait()
        found.add(data.secret())

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize(
    "content", ["", "ab", "not hexadecimal at all", "\xff"], ids=["empty", "short", "words", "bytes"]
)
def test_a_damaged_secret_is_said_and_not_replaced(tmp_path: Path, content: str) -> None:
    data = DataDir(tmp_path)
    data.secret_file.write_text(content, encoding="latin-1")

    with pytest.raises(LinliError, match="restore it from a backup"):
        data.secret()
    assert data.secret_file.read_text(encoding="latin-1") == content


def test_damaged_signals_are_set_aside_whole_and_each_under_a_name_of_its_own(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    for number in range(2):
        for part in ("", "-wal", "-shm"):
            Path(f"{data.signals}{part}").write_text(f"{number}{part}")
        data.set_signals_aside(EIGHT + timedelta(milliseconds=number))

    found = data.signals_aside()
    assert [path.read_text() for path in found] == ["0", "1"]
    assert [Path(f"{path}-wal").read_text() for path in found] == ["0-wal", "1-wal"]
    assert len(list(tmp_path.iterdir())) == 6


def test_damaged_signals_that_cannot_be_set_aside_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataDir(tmp_path)
    data.signals.touch()

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(LinliError, match=r"signals\.db is damaged and cannot be set aside: Read-only"):
        data.set_signals_aside(EIGHT)


def test_a_second_linli_is_sent_away_while_the_first_runs(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    with data.lock():
        with pytest.raises(LinliError, match=f"process {os.getpid()}.* is using"), DataDir(tmp_path).lock():
            pass
        with pytest.raises(LinliError, match="is using"), data.lock_for_restore():
            pass

    with DataDir(tmp_path).lock():
        pass


def test_a_linli_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LinliError, match=f"process {holder.pid}"), DataDir(tmp_path).lock():
        pass

    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()

    assert os.name != "posix" or holder.returncode == -signal.SIGKILL
    with DataDir(tmp_path).lock():
        pass


def test_a_folder_that_a_restore_left_half_done_is_not_run_on(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.unfinished_restore.touch()

    with pytest.raises(LinliError, match="cut short"), data.lock():
        pass
    with data.lock_for_restore():
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LinliError, match="cannot be made"):
        DataDir(tmp_path / "file" / "data")

"""A full disk and a folder in the place of a file are said in one sentence; linli can hold its folder on a full disk."""

import subprocess
import sys
from pathlib import Path

import pytest

from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.files import replacing
from linli.roster_file import read_roster
from tests.store.test_signal_store import small_disk

FULL = Path("/dev/full")
LINLI = [sys.executable, "-c", "from linli.cli import main; main()"]


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_what_cannot_be_written_is_said_in_one_sentence() -> None:
    words = ["simulate", "--homes", "1", "--days", "1", "--write", str(FULL)]
    told = subprocess.run([*LINLI, *words], capture_output=True, text=True, check=False, timeout=60)

    assert (told.returncode, told.stderr) == (1, "linli: nothing more can be written: No space left on device\n")


def test_a_folder_on_a_full_disk_can_be_held(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        data = DataDir(disk / "data")
        data.secret()
        with pytest.raises(OSError, match="No space left"):
            fill(disk)

        with data.lock():
            assert DataDir(disk / "data").path.exists()


def test_where_a_file_is_meant_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(LinliError, match=r"^\. is a folder; name a file in it"), replacing(Path()):
        pass
    with pytest.raises(LinliError, match=f"^{tmp_path.name} has none of the sheets"):
        read_roster(Path())

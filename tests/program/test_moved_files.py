"""A real linli whose database is moved, deleted or replaced while it runs: it calls, says so, and goes on with what is put there."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bench.program import LINLI, Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink
from linli.store import cases
from linli.store.care import CareStore

SOON = 5


class Town:
    """A linli with a broker beside it that keeps what it has not taken, its neighbours, and a backup of its care database."""

    def __init__(self, folder: Path) -> None:
        self.sink = Sink()
        self.program = Program(folder)
        self.program.settle(Neighbourhood(4, webhook=self.sink.url))
        self.password = self.program.command("token", "--role", "gateway", "--person", "garden")
        self.backup = Path(shutil.copyfile(self.care, folder / "backup.db"))
        self.program.start()

    @property
    def care(self) -> Path:
        return self.program.data / "care.db"

    def press(self, home: str) -> None:
        """Press a button, and wait until a neighbour's phone rings."""
        with closing(Publisher(self.program.mqtt_port, "garden", self.password)) as publisher:
            publisher.wait_connected()
            publisher.publish(f"linli/v1/garden/{home}/button/sos", b"pressed")
            wait_for("the phone", lambda: self.sink.first_for(home) is not None, SOON)

    def says(self, part: str) -> str:
        """Return what a part says is wrong with it; empty while it is well, or the pages are not there."""
        try:
            parts = httpx.get(f"{self.program.url}/readyz", timeout=10).json()["parts"]
        except httpx.HTTPError:
            return ""
        return str(parts.get(part, {}).get("why", ""))

    def wait_until(self, part: str, said: str) -> None:
        wait_for(f"{part}: {said}", lambda: said in self.says(part), 20)

    def open_homes(self) -> list[str]:
        """Return the homes of the open alerts in the file that stands there now."""
        with closing(CareStore(f"sqlite:///{self.care}")) as care, care.read() as connection:
            return sorted(alert.home for alert in cases.open_ones(connection))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.program.stop()
    made.sink.close()


pytestmark = pytest.mark.broker


def _moved(town: Town) -> None:
    town.care.rename(town.program.folder / "moved.db")


def _deleted(town: Town) -> None:
    town.care.unlink()


@pytest.mark.parametrize("gone", [_moved, _deleted])
def test_without_its_file_it_calls_says_so_and_goes_on_once_it_is_put_back(
    town: Town, gone: Callable[[Town], None]
) -> None:
    town.press("home-0")
    gone(town)
    town.wait_until("care-file", "there is no file")

    town.press("home-1")

    check = subprocess.run(
        [*LINLI, "check", "--data", str(town.program.data)], capture_output=True, text=True, check=False
    )
    assert "care.db was moved, deleted or replaced while linli ran" in check.stderr
    assert not town.care.exists(), "nobody has made an empty one"
    (kept,) = town.program.data.glob("care.moved-*.db")
    kept.rename(town.care)
    wait_for("both are open", lambda: town.open_homes() == ["home-0", "home-1"], 20)
    wait_for("it is ready", lambda: httpx.get(f"{town.program.url}/readyz").status_code == 200, 20)
    town.press("home-2")
    assert town.open_homes() == ["home-0", "home-1", "home-2"]
    assert set(town.sink.keys.values()) == {1}, "nobody was called twice"


def test_started_anew_without_its_file_it_puts_back_what_it_kept(town: Town) -> None:
    town.press("home-0")
    town.care.unlink()
    town.wait_until("care-file", "there is no file")
    town.press("home-1")

    assert town.program.stop() == 0
    town.program.start()

    assert town.open_homes() == ["home-0", "home-1"]
    assert not list(town.program.data.glob("care.moved-*.db"))


def test_with_a_backup_in_its_place_it_goes_on_and_calls_again_for_whoever_called_since(town: Town) -> None:
    town.press("home-0")
    town.backup.replace(town.care)

    town.wait_until("care-before", "care.moved-")

    wait_for("a new alert", lambda: town.open_homes() == ["home-0"], 20)
    assert len([key for key in town.sink.keys if ".v-0." in key]) == 2
    town.press("home-1")
    assert town.open_homes() == ["home-0", "home-1"]


def test_without_its_file_of_signals_it_begins_a_new_one_and_says_so(town: Town) -> None:
    town.press("home-0")
    signals = town.program.data / "signals.db"
    signals.rename(town.program.folder / "moved.db")

    town.wait_until("signals-before", "signals.db was moved, deleted or replaced")

    town.press("home-1")
    assert signals.exists()
    assert town.open_homes() == ["home-0", "home-1"]

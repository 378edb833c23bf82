"""`linli drill` beside a running linli: what it announces is in the store, and what it is not sure of it refuses."""

from pathlib import Path

import pytest

from linli.clock import SystemClock
from linli.commands.drill import command
from linli.errors import LinliError
from linli.store import drills, outbox
from linli.store.care import CareStore
from tests.cast import MEI
from tests.watching import furnish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the cast in it."""
    return furnish(tmp_path_factory.mktemp("drill"))


@pytest.fixture
def care(folder: Path) -> CareStore:
    """Its care data."""
    return CareStore(f"sqlite:///{folder / 'care.db'}")


def test_a_home_is_announced_and_called_off(folder: Path, care: CareStore, capsys: pytest.CaptureFixture[str]) -> None:
    command(home=MEI.home, data=folder)
    with care.read() as connection:
        assert drills.of_home(connection, MEI.home)[0].is_waiting(SystemClock().now())
    command(home=MEI.home, cancel=True, data=folder)
    with care.read() as connection:
        assert not drills.of_home(connection, MEI.home)[0].is_waiting(SystemClock().now())
    told = capsys.readouterr().out
    assert "any further press is real" in told
    assert "called off" in told


def test_a_volunteers_message_waits_in_the_outbox_for_the_sender(folder: Path, care: CareStore) -> None:
    command(volunteer="ana", data=folder)
    with care.read() as connection:
        (drill,) = drills.of_person(connection, "ana")
        assert [notice.person for notice in outbox.of_alert(connection, drill.alert)] == ["ana"]


def test_it_must_be_told_what_to_try(folder: Path) -> None:
    with pytest.raises(LinliError, match="name a home, or a volunteer"):
        command(data=folder)
    with pytest.raises(LinliError, match="name a home, or a volunteer"):
        command(home=MEI.home, volunteer="ana", data=folder)

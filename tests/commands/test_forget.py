"""`linli forget`: what it erases, what it only says, and what it refuses."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.desk import Desk
from linli.alert import AlertKind, Severity
from linli.clock import SystemClock
from linli.commands.forget import command
from linli.errors import Conflict, LinliError
from linli.finding import Finding
from linli.people import Roster
from linli.signals import Kind, Signal
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from linli.words import Sentence
from tests.cast import EIGHT, GARDEN, MEI, MINUTE, NEIGHBOUR
from tests.watching import furnish


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with the cast in it, and some signals of two homes."""
    made = furnish(tmp_path)
    signals = SqliteSignalStore(made / "signals.db")
    signals.append([_motion(home, n) for home in (MEI.home, NEIGHBOUR.home) for n in range(5)])
    signals.close()
    return made


def _motion(home: str, number: int) -> Signal:
    at = EIGHT + number * MINUTE
    return Signal(home, "bath", Kind.MOTION, "on", at, at, f"k{number}", "bathroom")


def heard(folder: Path, home: str) -> int:
    signals = SqliteSignalStore(folder / "signals.db")
    found = len(signals.recent(home))
    signals.close()
    return found


def listed(folder: Path) -> set[str]:
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    with care.read() as connection:
        roster = roster_store.load(connection)
    care.close()
    return {*roster.homes, *roster.people}


def test_a_home_goes_with_its_signals_and_its_resident(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(MEI.home, yes=True, data=folder)

    assert (heard(folder, MEI.home), heard(folder, NEIGHBOUR.home)) == (0, 5)
    assert {MEI.home, "mei"}.isdisjoint(listed(folder))
    told = capsys.readouterr().out
    assert "5 signals" in told
    assert "mei, who lived there, is forgotten too" in told
    assert "listed for no home any more: ana, bo" in told


def test_a_person_goes_and_the_home_stays(folder: Path) -> None:
    command("bo", yes=True, data=folder)

    assert "bo" not in listed(folder)
    assert MEI.home in listed(folder)
    assert heard(folder, MEI.home) == 5


def test_no_file_holds_her_name_any_more_while_linli_runs(folder: Path) -> None:
    running = CareStore(f"sqlite:///{folder / 'care.db'}")
    with running.begin() as connection:
        roster_store.save(connection, [replace(MEI, note="knock twice")], [], [])
    with running.read() as connection:  # a connection that stays open keeps the log
        roster_store.load(connection)

    command(MEI.home, yes=True, data=folder)

    held = [file.name for file in folder.iterdir() if file.is_file() and b"knock twice" in file.read_bytes()]
    running.close()
    assert held == []


def test_while_somebody_reads_the_log_cannot_be_emptied_and_that_is_known(folder: Path) -> None:
    url = f"sqlite:///{folder / 'care.db'}"
    reader, impatient = CareStore(url), CareStore(url, busy_timeout=timedelta(milliseconds=50))
    with reader.read() as connection:
        roster_store.load(connection)
        with impatient.begin() as writing:
            roster_store.bump(writing)
        assert not impatient.cut_log()
    assert impatient.cut_log()
    impatient.close()
    reader.close()


def test_a_wish_that_outlived_its_home_is_closed_the_second_time(folder: Path) -> None:
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    desk = Desk(care, Roster, SystemClock(), lambda: None)
    about = "leave.home-77"
    desk.open([Finding("k", "", GARDEN, AlertKind.SYSTEM, Severity.NOTICE, EIGHT, Sentence("x"), about=about)])

    command("home-77", yes=True, data=folder)

    assert desk.open_alerts() == []
    care.close()


def test_a_trial_only_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(MEI.home, dry_run=True, data=folder)
    command("bo", dry_run=True, data=folder)

    assert heard(folder, MEI.home) == 5
    assert {MEI.home, "bo"} <= listed(folder)
    told = capsys.readouterr().out
    assert "5 signals speak of home-7" in told
    assert "rows speak of bo" in told


def test_who_is_not_known_is_said(folder: Path) -> None:
    with pytest.raises(LinliError, match="neither a home nor a person"):
        command("nobody", yes=True, data=folder)


def test_what_was_cut_short_is_finished_the_second_time(folder: Path) -> None:
    command(MEI.home, yes=True, data=folder)
    signals = SqliteSignalStore(folder / "signals.db")
    signals.append([_motion(MEI.home, 9)])
    signals.close()

    command(MEI.home, yes=True, data=folder)

    assert heard(folder, MEI.home) == 0


def test_while_an_alert_is_open_nothing_is_erased(folder: Path) -> None:
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    with care.read() as connection:
        roster = roster_store.load(connection)
    now = SystemClock().now()
    desk = Desk(care, lambda: roster, SystemClock(), lambda: None)
    desk.open([Finding("f", MEI.home, GARDEN, AlertKind.SOS, Severity.EMERGENCY, now, Sentence("The button."), {})])
    wish = Finding("w", "", GARDEN, AlertKind.SYSTEM, Severity.NOTICE, now, Sentence("A wish."), about="leave.home-7")
    desk.open([wish])

    with pytest.raises(Conflict, match="still open"):
        command(MEI.home, yes=True, data=folder)
    assert heard(folder, MEI.home) == 5
    assert len(desk.open_alerts()) == 2
    care.close()


def test_her_wish_is_closed_with_staff_once_it_is_done(folder: Path) -> None:
    care = CareStore(f"sqlite:///{folder / 'care.db'}")
    with care.read() as connection:
        roster = roster_store.load(connection)
    desk = Desk(care, lambda: roster, SystemClock(), lambda: None)
    now = SystemClock().now()
    for home in (MEI.home, NEIGHBOUR.home):
        about = f"leave.{home}"
        desk.open([Finding(home, "", GARDEN, AlertKind.SYSTEM, Severity.NOTICE, now, Sentence("A wish."), about=about)])

    command(MEI.home, yes=True, data=folder)

    assert [alert.about for alert in desk.open_alerts()] == ["leave.home-8"]
    care.close()

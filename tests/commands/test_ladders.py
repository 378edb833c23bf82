"""A community worker prints a ladder, changes it, checks it, rehearses it and saves it; a backup brings it back."""

import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.ladder_file import read, written
from alerts.ladders import BUILT_IN, Section
from bench.program import wait_for
from linli.alert import AlertKind, Severity
from linli.backup import backup, restore
from linli.checkup import faults
from linli.clock import VirtualClock
from linli.commands import ladder, rehearse
from linli.commands.common import open_care
from linli.core import build
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.finding import Finding
from linli.settings import Settings
from linli.store import ladder_changes
from linli.tuning.ladder_desk import LadderDesk
from linli.words import Sentence
from tests.alerts.lived import SILENT, Lived, Way
from tests.cast import EIGHT, GARDEN, MEI

HOUR = timedelta(hours=1)
GOES = Way(timedelta(seconds=30))
HASTY = written(BUILT_IN).replace("after 90 s   call staff", "after 70 s   call staff")
STAFF = "emergency:\nat once call staff\nthen again every 3 min\nbe there within 10 min\nno goal\n"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """Give a care file with two alerts in it: a neighbour went to the first, staff to the second."""
    path = tmp_path_factory.mktemp("behind") / "care.db"
    shutil.copy(migrated_file, path)
    lived = Lived(path, lambda _, person: GOES if person == "v1" else SILENT)
    lived.press(EIGHT)
    lived.live_until(EIGHT + HOUR)
    lived.answers = lambda _, person: GOES if person == "lin" else SILENT
    lived.press(EIGHT + HOUR)
    lived.live_until(EIGHT + 2 * HOUR)
    lived.care.close()
    return path


@pytest.fixture
def data(tmp_path: Path, behind: Path) -> Path:
    """Give an installation with this file."""
    folder = DataDir(tmp_path / "data")
    folder.secret()
    shutil.copy(behind, folder.care)
    return folder.path


def saved(data: Path, name: str, text: str) -> Path:
    (data / "ladders").mkdir(exist_ok=True)
    (data / "ladders" / name).write_text(text, encoding="utf-8")
    return data / "ladders" / name


@pytest.mark.parametrize("language", ladder.Language)
def test_what_is_printed_can_be_saved_and_is_the_same(
    data: Path, language: ladder.Language, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(data, "garden.txt", HASTY)
    ladder.command(GARDEN, language=language, data=data)

    printed = capsys.readouterr().out

    assert read(printed, "x") == read(HASTY, "x")


def test_a_site_that_is_not_there_has_no_ladder(data: Path) -> None:
    with pytest.raises(LinliError, match="site 'gardn' is not known; possible: garden, river"):
        ladder.command("gardn", data=data)


def test_a_file_can_be_checked_before_it_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.txt").write_text(STAFF)
    ladder.command(check=tmp_path / "new.txt", data=tmp_path / "nowhere")
    assert capsys.readouterr().out == "new.txt is right: emergency\n"
    assert not (tmp_path / "nowhere").exists()

    (tmp_path / "new.txt").write_text("emergency:")
    with pytest.raises(LinliError, match=r"new.txt, line 1: emergency calls nobody"):
        ladder.command(check=tmp_path / "new.txt")


def test_a_check_names_broken_files_and_files_of_no_site(data: Path) -> None:
    saved(data, "garden.txt", "notice:")
    saved(data, "gardn.txt", STAFF)

    found = list(faults(Settings(data=data, broker="demo"), DataDir(data), VirtualClock(EIGHT + 2 * HOUR)))

    assert [fault for fault in found if fault.startswith("ladders")] == [
        "ladders: garden.txt, line 1: notice calls nobody; write at least: at once call staff",
        "ladders: gardn.txt is for no site of the roster; name it for the site that it is for",
    ]


def test_with_a_broken_file_linli_starts_and_says_so_and_nothing_is_printed_as_if_it_held(data: Path) -> None:
    saved(data, "river.txt", "notice:")

    core = build(Settings(data=data), DataDir(data), VirtualClock(EIGHT), "http://127.0.0.1")
    troubles = core.health.troubles()
    core.close()
    assert [trouble.part for trouble in troubles] == ["ladders"]

    with pytest.raises(LinliError, match="river.txt, line 1: notice calls nobody"):
        ladder.command(GARDEN, data=data)


def test_a_saved_ladder_is_for_new_cases_only(data: Path) -> None:
    clock = VirtualClock(EIGHT + 3 * HOUR)
    core = build(Settings(data=data), DataDir(data), clock, "http://127.0.0.1")

    def press(key: str, kind: AlertKind) -> None:
        core.desk.open([Finding(key, MEI.home, GARDEN, kind, Severity.EMERGENCY, clock.now(), Sentence("Help"))])

    press("before", AlertKind.SOS)
    saved(data, "garden.txt", STAFF)
    core.refresh()
    core.refresh()
    press("after", AlertKind.FALL)

    ladders = {alert.kind: alert.ladder for alert in core.desk.open_alerts()}
    core.close()
    assert ladders[AlertKind.SOS] == BUILT_IN[Section.EMERGENCY]
    assert ladders[AlertKind.FALL] == read(STAFF, "x")[Section.EMERGENCY]


def test_a_backup_holds_the_ladders_and_brings_back_these_alone(data: Path, tmp_path: Path) -> None:
    saved(data, "garden.txt", HASTY)
    saved(data, "default.txt", STAFF)
    manifest = backup(data, tmp_path / "linli.zip", now=EIGHT)
    assert {"ladders/default.txt", "ladders/garden.txt"} <= manifest.files.keys()
    (data / "ladders" / "default.txt").unlink()
    saved(data, "river.txt", STAFF)

    restored = restore(tmp_path / "linli.zip", data, now=EIGHT, force=True)

    assert sorted(path.name for path in (data / "ladders").iterdir()) == ["default.txt", "garden.txt"]
    assert (data / "ladders" / "garden.txt").read_text(encoding="utf-8") == HASTY
    assert restored.aside is not None
    assert sorted(path.name for path in (restored.aside / "ladders").iterdir()) == ["garden.txt", "river.txt"]


def test_ladders_of_another_installation_do_not_stay(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "linli.zip", now=EIGHT)
    saved(data, "garden.txt", STAFF)

    restore(tmp_path / "linli.zip", data, now=EIGHT, force=True)

    assert not (data / "ladders").exists()


SINCE, UNTIL = EIGHT.isoformat(), (EIGHT + 24 * HOUR).isoformat()


def test_a_rehearsal_prints_old_beside_new(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.txt").write_text(STAFF)
    rehearse.command(tmp_path / "new.txt", since=SINCE, until=UNTIL, data=data)

    printed = capsys.readouterr()
    first, second, *rest = printed.out.splitlines()

    assert "home-7  sos  person 30 s  door 4 min 30 s  messages 7 -> 1  called besides: lin  not called: v1" in first
    assert "person 2 min -> 30 s  door 6 min -> 4 min 30 s" in second
    assert "emergency: 2 alerts                            old             new" in rest
    assert any("in 2 of 2 alerts" in line for line in rest)
    assert printed.err == ""


def test_a_rehearsal_is_json_for_other_programs(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.txt").write_text(STAFF)
    rehearse.command(tmp_path / "new.txt", since=SINCE, until=UNTIL, data=data, as_json=True)

    told = json.loads(capsys.readouterr().out)

    assert told["as_in_truth"] == 2
    assert told["called_besides"] == {"lin": 1}
    assert told["sums"]["emergency"]["old"]["person"] == {"median": 30.0, "p95": 120.0}
    assert [alert["new"]["messages"] for alert in told["alerts"]] == [{"lin": 1}, {"lin": 1}]


def test_a_rehearsal_touches_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text(STAFF)
    (data / "care.db").chmod(0o600)
    before = _dump(data)

    rehearse.command(tmp_path / "new.txt", since=SINCE, until=UNTIL, data=data)

    assert _dump(data) == before


def _dump(data: Path) -> list[str]:
    connection = sqlite3.connect(data / "care.db")
    lines = list(connection.iterdump())
    connection.close()
    return lines


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("yesterday", UNTIL, "--from 'yesterday' is not a time such as"),
        ("2026-11-01", UNTIL, "--from '2026-11-01' needs an offset"),
        (UNTIL, SINCE, "--to must be later than --from"),
    ],
)
def test_times_are_named_with_their_offset(data: Path, tmp_path: Path, since: str, until: str, told: str) -> None:
    (tmp_path / "new.txt").write_text(STAFF)

    with pytest.raises(LinliError, match=told):
        rehearse.command(tmp_path / "new.txt", since=since, until=until, data=data)


def test_nothing_is_made_where_there_is_no_care_data(tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text(STAFF)

    with pytest.raises(LinliError, match="there is no linli in"):
        rehearse.command(tmp_path / "new.txt", since=SINCE, until=UNTIL, data=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere" / "care.db").exists()


def test_what_is_saved_at_the_terminal_holds_is_kept_and_taken_back(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.txt").write_text(HASTY, encoding="utf-8")
    ladder.command(GARDEN, save=tmp_path / "new.txt", data=data)
    ladder.command(GARDEN, data=data)
    assert "after 70 s   call staff" in capsys.readouterr().out

    ladder.command(GARDEN, undo=True, data=data)

    assert capsys.readouterr().out == "ladders/garden.txt: gone, the default holds\n"
    assert not (data / "ladders" / "garden.txt").exists()
    settings = Settings(data=data)
    with open_care(settings) as (_, care), care.read() as connection:
        kept = ladder_changes.of(connection, GARDEN)
    assert [(one.before, one.text) for one in kept] == [(HASTY, None), (None, HASTY)]


def test_nothing_is_saved_that_is_not_right_and_nothing_taken_back_that_never_was(data: Path, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("notice:", encoding="utf-8")

    with pytest.raises(LinliError, match="new.txt, line 1: notice calls nobody"):
        ladder.command(GARDEN, save=tmp_path / "new.txt", data=data)
    with pytest.raises(LinliError, match="was never changed"):
        ladder.command(GARDEN, undo=True, data=data)

    assert not (data / "ladders").exists()


def test_a_rehearsal_from_the_page_finds_what_the_command_finds(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.txt").write_text(STAFF, encoding="utf-8")
    rehearse.command(tmp_path / "new.txt", since=SINCE, until=UNTIL, data=data, as_json=True)
    expected = json.loads(capsys.readouterr().out)
    settings = Settings(data=data)
    with open_care(settings) as (_, care):
        desk = LadderDesk(settings, care, VirtualClock(EIGHT + 24 * HOUR))
        desk.rehearse(GARDEN, STAFF, by="lin")
        wait_for("the rehearsal", lambda: not _runs(desk), 300)
        trial = desk.trial()

    assert trial is not None
    assert trial.result is not None, trial.fault
    (side,) = trial.result.sides
    assert (side.section, side.count, trial.result.faithful) == (Section.EMERGENCY, 2, expected["as_in_truth"])
    new = expected["sums"]["emergency"]["new"]
    assert (side.new.messages, side.new.person.median) == (new["messages"], timedelta(seconds=new["person"]["median"]))
    assert [one.called for one in trial.result.otherwise] == [
        tuple(one["called_besides"]) for one in reversed(expected["alerts"])
    ]


def _runs(desk: LadderDesk) -> bool:
    trial = desk.trial()
    return trial is not None and trial.is_running


def test_only_ladders_that_would_be_others_are_rehearsed_and_only_where_they_hold(data: Path) -> None:
    saved(data, "garden.txt", HASTY)
    emergency = read(STAFF, "x")
    with open_care(Settings(data=data)) as (_, care):
        desk = LadderDesk(Settings(data=data), care, VirtualClock(EIGHT))

        assert desk.changed_by(GARDEN, written(read(HASTY, "x"), "zh")) == {GARDEN: {}}
        assert desk.changed_by(GARDEN, STAFF) == {GARDEN: emergency}
        assert desk.changed_by(GARDEN, None) == {GARDEN: {Section.EMERGENCY: BUILT_IN[Section.EMERGENCY]}}
        assert desk.changed_by("default", STAFF) == {GARDEN: {}, "river": emergency}

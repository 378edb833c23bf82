"""A slip in the name of the data folder is said, and makes no folder."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linli.cli import main
from linli.commands.evaluate import command as evaluate
from linli.commands.replay import command as replay
from linli.commands.simulate import command as simulate
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.store.sqlite_signals import SqliteSignalStore


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what runs a command that fails, and gives back the sentence."""

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["linli", *words])
        with pytest.raises(SystemExit, match="1"):
            main()
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["drill", "home-1"],
        ["explain", "home-1"],
        ["export", "out.jsonl"],
        ["forget", "home-1", "--yes"],
        ["model", "list", "home-1"],
    ],
    ids=lambda words: str(words[0]),
)
@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "an empty one"])
def test_a_folder_that_is_no_linlis_is_refused_and_left_as_it_is(
    tmp_path: Path, said: Callable[..., str], words: list[str], *, is_there: bool
) -> None:
    folder = tmp_path / "slip"
    if is_there:
        folder.mkdir()

    assert said(*words, "--data", str(folder)) == f"linli: there is no linli in {folder}; name its folder with --data\n"

    assert sorted(tmp_path.rglob("*")) == ([folder] if is_there else [])


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "{place}"],
        ["check", "--data", "{place}"],
        ["export", "{place}"],
        ["migrate-signals", "{place}", "signals.db"],
        ["migrate-signals", "signals.db", "{place}"],
        ["replay", "{place}"],
        ["restore", "{place}"],
        ["simulate", "--homes", "1", "--days", "1", "--write", "{place}"],
        ["simulate", "--homes", "1", "--roster", "{place}"],
    ],
    ids=" ".join,
)
def test_a_name_that_is_too_long_for_the_disk_is_said_in_one_sentence(
    care_file: Path, said: Callable[..., str], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, place = care_file.parent, "x" * 300
    monkeypatch.chdir(data)
    monkeypatch.setenv("LINLI_DATA", str(data))
    DataDir(data).secret()
    SqliteSignalStore(data / "signals.db").close()

    told = said(*(word.format(place=place) for word in words))

    assert told.count("\n") == 1
    assert told.startswith("linli: ")
    assert place in told
    assert "File name too long" in told


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has a folder in which nobody can make anything")
@pytest.mark.parametrize(
    "words",
    [
        ["migrate-signals", "signals.db", "/proc/x.db"],
        ["simulate", "--homes", "1", "--days", "1", "--write", "/proc/x.db"],
        ["simulate", "--homes", "1", "--roster", "/proc/x.db"],
    ],
    ids=lambda words: words[-2],
)
def test_a_place_where_nothing_can_be_made_is_said_in_one_sentence(
    tmp_path: Path, said: Callable[..., str], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    SqliteSignalStore(tmp_path / "signals.db").close()

    assert said(*words) == "linli: /proc/x.db cannot be used: No such file or directory\n"


def test_a_roster_is_not_written_into_a_file(tmp_path: Path, said: Callable[..., str]) -> None:
    file = tmp_path / "roster"
    file.touch()

    told = said("simulate", "--homes", "1", "--roster", str(file))

    assert told == f"linli: {file} is a file; name a folder with --roster\n"


@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "an empty one"])
def test_an_evaluation_and_a_simulation_go_on_without_it_say_so_and_make_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, is_there: bool
) -> None:
    folder, recording = tmp_path / "slip", tmp_path / "home.csv"
    simulate(homes=1, days=1, write=recording)
    if is_there:
        folder.mkdir()

    evaluate([recording], data=folder)
    with pytest.raises(LinliError, match="127.0.0.1:1"):
        simulate(mqtt="mqtt://127.0.0.1:1", homes=1, data=folder)

    told = f"linli: there is no linli in {folder}; going on without it\n"
    assert capsys.readouterr().err.count(told) == 2
    assert folder.exists() is is_there
    assert not is_there or not list(folder.iterdir())


def test_with_the_care_data_on_a_server_the_secret_tells_whose_folder_it_is(
    tmp_path: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_CARE", "postgresql+psycopg://nobody@127.0.0.1:1/linli")
    words = ["explain", "home-1", "--data", str(tmp_path / "data")]
    assert "there is no linli" in said(*words)

    DataDir(tmp_path / "data").secret()

    assert "does not answer" in said(*words)


def test_without_a_folder_a_replay_and_an_evaluation_leave_the_care_data_on_a_server_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_CARE", "postgresql+psycopg://nobody@127.0.0.1:1/linli")
    monkeypatch.chdir(tmp_path)
    simulate(homes=1, days=1, write=tmp_path / "home.csv")

    replay([tmp_path / "home.csv"])
    evaluate([tmp_path / "home.csv"])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["home.csv", "home.csv.truth.json"]

"""The set-up script trusts nothing half-done, looks for packages where pip would, and says in a sentence what is wrong.

That it installs what it should is shown by every run of CI; these are the ways in which it could go wrong.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import dev

ROOT = Path(dev.__file__).parent


class Machine:
    """Where a set-up runs: it keeps what was asked of it, and refuses or dies where a test says so."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.asked: list[str] = []
        self.refuses: set[str] = set()
        self.dies_at = "never"

    def environment(self) -> dev.Environment:
        """Return the environment as a fresh start of dev.py sees it."""
        return dev.Environment(self.tree, self._call)

    def _call(self, command: Sequence[str], _variables: Mapping[str, str]) -> int:
        step = self._step(command)
        self.asked.append(step)
        if step == "venv":
            python = self.environment().python
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        if step == self.dies_at:
            raise KeyboardInterrupt
        return int(step in self.refuses)

    def _step(self, command: Sequence[str]) -> str:
        if "venv" in command:
            return "venv"
        if "--editable" in command:
            return "linli"
        installer = "uv" if Path(command[0]).stem == "uv" else "pip"
        return f"{installer} {Path(command[command.index('-r') + 1]).stem}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with a fresh clone, as far as the set-up looks at it, on which pip does everything."""
    monkeypatch.setenv("LINLI_UV", "0")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev", "uv"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    return Machine(tmp_path)


def test_the_second_start_asks_nothing_of_anybody(machine: Machine) -> None:
    machine.environment().prepare("dev")
    machine.asked.clear()

    machine.environment().prepare("dev")
    machine.environment().prepare("run")

    assert machine.asked == []


def test_what_python_has_compiled_is_kept_for_the_next_program(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in machine.environment().variables()


def test_the_demo_does_not_bring_the_tests_tools(machine: Machine) -> None:
    machine.environment().prepare("run")

    assert machine.asked == ["venv", "pip run", "linli"]


def test_tools_are_added_to_what_the_demo_set_up(machine: Machine) -> None:
    machine.environment().prepare("run")
    machine.asked.clear()

    machine.environment().prepare("dev")

    assert machine.asked == ["pip dev", "linli"]


@pytest.mark.parametrize("file", ["requirements/run.txt", "pyproject.toml"])
def test_what_has_changed_is_installed_again(machine: Machine, file: str) -> None:
    machine.environment().prepare("run")
    machine.asked.clear()

    (machine.tree / file).write_text("changed")
    machine.environment().prepare("run")

    assert machine.asked == ["pip run", "linli"]


@pytest.mark.parametrize("step", ["venv", "pip dev", "linli"])
@pytest.mark.parametrize("before", ["nothing", "run"])
def test_a_set_up_that_died_half_way_is_built_anew(machine: Machine, step: str, before: str) -> None:
    if before == "run" and step != "venv":
        machine.environment().prepare("run")
    machine.dies_at = step
    with pytest.raises(KeyboardInterrupt):
        machine.environment().prepare("dev")
    machine.dies_at = "never"
    machine.asked.clear()

    machine.environment().prepare("dev")

    assert machine.asked == ["venv", "pip dev", "linli"]


@pytest.mark.parametrize("note", ["", "[]", "{", '{"made for": "another Python", "dev": "0"}'])
def test_an_environment_whose_note_does_not_fit_is_built_anew(machine: Machine, note: str) -> None:
    machine.environment().prepare("dev")
    (machine.tree / ".venv" / "linli-setup.json").write_text(note)
    machine.asked.clear()

    machine.environment().prepare("dev")

    assert machine.asked == ["venv", "pip dev", "linli"]


def test_an_environment_that_lost_its_python_is_built_anew(machine: Machine) -> None:
    machine.environment().prepare("run")
    machine.environment().python.unlink()
    machine.asked.clear()

    machine.environment().prepare("run")

    assert machine.asked == ["venv", "pip run", "linli"]


def test_a_tree_that_was_moved_is_set_up_anew_because_its_programs_know_where_they_were(machine: Machine) -> None:
    machine.environment().prepare("dev")
    machine.tree = machine.tree.rename(machine.tree.with_name("elsewhere"))

    assert not machine.environment().is_ready("dev")


def test_where_uv_does_not_work_pip_does(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINLI_UV")
    machine.refuses = {"uv run"}

    machine.environment().prepare("run")

    assert machine.asked == ["venv", "pip uv", "uv run", "pip run", "linli"]


def test_where_uv_cannot_be_had_pip_does(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINLI_UV")
    machine.refuses = {"pip uv"}

    machine.environment().prepare("run")

    assert machine.asked == ["venv", "pip uv", "pip run", "linli"]


def test_packages_that_cannot_be_had_are_a_sentence_and_the_next_start_tries_again(machine: Machine) -> None:
    machine.refuses = {"pip run"}

    with pytest.raises(dev.NotPossibleError, match="PIP_INDEX_URL"):
        machine.environment().prepare("run")

    assert not machine.environment().is_ready("run")


def test_a_python_without_venv_is_told_what_to_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(dev.NotPossibleError, match="python3-venv"):
        machine.environment().prepare("run")


def test_pips_settings_are_read_with_its_precedence() -> None:
    listing = (
        "global.index-url='https://global.example/simple'\n"
        "install.index-url='https://install.example/simple'\n"
        "freeze.timeout='1'\n"
        "global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'\n"
        "global.cert='/etc/old.pem'\n"
        ":env:.cert='/etc/new.pem'\n"
        "install.timeout='5'\n"
        ":env:.timeout='9'\n"
    )

    assert dev.pip_settings(listing) == {
        "index-url": "https://install.example/simple",
        "extra-index-url": "\nhttps://one.example\nhttps://two.example",
        "cert": "/etc/new.pem",
        "timeout": "9",
    }


def test_uv_is_told_what_pip_knows() -> None:
    settings = {"index-url": "https://a.example", "extra-index-url": "\nhttps://b.example\nhttps://c.example"}

    told = dev.uv_variables({**settings, "find-links": "wheels more-wheels"}, {"HOME": "here"})

    assert told["HOME"] == "here"
    assert told["UV_DEFAULT_INDEX"] == "https://a.example"
    assert told["UV_INDEX"] == "https://b.example https://c.example"
    assert told["UV_FIND_LINKS"] == "wheels,more-wheels"


def test_what_somebody_set_for_uv_itself_stands() -> None:
    told = dev.uv_variables({"index-url": "https://pip.example"}, {"UV_DEFAULT_INDEX": "https://uv.example"})

    assert told["UV_DEFAULT_INDEX"] == "https://uv.example"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody share a lock")
def test_a_set_up_waits_for_what_a_killed_one_has_left_running(tmp_path: Path) -> None:
    script = (
        "import dev, os, pathlib, subprocess, sys\n"
        "with dev.alone(pathlib.Path(sys.argv[1])):\n"
        "    child = subprocess.Popen(['cat'], close_fds=False, stdin=0, stdout=subprocess.DEVNULL)\n"
        "    os._exit(9)\n"
    )
    lock = tmp_path / "lock"
    killed = subprocess.Popen([sys.executable, "-c", script, lock], cwd=ROOT, stdin=subprocess.PIPE)
    assert killed.wait() == 9
    with lock.open("w", encoding="utf-8") as file:
        assert not dev.is_locked(file)

    killed.communicate()  # closes what its orphan reads, and so ends it
    with dev.alone(lock):
        pass


@pytest.mark.parametrize("arguments", [[], ["fly"], ["setup", "everything"]])
def test_a_command_that_is_none_is_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert [task for task in dev.TASKS if f"\n  {task} " not in said] == []


def test_an_old_python_is_turned_away_before_it_meets_anything_it_cannot_read() -> None:
    turned_away = (ROOT / "dev.py").read_text(encoding="utf-8").split("\nimport ast\n")[0]
    old = turned_away.replace("(3, 11)", "(99, 0)")

    outcome = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)

    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1
    assert "needs Python" in outcome.stderr


def test_the_note_tells_nothing_but_what_was_finished(machine: Machine) -> None:
    machine.environment().prepare("dev")

    note = json.loads((machine.tree / ".venv" / "linli-setup.json").read_text())

    assert note.keys() == {"made for", "run", "dev"}


@pytest.mark.parametrize(
    ("command", "arguments", "are_side_by_side"),
    [("test", [], True), ("test", ["tests/alerts"], False), ("check", [], True), ("check", ["-k", "sos"], True)],
)
def test_all_tests_run_side_by_side_and_those_of_somebodys_choice_one_by_one(
    monkeypatch: pytest.MonkeyPatch, command: str, arguments: list[str], *, are_side_by_side: bool
) -> None:
    ran: list[list[str]] = []

    def run(words: Sequence[str], **_: object) -> int:
        ran.append(list(words))
        return 0

    monkeypatch.setattr(dev, "run_module", lambda _, module, given: run([module, *given]))
    monkeypatch.setattr(subprocess, "call", lambda words, **_: run(words[2:]))
    monkeypatch.setattr(dev.Environment, "prepare", lambda *_: None)

    assert dev.main([command, *arguments]) == 0
    words = next(words for words in ran if words[0] == "pytest")
    assert words[1:] == [*(dev.side_by_side() if are_side_by_side else []), *arguments]

"""The house rules that a machine can keep: who imports whom, what is pinned, and what never enters the repository."""

import importlib.util
import logging
import re
import subprocess
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = ("linli", "ingest", "models", "alerts", "dashboard", "simulators", "tests", "bench")

README_LINES = 150

NOT_OURS_TO_TELL = re.compile(
    r"(?<![\w.:}])/(?:work|root|farm|tmp/bash_jobs)/"  # a path of the machine somebody wrote on
    r"|pypi\.org|pythonhosted\.org|registry\.npmjs|(?:deb|security|ftp)\.debian\.org|archive\.ubuntu\.com"
)

PINNED = re.compile(r"[\w.-]+==\S+ (?:; .*)? +--hash=sha256:[0-9a-f]{64}|    #")


def test_imports_keep_to_their_rooms(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False  # the linter's own logging silences everybody else's, for all tests that follow

    assert not broken, capsys.readouterr().out


def test_every_module_of_the_kernel_has_a_room() -> None:
    rooms = next(
        contract for contract in _pyproject()["tool"]["importlinter"]["contracts"] if contract["id"] == "rooms"
    )
    named = set(re.findall(r"linli\.\w+", " ".join(rooms["layers"])))
    found = {f"linli.{path.stem}" for path in (ROOT / "linli").iterdir() if _is_module(path)}

    assert found - named == set(), "say in pyproject.toml, under importlinter, what may import these"


@pytest.mark.parametrize("room", ["alerts", "dashboard"])
def test_the_architecture_says_of_every_file_of_a_large_room_what_it_does(room: str) -> None:
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = told.partition(f"### Within {room}")[2].partition("|---|")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)/?`", table)
    found = [path.stem for path in (ROOT / room).iterdir() if _is_module(path)]

    assert sorted(named) == sorted(found)


def test_our_package_names_are_our_own() -> None:
    distributions = packages_distributions()
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)

        assert set(distributions.get(package, [])) <= {"linli"}
        assert spec is not None
        assert spec.origin == str(ROOT / package / "__init__.py")


def test_the_readme_can_be_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < README_LINES


def test_no_file_holds_a_merge_that_was_not_finished() -> None:
    unfinished = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    assert [name for name in _files() if unfinished.search(_text(ROOT / name))] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    told = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in _files()
        for number, line in enumerate(_text(ROOT / name).splitlines(), start=1)
        if NOT_OURS_TO_TELL.search(line)
    ]

    assert told == []


@pytest.mark.parametrize("name", ["run", "dev", "uv"])
def test_every_requirement_is_pinned_by_its_hash_and_by_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")

    assert "://" not in text
    assert [line for line in re.sub(r"\\\n", "", text).splitlines() if not PINNED.match(line)] == []


def test_the_tests_run_on_what_the_program_runs_on() -> None:
    assert _pins("run").items() <= _pins("dev").items()


def test_what_pyproject_asks_for_is_pinned() -> None:
    project, pins = _pyproject()["project"], _pins("dev")
    asked = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["postgres"]]

    unmet = [
        str(requirement)
        for requirement in asked
        for version in pins.get(canonicalize_name(requirement.name), {"none"})
        if version not in requirement.specifier
    ]

    assert unmet == []


def test_linli_is_built_by_the_pinned_builder() -> None:
    (builder,) = (Requirement(line) for line in _pyproject()["build-system"]["requires"])

    assert {str(builder.specifier)} == {f"=={version}" for version in _pins("run")[builder.name]}


@cache
def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def _pins(name: str) -> dict[str, frozenset[str]]:
    """Return the versions of each package; there are two where Python versions differ."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins: dict[str, frozenset[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        pins[package] = pins.get(package, frozenset()) | {version}
    return pins


@cache
def _files() -> list[str]:
    """Return what is, or with the next commit may be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - any git
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode:
        pytest.skip("not a git checkout: there is nothing to say about what is tracked")
    return [name for name in sorted(set(listing.stdout.split("\0"))) if name and (ROOT / name).is_file()]


def _text(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode(encoding="utf-8")


def _is_module(path: Path) -> bool:
    return (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()

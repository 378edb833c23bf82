"""A test that needs a real program is run, or skipped with a reason, or failed where it must not be skipped."""

from pathlib import Path

import pytest

from tests import needs


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine on which none of the programs is installed; what is put into the folder is on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(needs, "BESIDE_THE_PATH", ())
    monkeypatch.setattr(needs, "_postgres_folders", list)
    monkeypatch.delenv("LINLI_REQUIRE", raising=False)
    return tmp_path


@pytest.mark.usefixtures("bare_machine")
def test_a_missing_program_skips_the_test_and_says_which() -> None:
    with pytest.raises(pytest.skip.Exception, match="mosquitto"):
        needs.need("broker")


@pytest.mark.usefixtures("bare_machine")
def test_a_missing_program_fails_the_test_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_REQUIRE", "broker,browser")

    with pytest.raises(pytest.fail.Exception, match="broker"):
        needs.need("broker")
    with pytest.raises(pytest.skip.Exception):
        needs.need("postgres")


def test_a_program_that_is_there_is_handed_over(bare_machine: Path) -> None:
    program = bare_machine / "chromium"
    program.touch(mode=0o755)

    assert needs.need("browser") == program


def test_a_part_nobody_knows_is_refused_rather_than_never_missed() -> None:
    with pytest.raises(pytest.UsageError, match="brocker"):
        needs.required({"LINLI_REQUIRE": "brocker, postgres"})


@pytest.mark.parametrize(
    ("value", "parts"), [("", set()), ("broker", {"broker"}), ("broker, influx", {"broker", "influx"})]
)
def test_required_parts_are_a_comma_list(value: str, parts: set[str]) -> None:
    assert needs.required({"LINLI_REQUIRE": value}) == parts


def test_a_mark_alone_asks_for_its_program(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makeconftest("from tests.conftest import pytest_configure, pytest_runtest_setup")
    pytester.makepyfile("import pytest\n\n@pytest.mark.broker\ndef test_it():\n    pass\n")
    pytester.makeini("[pytest]\nmarkers = broker")
    monkeypatch.setattr(needs, "find", lambda _part: None)

    monkeypatch.delenv("LINLI_REQUIRE", raising=False)
    pytester.runpytest().assert_outcomes(skipped=1)
    monkeypatch.setenv("LINLI_REQUIRE", "broker")
    pytester.runpytest().assert_outcomes(errors=1)

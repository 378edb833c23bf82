"""What was typed wrongly ends with status 2; the same value from elsewhere, and what is not right in the world, with 1."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linli.cli import main
from linli.commands.common import settings_from
from linli.errors import WrongUsage

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command that fails, and gives back its exit status and what it says."""

    def told(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["linli", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("run --http nonsense", "setting http: 'nonsense' is not host:port"),
        ("run --http 127.0.0.1:99999", "setting http: '127.0.0.1:99999' is not host:port"),
        ("run --mqtt-listen 1883", "setting mqtt_listen: '1883' is not host:port"),
        ("run --mqtt ftp://x", "the broker's address cannot be used: it must begin with mqtt:// or mqtts://"),
        ("run --broker emqx", "setting broker: input should be 'auto', 'mosquitto' or 'demo'"),
        ("demo --http nonsense", "setting http: 'nonsense' is not host:port"),
        ("export out.csv --from junk", "--from 'junk' is not a time such as"),
        ("export out.csv --to 2026-11-22T07:00", "--to '2026-11-22T07:00' needs an offset"),
        ("simulate", "say where to: --mqtt"),
        ("simulate --mqtt ftp://x", "the broker's address cannot be used"),
        ("simulate --homes 1 --incident bogus --write out.csv", "'bogus' is not an incident"),
        ("simulate --homes 1 --start soon --write out.csv", "--start 'soon' is not a time such as"),
        ("token --role family", "a family token is for one person: name them with --person"),
        ("drill", "name a home, or a volunteer"),
        ("rehearse", "name either a ladder file or a --setting"),
        ("rehearse --setting colour=red", "--setting 'colour=red' is not NAME=VALUE"),
        ("rehearse --setting day_line_hours=many", "setting day_line_hours: "),
        ("model list home-7 --to soon", "--to 'soon' is not a day"),
    ],
)
def test_what_was_typed_wrongly_is_said_and_ends_with_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)

    status, told = run(*words.split())

    assert (status, told.startswith(f"linli: {sentence}"), told.count("\n")) == (2, True, 1), told


def test_the_same_value_from_the_environment_is_the_world_and_ends_with_1(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_BROKER", "emqx")

    status, told = run("run", "--http", "127.0.0.1:0", "--data", str(tmp_path / "data"))

    assert (status, told.startswith("linli: setting broker: ")) == (1, True), told


@pytest.mark.parametrize(("name", "value"), [("http", "nonsense"), ("mqtt", "ftp://x")])
def test_an_address_from_the_environment_is_never_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"LINLI_{name.upper()}", value)

    assert getattr(settings_from(None, None, mqtt_listen="127.0.0.1:1"), name) == value
    with pytest.raises(WrongUsage):
        settings_from(None, None, **{name: value})


def test_what_a_settings_file_says_wrongly_ends_with_1_whatever_is_typed_beside_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "linli.toml").write_text('broker = "emqx"\n', encoding="utf-8")

    status, told = run("run", "--http", "127.0.0.1:0", "--config", str(tmp_path / "linli.toml"))

    assert (status, told.startswith("linli: setting broker: ")) == (1, True), told


def test_a_name_that_nobody_has_is_the_world_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    status, told = run("token", "--role", "family", "--person", "bo", "--data", str(tmp_path / "data"))

    assert (status, told.startswith("linli: no home is known here")) == (1, True), told

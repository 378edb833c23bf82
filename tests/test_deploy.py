"""What docs/deploy.md says to write down is what the units and the commands read."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from linli.backup import backup
from linli.cli import main
from linli.data_dir import DataDir
from linli.settings import Settings
from tests.cast import EIGHT
from tests.watching import furnish

ROOT = Path(__file__).resolve().parents[1]
TOLD = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
SETTINGS_FILE = "--config /etc/linli/linli.toml"


def test_the_settings_that_it_shows_are_settings() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", TOLD, re.DOTALL)

    assert Settings(**tomllib.loads(shown)).data == Path("/var/lib/linli")


@pytest.mark.parametrize("unit", ["linli.service", "linli-backup.service"])
def test_a_unit_reads_the_settings_that_every_command_is_given(unit: str) -> None:
    text = (ROOT / "deploy" / "systemd" / unit).read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)

    assert SETTINGS_FILE in command
    assert "EnvironmentFile" not in text, "a command by hand would not have what stands there"
    assert f'linli "$@" {SETTINGS_FILE}; }}' in TOLD


def test_the_drill_can_be_done_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DataDir(furnish(tmp_path / "linli"))
    data.secret()
    monkeypatch.setenv("LINLI_BROKER", "demo")
    backup(data.path, tmp_path / "linli-2026-11-27.linli", now=EIGHT)
    steps = re.findall(r"^    drill (.*?)(?: +#.*)?$", TOLD, re.MULTILINE)

    told = [_said(monkeypatch, capsys, _here(step, tmp_path)) for step in steps]

    assert [step.split()[0] for step in steps] == ["restore", "check", "export"]
    assert "restored the backup" in told[0]
    assert "log" not in told[1]
    assert "signals.db" not in told[1]
    (recording,) = (path for path in (tmp_path / "drill").iterdir() if path.suffix == ".csv")
    assert recording.read_text(encoding="utf-8").startswith("at,home,device,room,kind,value")


def test_a_backup_is_brought_back_over_an_installation_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DataDir(furnish(tmp_path / "drill"))
    data.secret()
    backup(data.path, tmp_path / "linli-2026-11-27.linli", now=EIGHT)
    (step,) = re.findall(r"^    linli (restore .*)$", TOLD, re.MULTILINE)

    assert "what was there is now in" in _said(monkeypatch, capsys, _here(step, tmp_path))


def _here(step: str, folder: Path) -> list[str]:
    """Return the words of a step, for a machine that is only this folder."""
    words = [re.sub(r"^(/var/lib/linli-backups|/tmp)/", f"{folder}/", word) for word in step.split()]
    return ["linli", *words, "--data", str(folder / "drill")]


def _said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr()
    return told.out + told.err

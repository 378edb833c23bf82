"""What docs/deploy.md says to write down is what the units and the commands read."""

import re
import tomllib
from pathlib import Path

import pytest

from linli.settings import Settings

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

"""Settings: where they come from, which wins, and that docs/settings.md says the truth."""

from pathlib import Path

import pytest

from linli.errors import LinliError
from linli.settings import PREFIX, Settings, address, load

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def row(name: str) -> str:
    """Return the line that docs/settings.md must have for a setting."""
    field = Settings.model_fields[name]
    extra = field.json_schema_extra
    unit = extra["unit"] if isinstance(extra, dict) else ""
    default = f"`{field.default}`" if str(field.default) else "(none)"
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {unit} | {field.description} |"


def test_every_setting_stands_in_the_docs_with_its_default_and_unit() -> None:
    written = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert written == [row(name) for name in Settings.model_fields]


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "linli.toml"
    config.write_text('http = "127.0.0.1:1"\nlog_level = "error"\nsmtp_port = 26\n', encoding="utf-8")
    environment = {"LINLI_HTTP": "127.0.0.1:2", "LINLI_LOG_LEVEL": "debug"}
    settings = load({"http": "127.0.0.1:3", "mqtt": None}, environment, config)
    assert (settings.http, settings.log_level, settings.smtp_port) == ("127.0.0.1:3", "debug", 26)


def test_a_secret_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hush\n", encoding="utf-8")
    assert load({}, {"LINLI_SMTP_PASSWORD_FILE": str(secret)}).smtp_password == "hush"

    secret.write_bytes(b"h\xfcsh")
    with pytest.raises(LinliError, match="it is not UTF-8"):
        load({}, {"LINLI_SMTP_PASSWORD_FILE": str(secret)})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"day_line_hours": "soon"}, "setting day_line_hours"),
        ({"smtp_port": 0}, "setting smtp_port"),
        ({"colour": "red"}, "setting colour"),
        ({"broker": "emqx"}, "setting broker"),
        ({"holidays": "2026-10-01, 2026-02-30"}, 'setting holidays: .*"2026-02-30" is not a day of the calendar'),
        ({"holidays": "garden: 2026-02-30"}, 'setting holidays: .*"2026-02-30" is not a day of the calendar'),
        ({"holidays": "Old Town: 2026-02-03"}, "setting holidays: .*is neither a day like 2026-10-01"),
        ({"load_limit_per_week": -1}, "setting load_limit_per_week"),
        ({"influxdb_retention_days": True}, "setting influxdb_retention_days: .*no yes or no"),
        ({"care": "a\0b"}, "setting care: .*cannot be printed"),
    ],
    ids=[
        "no number",
        "out of range",
        "unknown",
        "not one of these",
        "no such day",
        "no such day there",
        "no site",
        "less than nothing",
        "a truth",
        "a NUL",
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(given: dict[str, object], told: str) -> None:
    with pytest.raises(LinliError, match=told):
        load(given, {})


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="nowhere.toml"):
        load({}, {}, tmp_path / "nowhere.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("http = ", encoding="utf-8")
    with pytest.raises(LinliError, match="not valid TOML"):
        load({}, {}, bad)


@pytest.mark.parametrize("text", ["8600", "host:", "host:99999", "host:http"])
def test_an_address_must_be_host_and_port(text: str) -> None:
    with pytest.raises(LinliError, match="host:port"):
        address(text, "http")

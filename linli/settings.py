"""The settings: read once at the start from the environment, a TOML file and the command line, then frozen."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from linli.errors import LinliError
from linli.holidays import read_holidays

PREFIX = "LINLI_"


def _row(default: Any, unit: str, text: str, **limits: Any) -> Any:  # noqa: ANN401 - what pydantic's own Field takes
    return Field(default, description=text, json_schema_extra={"unit": unit}, **limits)


class Settings(BaseModel):
    """Each field is a setting: `LINLI_NAME` in the environment, `name` in the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = _row(Path("linli-data"), "folder", "where everything is kept")
    http: str = _row("127.0.0.1:8600", "host:port", "where the pages and the API listen")
    base_url: str = _row("", "URL", "how people reach the pages, for links in messages; empty: from `http`")
    mqtt: str = _row(
        "",
        "URL",
        "the broker, `mqtt://user:pass@host:1883` or `mqtts://…`, set up for floods as deploy/mosquitto/mosquitto.conf is; empty: linli runs one itself",
    )
    mqtt_ca: str = _row(
        "", "file", "the certificate authority of an `mqtts://` broker (PEM); empty: those of the system"
    )
    mqtt_accounts: str = _row(
        "",
        "folder",
        "where linli writes whom the broker named in `mqtt` lets in, deploy/mosquitto; empty: that broker has its own accounts",
    )
    mqtt_sites: Literal["all", "listed"] = _row(
        "all",
        "name",
        "whom linli hears on its broker: `all`, or only the sites of its own roster (`listed`), where several linlis share a broker, docs/deploy.md",
    )
    mqtt_listen: str = _row("127.0.0.1:1883", "host:port", "where linli's own broker listens")
    broker: Literal["auto", "mosquitto", "demo"] = _row(
        "auto", "name", "linli's own broker: `mosquitto`, `demo` (built in, keeps nothing), or the first that is there"
    )
    care: str = _row("", "URL", "the care database, `postgresql+psycopg://…`; empty: `care.db` in the data folder")
    signals: str = _row(
        "",
        "URL",
        "an InfluxDB for signals, `influxdb://localhost:8086/BUCKET` or `influxdbs://…`, docs/influxdb.md; empty: `signals.db` in the data folder",
    )
    influxdb_org: str = _row("", "name", "the organisation at an InfluxDB 2.x")
    influxdb_token: str = _row("", "secret", "the InfluxDB's token, on 1.8 `user:password`; empty: none is asked for")
    influxdb_ca: str = _row(
        "", "file", "the certificate authority of an `influxdbs://` server (PEM); empty: those of the system"
    )
    influxdb_retention_days: int = _row(
        0, "d", "how long the InfluxDB keeps signals; 0: for ever. Hourly numbers stay for ever", ge=0, le=36500
    )
    signals_window_days: int = _row(
        7,
        "d",
        "how long signals stay in `signals.db` once the InfluxDB has them, so that they can be read without it",
        ge=2,
        le=3650,
    )
    journal: str = _row(
        "",
        "folder",
        "where calls for help are kept while no database answers, best on another disk; empty: `journal` in the data folder",
    )
    smtp_host: str = _row("", "host", "the mail server; empty: no e-mail is sent")
    smtp_port: int = _row(587, "port", "the mail server's port", ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = _row("starttls", "name", "how the mail server is reached")
    smtp_user: str = _row("", "text", "the mail server's user; empty: none is asked for")
    smtp_password: str = _row("", "secret", "the mail server's password")
    smtp_sender: str = _row("linli@localhost", "address", "who e-mails come from")
    sms_url: str = _row("", "URL", "the SMS gateway, docs/channels.md; empty: no text messages are sent")
    sms_format: Literal["json", "form"] = _row("json", "name", "how the SMS gateway is written to")
    sms_body: str = _row(
        '{"to": "{to}", "text": "{text}"}',
        "template",
        "what is posted to it; `{to}` `{text}` `{short}` `{link}` `{key}` `{secret}` are filled in",
    )
    sms_headers: str = _row("", "template", 'further headers, JSON such as `{"X-Api-Key": "{secret}"}`')
    sms_secret: str = _row("", "secret", "the SMS gateway's key; named in neither template: it goes as a bearer token")
    sms_success: str = _row(
        "",
        "pointer=value",
        "where its answer says that it took the message, `/Code=OK`; empty: any HTTP 2xx that does not look like a no",
    )
    sms_per_day: int = _row(50, "messages", "how many text messages one number gets in 24 h at most", ge=2, le=10000)
    push_contact: str = _row("", "address", "the e-mail address that push services are told; empty: `smtp_sender`")
    holidays: str = _row(
        "",
        "days",
        "public holidays, `PH` in the column `on_duty`: `2026-10-01..2026-10-07, 2027-01-01; garden: 2026-10-01` (below)",
    )
    unmanaged_sites: str = _row(
        "",
        "sites",
        "compounds that nobody manages (弃管小区), `garden, river`: where compounds are compared they stand first",
    )
    load_limit_per_week: int = _row(
        5,
        "per week",
        "a volunteer who was asked so often in 7 days is spared what is no emergency while somebody else is left; 0: never",
        ge=0,
        le=1000,
    )
    false_alerts_per_month: float = _row(
        1.0,
        "per month",
        "how many false alerts of silence a home may have in a month: its own line is learned to keep to it; 0: the fixed lines",
        ge=0,
        le=30,
    )
    shared_homes: str = _row(
        "",
        "home ids",
        "homes in which not only she moves (`home-7;home-9`): a second resident, a daily carer, a pet. Movement is then nobody's for certain",
    )
    day_line_hours: float = _row(8, "h", "silence by day (07:00 to 22:00) after which linli asks", gt=0, le=48)
    night_line_hours: float = _row(12, "h", "silence by night after which linli asks", gt=0, le=48)
    out_line_hours: float = _row(24, "h", "after leaving by the exit, silence after which linli asks", gt=0, le=168)
    bathroom_least_minutes: float = _row(
        45,
        "min",
        "no stay in the bathroom is asked about sooner, however short hers are; 0: none ever is",
        ge=0,
        le=720,
    )
    night_door_minutes: float = _row(
        20,
        "min",
        "how long somebody may be out at night, or the front door stand open, before a neighbour is called; 0: for ever",
        ge=0,
        le=720,
    )
    check_in_grace_minutes: float = _row(30, "min", "how late a check-in may be", ge=0, le=720)
    supervision_hours: float = _row(25, "h", "a device silent for longer is not working", gt=0, le=168)
    mains_supervision_seconds: float = _row(
        180,
        "s",
        "the same for devices whose model is `mains`: those that report at least once a minute",
        ge=90,
        le=86400,
    )
    low_battery_percent: float = _row(15, "%", "at or below this a battery must be changed", ge=0, le=100)
    canary_minutes: float = _row(
        5,
        "min",
        "how often linli sends a test call the whole way, docs/drills.md; 0: never, and nobody watches",
        ge=0,
        le=60,
    )
    canary_within_seconds: float = _row(60, "s", "how long a test call may take before staff are told", ge=2, le=600)
    canary_url: str = _row("", "URL", "where test calls are posted to; empty: to linli itself")
    deadman_url: str = _row(
        "",
        "URL",
        "fetched every minute while test calls come back, so that a service outside notices silence; empty: none",
    )
    drill_plan: Literal["off", "weekly"] = _row(
        "off", "name", "`weekly`: linli reminds staff of untried buttons and writes to each volunteer once a month"
    )
    home_assistant_sites: str = _row(
        "",
        "sites",
        "sites whose homes Home Assistant is told of by MQTT discovery, `garden, river`; empty: none, and what was told is taken back",
    )
    home_assistant_names: Literal["off", "on"] = _row(
        "off", "name", "`on`: Home Assistant is told the residents' names too, not only where they live"
    )
    home_assistant_prefix: str = _row(
        "homeassistant", "topic", "Home Assistant's discovery prefix", pattern=r"^[A-Za-z0-9_-]{1,64}$"
    )
    log_level: Literal["debug", "info", "warning", "error"] = _row("info", "name", "how much is logged")

    @property
    def unmanaged(self) -> frozenset[str]:
        """Return the compounds that nobody manages."""
        return frozenset(site.strip() for site in self.unmanaged_sites.split(",") if site.strip())

    @property
    def home_assistant(self) -> frozenset[str]:
        """Return the sites of which Home Assistant is told."""
        return frozenset(site.strip() for site in self.home_assistant_sites.split(",") if site.strip())

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_truth(cls, given: object) -> object:
        if isinstance(given, bool):
            raise ValueError("it is no yes or no")  # true would be 1: one hour of silence, one day of signals
        if isinstance(given, str) and "\0" in given:
            raise ValueError("it holds a sign that cannot be printed")
        return given

    @field_validator("holidays")
    @classmethod
    def _are_days(cls, text: str) -> str:
        read_holidays(text)
        return text


def load(
    given: Mapping[str, Any], environment: Mapping[str, str] | None = None, config: Path | None = None
) -> Settings:
    """Return the settings: the command line wins over the environment, the environment over the file.

    A secret can stand in a file of its own, named by `LINLI_X_FILE`. Raises LinliError with one sentence per fault.
    """
    values: dict[str, Any] = {
        **_from_file(config),
        **_from_environment(os.environ if environment is None else environment),
    }
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        return Settings(**values)
    except ValidationError as faults:
        told = "; ".join(f"setting {'.'.join(map(str, f['loc']))}: {f['msg'].lower()}" for f in faults.errors())
        raise LinliError(f"{told} (docs/settings.md lists all settings)") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        variable = PREFIX + name.upper()
        if variable in environment:
            values[name] = environment[variable]
        elif f"{variable}_FILE" in environment:
            values[name] = _secret(Path(environment[f"{variable}_FILE"]), variable)
    return values


def _secret(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as why:
        raise LinliError(f"{variable}_FILE cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise LinliError(f"{variable}_FILE cannot be read: it is not UTF-8") from None


def _from_file(config: Path | None) -> dict[str, Any]:
    if config is None:
        return {}
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as why:
        raise LinliError(f"the settings file {config} cannot be read: {why.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise LinliError(f"the settings file {config} is not valid TOML: {why}") from None


def address(text: str, setting: str) -> tuple[str, int]:
    """Return host and port of `host:port`; raises LinliError otherwise."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise LinliError(f"setting {setting}: {text!r} is not host:port, such as 127.0.0.1:8600")
    return host.strip("[]"), int(port)

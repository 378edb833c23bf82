"""`linli replay`: recordings through the real pipeline under a virtual clock."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from alerts.channels.inbox import Inbox
from linli.alert import Alert
from linli.clock import VirtualClock
from linli.commands.common import settings_from
from linli.commands.options import AsJson, Config, DataOrNone
from linli.commands.progress import bar
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.people import Roster
from linli.replay import Replay, Transition, add_unknown_homes, signals_of
from linli.settings import Settings
from linli.words import say

KINDS_OF_CHANNEL = ("webhook", "email", "sms", "wecom", "dingtalk", "feishu", "ntfy", "webpush", "inbox")
"""All of them end in the inbox here: a replay on real data must ring nobody."""


def command(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings (CSV); see docs/simulation.md.")],
    as_json: AsJson = False,
    language: Annotated[str, typer.Option("--language", help="zh or en.")] = "en",
    data: DataOrNone = None,
    config: Config = None,
) -> None:
    """Feed recordings through the real pipeline, as fast as it goes, and print each alert's transitions.

    Without --data a throw-away installation is used, its homes taken from the recordings. A stand-in neighbour goes
    whenever called (2 min), arrives (10 min) and closes as safe (15 min), so that alerts do not pile up.
    """
    missing = [path.name for path in recordings if not path.is_file()]
    if missing:
        raise LinliError(f"there is no file {missing[0]}")
    with _core(data, config, recordings) as (core, clock):
        count = alerts = 0
        show = _line_json if as_json else _line
        with bar("replaying") as shown:
            for step in Replay(core, clock).run(signals_of(recordings)):
                if isinstance(step, int):
                    count = step
                    shown.say(f"{clock.now():%Y-%m-%d} {count} signals")
                    continue
                alerts += step.entry.what == "opened"
                sys.stdout.write(show(step, core.roster.get(), language) + "\n")
        if not as_json:
            typer.echo(f"{core.signals.count()} signals, {alerts} alerts", err=True)


@contextmanager
def _core(data: Path | None, config: Path | None, recordings: list[Path]) -> Iterator[tuple[Core, VirtualClock]]:
    with tempfile.TemporaryDirectory(prefix="linli-replay-") as throw_away:
        settings = settings_from(data, config, signals="") if data else _throw_away(Path(throw_away), config)
        folder = DataDir(settings.data)
        first = next(signals_of(recordings), None)
        if first is None:
            raise LinliError("the recordings are empty")
        clock = VirtualClock(first.at)
        with folder.lock():
            core = build(settings, folder, clock, "http://127.0.0.1:8600", dict.fromkeys(KINDS_OF_CHANNEL, Inbox()))
            try:
                add_unknown_homes(core, recordings)
                core.warm()
                yield core, clock
            finally:
                core.close()


def _throw_away(folder: Path, config: Path | None) -> Settings:
    """Return settings by which nothing outlives the folder: those of this machine may name its real care database."""
    return settings_from(folder, config, care="", signals="")


def _zone(alert: Alert, roster: Roster) -> ZoneInfo:
    """Return the zone of an alert's clock times: its home's, or that of any home of its site."""
    known = roster.homes.get(alert.home)
    homes = [known] if known else [home for home in roster.homes.values() if alert.site in ("", home.site)]
    return homes[0].zone if homes else ZoneInfo("UTC")


def _line(step: Transition, roster: Roster, language: str) -> str:
    alert, entry = step.alert, step.entry
    zone = _zone(alert, roster)
    told = f"  {say(alert.why, language, zone)}" if entry.what == "opened" else ""
    who = f" {entry.detail['person']}" if "person" in entry.detail else f" {entry.who}" if entry.who != "linli" else ""
    return f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {alert.home or alert.site}  {alert.kind}  {entry.what}{who}{told}"


def _line_json(step: Transition, roster: Roster, language: str) -> str:
    alert, entry = step.alert, step.entry
    zone = _zone(alert, roster)
    return msgspec.json.encode(
        {
            "at": entry.at.astimezone(zone).isoformat(),
            "alert": alert.id,
            "home": alert.home,
            "kind": alert.kind,
            "severity": alert.severity,
            "what": entry.what,
            "who": entry.who,
            "detail": dict(entry.detail),
            "text": say(alert.why, language, zone),
        }
    ).decode()

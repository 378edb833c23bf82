"""`linli export`: signals as a recording."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from linli.commands.common import open_care, settings_from
from linli.commands.moments import moment_or_none
from linli.commands.options import Config, Data
from linli.commands.progress import bar
from linli.errors import UnknownHome
from linli.files import replacing
from linli.recording import told_by_time, write_recording
from linli.signal_store import open_signals
from linli.signals import Signal
from linli.steps import Tell
from linli.store import roster as roster_store
from linli.store.signals import SignalStore


def command(
    file: Annotated[Path, typer.Argument(help="Where to write the recording (CSV).")],
    home: Annotated[str | None, typer.Option("--home", help="Only this home.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="From this moment on, ISO with offset.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Up to, not including, this moment, ISO with offset.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write stored signals as a recording; works while linli runs."""
    begin, end = moment_or_none(since, "--from"), moment_or_none(until, "--to")
    settings = settings_from(data, config)
    with open_care(settings) as (folder, care):
        with care.read() as connection:
            homes = roster_store.load(connection).homes
        if home is not None and home not in homes:
            raise UnknownHome(f"home {home!r} is not known")
        zones = {homes[home].timezone} if home else {h.timezone for h in homes.values()}
        zone = ZoneInfo(zones.pop()) if len(zones) == 1 else None
        store = open_signals(settings, folder)
        try:
            with (
                replacing(file) as written,
                written.open("w", encoding="utf-8", newline="") as out,
                bar("writing") as shown,
            ):
                count = write_recording(_signals(store, begin, end, home, shown.tell), out, zone)
        finally:
            store.close()
    typer.echo(f"{count} signals written to {file}")


def _signals(
    store: SignalStore, begin: datetime | None, end: datetime | None, home: str | None, tell: Tell
) -> Iterator[Signal]:
    signals, oldest, newest = store.between(begin, end, home), store.oldest(), store.newest()
    if oldest is None or newest is None:
        return signals
    return told_by_time(signals, max(begin or oldest, oldest), min(end or newest, newest), tell)

"""`linli migrate-signals FROM TO`: all signals from one store to another, compared value for value, while linli runs."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from linli.clock import SystemClock
from linli.commands.common import settings_from
from linli.commands.options import Config, Data
from linli.commands.progress import bar
from linli.errors import LinliError, StoreDown
from linli.moving import Move as Moving
from linli.moving import Moved, Place, Reached, Target, is_same, open_source, open_target, reached_file
from linli.steps import Tell

_MOST_TOLD = 5
_MARGIN = timedelta(days=1)
"""What an InfluxDB drops within a day is not copied: it would be gone on one side while the other still has it."""


def command(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A data folder, its signals.db, or an InfluxDB's URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; a file that is not there is made.")],
    to_org: Annotated[
        str, typer.Option("--to-org", help="The organisation at TO, where it is not that of the settings.")
    ] = "",
    to_token_file: Annotated[
        Path | None,
        typer.Option("--to-token-file", help="A file with TO's token, where it is not that of the settings."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Copy all signals to another store and compare both, day by day, by count and hash; works while linli runs.

    Nothing of FROM is deleted. Cut short at any moment, the same command goes on where it was. Exit status 1: a day
    that is not the same on both sides, or a store that does not answer.
    """
    settings = settings_from(data, config)
    if is_same(source, target, settings):
        raise LinliError("FROM and TO are the same; name two places")
    with closing(open_source(source, settings)) as here:
        there = open_target(target, settings, org=to_org, token=_read(to_token_file))
        with closing(there), bar("copying") as shown:
            reached = Reached(reached_file(source, target, settings), here.name, there.name)
            moved = _moved(here, there, reached, shown.tell)
    for line in _told(moved, here, there):
        typer.echo(line)


def _read(file: Path | None) -> str:
    try:
        return "" if file is None else file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise LinliError(f"{file} cannot be read; name the file that holds TO's token") from None


def _moved(here: Place, there: Target, reached: Reached, tell: Tell) -> Moved:
    """Copy; raises LinliError with the days that are not the same, and says how to go on where it is cut short."""
    since = _kept_since(here, there, SystemClock().now())
    if since is not None:
        typer.echo(f"signals from before {since:%Y-%m-%d %H:%M} UTC are left out: InfluxDB does not keep them longer")
    try:
        moved = Moving(here, there, reached, since=since, tell=tell).run()
    except StoreDown as why:
        raise LinliError(f"{why}; nothing is lost: start the same command again, it goes on where it was") from why
    except KeyboardInterrupt:
        typer.echo("linli: stopped; the same command goes on where it was", err=True)
        raise typer.Exit(130) from None
    if moved.differences:
        raise LinliError(_differences(moved, there))
    return moved


def _kept_since(here: Place, there: Place, now: datetime) -> datetime | None:
    spans = [place.keeps for place in (here, there) if place.keeps is not None]
    return now - min(spans) + _MARGIN if spans else None


def _differences(moved: Moved, there: Place) -> str:
    some = moved.differences[:_MOST_TOLD]
    told = "; ".join(f"{one.day}: {one.here} signals in FROM, {one.there} in TO" for one in some)
    more = f"; and {len(moved.differences) - len(some)} days more" if len(moved.differences) > len(some) else ""
    return (
        f"{len(moved.differences)} days are not the same on both sides ({told}{more}): {there.name} has signals that FROM"
        " has not, or has them otherwise; copy to an empty place, before any linli writes to it"
    )


def _told(moved: Moved, here: Place, there: Place) -> list[str]:
    if moved.copied_days:
        new = (
            f"{moved.copied} of them came during pass {moved.passes}, and are there too; linli goes on writing to FROM"
        )
    else:
        new = f"pass {moved.passes} found nothing new"
    return [
        f"{moved.signals} signals of {moved.days} days are the same, by count and hash, in {here.name} and {there.name}",
        new,
        f"nothing was deleted in {here.name}",
        "to change over: stop linli, start this command once more, and then",
        *_next(there),
    ]


def _next(there: Place) -> list[str]:
    if "://" in there.name:
        return [
            f'  set signals = "{there.name}", with its influxdb_token and influxdb_org; keep signals.db',
            "  start linli; what its file holds it sends once more, to the same points",
        ]
    return [
        f"  put {there.name} in the place of signals.db in linli's data folder; keep the old one elsewhere",
        "  leave the setting signals empty, and start linli",
    ]

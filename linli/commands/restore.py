"""`linli restore FILE`: an installation back from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from linli.backup import restore
from linli.clock import SystemClock
from linli.commands.common import settings_from
from linli.commands.options import Config, Data
from linli.commands.progress import bar


def command(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    force: Annotated[bool, typer.Option("--force", help="Move data that is there aside.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Bring a backup back; linli must not be running on this data. Nothing is deleted."""
    settings = settings_from(data, config)
    with bar("restoring") as shown:
        restored = restore(file, settings.data, now=SystemClock().now(), force=force, tell=shown.tell)
    for remark in restored.manifest.remarks:
        typer.echo(remark, err=True)
    if restored.aside is not None:
        typer.echo(f"what was there is now in {restored.aside}")
    if restored.open_alerts:
        typer.echo(f"{restored.open_alerts} open alerts came back; linli run takes up their next steps")
    typer.echo("tokens and sign-ins are those of then: what was taken away since lets in again")
    typer.echo(f"restored the backup of {restored.manifest.made_at}")

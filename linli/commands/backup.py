"""`linli backup FILE`: a consistent copy, also while linli runs."""

from pathlib import Path
from typing import Annotated

import typer

from linli.backup import backup
from linli.clock import SystemClock
from linli.commands.common import settings_from
from linli.commands.options import Config, Data
from linli.commands.progress import bar


def command(
    file: Annotated[Path, typer.Argument(help="Where to write the backup.")], data: Data = None, config: Config = None
) -> None:
    """Write a copy of everything to one file, checked after writing; works while linli runs.

    The file holds names, readings and the installation's secret: keep it as you would keep a key.
    """
    settings = settings_from(data, config)
    with bar("backing up") as shown:
        manifest = backup(settings.data, file, now=SystemClock().now(), care_url=settings.care, tell=shown.tell)
    for remark in manifest.remarks:
        typer.echo(remark, err=True)
    typer.echo(f"{', '.join(sorted(manifest.files))} written to {file}")

"""`linli check`: is it all right here?"""

import msgspec
import typer

from linli.checkup import advised, faults, is_running
from linli.clock import SystemClock
from linli.commands.common import settings_from
from linli.commands.options import AsJson, Config, Data
from linli.commands.progress import bar
from linli.data_dir import DataDir
from linli.tuning.installation import refuse_if_not_installed


def command(data: Data = None, as_json: AsJson = False, config: Config = None) -> None:
    """Say what is wrong with settings, database, log, disk, clock, broker and channels; exit status 1 if anything is."""
    settings = settings_from(data, config)
    if not (settings.data.is_dir() and DataDir(settings.data).pages_at()):  # whoever runs there says what is missing
        refuse_if_not_installed(settings)
    with bar("reading the log") as shown:
        found = list(faults(settings, DataDir(settings.data), SystemClock(), shown.tell))
    told = advised(settings, DataDir(settings.data))
    if as_json:
        typer.echo(msgspec.json.encode({"ok": not found, "faults": found, "advice": told}).decode())
    else:
        for fault in found:
            typer.echo(fault, err=True)
        if not found:
            typer.echo("all is well here" + ("" if is_running(DataDir(settings.data)) else "; linli is not running"))
        for advice in told:
            typer.echo(advice)
    raise typer.Exit(1 if found else 0)

"""`linli import PATH`: homes, devices and people from a workbook or a folder of CSV files; all or nothing."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from linli.commands.common import open_care, settings_from
from linli.commands.options import AsJson, Config, Data
from linli.commands.progress import bar
from linli.roster_file import Change, apply, compare, read_roster
from linli.store import roster as roster_store


def command(
    path: Annotated[
        Path, typer.Argument(help="An .xlsx workbook, or a folder with homes.csv, devices.csv, people.csv.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add or change homes, devices and people; what the file does not name stays. One bad row and nothing changes."""
    with open_care(settings_from(data, config), may_be_new=True) as (_, care):
        with care.read() as connection:
            known = roster_store.load(connection)
        with bar("reading") as shown:
            file = read_roster(path, known, tell=shown.tell)
        if dry_run:
            change = compare(known, file)
        else:
            with bar("saving") as shown, care.begin() as connection:
                change = apply(connection, file, shown.tell)
    typer.echo(_json(change) if as_json else _told(change, dry_run))


def _told(change: Change, dry_run: bool) -> str:
    done = "nothing was changed; without --dry-run this would be" if dry_run else "imported"
    return f"{done}:\n{change.summary()}" if not change.is_empty else "nothing to change"


def _json(change: Change) -> str:
    return msgspec.json.encode(asdict(change)).decode()

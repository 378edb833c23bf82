"""`linli ladder`: who is called when, as a text that can be saved, changed and used."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alerts.ladder_file import load, written
from alerts.site_ladders import DEFAULT, SiteLadders, look
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.errors import LinliError
from linli.health import Health
from linli.store import roster as roster_store
from linli.tuning.ladder_desk import LadderDesk


class Language(StrEnum):
    """The languages of a ladder file."""

    EN = "en"
    ZH = "zh"


def command(
    site: Annotated[str, typer.Argument(help="The site; none: what holds for sites without a file.")] = "",
    check: Annotated[Path | None, typer.Option("--check", help="Only say whether this ladder file is right.")] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Let this ladder file hold from now on, for the site or, with none, for all."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let hold what held before the last change.")] = False,
    language: Annotated[Language, typer.Option("--language", help="In which words it is printed.")] = Language.EN,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print who is called when at a site, as a ladder file; docs/ladders.md tells its words.

    To change it, save what is printed in a file, change that, and hand it back with --save: a linli that runs heeds it
    for new alerts, and who changed what is kept. The page of the ladders does the same.
    """
    if check is not None:
        named = load(check)
        typer.echo(f"{check.name} is right: {', '.join(section.replace('_', ' ') for section in named)}")
        return
    settings = settings_from(data, config)
    with open_care(settings, may_be_new=True) as (folder, care):
        with care.read() as connection:
            sites = roster_store.load(connection).sites
        if site and site not in sites:
            raise LinliError(f"site {site!r} is not known; possible: {', '.join(sites) or 'none, the roster is empty'}")
        if save is not None or undo:
            _change(LadderDesk(settings, care, SystemClock()), site or DEFAULT, save)
            return
        for why in look(folder.ladders).faults.values():
            raise why
        ladders = SiteLadders(folder.ladders, Health(SystemClock())).of(site)
    typer.echo(f"# ladders/{site or 'default'}.txt")
    typer.echo(written(ladders, language), nl=False)


def _change(desk: LadderDesk, name: str, file: Path | None) -> None:
    """Save a file for a site, or for all; None: what held before the last change."""
    before = desk.saved(name).text
    if file is not None:
        load(file)
        desk.save(name, file.read_text(encoding="utf-8-sig"), before=before, by=TERMINAL)
    else:
        changes = desk.history(name)
        if not changes:
            raise LinliError(f"the ladder of {name} was never changed with --save or on its page")
        desk.save(name, changes[0].before, before=before, by=TERMINAL)
    typer.echo(f"ladders/{name}.txt: {'saved' if desk.saved(name).text is not None else 'gone, the default holds'}")


TERMINAL = ""
"""Who changes something at the terminal is nobody in particular."""

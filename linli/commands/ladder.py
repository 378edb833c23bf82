"""`linli ladder`: who is called when, as a text that can be saved, changed and used."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alerts.ladder_file import load, written
from alerts.site_ladders import SiteLadders
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.errors import LinliError
from linli.health import Health
from linli.store import roster as roster_store


class Language(StrEnum):
    """The languages of a ladder file."""

    EN = "en"
    ZH = "zh"


def command(
    site: Annotated[str, typer.Argument(help="The site; none: what holds for sites without a file.")] = "",
    check: Annotated[Path | None, typer.Option("--check", help="Only say whether this ladder file is right.")] = None,
    language: Annotated[Language, typer.Option("--language", help="In which words it is printed.")] = Language.EN,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print who is called when at a site, as a ladder file; docs/ladders.md tells its words.

    To change it, save what is printed as ladders/SITE.txt in the data folder: a linli that runs heeds it for new alerts.
    """
    if check is not None:
        named = load(check)
        typer.echo(f"{check.name} is right: {', '.join(section.replace('_', ' ') for section in named)}")
        return
    with open_care(settings_from(data, config)) as (folder, care):
        with care.read() as connection:
            sites = roster_store.load(connection).sites
        if site and site not in sites:
            raise LinliError(f"site {site!r} is not known; possible: {', '.join(sites) or 'none, the roster is empty'}")
        ladders = SiteLadders(folder.ladders, Health(SystemClock())).of(site)
    typer.echo(f"# ladders/{site or 'default'}.txt")
    typer.echo(written(ladders, language), nl=False)

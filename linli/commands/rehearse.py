"""`linli rehearse`: what another ladder would have changed in the alerts there were, or another setting in what was found."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alerts.ladder_file import load
from linli.commands.common import as_typed, settings_from
from linli.commands.moments import moment_or_none
from linli.commands.options import AsJson, Config, Data
from linli.commands.progress import bar
from linli.errors import WrongUsage
from linli.evaluation import change
from linli.rehearsal_report import lines, plain
from linli.tuning.installation import as_chosen, refuse_if_not_installed
from linli.tuning.ladder_rehearsal import rehearsed_ladders
from linli.tuning.setting_rehearsal import changes_of, rehearsed


def command(
    ladder: Annotated[
        Path | None, typer.Argument(help="The ladder file to rehearse; docs/ladders.md tells its words.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--setting", help="In place of a ladder: NAME=VALUE, such as false_alerts_per_month=2; repeatable."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="From this moment on, ISO with offset. With --setting: else the last 60 days."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Up to, not including, this moment, ISO with offset.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Only this site's alerts.")] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Play past alerts again with another ladder and print old beside new. Reads only, calls nobody.

    People do again what they did, as long after their first call as then; who was never called for an alert does what
    the middle one of their role did. People, their homes and their hours are as they are now.

    With --setting the stored signals are lived through twice, with the real detectors and rules: as set, and as it would
    be. Printed is which calls are new, which are gone, and how much earlier the others come.
    """
    given = _moment(since, "--from"), _moment(until, "--to")
    if (ladder is None) == (not setting):
        raise WrongUsage("name either a ladder file or a --setting, such as --setting false_alerts_per_month=2")
    if setting:
        _rehearse_setting(setting, given, site, data, config, as_json=as_json)
        return
    if ladder is None or given[0] is None or given[1] is None:
        raise WrongUsage("a ladder is rehearsed --from a moment --to another")
    new, span = load(ladder), (given[0], given[1])
    if span[0] >= span[1]:
        raise WrongUsage("--to must be later than --from")
    settings = settings_from(data, config)
    with bar("rehearsing") as shown:
        found = rehearsed_ladders(settings, lambda _: new, span, site, shown.tell)
    if as_json:
        typer.echo(msgspec.json.encode(plain(found)).decode())
        return
    for line in lines(found, span[0].tzinfo):
        typer.echo(line)


def _rehearse_setting(
    texts: list[str],
    span: tuple[datetime | None, datetime | None],
    site: str | None,
    data: Path | None,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    with as_typed():
        changes = changes_of(texts)
    given = settings_from(data, config)
    wished = settings_from(data, config, **changes)
    refuse_if_not_installed(given)
    settings = as_chosen(given)
    changed = settings.model_copy(update={name: getattr(wished, name) for name in changes})
    with bar("rehearsing") as shown:
        found = rehearsed(settings, changed, span, site, shown.tell)
    if as_json:
        typer.echo(msgspec.json.encode(change.plain(found)).decode())
        return
    for line in change.lines(found):
        typer.echo(line)


def _moment(text: str | None, option: str) -> datetime | None:
    moment = moment_or_none(text, option)
    if moment is not None and not 2000 <= moment.year < 2100:
        raise WrongUsage(f"{option} {text!r} is not a time such as 2026-11-22T07:00+08:00")
    return moment

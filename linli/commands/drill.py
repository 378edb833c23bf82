"""`linli drill`: try a button or a volunteer's channel, marked so that nobody takes it for real."""

from typing import Annotated

import typer

from alerts.desk import Desk
from alerts.drill_desk import DrillDesk
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.errors import WrongUsage
from linli.store import roster as roster_store


def command(
    home: Annotated[str, typer.Argument(help="The home whose button is tried.")] = "",
    device: Annotated[str, typer.Option("--device", help="Only this button; none named: any listed there.")] = "",
    volunteer: Annotated[str, typer.Option("--volunteer", help="Write to this volunteer instead.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Call the trial off: a press is a call for help.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Begin a drill: the next press within ten minutes, or one message to a volunteer who answers "I got it".

    Only the first press of an announced trial is a drill; a second one, and any other alarm, is real at once.
    """
    if bool(home) == bool(volunteer):
        raise WrongUsage("name a home, or a volunteer with --volunteer, and not both")
    clock = SystemClock()
    with open_care(settings_from(data, config)) as (_, care):
        with care.read() as connection:
            roster = roster_store.load(connection)
        desk = Desk(care, lambda: roster, clock, lambda: None)
        drills = DrillDesk(care, lambda: roster, desk, clock)
        if volunteer:
            typer.echo(f"drill {drills.ask(volunteer).id}: a running linli now writes to {volunteer}")
        elif cancel:
            typer.echo("called off" if drills.cancel(home) else "nothing was announced")
        else:
            made = drills.announce(home, device)
            typer.echo(
                f"drill {made.id}: press once before {made.due_by.astimezone():%H:%M}; any further press is real"
            )

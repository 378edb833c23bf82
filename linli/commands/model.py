"""`linli model`: which line of silence each home has, and the way back to an older one."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import Connection

from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.errors import LinliError, UnknownHome, WrongUsage
from linli.held_model import Held, Why
from linli.learning import readable
from linli.people import Home, Roster
from linli.store import habits
from linli.store import roster as roster_store

WHYS = {
    Why.NEW_KIND: "a new kind of line runs beside it first",
    Why.DOUBTED: "something speaks against the newer one",
    Why.ROLLED_BACK: "staff have rolled it back",
}


class Act(StrEnum):
    """What can be done."""

    LIST = "list"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


def command(
    act: Annotated[Act, typer.Argument(help="What to do.")] = Act.LIST,
    home: Annotated[str, typer.Argument(help="The home.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every home.")] = False,
    to: Annotated[str, typer.Option("--to", help="Roll back to the line of this night, such as 2026-11-20.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """List the homes that do not have their newest line; use the newest again, or go back to an older one.

    A linli that runs heeds it within seconds; it holds from a home's next sign of life on. What is rolled back stays so
    until it is promoted: the lines of the nights to come run beside it, and `linli explain HOME` shows the difference.
    """
    if act is not Act.LIST and bool(home) == every:
        raise WrongUsage(f"name a home, or all with --all: linli model {act} HOME")
    night = _date(to) if to else None
    with open_care(settings_from(data, config)) as (_, care), care.begin() as connection:
        roster = roster_store.load(connection)
        if home and home not in roster.homes:
            raise UnknownHome(f'{home} is not known; add it with "linli import"')
        if act is Act.LIST:
            told = list(_listed(habits.held(connection), roster, home))
        else:
            habits.bump(connection)
            homes = [roster.homes[home]] if home else list(roster.homes.values())
            told = list(_promoted(connection, homes) if act is Act.PROMOTE else _rolled_back(connection, homes, night))
    for line in told:
        typer.echo(line)
    if home and not told:
        raise LinliError(_nothing(act, home))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"--to {text!r} is not a day such as 2026-11-20") from None


def _nothing(act: Act, home: str) -> str:
    return {
        Act.LIST: f"{home} has its newest line",
        Act.PROMOTE: f"{home} has its newest line already",
        Act.ROLLBACK: f"of {home} no such older line is kept; linli explain {home} tells which are",
    }[act]


def _listed(held: Mapping[str, Held], roster: Roster, only: str) -> Iterator[str]:
    for home, one in held.items():
        if home in roster.homes and only in ("", home):
            yield f"{home}: {told(one, roster.homes[home])}"


def told(held: Held, home: Home) -> str:
    """Return in words which line a home has and why, and what the newer ones would have done."""
    text = f"the line of {day(held.learned_at, home)}; since {day(held.since, home)} {WHYS[held.why]}"
    return f"{text}. {compared(held)}" if held.difference else text


def compared(held: Held) -> str:
    """Return in words what the newer lines would have done that the one in use did not."""
    found = held.difference
    minutes = round(found["earlier_minutes"])
    return (
        f"In {found['nights']:g} nights the new one would have asked {found['new']:g} times, the present one "
        f"{found['present']:g}; it would ask {abs(minutes)} min {'earlier' if minutes >= 0 else 'later'} on the median"
    )


def day(moment: datetime, home: Home) -> str:
    """Return the local day of a moment."""
    return f"{moment.astimezone(home.zone):%Y-%m-%d}"


def _promoted(connection: Connection, homes: list[Home]) -> Iterator[str]:
    for home in homes:
        if habits.held_of(connection, home.home) is not None:
            habits.let_go(connection, home.home)
            yield f"{home.home}: its newest line, from its next sign of life on"


def _rolled_back(connection: Connection, homes: list[Home], night: date | None) -> Iterator[str]:
    for home in homes:
        target = older(connection, home, night)
        if target is not None:
            habits.hold(connection, Held(home.home, target, SystemClock().now(), Why.ROLLED_BACK))
            yield (
                f"{home.home}: the line of {day(target, home)}, from its next sign of life on, "
                f"until linli model promote {home.home}"
            )


def older(connection: Connection, home: Home, night: date | None = None) -> datetime | None:
    """Return when the line was learned to which a home goes back: that of a night, else that before the newest tried.

    While a newer one runs beside the line in use, the way back is to stay with the one in use.
    """
    known = [one.learned_at for one in habits.of_home(connection, home.home) if readable(one) is not None]
    if night is not None:
        return next((at for at in known if at.astimezone(home.zone).date() == night), None)
    held = habits.held_of(connection, home.home)
    if held is not None and held.why is not Why.ROLLED_BACK:
        return held.learned_at
    in_use = held.learned_at if held else next(iter(known), None)
    return next((at for at in known if in_use is not None and at < in_use), None)

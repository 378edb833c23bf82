"""`linli explain HOME`: what was learned of a home, and how long silence may last there."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from linli.commands.common import open_care, settings_from
from linli.commands.options import AsJson, Config, Data
from linli.errors import LinliError, UnknownHome
from linli.store import habits
from linli.store import roster as roster_store
from models.habits.arrays import SLOT
from models.habits.customs import Customs
from models.habits.model import HomeModel, model_from_json
from models.habits.place import Place
from models.night_door import OFTEN

_KINDS_OF_DAY = ("weekday", "weekend")
_HOUR = 60
_PLACES = {Place.SLEEPING: "bedroom", Place.WASHING: "bathroom", Place.LIVING: "living", Place.OTHER: "other"}


def command(
    home: Annotated[str, typer.Argument(help="The home.")],
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a home's silence line: from when to when it was learned, for which budget, and what came of it.

    A number is how long silence may last after a last sign at that hour in such a room before the elder is asked.
    """
    with open_care(settings_from(data, config)) as (_, care), care.read() as connection:
        if home not in roster_store.load(connection).homes:
            raise UnknownHome(f'{home} is not known; add it with "linli import"')
        learned = habits.of_home(connection, home)
    if not learned:
        raise LinliError(
            f"nothing was learned of {home} yet: it has the line of people in general until its first night"
        )
    if as_json:
        typer.echo(learned[0].model.decode())
        return
    for line in _lines(home, model_from_json(learned[0].model), len(learned)):
        typer.echo(line)


def _lines(home: str, model: HomeModel, kept: int) -> Iterator[str]:
    zone = ZoneInfo(model.timezone)
    yield f"{home}: learned {_day(model.learned_at, zone)}, {model.days} days with signs of life" + (
        f" from {_day(model.since, zone)} to {_day(model.until, zone)}" if model.since and model.until else ""
    )
    yield (
        f"budget {model.budget:g} false alerts a month, {model.expected:.2f} to expect; price {model.price:.0f}; "
        f"{kept} nights kept"
    )
    yield f"in doubt whether she is in: {_length(model.doubt)}; out: {_length(model.out)}"
    yield from _customs(model.customs)
    for number, kind in enumerate(_KINDS_OF_DAY):
        yield ""
        yield f"{kind:8}" + "".join(f"{name:>10}" for name in _PLACES.values())
        for hour in range(24):
            row = (model.table[number, place, hour * _HOUR // SLOT] for place in _PLACES)
            yield f"{hour:02}:00   " + "".join(f"{_length(int(minutes)):>10}" for minutes in row)


def _customs(customs: Customs) -> Iterator[str]:
    day, night = customs.bathroom_by_day, customs.bathroom_by_night
    usual = f", seldom more than {day.usual} min" if day.usual else ""
    lines = [f"{line.limit} min" if line.limit else "no line" for line in (day, night)]
    yield f"in the bathroom: {lines[0]} by day{usual}; {lines[1]} in the evening and at night"
    asleep = [f"{minute // _HOUR:02}:{minute % _HOUR:02}" for minute in customs.sleeps or ()]
    often = sum(nights >= OFTEN for nights in customs.nights_out)
    yield (
        f"not up and about: {f'{asleep[0]} to {asleep[1]}' if asleep else 'not known yet'}; "
        f"half hours at which the exit is often used: {often}"
    )
    for kind, usually in customs.ranges.items():
        yield f"{kind.replace('_', ' ')}: usually {usually.low:g} to {usually.high:g}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _length(minutes: int) -> str:
    return f"{minutes // _HOUR} h {minutes % _HOUR:02}"

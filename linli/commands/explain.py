"""`linli explain HOME`: what was learned of a home, what changed, and why it rang."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from linli.alert import Alert, AlertKind
from linli.commands.common import open_care, settings_from
from linli.commands.model import day, told
from linli.commands.options import AsJson, Config, Data
from linli.errors import LinliError, UnknownHome, WrongUsage
from linli.held_model import Held
from linli.learning import readable
from linli.people import Home
from linli.store import cases, habits
from linli.store import roster as roster_store
from linli.store.habits import Learned
from linli.words import say
from models.habits.arrays import SLOT
from models.habits.customs import Customs
from models.habits.model import HomeModel, model_from_json
from models.habits.place import Place
from models.night_door import OFTEN

_KINDS_OF_DAY = ("weekday", "weekend")
_HOUR = 60
_PLACES = {Place.SLEEPING: "bedroom", Place.WASHING: "bathroom", Place.LIVING: "living", Place.OTHER: "other"}
_PARTS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
_SINCE = {"last night": timedelta(hours=1), "a week before": timedelta(days=6, hours=12)}
"""How much older a model must be at least to be the one that is compared with."""
_ALERTS_SHOWN, _ALERTS_LOOKED_AT = 5, 200


def command(
    home: Annotated[str, typer.Argument(help="The home.")],
    night: Annotated[str, typer.Option("--night", help="The line of this night, such as 2026-11-20.")] = "",
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the silence line that a home has: what it was learned from, what changed, why the last alerts rang.

    A number is how long silence may last after a last sign at that hour in such a room before the elder is asked; in
    brackets what such silences seldom outlast.
    """
    with open_care(settings_from(data, config)) as (_, care), care.read() as connection:
        known = roster_store.load(connection).homes
        if home not in known:
            raise UnknownHome(f'{home} is not known; add it with "linli import"')
        learned, held = habits.of_home(connection, home), habits.held_of(connection, home)
        in_use = habits.in_use_of(connection, home)
        alerts = cases.search(connection, homes=[home], limit=_ALERTS_LOOKED_AT)
    if in_use is None:
        raise LinliError(
            f"nothing was learned of {home} yet: it has the line of people in general until its first night"
        )
    shown = _of_night(learned, night, known[home]) if night else in_use
    if as_json:
        typer.echo(shown.model.decode())
        return
    for line in _lines(known[home], model_from_json(shown.model), learned, held):
        typer.echo(line)
    for line in _last_alerts(alerts, known[home]):
        typer.echo(line)


def _of_night(learned: Sequence[Learned], text: str, home: Home) -> Learned:
    nights: Mapping[str, Learned] = {day(one.learned_at, home): one for one in learned}
    try:
        return nights[date.fromisoformat(text).isoformat()]
    except ValueError:
        raise WrongUsage(f"--night {text!r} is not a day such as 2026-11-20") from None
    except KeyError:
        raise LinliError(f"no line of {text} is kept; there are {', '.join(sorted(nights))}") from None


def _lines(home: Home, model: HomeModel, learned: Sequence[Learned], held: Held | None) -> Iterator[str]:
    yield f"{home.home}: learned {day(model.learned_at, home)}, {model.days} days with signs of life" + (
        f" from {day(model.since, home)} to {day(model.until, home)}" if model.since and model.until else ""
    )
    yield (
        f"budget {model.budget:g} false alerts a month, {model.expected:.2f} to expect; price {model.price:.0f}; "
        f"{len(learned)} nights kept"
    )
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(model.libraries.items()))
    yield f"method {model.method}, prior {model.prior}, {libraries}"
    yield (
        f"in doubt whether she is in: {_length(model.doubt)}; coming home: {_length(model.arriving)}; "
        f"out: {_length(model.out)}"
    )
    if held is not None:
        yield f"in use: {told(held, home)}"
    yield from _changes(model, learned)
    yield from _customs(model.customs)
    for number, kind in enumerate(_KINDS_OF_DAY):
        yield ""
        yield f"{kind:8}" + "".join(f"{name:>18}" for name in _PLACES.values())
        for hour in range(24):
            cells = (_cell(model, (number, place, hour * _HOUR // SLOT)) for place in _PLACES)
            yield f"{hour:02}:00   " + "".join(f"{cell:>18}" for cell in cells)


def _cell(model: HomeModel, at: tuple[int, Place, int]) -> str:
    return f"{_length(int(model.table[at]))} ({_length(int(model.seldom[at]))})"


def _changes(model: HomeModel, learned: Sequence[Learned]) -> Iterator[str]:
    """Yield by how much the line differs from older ones, as means over parts of the day in minutes."""
    for name, age in _SINCE.items():
        before = next((one for one in learned if one.learned_at <= model.learned_at - age), None)
        older = readable(before)
        if older is not None:
            parts = ", ".join(f"{part} {_moved(model, older, *hours):+.0f}" for part, hours in _PARTS.items())
            yield (
                f"since {name} ({older.learned_at.astimezone(ZoneInfo(model.timezone)):%Y-%m-%d}): {parts} min; "
                f"price x {model.price / older.price:.2g}; {older.expected:.2f} false alerts a month were to expect"
            )


def _moved(model: HomeModel, older: HomeModel, since: int, until: int) -> float:
    slots = slice(since * _HOUR // SLOT, until * _HOUR // SLOT)
    return float(np.mean(model.table[..., slots] - older.table[..., slots]))


def _last_alerts(alerts: Sequence[Alert], home: Home) -> Iterator[str]:
    silences = [alert for alert in alerts if alert.kind is AlertKind.INACTIVITY and not alert.drill]
    if silences:
        yield ""
        yield "the last alerts of silence:"
    for alert in silences[:_ALERTS_SHOWN]:
        ended = alert.outcome or ("still open" if alert.closed_at is None else "ended by itself")
        opened = f"{alert.opened_at.astimezone(home.zone):%Y-%m-%d %H:%M}"
        yield f"{opened}  {ended}: {say(alert.why, 'en', home.zone)}"


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
    if customs.nervous:
        yield f"speak while nobody is at home, so not believed alone: {', '.join(customs.nervous)}"
    for kind, usually in customs.ranges.items():
        yield f"{kind.replace('_', ' ')}: usually {usually.low:g} to {usually.high:g}"


def _length(minutes: int) -> str:
    return f"{minutes // _HOUR} h {minutes % _HOUR:02}"

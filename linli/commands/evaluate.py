"""`linli evaluate`: how often the rules call somebody for nothing on recordings, and how soon where somebody collapsed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, DataOrNone
from linli.commands.progress import bar
from linli.configured import rules
from linli.errors import LinliError, WrongUsage
from linli.evaluation import incident_table
from linli.evaluation.cuts import read_cuts
from linli.evaluation.evaluate import pasts_of
from linli.evaluation.happenings import Happening, happenings_beside
from linli.evaluation.incidents import judge
from linli.evaluation.methods import BUDGETS, Lived, Method, classic, judged, own
from linli.evaluation.page import Judged, page
from linli.evaluation.table import lines, plain, plain_by_budget
from linli.people import Roster
from linli.settings import Settings
from linli.steps import Tell
from linli.store import roster as roster_store
from linli.tuning.installation import installed_or_none
from linli.words import LANGUAGES
from models.habits.prior import shipped_prior
from models.rules import Rules


def command(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings (CSV); see docs/simulation.md.")],
    cuts: Annotated[
        Path | None, typer.Option("--cuts", help="CSV `home,at`: emergencies after which nothing more is heard.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Also write all alerts and answers to this file.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="Also write a page (HTML, one file) with curves: false alerts against delay, for several budgets, "
            "beside the classic ways; it takes about five times as long, on all cores.",
        ),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="zh or en; of the page, and of the reasons.")] = "en",
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            help="False alerts per resident and month; 0: the fixed line. Several, such as 0.5,1,2,4: a table for each.",
        ),
    ] = None,
    data: DataOrNone = None,
    config: Config = None,
) -> None:
    """Live through recordings with the real rules under a virtual clock and print false alerts and delays.

    Each moment is judged by what lies before it. A cut takes away every later event of its home: the delay is how long
    it then takes until somebody other than the elder is called, looked at for 48 h. With --data, homes that its roster
    knows have their own people; others a stand-in neighbour, and an elder who is asked first and says nothing. Where
    the truth lies beside a recording (FILE.truth.json), what happened is judged too, kind by kind. Cuts of a home that no recording has are passed over and counted.
    """
    _refuse_what_is_not_there((*recordings, *([cuts] if cuts else [])))
    _refuse_what_cannot_be_written([file for file in (json, report) if file is not None])
    if language not in LANGUAGES:
        raise WrongUsage(f"--language {language!r} is neither of {' and '.join(LANGUAGES)}")
    settings = settings_from(data, config)
    budgets = _budgets(budget) if budget is not None else [settings.false_alerts_per_month]
    wanted = _Wanted(rules(settings), budgets, with_report=report is not None)
    homes = _homes(
        recordings, read_cuts(cuts) if cuts else {}, _known(settings) if installed_or_none(data, settings) else None
    )
    happened = happenings_beside(recordings)
    with bar("evaluating") as shown:
        found = wanted.judged(homes, shown.tell)
    asked = [one for one in found if one.method.budget in budgets]
    if json is not None:
        _write(json, msgspec.json.format(msgspec.json.encode(_plain(asked, happened, language))) + b"\n")
    if report is not None:
        _write(report, page(homes, found, budgets[0], language).encode())
    for line in _lines(asked, happened):
        typer.echo(line)


@dataclass(frozen=True)
class _Wanted:
    """What is to be judged: the budgets that were asked for, and what a page holds beside them."""

    rules: Rules
    budgets: Sequence[float]
    with_report: bool

    def judged(self, homes: Sequence[Lived], tell: Tell) -> list[Judged]:
        """Return the outcomes of every way that is wanted, those that were asked for first."""
        methods = self._methods()
        return [
            Judged(method, outcomes) for method, outcomes in zip(methods, judged(homes, methods, tell), strict=True)
        ]

    def _methods(self) -> list[Method]:
        prior = shipped_prior()
        besides = [budget for budget in BUDGETS if budget not in self.budgets] if self.with_report else []
        own_ways = [own(self.rules, prior, budget) for budget in (*self.budgets, *besides)]
        return [*own_ways, *(classic(self.rules, prior) if self.with_report else ())]


def _budgets(text: str) -> list[float]:
    try:
        budgets = [float(part) for part in text.split(",")]
    except ValueError:
        budgets = []
    if not budgets or not all(0 <= budget <= 1000 for budget in budgets) or len(set(budgets)) < len(budgets):
        raise typer.BadParameter(f"{text!r} is no number from 0 to 1000, or several with commas, such as 0.5,1,2,4")
    return budgets


def _refuse_what_is_not_there(files: Iterable[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise LinliError(f"there is no file {file.name}")


def _refuse_what_cannot_be_written(files: Iterable[Path]) -> None:
    """Say so before minutes of work rather than after."""
    for file in files:
        if file.is_dir():
            raise LinliError(f"{file.name} is a folder; name a file")
        if not file.parent.is_dir():
            raise LinliError(f"{file.name} cannot be written: there is no folder {file.parent}")


def _lines(asked: Sequence[Judged], happened: Sequence[Happening] | None) -> Iterator[str]:
    """Yield the tables of each budget, told apart where there are several."""
    for number, one in enumerate(asked):
        if number:
            yield ""
        if len(asked) > 1:
            yield f"asked for {one.method.budget:g} false alerts a month:"
        yield from lines(one.outcomes)
        if happened is not None:
            yield ""
            yield from incident_table.lines(judge(one.outcomes, happened))


def _write(file: Path, text: bytes) -> None:
    try:
        file.write_bytes(text)
    except OSError as why:
        raise LinliError(f"{file.name} cannot be written: {why.strerror}") from why


def _homes(recordings: Sequence[Path], cuts: Mapping[str, Sequence[datetime]], known: Roster | None) -> list[Lived]:
    pasts = pasts_of(recordings, known)
    if not pasts:
        raise LinliError("the recordings are empty")
    _tell_of_strangers(cuts, {past.home.home for past in pasts})
    listed = tuple(known.people.values()) if known else ()
    homes = known.homes if known else {}
    return [
        Lived(past, tuple(cuts.get(past.home.home, ())), listed if past.home.home in homes else None) for past in pasts
    ]


def _tell_of_strangers(cuts: Mapping[str, Sequence[datetime]], homes: Collection[str]) -> None:
    """Say which cuts are passed over; raises LinliError where none is left, since the files do not belong together."""
    strangers = sorted(cuts.keys() - homes)
    if not strangers:
        return
    if len(strangers) == len(cuts):
        raise LinliError(f"no recording has any home of the cuts: {', '.join(strangers)}")
    count = sum(len(cuts[home]) for home in strangers)
    told = f"{count}, of {', '.join(strangers)}"
    typer.echo(f"linli: cuts passed over, as no recording has their homes: {told}", err=True)


def _plain(asked: Sequence[Judged], happened: Sequence[Happening] | None, language: str) -> dict[str, object]:
    """Return what the file says; what happened is judged under the first budget."""
    first = asked[0].outcomes
    incidents = {} if happened is None else {"incidents": incident_table.plain(judge(first, happened))}
    if len(asked) == 1:
        return plain(first, language) | incidents
    return plain_by_budget({f"{one.method.budget:g}": one.outcomes for one in asked}, language) | incidents


def _known(settings: Settings) -> Roster:
    """Return the homes and people of an installation: their zones, their devices, and whom the ladder would call."""
    with open_care(settings) as (_, care), care.read() as connection:
        return roster_store.load(connection)

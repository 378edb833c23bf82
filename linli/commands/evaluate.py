"""`linli evaluate`: how often the rules call somebody for nothing on recordings, and how soon where somebody collapsed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, DataOrNone
from linli.commands.progress import bar
from linli.configured import rules
from linli.errors import LinliError
from linli.evaluation import incident_table
from linli.evaluation.cuts import read_cuts
from linli.evaluation.evaluate import Habits, Outcome, evaluate, pasts_of
from linli.evaluation.happenings import happenings_beside
from linli.evaluation.incidents import judge
from linli.evaluation.table import lines, plain
from linli.people import Roster
from linli.settings import Settings
from linli.steps import Steps, Tell
from linli.store import roster as roster_store
from models.habits.prior import shipped_prior
from models.rules import Rules


def command(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings (CSV); see docs/simulation.md.")],
    cuts: Annotated[
        Path | None, typer.Option("--cuts", help="CSV `home,at`: emergencies after which nothing more is heard.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Also write all alerts and answers to this file.")] = None,
    language: Annotated[str, typer.Option("--language", help="zh or en; of the reasons in the file.")] = "en",
    budget: Annotated[
        float | None, typer.Option("--budget", min=0, help="False alerts per resident and month; 0: the fixed line.")
    ] = None,
    data: DataOrNone = None,
    config: Config = None,
) -> None:
    """Live through recordings with the real rules under a virtual clock and print false alerts and delays.

    Each moment is judged by what lies before it. A cut takes away every later event of its home: the delay is how long
    it then takes until somebody other than the elder is called, looked at for 48 h. With --data, homes that its roster
    knows have their own people; others a stand-in neighbour, and an elder who is asked first and says nothing. Where
    the truth lies beside a recording (FILE.truth.json), what happened is judged too, kind by kind.
    """
    for path in (*recordings, *([cuts] if cuts else [])):
        if not path.is_file():
            raise LinliError(f"there is no file {path.name}")
    settings = settings_from(data, config)
    wanted = read_cuts(cuts) if cuts else {}
    happened = happenings_beside(recordings)
    with bar("evaluating") as shown:
        outcomes = _evaluated(
            recordings,
            wanted,
            rules(settings),
            _habits(settings.false_alerts_per_month if budget is None else budget),
            _known(settings) if data else None,
            shown.tell,
        )
    judged = judge(outcomes, happened) if happened is not None else None
    if json is not None:
        told = plain(outcomes, language) | ({"incidents": incident_table.plain(judged)} if judged else {})
        json.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    for line in lines(outcomes):
        typer.echo(line)
    if judged is not None:
        typer.echo()
        for line in incident_table.lines(judged):
            typer.echo(line)


def _evaluated(
    recordings: Sequence[Path],
    cuts: Mapping[str, Sequence[datetime]],
    limits: Rules,
    habits: Habits | None,
    known: Roster | None,
    tell: Tell,
) -> list[Outcome]:
    pasts = pasts_of(recordings, known)
    if not pasts:
        raise LinliError("the recordings are empty")
    strangers = sorted(cuts.keys() - {past.home.home for past in pasts})
    if strangers:
        raise LinliError(f"no recording has the home {strangers[0]} of the cuts")
    steps = Steps(tell, sum(len(past.signals) for past in pasts))
    outcomes = []
    for past in pasts:
        people = known.people.values() if known is not None and past.home.home in known.homes else None
        outcomes.append(evaluate(past, cuts.get(past.home.home, ()), limits, people=people, habits=habits))
        steps.add(len(past.signals))
    return outcomes


def _habits(budget: float) -> Habits | None:
    return Habits(shipped_prior(), budget) if budget else None


def _known(settings: Settings) -> Roster:
    """Return the homes and people of an installation: their zones, their devices, and whom the ladder would call."""
    with open_care(settings) as (_, care), care.read() as connection:
        return roster_store.load(connection)

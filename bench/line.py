"""The personal silence line on recordings: false alerts against delay, each home under a prior of the others.

`python3 dev.py bench line FOLDER CUTS.csv [OUT]`: CUTS (`home,at`) says when a resident collapses, so that every later sign
is gone. OUT gets a result file for each budget. It is the line alone that is measured here, not the whole of linli.
The second figures are of the cuts at which she was believed to be in: at the others nobody may have been at home.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from bench.prior import histories_in
from linli.evaluation.cuts import read_cuts
from linli.recording import offset_of
from models.habits.budget import MONTH
from models.habits.evidence import History
from models.habits.presence import Presence, whereabouts_of
from models.habits.prior_making import make_prior
from models.habits.rehearsal import Call, called_at, calls, rehearse

BUDGETS = (0.5, 1.0, 1.2, 1.4, 2.0, 4.0)
"""False alerts a month that are asked for."""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Score:
    """What one home got. `delays`: hours from each collapse to the call; those that had been called before are left out.

    `inside`: those of them that began while she was believed to be in.
    """

    false: int
    days: float
    delays: list[float]
    inside: list[float]


def main(arguments: Sequence[str]) -> int:
    """Measure all budgets and print a table."""
    if len(arguments) < 2:
        sys.stderr.write("bench line: name a folder of recordings and a file of cuts\n")
        return 2
    homes = {
        file.stem: (_history(file), ZoneInfo(offset_of(file))) for file in sorted(Path(arguments[0]).glob("*.csv"))
    }
    cuts = _cuts(Path(arguments[1]))
    histories = {home: history for home, (history, _) in homes.items()}
    priors = {home: make_prior(_others(histories, home)) for home in homes}
    for budget in BUDGETS:
        scores, record = {}, {}
        for home, (history, zone) in homes.items():
            past, asked = rehearse(history, priors[home], budget, zone)
            at = called_at(asked, past)
            called, ends = calls(at, past), [int(at[_sign_before(past, cut)]) for cut in cuts[home]]
            scores[home] = _score(past, called, cuts[home], ends)
            record[home] = _record(called, cuts[home], ends, zone)
        sys.stdout.write(_told(budget, scores))
        if len(arguments) > 2:
            Path(arguments[2]).with_suffix(f".{budget}.json").write_text(
                json.dumps({"homes": record}), encoding="utf-8"
            )
    return 0


def _history(file: Path) -> History:
    (history,) = histories_in(file).values()
    return history


def _others(histories: Mapping[str, History], home: str) -> dict[str, History]:
    return {name: history for name, history in histories.items() if name != home}


def _cuts(file: Path) -> dict[str, list[int]]:
    return {home: [int(cut.timestamp()) for cut in cuts] for home, cuts in read_cuts(file).items()}


def _sign_before(history: History, cut: int) -> int:
    return int(np.searchsorted(history.signs.at, cut, side="right")) - 1


def _score(history: History, called: Sequence[Call], cuts: Sequence[int], ends: Sequence[int]) -> Score:
    signs = history.signs
    starts = int(signs.at[0] - signs.minute[0] * 60 % DAY) + _warm_days(history) * DAY
    last = int(signs.at[-1])
    before = {call.sign: call.at for call in called}
    presence = whereabouts_of(signs).presence
    delays = [
        ((end - cut) / 3600, presence[sign] == Presence.IN)
        for cut, end, sign in zip(cuts, ends, (_sign_before(history, cut) for cut in cuts), strict=True)
        if before.get(sign, cut + 1) > cut
    ]
    return Score(
        sum(starts <= call.at <= last for call in called),
        (last - starts) / DAY,
        [delay for delay, _ in delays],
        [delay for delay, is_in in delays if is_in],
    )


def _warm_days(history: History) -> int:
    """Return how many first days are for learning only: fewer in a short recording."""
    days = int(history.signs.day[-1] - history.signs.day[0]) + 1
    return 5 if days < 20 else 10 if days < 60 else 14


def _record(called: Sequence[Call], cuts: Sequence[int], ends: Sequence[int], zone: ZoneInfo) -> dict[str, object]:
    def iso(second: int) -> str:
        return datetime.fromtimestamp(second, zone).isoformat()

    alerts = [{"at": iso(call.at), "kind": "inactivity", "severity": "urgent", "why": ""} for call in called]
    answers = [
        {"at": iso(cut), "alerted_at": iso(end), "kind": "inactivity"} for cut, end in zip(cuts, ends, strict=True)
    ]
    return {"alerts": alerts, "cuts": answers}


def _told(budget: float, scores: Mapping[str, Score]) -> str:
    false, days = sum(score.false for score in scores.values()), sum(score.days for score in scores.values())
    medians = [float(np.median(score.delays)) for score in scores.values()]
    ninetieths = [float(np.quantile(score.delays, 0.9)) for score in scores.values()]
    inside = [np.mean([np.quantile(score.inside, q) for score in scores.values()]) for q in (0.5, 0.9)]
    within = np.mean([delay <= 12 for score in scores.values() for delay in score.delays])
    homes = "  ".join(
        f"{home} {score.false} in {score.days:.0f} d, {median:.1f}/{ninetieth:.1f} h"
        for (home, score), median, ninetieth in zip(scores.items(), medians, ninetieths, strict=True)
    )
    return (
        f"asked {budget:.1f}: {false / days * MONTH:.2f} false a month, median {np.mean(medians):.2f} h, "
        f"90th percentile {np.mean(ninetieths):.2f} h, within 12 h {within:.1%}; believed in: "
        f"{inside[0]:.2f}/{inside[1]:.2f} h\n    {homes}\n"
    )

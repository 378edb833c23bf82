"""Recordings of simulated homes, with the truth about every incident beside them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from linli.clock import millis
from linli.recording import told_by_time, write_recording
from linli.steps import Tell, nobody
from simulators.community import Community
from simulators.faults import Faults
from simulators.household import homes_hit, household_of, resolve
from simulators.incidents import NATURES, Incident, Truth
from simulators.life import signals
from simulators.sensors import frame_around


def truth_path(path: Path) -> Path:
    """Return where the truth about a recording is written: `FILE.truth.json`."""
    return path.with_name(path.name + ".truth.json")


def truths(community: Community, seed: int, incidents: Sequence[Incident]) -> list[Truth]:
    """Return what really happens, in order of time; raises LinliError for an incident that cannot be."""
    found = [_truth_of(community, seed, resolve(community, seed, incident)) for incident in incidents]
    return sorted(found, key=lambda truth: truth.began)


def _truth_of(community: Community, seed: int, incident: Incident) -> Truth:
    home, nature = community.home(incident.home), NATURES[incident.kind]
    frame = frame_around(incident.at, home.zone)
    plan = household_of(community, seed, home).plan(frame.day)
    out_of_question = set() if home.check_in_by else {"missed_check_in"}
    return Truth(
        homes=homes_hit(community, incident),
        kind=incident.kind,
        began=incident.at,
        ended=incident.ends,
        expects=tuple(kind for kind in nature.expects if kind not in out_of_question),
        follows=nature.follows,
        answered_until=incident.answered_until,
        stops_life=nature.stops_life,
        at_home=plan.is_in(frame.hour(millis(incident.at))),
    )


def write_with_truth(
    path: Path,
    community: Community,
    seed: int,
    start: datetime,
    until: datetime,
    incidents: Sequence[Incident] = (),
    faults: Faults | None = None,
    tell: Tell = nobody,
) -> int:
    """Write a recording of [start, until) and the truth beside it; return how many signals it holds.

    `tell` counts seconds of the homes' time.
    """
    told = truths(community, seed, incidents)
    lived = told_by_time(signals(community, seed, start, until, incidents, faults), start, until, tell)
    with path.open("w", encoding="utf-8", newline="") as out:
        count = write_recording(lived, out, community.zone)
    truth = {
        "seed": seed,
        "homes": len(community.homes),
        "start": start.astimezone(community.zone),
        "until": until.astimezone(community.zone),
        "faults": asdict(faults or Faults()),
        "incidents": [_local(truth, community) for truth in told],
    }
    truth_path(path).write_bytes(msgspec.json.format(msgspec.json.encode(truth)) + b"\n")
    return count


def _local(truth: Truth, community: Community) -> dict[str, object]:
    moments = {name: getattr(truth, name) for name in ("began", "ended", "answered_until")}
    return {**asdict(truth), **{name: at and at.astimezone(community.zone) for name, at in moments.items()}}

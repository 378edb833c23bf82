"""Recordings of simulated homes for the tests of evaluation."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linli.commands.replay import command as replay
from linli.recording import offset_of, read_recording, write_recording
from simulators.community import build
from simulators.incidents import Incident, IncidentKind
from simulators.life import signals

START = datetime.fromisoformat("2026-11-02T00:00:00+08:00")
DAYS = 5


def recorded(folder: Path, seed: int, *, days: int = DAYS, fall_after: timedelta | None = None) -> Path:
    """Write what a simulated home tells in some days, and return the file."""
    community = build(1, seed)
    home = community.homes[0].home
    falls = [] if fall_after is None else [Incident(home, IncidentKind.FALL, START + fall_after)]
    lived = signals(community, seed, START, START + timedelta(days=days), falls)
    path = folder / f"life-{seed}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        write_recording(lived, out, community.zone)
    return path


def cut_at(path: Path, moment: datetime) -> Path:
    """Write what a recording tells up to a moment, and return the file."""
    kept = path.with_name(f"cut-{moment:%d%H%M}-{path.name}")
    with kept.open("w", encoding="utf-8", newline="") as out:
        earlier = (signal for signal in read_recording(path) if signal.at <= moment)
        write_recording(earlier, out, ZoneInfo(offset_of(path)))
    return kept


def replayed(path: Path, capsys: pytest.CaptureFixture[str]) -> Sequence[tuple[str, datetime]]:
    """Return the kind and the moment of each alert for which somebody was called when a recording was replayed."""
    capsys.readouterr()
    replay([path], as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    called = {line["alert"]: line for line in reversed(lines) if line["what"] == "called"}
    grave = [line for line in called.values() if line["severity"] != "notice"]
    return sorted(((line["kind"], datetime.fromisoformat(line["at"])) for line in grave), key=lambda one: one[1])

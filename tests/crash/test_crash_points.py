"""A part of the crash points, killed for real; `python3 dev.py bench crash` takes all of them, and all pairs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.crash.scenarios import HASTY, SCENARIOS
from tests.needs import need

ROOT = Path(__file__).resolve().parents[2]
FEWEST_POINTS = 60
HARMS = ("lost", "stuck", "untraced", "doubled", "alarmed")


def enumerated(*words: str, module: str = "bench.crash") -> subprocess.CompletedProcess[str]:
    """Run the enumerator, in a process of its own as it forks."""
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )


def numbers(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return the columns of the table's last line."""
    (last,) = re.findall(r"^all  .*$", done.stdout, re.MULTILINE)
    columns = ("points", "runs", "missed", *HARMS)
    return dict(zip(columns, map(int, last.split()[1:]), strict=True))


NOTHING_WRONG = dict.fromkeys(HARMS, 0)


@pytest.mark.slow
def test_whatever_point_linli_is_killed_at_nothing_is_lost_stuck_untraced_doubled_or_alarmed() -> None:
    names = [scenario.name for scenario in SCENARIOS if scenario is not HASTY]

    done = enumerated(*names, "--every", "20", "--in-turn")

    assert done.returncode == 0, done.stdout + done.stderr
    assert numbers(done).items() >= NOTHING_WRONG.items()
    assert numbers(done)["points"] >= FEWEST_POINTS


@pytest.mark.slow
def test_nor_when_somebody_accepts_before_the_far_end_has_answered() -> None:
    done = enumerated(HASTY.name, "--every", "9", "--order", "sender first")

    assert numbers(done).items() >= NOTHING_WRONG.items(), done.stdout + done.stderr


@pytest.mark.slow
def test_nor_when_it_is_killed_again_in_the_middle_of_recovering() -> None:
    done = enumerated("pairs", "--every", "9", "--order", "sender first")

    assert done.returncode == 0, done.stdout + done.stderr
    assert numbers(done)["runs"] > 2


@pytest.mark.slow
@pytest.mark.broker
def test_nor_with_a_real_broker_in_a_whole_linli() -> None:
    need("broker")

    done = enumerated("sos through Mosquitto", "--every", "12")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "scenario", "every", "harms"),
    [  # every point, where only few of them show the mistake: which ones a sample meets changes with the threads
        ("acknowledged before it is stored", "sos", "1", {"lost"}),
        ("marked as sent before it is sent", "sos", "1", {"lost", "untraced"}),
        ("leases of the dead are kept", "sos", "3", {"stuck"}),
        ("sent again after every start", "sos", "3", {"doubled"}),
        ("sent without a line in the log", "sos", "3", {"untraced"}),
        ("a drill rings everybody", "a call in the middle of a drill", "1000", {"alarmed"}),
        ("a trial is never spent", "a call in the middle of a drill", "1000", {"lost"}),
    ],
)
def test_a_mistake_in_linli_is_found(mistake: str, scenario: str, every: str, harms: set[str]) -> None:
    done = enumerated(mistake, scenario, "--every", every, "--order", "pipeline first", module="tests.crash.mistaken")

    found = {harm for harm in HARMS if numbers(done)[harm]}
    assert done.returncode == 1, done.stdout + done.stderr
    assert harms <= found, done.stdout

"""A recording of simulated homes can be read back, and the truth lies beside it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.errors import LinliError
from linli.recording import read_recording
from linli.signals import is_sign_of_life
from simulators.community import EXAMPLE_HOME
from simulators.faults import Faults
from simulators.incidents import Incident, IncidentKind
from simulators.truth import truth_path, truths, write_with_truth
from tests.simulators.homes import DAY, SEED, START, mei, monday, stored, willow

WORN = Faults(late_batches_per_day=0.3, duplicated=0.05, ghosts_per_day=1.0, drifting_homes=1.0)


def test_a_recording_is_read_back_as_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "willow.csv"
    count = write_with_truth(path, willow(3), SEED, START, START + 2 * DAY, faults=WORN)
    found = list(read_recording(path))
    expected = stored(2, homes=3, faults=WORN)
    assert count == len(found) == len(expected)
    assert [(s.at, s.home, s.device, s.room, s.kind, s.value) for s in found] == [
        (s.at, s.home, s.device, s.room, s.kind, s.value) for s in expected
    ]


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    fall = mei(IncidentKind.FALL, monday(hour=9, day=1))
    for path in paths:
        write_with_truth(path, willow(3), SEED, START, START + DAY, [fall])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert truth_path(paths[0]).read_bytes() == truth_path(paths[1]).read_bytes()


def test_the_truth_lies_beside_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "willow.csv"
    fall = mei(IncidentKind.FALL, monday(hour=9, day=1))
    write_with_truth(path, willow(3), SEED, START, START + 3 * DAY, [fall])
    truth = json.loads((tmp_path / "willow.csv.truth.json").read_text(encoding="utf-8"))
    assert (truth["seed"], truth["homes"]) == (SEED, 3)
    assert datetime.fromisoformat(truth["start"]) == START
    (incident,) = truth["incidents"]
    assert incident["homes"] == [EXAMPLE_HOME]
    assert incident["kind"] == "fall"
    assert incident["began"] == "2026-03-03T09:00:00+08:00"
    assert incident["ended"] is None
    assert incident["stops_life"] is True
    assert "inactivity" in incident["expects"]
    assert incident["answered_until"] == "2026-03-05T09:00:00+08:00"
    began = datetime.fromisoformat(incident["began"])
    after = [s for s in read_recording(path) if s.home == EXAMPLE_HOME and s.at >= began]
    assert after
    assert not any(is_sign_of_life(s.kind, s.value) for s in after)


def test_truths_come_in_the_order_of_time_with_all_the_homes_they_strike() -> None:
    cut, call = mei(IncidentKind.POWER_CUT, monday(hour=15)), mei(IncidentKind.SOS, monday(hour=9))
    found = truths(willow(60), SEED, [cut, call])
    assert [truth.kind for truth in found] == [IncidentKind.SOS, IncidentKind.POWER_CUT]
    assert found[0].homes == (EXAMPLE_HOME,)
    assert found[0].ended == monday(hour=12)
    assert set(found[1].homes) == set(willow(60).stairwell(willow(60).home(EXAMPLE_HOME)))


def test_a_home_without_a_check_in_cannot_miss_one() -> None:
    without = next(home.home for home in willow().homes if not home.check_in_by)
    asked, unasked = truths(
        willow(), SEED, [mei(IncidentKind.FALL, START), Incident(without, IncidentKind.FALL, START + DAY)]
    )
    assert "missed_check_in" in asked.expects
    assert "missed_check_in" not in unasked.expects


def test_what_lasts_can_be_answered_a_little_after_it_has_passed() -> None:
    (truth,) = truths(willow(), SEED, [mei(IncidentKind.MEALS_FORGOTTEN, START)])
    assert truth.ended == START + 14 * DAY
    assert truth.answered_until == START + 17 * DAY


def test_the_truth_says_whether_she_was_in() -> None:
    hours = [START + timedelta(hours=hour) for hour in range(7 * 24)]
    at_home = [truth.at_home for truth in truths(willow(), SEED, [mei(IncidentKind.FALL, at) for at in hours])]
    assert at_home.count(True) > 100
    assert at_home.count(False) > 5


def test_nothing_is_written_when_an_incident_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "willow.csv"
    with pytest.raises(LinliError):
        write_with_truth(path, willow(3), SEED, START, START + DAY, [Incident("nowhere", IncidentKind.FALL, START)])
    assert not path.exists()

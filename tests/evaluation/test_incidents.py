"""What happened is held against what rang: noticed in time by the right alert, or not; and what rang for nothing."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linli.alert import AlertKind, Severity
from linli.commands.evaluate import command as evaluate
from linli.errors import LinliError
from linli.evaluation.evaluate import Outcome
from linli.evaluation.happenings import UNLESS_TOLD, Happening, happenings_beside
from linli.evaluation.incident_table import lines, plain
from linli.evaluation.incidents import judge
from linli.evaluation.trial import Call
from linli.words import Sentence
from simulators.community import build
from simulators.incidents import Incident, IncidentKind
from simulators.truth import truth_path, write_with_truth
from tests.evaluation.lives import START, recorded

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FALL = Happening("mei", "fall", START + 30 * DAY, START + 32 * DAY, frozenset({"inactivity"}), stops_life=True)
MEALS = Happening("mei", "meals-forgotten", START + 20 * DAY, START + 37 * DAY, frozenset({"routine_change"}))


def ring(kind: AlertKind, at: datetime) -> Call:
    severity = Severity.NOTICE if kind is AlertKind.ROUTINE_CHANGE else Severity.URGENT
    return Call(at, kind, severity, Sentence("why"), at)


def silence(after: timedelta) -> Call:
    return ring(AlertKind.INACTIVITY, START + after)


def change(after: timedelta) -> Call:
    return ring(AlertKind.ROUTINE_CHANGE, START + after)


def lived(*rings: Call, home: str = "mei", days: int = 50) -> Outcome:
    calls = tuple(one for one in rings if one.severity is not Severity.NOTICE)
    notices = tuple(one for one in rings if one.severity is Severity.NOTICE)
    return Outcome(home, ZONE, START, START + days * DAY, calls, (), notices)


def test_the_first_right_call_answers_a_fall_and_says_how_long_it_took() -> None:
    (answer,) = judge([lived(silence(30 * DAY + 4 * HOUR), silence(31 * DAY))], [FALL]).answered
    assert answer.hours == pytest.approx(4)


@pytest.mark.parametrize(
    "found",
    [
        silence(30 * DAY - HOUR),
        silence(32 * DAY + HOUR),
        ring(AlertKind.VITALS, FALL.began + HOUR),
        replace(silence(30 * DAY + HOUR), severity=Severity.NOTICE),
    ],
    ids=["too early", "too late", "of another kind", "a notice to staff"],
)
def test_a_fall_is_not_answered_by_what_is_no_call_for_it_in_time(found: Call) -> None:
    (answer,) = judge([lived(found)], [FALL]).answered
    assert answer.ring is None
    assert answer.hours is None


def test_a_notice_answers_what_goes_on_for_weeks() -> None:
    (answer,) = judge([lived(change(26 * DAY))], [MEALS]).answered
    assert answer.hours == pytest.approx(6 * 24)


def test_the_alert_of_another_home_answers_nothing_and_is_false_there() -> None:
    judged = judge([lived(), lived(silence(30 * DAY + HOUR), home="bo")], [FALL])
    assert [one.ring for one in judged.answered] == [None]
    assert judged.rang["inactivity"].calls == 1


def test_what_rings_where_nothing_happened_is_false_and_what_answers_is_not() -> None:
    judged = judge([lived(change(10 * DAY), change(26 * DAY), change(45 * DAY), silence(26 * DAY))], [MEALS])
    assert (judged.rang["routine_change"].calls, judged.rang["routine_change"].notices) == (0, 2)
    assert judged.rang["inactivity"].calls == 1


def test_what_an_incident_may_bring_besides_is_neither_right_nor_false() -> None:
    ill = replace(MEALS, follows=frozenset({"inactivity"}))
    judged = judge([lived(silence(26 * DAY))], [ill])
    assert judged.answered[0].ring is None
    assert judged.rang["inactivity"].calls == 0


def test_only_days_on_which_an_alert_would_have_been_false_are_counted() -> None:
    judged = judge([lived(silence(DAY)), lived(home="bo")], [MEALS])
    assert judged.rang["routine_change"].days == pytest.approx(2 * 50 - 17)
    assert judged.rang["inactivity"].days == pytest.approx(2 * 50)


def test_incidents_that_overlap_are_not_taken_off_twice() -> None:
    judged = judge([lived()], [MEALS, replace(MEALS, began=MEALS.began + 5 * DAY)])
    assert judged.rang["routine_change"].days == pytest.approx(50 - 17)


def test_after_a_life_has_stopped_nothing_is_false_and_no_day_counts() -> None:
    judged = judge([lived(silence(31 * DAY), silence(40 * DAY), change(41 * DAY))], [FALL])
    assert judged.rang["inactivity"].calls == 0
    assert judged.rang["routine_change"].notices == 0
    assert judged.rang["routine_change"].days == pytest.approx(30)


def test_what_rings_before_a_home_has_settled_is_not_counted() -> None:
    judged = judge([lived(silence(3 * DAY), silence(20 * DAY))], [], settled=14 * DAY)
    assert judged.rang["inactivity"].calls == 1
    assert judged.rang["inactivity"].days == pytest.approx(36)


def test_what_would_have_been_noticed_by_chance_grows_with_the_false_alerts_and_the_time_to_notice() -> None:
    quiet, noisy = lived(), [lived(*(change(days * DAY) for days in range(1, 20, 2)))]
    assert judge([quiet], [MEALS]).by_chance(judge([quiet], [MEALS]).answered) == 0
    judged = judge(noisy, [MEALS])
    assert judged.false_a_day({"routine_change"}) == pytest.approx(10 / 33)
    assert judged.by_chance(judged.answered) == pytest.approx(1 - 2.718281828 ** (-10 / 33 * 17))


def test_what_happened_before_or_after_the_recording_is_not_asked_for() -> None:
    after = replace(MEALS, began=START + 60 * DAY, answered_until=START + 77 * DAY)
    assert judge([lived()], [after]).answered == []


def test_the_table_says_how_often_and_how_soon_each_kind_was_noticed() -> None:
    judged = judge([lived(change(26 * DAY)), lived(home="bo")], [MEALS, replace(MEALS, home="bo")])
    (row,) = [line for line in lines(judged) if line.startswith("meals-forgotten")]
    assert row.split() == ["meals-forgotten", "2", "1", "50.0%", "6.0", "d", "6.0", "d", "0.00", "0.00", "0.0%"]


def test_homes_that_were_never_settled_have_no_share_of_false_alerts() -> None:
    told = json.loads(json.dumps(plain(judge([lived(days=10)], [FALL], settled=14 * DAY))))
    assert told["rang_for_nothing"] == {}


# the truth beside a recording


def truth_of(folder: Path, *incidents: Incident, days: int = 4) -> Path:
    path = folder / "town.csv"
    write_with_truth(path, build(2, 2), 2, START, START + days * DAY, incidents)
    return path


def test_the_truth_beside_a_recording_is_read(tmp_path: Path) -> None:
    homes = [home.home for home in build(2, 2).homes]
    path = truth_of(
        tmp_path, Incident(homes[1], IncidentKind.FALL, START + DAY), Incident(homes[0], IncidentKind.SOS, START + HOUR)
    )
    happened = happenings_beside([path])
    assert happened is not None
    call, fall = happened
    assert (call.home, call.kind, call.stops_life) == (homes[0], "sos", False)
    assert (fall.home, fall.began, fall.answered_until) == (homes[1], START + DAY, START + 3 * DAY)
    assert "inactivity" in fall.expects & call.follows


def test_a_power_cut_befalls_each_home_on_the_stairs(tmp_path: Path) -> None:
    community = build(60, 2)
    stairs = community.stairwell(community.homes[0])
    path = tmp_path / "town.csv"
    path.touch()
    truth = {
        "incidents": [
            {
                "homes": stairs,
                "kind": "power-cut",
                "began": START,
                "ended": None,
                "expects": ["unmonitored"],
                "stops_life": False,
            }
        ]
    }
    truth_path(path).write_text(json.dumps(truth, default=datetime.isoformat), encoding="utf-8")
    happened = happenings_beside([path])
    assert happened is not None
    assert sorted(one.home for one in happened) == sorted(stairs)
    assert {one.answered_until for one in happened} == {START + UNLESS_TOLD}


def test_without_a_truth_nothing_is_known_of_what_happened(tmp_path: Path) -> None:
    assert happenings_beside([recorded(tmp_path, 2)]) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"incidents": [{"kind": "fall"}]}', "homes"),
        (b'{"incidents": [{"kind": "\xff"}]}', "utf-8"),
        (b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b', "incidents": []}', "recursion"),
        (
            b"""{"incidents": [{"homes": ["h"], "kind": "fall", "began": "2026-01-01T00:00:00", "ended": null,
            "expects": [], "stops_life": true}]}""",
            "timezone",
        ),
    ],
    ids=["no homes", "not UTF-8", "too deep", "no offset"],
)
def test_a_truth_that_cannot_be_read_is_refused_by_name(tmp_path: Path, text: bytes, why: str) -> None:
    path = truth_of(tmp_path)
    truth_path(path).write_bytes(text)
    with pytest.raises(LinliError, match=rf"town\.csv\.truth\.json is not the truth about a recording: (?i:.*{why})"):
        happenings_beside([path])


def test_a_simulated_fall_is_noticed_and_told_beside_what_was_told_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = build(2, 2).homes[0].home
    path, out = (
        truth_of(tmp_path, Incident(home, IncidentKind.FALL, START + 2 * DAY + 10 * HOUR)),
        tmp_path / "out.json",
    )
    evaluate([path], json=out)
    told = json.loads(out.read_text(encoding="utf-8"))
    (answer,) = told["incidents"]["answers"]
    assert (answer["home"], answer["kind"], answer["answered_by"]) == (home, "fall", "inactivity")
    assert answer["answered_at"] in {alert["at"] for alert in told["homes"][home]["alerts"]}
    assert told["incidents"]["kinds"]["fall"]["recall"] == 1
    assert any(line.startswith("fall ") for line in capsys.readouterr().out.splitlines())

    truth_path(path).unlink()
    evaluate([path], json=out)
    without = json.loads(out.read_text(encoding="utf-8"))
    assert without == {"homes": told["homes"]}


def test_a_call_at_the_very_moment_of_its_cause_is_no_false_one(tmp_path: Path) -> None:
    home, out = build(2, 2).homes[0].home, tmp_path / "out.json"
    pressed = START + DAY + timedelta(seconds=7, microseconds=75_351)
    path = truth_of(tmp_path, Incident(home, IncidentKind.SOS, pressed))

    evaluate([path], json=out)

    told = json.loads(out.read_text(encoding="utf-8"))["incidents"]
    (answer,) = told["answers"]
    assert (answer["answered_by"], answer["answered_at"]) == ("sos", answer["began"])
    assert told["rang_for_nothing"]["sos"]["calls"] == 0


def cuts_of(folder: Path, *homes: str) -> Path:
    file = folder / "cuts.csv"
    file.write_text("home,at\n" + "".join(f"{home},{(START + DAY).isoformat()}\n" for home in homes), encoding="utf-8")
    return file


def test_cuts_of_homes_that_no_recording_has_are_passed_over_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = recorded(tmp_path, 2, days=2), tmp_path / "out.json"
    home = build(1, 2).homes[0].home

    evaluate([path], cuts=cuts_of(tmp_path, home, "w-9-9-901", "w-9-9-902", "w-9-9-901"), json=out)

    (told,) = json.loads(out.read_text(encoding="utf-8"))["homes"].items()
    assert (told[0], len(told[1]["cuts"])) == (home, 1)
    assert capsys.readouterr().err == (
        "linli: cuts passed over, as no recording has their homes: 3, of w-9-9-901, w-9-9-902\n"
    )


def test_cuts_of_which_none_is_left_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="no recording has any home of the cuts: w-9-9-901"):
        evaluate([recorded(tmp_path, 2, days=1)], cuts=cuts_of(tmp_path, "w-9-9-901"))

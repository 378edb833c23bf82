"""Staff see what another setting would have changed in their own site's last weeks before they switch it on."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bench.program import wait_for
from linli.alert import AlertKind, Severity
from linli.chosen_settings import REHEARSED
from linli.clock import SystemClock
from linli.commands import rehearse
from linli.configured import care_url, rules
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.evaluation import change
from linli.evaluation.change import Changed, Pair
from linli.evaluation.trial import Call
from linli.people import Care, Person, Role, Scope
from linli.settings import Settings
from linli.store import absences, unseen
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from linli.store.unseen import EVERY_HOME, Unseen
from linli.tuning.setting_desk import SettingsDesk
from linli.words import Sentence
from simulators.community import build
from simulators.incidents import Incident, IncidentKind
from simulators.life import signals
from tests.cast import MEI
from tests.evaluation.lives import START

DAYS, SEED = 8, 2
FALL = START + timedelta(days=5, hours=10)
SINCE = (START + timedelta(days=4)).isoformat()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation with one simulated home, whose resident falls on the sixth day and is found after a while."""
    folder = DataDir(tmp_path_factory.mktemp("site"))
    community = build(1, SEED)
    home = community.homes[0]
    care, store = CareStore(f"sqlite:///{folder.care}"), SqliteSignalStore(folder.signals)
    care.migrate()
    people = [
        Person("neighbour", Role.VOLUNTEER, cares=(Care(Scope.SITE, home.site),)),
        Person("staff", Role.STAFF, cares=(Care(Scope.SITE, home.site),)),
    ]
    with care.begin() as connection:
        roster_store.save(connection, [home], list(community.devices), people)
    falls = [Incident(home.home, IncidentKind.FALL, FALL)]
    store.append(list(signals(community, SEED, START, START + timedelta(days=DAYS), falls)))
    store.close()
    care.close()
    return folder.path


def told(site: Path, capsys: pytest.CaptureFixture[str], *settings: str) -> dict[str, object]:
    rehearse.command(setting=list(settings), since=SINCE, data=site, as_json=True)
    (home,) = json.loads(capsys.readouterr().out)["homes"].values()
    return dict(home)


def silences(home: dict[str, object]) -> list[dict[str, object]]:
    alerts = home["alerts"]
    assert isinstance(alerts, list)
    return [alert for alert in alerts if alert["kind"] == "inactivity"]


def rang_once(home: str, days: float) -> Changed:
    call = Call(START, AlertKind.INACTIVITY, Severity.URGENT, Sentence("why"), START)
    return Changed(home, MEI.zone, days, [Pair(None, call)])


def test_too_little_past_gives_no_rate_a_month() -> None:
    new, known = rang_once("new", 0.01), rang_once("known", 7.0)

    assert [line.split() for line in change.lines([new, known])][-5:-2] == [
        ["new", "0.0", "-", "-"],
        ["known", "7.0", "0.00", "4.34"],
        ["all", "7.0", "0.00", "8.67"],
    ]
    *_, all_of_it, why, sums = change.lines([new])
    assert all_of_it.split() == ["all", "0.0", "-", "-"]
    assert why == "-: too little past for a rate a month, which takes 7 days"
    assert sums == "1 new, 0 gone, 0 as before"
    assert "too little past" not in "".join(change.lines([known]))


def test_a_rate_that_nobody_can_tell_is_null_for_programs() -> None:
    told = json.loads(json.dumps(change.plain([rang_once("new", 0.5), rang_once("known", 7.0)])))["homes"]

    assert told["new"]["a_month"] == {"old": None, "new": None}
    assert told["known"]["a_month"]["old"] == 0


def test_what_is_set_already_changes_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = told(site, capsys, "false_alerts_per_month=1")
    assert len(silences(home)) > 0
    assert all(alert["old"] == alert["new"] for alert in silences(home))
    assert 3.5 < float(str(home["days"])) < 4.1


def test_a_shorter_line_calls_sooner_where_she_fell(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = silences(told(site, capsys, "false_alerts_per_month=0", "day_line_hours=2"))
    fell = max((alert for alert in changed if str(alert["since"]) <= FALL.isoformat()), key=lambda a: str(a["since"]))
    assert float(str(fell["earlier"])) > 0


def test_a_shorter_line_is_told_line_by_line(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rehearse.command(setting=["false_alerts_per_month=0", "day_line_hours=2"], since=SINCE, data=site)
    printed = capsys.readouterr()
    assert "  inactivity  " in printed.out
    assert "new a month" in printed.out
    assert " gone, " in printed.out.splitlines()[-1]
    assert printed.err == ""


def test_who_had_said_that_she_is_away_is_not_missed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(silences(told(site, capsys, "false_alerts_per_month=0")))
    home = build(1, SEED).homes[0].home
    care = CareStore(f"sqlite:///{DataDir(site).care}")
    with care.begin() as connection:
        declared = Absence(home, FALL - timedelta(days=1), START + timedelta(days=DAYS + 30), "staff")
        absences.begin(connection, declared)
    after = len(silences(told(site, capsys, "false_alerts_per_month=0")))
    with care.begin() as connection:
        absences.end(connection, home, declared.since)
    care.close()
    assert after < before


def test_a_rehearsal_writes_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {path.name for path in site.iterdir()}
    stored = SqliteSignalStore(DataDir(site).signals)
    count = stored.count()
    told(site, capsys, "night_line_hours=9")
    assert stored.count() == count
    stored.close()
    assert {name for name in (path.name for path in site.iterdir()) if "-" not in name} == names


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["http=1"], "is not NAME=VALUE with one of false_alerts_per_month"),
        (["day_line_hours"], "is not NAME=VALUE"),
        (["day_line_hours=many"], "setting day_line_hours"),
        (["day_line_hours=500"], "setting day_line_hours"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(site: Path, settings: list[str], words: str) -> None:
    with pytest.raises(LinliError, match=words):
        rehearse.command(setting=settings, data=site)


def test_every_setting_that_says_when_something_is_found_can_be_rehearsed() -> None:
    usual = Settings()
    numbers = [name for name, field in Settings.model_fields.items() if field.annotation is float]
    less = {name: Settings.model_validate({name: 0.9 * getattr(usual, name)}) for name in numbers}
    found = {name for name, settings in less.items() if rules(settings) != rules(usual)}
    assert len(found) > 5
    assert found <= set(REHEARSED)


def test_either_a_ladder_or_a_setting(site: Path, tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="either a ladder file or a --setting"):
        rehearse.command(data=site)
    with pytest.raises(LinliError, match="there is no linli in"):
        rehearse.command(setting=["day_line_hours=6"], data=tmp_path / "nowhere")
    with pytest.raises(LinliError, match="no signals of the site mars"):
        rehearse.command(setting=["day_line_hours=6"], site="mars", data=site)


def test_a_rehearsal_from_the_page_finds_what_the_command_finds(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data=site)
    care = CareStore(care_url(settings, DataDir(site)))
    desk = SettingsDesk(settings, care, SystemClock())
    desk.rehearse("day_line_hours", "2", by="office")
    wait_for("the rehearsal", lambda: not _runs(desk), 300)
    trial = desk.trial()
    care.close()

    assert trial is not None
    assert trial.result is not None, trial.fault
    rehearse.command(setting=["day_line_hours=2"], data=site, as_json=True)
    expected = json.loads(capsys.readouterr().out)["homes"]
    found = {rate.home: (round(rate.old, 3), round(rate.new, 3)) for rate in trial.result.homes}
    assert found == {home: (one["a_month"]["old"], one["a_month"]["new"]) for home, one in expected.items()}
    assert len(trial.result.calls) == sum(len(one["alerts"]) for one in expected.values())


def _runs(desk: SettingsDesk) -> bool:
    trial = desk.trial()
    return trial is not None and trial.is_running


def test_time_in_which_the_home_could_not_be_seen_rings_for_nothing(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rang() -> list[str]:
        return [str(one["new"]) for one in silences(told(site, capsys, "false_alerts_per_month=1"))]

    assert rang() != []
    care = CareStore(f"sqlite:///{DataDir(site).care}")
    try:
        with care.begin() as connection:
            unseen.put(connection, [Unseen(EVERY_HOME, FALL - timedelta(hours=1), START + timedelta(days=DAYS))])
        assert [moment for moment in rang() if moment >= FALL.isoformat()] == []
    finally:
        with care.begin() as connection:
            unseen.forget(connection, START + timedelta(days=DAYS + 1))
        care.close()

"""What `linli explain` tells of a home's line: what it is, what changed, why it rang."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from linli.alert import AlertKind
from linli.commands.explain import command as explain
from linli.commands.model import Act
from linli.commands.model import command as choose
from linli.errors import LinliError
from linli.store import cases
from models.habits.model import model_from_json
from tests.cast import HOUR
from tests.models.habits.lives import WEEKS_LATER
from tests.models.vigil import HOME, QUIET_HOME
from tests.store.histories import alert, closed
from tests.test_learning import PRIOR, Nights
from tests.test_models_in_use import DAY, night, three_weeks


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    yield from three_weeks(tmp_path)


def explained(folder: Path, capsys: pytest.CaptureFixture[str], *, night: str = "") -> list[str]:
    explain(HOME, night, data=folder)
    return capsys.readouterr().out.splitlines()


def test_it_is_told_what_changed_since_last_night_and_last_week(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any(one.startswith("since") for one in explained(tmp_path, capsys))
    for day in range(1, 9):
        night(nights, day)
    changes = [one for one in explained(tmp_path, capsys) if one.startswith("since")]

    assert [one[: one.index(":")] for one in changes] == [
        "since last night (2026-10-05)",
        "since a week before (2026-09-29)",
    ]
    assert all("night " in one and "evening " in one and "price x" in one for one in changes)


def test_the_line_of_an_older_night_can_be_looked_at(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(nights, 1)

    assert explained(tmp_path, capsys)[0].startswith(f"{HOME}: learned 2026-09-29")
    assert explained(tmp_path, capsys, night="2026-09-28")[0].startswith(f"{HOME}: learned 2026-09-28")
    for wrong, why in (("2026-01-01", "there are 2026-09-28, 2026-09-29"), ("soon", "is not a day")):
        with pytest.raises(LinliError, match=why):
            explain(HOME, wrong, data=tmp_path)


def test_the_line_and_what_she_seldom_outlasts_stand_side_by_side(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_from_json(nights.learned()[0].model)
    told = explained(tmp_path, capsys)
    noon = next(one for one in told if one.startswith("12:00"))

    line, seldom = model.table[0, 2, 48], model.seldom[0, 2, 48]
    assert noon.endswith(f"{line // 60} h {line % 60:02} ({seldom // 60} h {seldom % 60:02})")
    assert f"method {model.method}, prior {PRIOR.mark}, numpy {np.__version__}" in told


def test_it_is_told_why_it_rang_and_how_that_ended(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any("last alerts" in one for one in explained(tmp_path, capsys))
    with nights.care.begin() as connection:
        cases.add(
            connection, closed(alert("a-1", QUIET_HOME, AlertKind.INACTIVITY, at=WEEKS_LATER), WEEKS_LATER + HOUR)
        )
        cases.add(connection, alert("a-2", QUIET_HOME, AlertKind.INACTIVITY, at=WEEKS_LATER + DAY))
        cases.add(connection, alert("a-3", QUIET_HOME, AlertKind.SOS, at=WEEKS_LATER + DAY))

    assert [one.split(": ")[0] for one in explained(tmp_path, capsys)[-2:]] == [
        "2026-09-29 00:00  still open",
        "2026-09-28 00:00  safe",
    ]


def test_for_programs_it_is_the_model_in_use_as_it_is_stored(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(nights, 1)
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    capsys.readouterr()
    explain(HOME, as_json=True, data=tmp_path)

    assert capsys.readouterr().out.encode().strip() == nights.learned()[1].model

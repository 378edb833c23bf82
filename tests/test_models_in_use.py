"""Which of a home's models is in use: a new kind runs beside the old first, and staff can go back while linli runs."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection

from linli.commands.explain import command as explain
from linli.commands.model import Act
from linli.commands.model import command as choose
from linli.errors import LinliError, UnknownHome
from linli.held_model import Why
from linli.store import habits
from linli.store.care import CareStore
from linli.store.habits import Learned
from models.habits.doubts import Doubt
from models.habits.model import model_from_json, model_to_json
from tests.cast import HOUR, MINUTE
from tests.models.habits.lives import DAYS, WEEKS_LATER, a_life
from tests.models.vigil import HOME, moved
from tests.test_learning import Nights

DAY = timedelta(days=1)
NOON = timedelta(hours=12)
LIFE = a_life(DAYS + 12)


def three_weeks(folder: Path) -> Iterator[Nights]:
    """Yield three weeks of a life, learned in the last night."""
    made = Nights(folder)
    made.signals.append(LIFE)
    made.night(WEEKS_LATER + HOUR)
    yield made
    made.signals.close()
    made.care.close()


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    yield from three_weeks(tmp_path)


def night(nights: Nights, number: int) -> None:
    nights.night(WEEKS_LATER + number * DAY + HOUR)


def asks_after(nights: Nights, day: int) -> timedelta:
    """Return how long silence may last after she is up and about at noon."""
    nights.watch.see(moved(WEEKS_LATER + day * DAY + NOON - MINUTE, "hall"))
    return nights.asks_after(WEEKS_LATER + day * DAY + NOON)


def held(nights: Nights) -> Why | None:
    with nights.care.read() as connection:
        found = habits.held_of(connection, HOME)
    return found.why if found else None


def line(nights: Nights, number: int) -> timedelta:
    """Return the line at noon of a model that is stored, 0 the newest."""
    found = model_from_json(nights.learned()[number].model)
    return int(found.table[0, 2, 48]) * MINUTE


def store(nights: Nights, minutes: int) -> None:
    """Store a model of one line at every hour, as learned two hours after the first, and begin anew with it."""
    known = model_from_json(nights.learned()[0].model)
    made = replace(known, learned_at=WEEKS_LATER + 2 * HOUR, table=np.full((2, 4, 96), minutes))
    with nights.care.begin() as connection:
        habits.add(connection, [Learned(HOME, made.learned_at, model_to_json(made))])
    nights.restart()


# a new kind


def test_a_changed_budget_runs_beside_the_old_line_for_a_week(nights: Nights) -> None:
    before = asks_after(nights, 0)
    nights.restart(budget=8.0)
    for day in range(1, 8):
        night(nights, day)
        assert held(nights) is Why.NEW_KIND
        assert asks_after(nights, day) == before > line(nights, 0)

    night(nights, 8)

    assert held(nights) is None
    assert asks_after(nights, 8) == line(nights, 0) < before


def test_what_it_would_have_done_is_known_while_it_is_tried(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.restart(budget=8.0)
    night(nights, 1)
    night(nights, 2)
    night(nights, 3)
    explain(HOME, data=tmp_path)
    told = capsys.readouterr().out

    assert "in use: the line of 2026-09-28; since 2026-09-29 a new kind of line runs beside it first." in told
    assert "In 2 nights the new one would have asked" in told
    assert "min earlier on the median" in told


def test_a_restart_changes_nothing_about_what_is_tried(nights: Nights) -> None:
    before = asks_after(nights, 0)
    nights.restart(budget=8.0)
    night(nights, 1)
    nights.restart(budget=8.0)

    assert asks_after(nights, 1) == before


def test_staff_need_not_wait_for_the_week_to_be_over(nights: Nights, tmp_path: Path) -> None:
    nights.restart(budget=8.0)
    night(nights, 1)
    choose(Act.PROMOTE, HOME, data=tmp_path)
    nights.learning.tick()

    assert asks_after(nights, 1) == line(nights, 0)
    night(nights, 2)
    assert held(nights) is None


def test_who_does_not_like_what_is_tried_stays_with_the_old_line(nights: Nights, tmp_path: Path) -> None:
    before = asks_after(nights, 0)
    nights.restart(budget=8.0)
    night(nights, 1)
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    for day in range(2, 11):
        night(nights, day)

    assert held(nights) is Why.ROLLED_BACK
    assert asks_after(nights, 10) == before


# back, and on again


def test_a_line_is_rolled_back_while_linli_runs_and_no_night_undoes_it(nights: Nights, tmp_path: Path) -> None:
    store(nights, 400)
    night(nights, 1)
    asked = 400 * MINUTE
    assert asks_after(nights, 1) < asked
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    nights.learning.tick()

    assert asks_after(nights, 2) == asked
    for day in range(3, 6):
        night(nights, day)
    nights.restart()
    assert held(nights) is Why.ROLLED_BACK
    assert asks_after(nights, 5) == asked

    choose(Act.PROMOTE, HOME, data=tmp_path)
    nights.learning.tick()
    assert held(nights) is None
    assert asks_after(nights, 6) == line(nights, 0)


def test_a_line_that_was_fixed_at_the_last_sign_is_not_moved_by_it(nights: Nights, tmp_path: Path) -> None:
    store(nights, 700)
    before = asks_after(nights, 0)
    assert before == 700 * MINUTE
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    nights.learning.tick()
    at = WEEKS_LATER + NOON

    assert nights.watch.state(HOME, at).next.asks_at == at + before
    nights.watch.see(moved(at + MINUTE))
    asks_at = nights.watch.state(HOME, at + MINUTE).next.asks_at
    assert asks_at is not None
    assert asks_at < at + before


def test_each_further_step_back_goes_one_night_further(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(nights, 1)
    night(nights, 2)
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    choose(Act.ROLLBACK, HOME, data=tmp_path)
    told = capsys.readouterr().out.splitlines()

    assert ["2026-09-29" in told[0], "2026-09-28" in told[1]] == [True, True]
    with pytest.raises(LinliError, match="no such older line"):
        choose(Act.ROLLBACK, HOME, data=tmp_path)


def test_a_night_can_be_named(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night(nights, 1)
    night(nights, 2)
    choose(Act.ROLLBACK, HOME, to="2026-09-28", data=tmp_path)
    assert "the line of 2026-09-28" in capsys.readouterr().out

    for wrong in ("2026-01-01", "yesterday"):
        with pytest.raises(LinliError, match="--to|no such older line"):
            choose(Act.ROLLBACK, HOME, to=wrong, data=tmp_path)


def test_all_homes_at_once(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night(nights, 1)
    choose(Act.ROLLBACK, every=True, data=tmp_path)
    assert held(nights) is Why.ROLLED_BACK
    choose(Act.LIST, data=tmp_path)
    assert f"{HOME}: the line of 2026-09-28; since" in capsys.readouterr().out
    choose(Act.PROMOTE, every=True, data=tmp_path)
    assert held(nights) is None
    choose(Act.PROMOTE, every=True, data=tmp_path)
    assert "newest line" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{}, {"home": HOME, "every": True}, {"home": "nowhere"}])
def test_what_cannot_be_meant_is_refused(nights: Nights, tmp_path: Path, wrong: dict[str, object]) -> None:
    assert nights.learned()
    with pytest.raises((LinliError, UnknownHome)):
        choose(Act.ROLLBACK, data=tmp_path, **wrong)  # type: ignore[arg-type]


def test_who_has_the_newest_line_is_told_so(nights: Nights, tmp_path: Path) -> None:
    assert nights.learned()
    for act in (Act.LIST, Act.PROMOTE):
        with pytest.raises(LinliError, match="newest line"):
            choose(act, HOME, data=tmp_path)


# what speaks against a night


def test_a_line_that_grew_by_hours_overnight_is_not_used_and_staff_are_told_once(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.signals.append(a_life(DAYS + 2, busy_minutes=90.0))
    nights.night(WEEKS_LATER + HOUR)
    store(nights, 90)
    night(nights, 1)
    night(nights, 2)

    assert held(nights) is Why.DOUBTED
    assert asks_after(nights, 2) == 90 * MINUTE
    assert {finding.key for finding in nights.told} == {nights.told[0].key}
    assert nights.told[0].evidence["doubts"] == Doubt.LONGER


def test_a_model_of_another_version_is_learned_anew_at_once(nights: Nights) -> None:
    old = nights.learned()[0].model.replace(b'"version":2', b'"version":1')
    with nights.care.begin() as connection:
        habits.add(connection, [Learned(HOME, WEEKS_LATER, old)])
    nights.restart()
    nights.learning.tick()

    assert asks_after(nights, 0) == line(nights, 0)
    assert b'"version":2' in nights.learned()[0].model


# a kill


class DiesBeforeCommit(CareStore):
    """A store whose program is killed when it has written and not yet committed."""

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Write, and die."""
        with super().begin() as connection:
            yield connection
            os.kill(os.getpid(), signal.SIGKILL)


def learn_and_die(folder: str) -> None:
    """Learn the next night in a store that does not live to see it committed."""
    nights = Nights.__new__(Nights)
    nights.open(DiesBeforeCommit(f"sqlite:///{folder}/care.db"), Path(folder))
    night(nights, 1)


def test_a_kill_between_learning_and_storing_leaves_the_old_model(nights: Nights, tmp_path: Path) -> None:
    before = nights.learned()
    child = multiprocessing.get_context("spawn").Process(target=learn_and_die, args=(str(tmp_path),))
    child.start()
    child.join(60)

    assert child.exitcode == -signal.SIGKILL
    nights.restart()
    assert nights.learned() == before
    night(nights, 1)
    assert len(nights.learned()) == 2

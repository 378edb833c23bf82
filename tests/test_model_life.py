"""When a model that was learned tonight takes effect, and when it runs beside the one in use first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.held_model import Held, Why
from linli.model_life import TRIED_FOR, Night, held_after, notice
from linli.words import LANGUAGES, say
from models.habits.doubts import Doubt
from models.habits.model import HomeModel
from tests.models.habits.lives import WEEKS_LATER
from tests.models.habits.models import a_model
from tests.models.vigil import HOME, QUIET_HOME

DAY = timedelta(days=1)
RINGS = (Doubt.RINGS,)


def learned(night: int, *, method: int = 1, budget: float = 1.0) -> HomeModel:
    return replace(a_model(method=method, budget=budget), learned_at=WEEKS_LATER + night * DAY)


def night(
    new: HomeModel, present: HomeModel | None, *, before: HomeModel | None = None, doubts: tuple[Doubt, ...] = ()
) -> Night:
    return Night(QUIET_HOME, new, before or present, present, doubts)


def kept_since(night_number: int, why: Why = Why.NEW_KIND) -> Held:
    return Held(HOME, learned(0).learned_at, WEEKS_LATER + night_number * DAY, why)


def test_an_ordinary_night_takes_effect_at_once() -> None:
    assert held_after(None, night(learned(1), learned(0))) is None


def test_the_first_model_takes_effect_whatever_speaks_against_it() -> None:
    assert held_after(None, night(learned(1), None, doubts=RINGS)) is None


@pytest.mark.parametrize("new", [learned(1, method=2), learned(1, budget=0.5), replace(learned(1), prior="other")])
def test_a_new_kind_first_runs_beside_the_old(new: HomeModel) -> None:
    assert held_after(None, night(new, learned(0))) == kept_since(1)


def test_after_a_week_it_takes_effect_unless_something_speaks_against_it() -> None:
    begun = kept_since(1)
    week = TRIED_FOR // DAY

    def after(nights: int, *doubts: Doubt) -> Held | None:
        new, last = learned(1 + nights, method=2), learned(nights, method=2)
        return held_after(begun, night(new, learned(0), before=last, doubts=doubts))

    assert [after(nights) for nights in (1, week - 1, week)] == [begun, begun, None]
    assert after(week, *RINGS) == after(3 * week, *RINGS) == begun


def test_a_setting_that_is_changed_again_is_tried_from_the_beginning() -> None:
    other, third = learned(6, budget=0.5), learned(7, budget=2.0)

    assert held_after(kept_since(1), night(third, learned(0), before=other)) == kept_since(7)


def test_a_setting_that_is_changed_back_is_the_old_kind_again() -> None:
    back = night(learned(4), learned(0), before=learned(3, budget=0.5))

    assert held_after(kept_since(1), back) is None


def test_a_night_that_something_speaks_against_is_not_used_until_one_is_sound() -> None:
    doubted = held_after(None, night(learned(5), learned(0), doubts=RINGS))
    assert doubted == kept_since(5, Why.DOUBTED)

    assert held_after(doubted, night(learned(6), learned(0), doubts=RINGS)) == doubted
    assert held_after(doubted, night(learned(7), learned(0))) is None


def test_what_staff_have_rolled_back_stays_so_whatever_is_learned() -> None:
    held = kept_since(3, Why.ROLLED_BACK)
    for new in (learned(4), learned(400), learned(4, method=2)):
        for doubts in ((), RINGS):
            assert held_after(held, night(new, learned(0), doubts=doubts)) == held


def test_where_the_old_model_cannot_be_read_any_more_the_new_kind_takes_effect() -> None:
    assert held_after(kept_since(1), night(learned(2, method=2), None)) is None


def test_staff_are_told_of_a_doubt_once_and_in_both_languages() -> None:
    held = kept_since(5, Why.DOUBTED)
    told = notice(held, night(learned(5), learned(0), doubts=RINGS))
    again = notice(held, night(learned(6), learned(0), doubts=(Doubt.LONGER,)))

    assert told is not None
    assert again is not None
    assert told.key == again.key
    assert (told.kind, told.severity, told.home) == (AlertKind.SYSTEM, Severity.NOTICE, HOME)
    assert say(told.why, "en", QUIET_HOME.zone) == (
        "The line of silence of this home stays as it was learned on 2026-09-28: the new one would have asked too often "
        f"over the last 30 days. See `linli explain {HOME}`; to use the new one all the same: `linli model promote {HOME}`."
    )
    assert len({say(again.why, language, QUIET_HOME.zone) for language in LANGUAGES}) == len(LANGUAGES)


def test_of_a_trial_staff_are_told_only_where_it_should_be_over_and_is_not() -> None:
    new = learned(1 + TRIED_FOR // DAY, method=2)

    assert notice(kept_since(1), night(learned(3, method=2), learned(0), doubts=RINGS)) is None
    assert notice(kept_since(1), night(new, learned(0), doubts=RINGS)) is not None
    assert notice(kept_since(1, Why.ROLLED_BACK), night(new, learned(0), doubts=RINGS)) is None

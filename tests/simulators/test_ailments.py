"""What lasts for days changes a life while it lasts, and no day before or after."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from linli.signals import BloodPressure, Kind
from simulators.community import EXAMPLE_HOME
from simulators.day import Doing, Plan
from simulators.faults import FAULTLESS
from simulators.household import household_of
from simulators.incidents import NATURES, IncidentKind
from tests.simulators.homes import DAY, SEED, days_from, mei, monday, of_kind, of_mei, stored, willow

BEGINS = monday(hour=2, minute=59, day=7)
LASTING = [
    IncidentKind.MEALS_FORGOTTEN,
    IncidentKind.HOUSEBOUND,
    IncidentKind.RESTLESS_NIGHTS,
    IncidentKind.INFECTION,
    IncidentKind.LATE_RISING,
]


def lived(kind: IncidentKind | None, first: date, days: int) -> list[Plan]:
    community = willow()
    incidents = [] if kind is None else [mei(kind, BEGINS)]
    home = household_of(community, SEED, community.home(EXAMPLE_HOME), incidents)
    return [home.plan(day) for day in days_from(first, days)]


def during(kind: IncidentKind) -> tuple[list[Plan], list[Plan]]:
    """Return her days while it lasts, and the same days as she would have lived them."""
    lasts = NATURES[kind].lasts
    assert lasts is not None
    return lived(kind, BEGINS.date(), lasts.days), lived(None, BEGINS.date(), lasts.days)


def often(plans: Iterable[Plan], count: Callable[[Plan], float]) -> float:
    return mean(count(plan) for plan in plans)


def meals(plan: Plan) -> int:
    return sum(stay.doing is Doing.COOK for stay in plan.stays)


def outings(plan: Plan) -> int:
    return sum(stay.doing is Doing.OUT for stay in plan.stays)


def bathroom_visits(plan: Plan) -> int:
    return sum(stay.room == "bathroom" for stay in plan.stays)


def times_up_at_night(plan: Plan) -> int:
    return sum(
        before.doing is Doing.SLEEP and stay.doing is not Doing.SLEEP for before, stay in pairwise(plan.stays[:-1])
    )


@pytest.mark.parametrize("kind", LASTING)
def test_what_passes_changes_no_day_before_it_begins_and_none_after_it_has_passed(kind: IncidentKind) -> None:
    lasts = NATURES[kind].lasts
    assert lasts is not None
    over = BEGINS.date() + lasts
    assert lived(kind, BEGINS.date() - 7 * DAY, 7) == lived(None, BEGINS.date() - 7 * DAY, 7)
    assert lived(kind, over, 14) == lived(None, over, 14)
    changed, usual = during(kind)
    assert all(one != other for one, other in zip(changed[:1], usual[:1], strict=True))


def test_who_forgets_meals_cooks_one_in_three() -> None:
    forgetful, usual = during(IncidentKind.MEALS_FORGOTTEN)
    assert often(forgetful, meals) < 0.5 * often(usual, meals)
    assert often(forgetful, meals) > 0.3
    assert often(forgetful, outings) == pytest.approx(often(usual, outings), abs=0.2)


def test_who_is_housebound_hardly_goes_out_but_guests_still_come() -> None:
    within, usual = during(IncidentKind.HOUSEBOUND)
    assert sum(map(outings, usual)) > 6
    assert sum(map(outings, within)) <= 1
    assert sum(map(len, (plan.doors for plan in within))) > 0
    assert often(within, meals) >= often(usual, meals)


def test_who_is_restless_is_up_four_times_a_night_and_walks_about() -> None:
    restless, usual = during(IncidentKind.RESTLESS_NIGHTS)
    assert often(restless, times_up_at_night) > often(usual, times_up_at_night) + 1.5
    rooms = {
        stay.room for plan in restless for before, stay in pairwise(plan.stays) if before.doing is Doing.SLEEP
    }  # fmt: skip
    assert {"bathroom", "living-room", "kitchen"} <= rooms


def test_an_infection_takes_her_to_the_bathroom_by_day_and_by_night() -> None:
    ill, usual = during(IncidentKind.INFECTION)
    by_night = often(ill, times_up_at_night) - often(usual, times_up_at_night)
    assert by_night > 1
    assert often(ill, bathroom_visits) - by_night > 1.4 * often(usual, bathroom_visits)


def test_who_rises_late_rises_two_hours_later() -> None:
    late, usual = during(IncidentKind.LATE_RISING)
    hours = [(one.rises, other.rises) for one, other in zip(late, usual, strict=True)]
    assert mean(one - other for one, other in hours if one is not None and other is not None) == pytest.approx(2, 0.1)


def test_a_crisis_of_blood_pressure_shows_when_she_measures_and_then_passes() -> None:
    found = of_mei(stored(12, [mei(IncidentKind.VITALS_HIGH, BEGINS - 4 * DAY)], homes=1, faults=FAULTLESS))
    readings = [(s.at, s.value) for s in of_kind(found, Kind.BLOOD_PRESSURE) if isinstance(s.value, BloodPressure)]
    begins, over = BEGINS - 4 * DAY, BEGINS + timedelta(days=1)
    ill = [pressure.systolic for at, pressure in readings if begins <= at < over]
    well = [pressure.systolic for at, pressure in readings if not begins <= at < over]
    assert 3 <= len(ill) <= 5
    assert min(ill) > 160
    assert max(well) < 160

"""The bench of kinds plans incidents that can be told apart, and judges a small town as it would a large one."""

import itertools
from collections import Counter
from datetime import timedelta
from functools import cache

import pytest

from bench.kinds.plan import EARLY_UNTIL, LATE_FROM, QUIET_DAYS, WANTED
from bench.kinds.report import SEED, START, tables
from bench.kinds.trials import Town, groups, live_through
from linli.evaluation.incidents import judge
from linli.evaluation.score import SETTLED
from simulators.household import homes_hit, resolve
from simulators.incidents import NATURES, Incident, IncidentKind
from simulators.truth import truths

DAY = timedelta(days=1)
TOWN = Town(200, 120, SEED, START)
HAMLET = Town(3, 26, SEED, START)


@cache
def planned(town: Town) -> list[Incident]:
    return town.incidents()


@cache
def by_home(town: Town) -> dict[str, list[Incident]]:
    community = town.community
    found: dict[str, list[Incident]] = {}
    for incident in planned(town):
        for home in homes_hit(community, incident):
            found.setdefault(home, []).append(incident)
    return found


def test_the_same_seed_plans_the_same_incidents() -> None:
    assert TOWN.incidents() == planned(TOWN)
    assert planned(TOWN) != Town(200, 120, SEED + 1, START).incidents()


def test_every_kind_happens_as_often_as_it_was_wanted() -> None:
    times = Counter(incident.kind for incident in planned(TOWN))
    assert set(times) == set(IncidentKind)
    assert all(times[wanted.kind] == wanted.times for wanted in WANTED)


def test_a_home_has_two_incidents_at_most_and_the_second_after_the_first_is_forgotten() -> None:
    for incidents in by_home(TOWN).values():
        assert len(incidents) <= 2
        for first, second in itertools.pairwise(sorted(incidents, key=lambda one: one.at)):
            assert second.at - (first.ends or first.at) > 7 * DAY
            assert not NATURES[first.kind].stops_life


def test_nothing_happens_in_the_first_weeks_and_everything_can_be_noticed_before_the_end() -> None:
    for incident in planned(TOWN):
        assert incident.at - START >= QUIET_DAYS * DAY
        assert START + 120 * DAY - (incident.ends or incident.at) >= 2 * DAY
    assert {(one.at - START) // DAY for one in planned(TOWN)}.isdisjoint(range(EARLY_UNTIL + 15, LATE_FROM))


def test_some_homes_are_left_in_peace() -> None:
    assert 20 <= TOWN.homes - len(by_home(TOWN)) <= 60


def test_who_is_struck_is_at_home_and_the_home_can_show_it() -> None:
    community, incidents = TOWN.community, planned(TOWN)
    told = truths(community, TOWN.seed, incidents)
    assert all(truth.at_home for truth in told if truth.kind is not IncidentKind.POWER_CUT)
    assert all(resolve(community, TOWN.seed, one).kind is one.kind for one in incidents)


def test_only_who_goes_out_can_stop_going_out() -> None:
    personas = TOWN.community.personas
    struck = [personas[one.home] for one in planned(TOWN) if one.kind is IncidentKind.HOUSEBOUND]
    assert min(len(persona.errands) + 7 * persona.outings for persona in struck) >= 2


def test_a_small_town_is_told_in_the_same_tables() -> None:
    tried = [live_through(group) for group in groups(HAMLET)]
    outcomes = [outcome for one in tried for outcome in one.outcomes]
    judged = judge(outcomes, [happening for one in tried for happening in one.happenings], SETTLED)
    incidents = planned(HAMLET)

    assert sorted(outcome.home for outcome in outcomes) == sorted(home.home for home in HAMLET.community.homes)
    assert sorted(one.happening.kind for one in judged.answered) == sorted(one.kind for one in incidents)
    told = list(tables(judged))
    assert all(any(line.startswith(f"| {one.kind} | ") for line in told) for one in incidents)
    alarms = [one for one in judged.answered if one.happening.kind in {"smoke", "leak"}]
    assert alarms
    assert [one.hours for one in alarms] == pytest.approx([0] * len(alarms), abs=0.1)


def test_a_hamlet_lived_through_twice_rings_twice_the_same() -> None:
    first, second = (live_through(groups(Town(1, 10, SEED, START))[0]) for _ in range(2))
    assert first == second

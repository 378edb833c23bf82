"""What homes that fell silent have in common: decided from who fell silent when, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.incident import Group, Incident, Loss
from linli.people import Home
from models.incidents import GATHER, TOGETHER, Census, decide, is_nearly_over, stairwell_of
from tests.cast import EIGHT, HOUR, MINUTE

SECOND = timedelta(seconds=1)
STAIRS = tuple(
    Home(f"h-{b}-{u}-{d}", "garden", str(b), str(u)) for b in (1, 2, 3) for u in (1, 2) for d in (1, 2, 3, 4)
)
HOMES = {home.home: home for home in STAIRS}


def lost(home: str, after: float = 0.0, gateway: str = "") -> Loss:
    """Return a home's loss, so many seconds after eight."""
    fell = EIGHT + after * SECOND
    return Loss(HOMES[home], f"unmonitored:{home}:1", fell, fell, gateway)


def census(homes: Sequence[Home] = STAIRS) -> Census:
    return Census(Counter(home.site for home in homes), Counter(map(stairwell_of, homes)))


def decided(
    *losses: Loss, after: timedelta = GATHER, incidents: Sequence[Incident] = (), of: Census | None = None
) -> list[Group]:
    return decide(losses, incidents, HOMES, lambda: of or census(), EIGHT + after)


def told(group: Group) -> tuple[str, set[str]]:
    return group.finding.about, set(group.keys)


def an_incident(*homes: str, about: str = "1/1") -> Incident:
    return Incident("a-1", "garden", about, EIGHT, EIGHT + GATHER, frozenset(homes))


def test_three_of_a_stairwell_have_a_cause_in_common() -> None:
    (group,) = decided(lost("h-1-1-1"), lost("h-1-1-2", 10), lost("h-1-1-3", 60))

    assert told(group) == ("1/1", {"h-1-1-1", "h-1-1-2", "h-1-1-3"})
    assert group.finding.evidence["count"] == 3


def test_two_are_enough_where_only_four_live() -> None:
    (group,) = decided(lost("h-1-1-1"), lost("h-1-1-2"))

    assert told(group) == ("1/1", {"h-1-1-1", "h-1-1-2"})


def test_two_of_eight_are_chance() -> None:
    eight = Census({"garden": 24}, {("garden", "1", "1"): 8})

    assert decided(lost("h-1-1-1"), lost("h-1-1-2"), of=eight) == []


def test_what_lies_more_than_two_minutes_apart_is_chance() -> None:
    late = TOGETHER / SECOND + 1

    assert decided(lost("h-1-1-1"), lost("h-1-1-2", late), after=HOUR) == []
    assert decided(lost("h-1-1-1"), lost("h-1-1-2", late - 1), after=HOUR) != []


def test_nobody_is_told_before_silences_were_gathered() -> None:
    losses = lost("h-1-1-1"), lost("h-1-1-2")

    assert decided(*losses, after=GATHER - SECOND) == []
    assert decided(*losses, after=GATHER) != []


def test_two_stairwells_are_the_site() -> None:
    (group,) = decided(*(lost(home) for home in ("h-1-1-1", "h-1-1-2", "h-2-1-1", "h-2-1-2")))

    assert told(group) == ("", {"h-1-1-1", "h-1-1-2", "h-2-1-1", "h-2-1-2"})


def test_a_fifth_of_the_homes_all_over_are_the_site() -> None:
    scattered = [f"h-{b}-{u}-1" for b in (1, 2, 3) for u in (1, 2)]

    assert told(decided(*(lost(home) for home in scattered[:5]))[0]) == ("", set(scattered[:5]))
    assert decided(*(lost(home) for home in scattered[:4])) == []


def test_one_flat_battery_elsewhere_does_not_make_a_stairwell_the_site() -> None:
    (group,) = decided(*(lost(f"h-1-1-{door}") for door in (1, 2, 3, 4)), lost("h-3-2-1"))

    assert told(group) == ("1/1", {f"h-1-1-{door}" for door in (1, 2, 3, 4)})


def test_a_gateway_is_named_where_it_is_known() -> None:
    (group,) = decided(lost("h-1-1-1", gateway="gw"), lost("h-2-1-1", gateway="gw"))

    assert told(group) == ("gateway:gw", {"h-1-1-1", "h-2-1-1"})


def test_who_follows_in_the_same_place_joins() -> None:
    (group,) = decided(lost("h-1-1-4", 300), after=10 * MINUTE, incidents=[an_incident("h-1-1-1", "h-1-1-2")])

    assert (group.alert, told(group)) == ("a-1", ("1/1", {"h-1-1-4"}))
    assert group.finding.evidence["homes"] == "h-1-1-1, h-1-1-2, h-1-1-4"


def test_who_is_lost_elsewhere_does_not() -> None:
    open_ = an_incident("h-1-1-1", "h-1-1-2")

    assert decided(lost("h-3-1-1", 300), after=10 * MINUTE, incidents=[open_]) == []


def test_who_was_lost_long_before_does_not() -> None:
    open_ = an_incident("h-1-1-1", "h-1-1-2")

    assert decided(lost("h-1-1-4", -1000), after=10 * MINUTE, incidents=[open_]) == []


@pytest.mark.parametrize(("homes", "silent", "over"), [(10, 1, True), (10, 2, False), (3, 1, False), (3, 0, True)])
def test_nine_in_ten_must_be_heard_again(homes: int, silent: int, over: bool) -> None:  # noqa: FBT001
    incident = an_incident(*(f"h{number}" for number in range(homes)))

    assert is_nearly_over(incident, silent) is over


moments = st.integers(0, 600)
gateways = st.sampled_from(["", "", "gw-1", "gw-2"])
histories = st.dictionaries(st.sampled_from(sorted(HOMES)), st.tuples(moments, gateways), max_size=24)


@given(histories, st.permutations(sorted(HOMES)))
def test_each_home_is_in_one_group_whatever_the_order(fallen: dict[str, tuple[int, str]], order: list[str]) -> None:
    losses = [lost(home, *fallen[home]) for home in order if home in fallen]

    groups = decided(*losses, after=HOUR)

    assert [told(group) for group in decided(*sorted(losses, key=lambda loss: loss.key), after=HOUR)] == [
        told(group) for group in groups
    ]
    assert len(groups) <= 1
    for group in groups:
        assert set(group.keys) <= set(fallen)
        assert set(str(group.finding.evidence["homes"]).split(", ")) == set(group.keys)


@given(histories)
def test_no_stairwell_with_a_common_cause_is_passed_over(fallen: dict[str, tuple[int, str]]) -> None:
    losses = [lost(home, moment) for home, (moment, _) in fallen.items()]
    grouped = {home for group in decided(*losses, after=HOUR) for home in group.keys}

    for first in losses:
        same = [s for s in losses if stairwell_of(s.home) == stairwell_of(first.home)]
        together = [s for s in same if timedelta(0) <= s.fell - first.fell <= TOGETHER]
        if len(together) >= 2:
            assert {s.home.home for s in together} <= grouped

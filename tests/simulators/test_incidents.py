"""Incidents are read from the command line, or refused with a sentence."""

from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind
from linli.errors import LinliError
from simulators.community import EXAMPLE_HOME
from simulators.incidents import NATURES, Incident, IncidentKind, parse_incident
from tests.simulators.homes import START, monday, willow

HOME = EXAMPLE_HOME


def read(text: str) -> Incident:
    return parse_incident(text, start=START, zone=willow().zone)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-04T08:30:00+08:00", monday(hour=8, minute=30, day=2)),
        ("2026-03-04T00:30:00Z", monday(hour=8, minute=30, day=2)),
        ("+2h30m", START + timedelta(hours=2, minutes=30)),
        ("+1d", START + timedelta(days=1)),
        ("+90s", START + timedelta(seconds=90)),
        ("+1d2h3m4s", START + timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("day1 09:00", monday(hour=9)),
        ("day3 09:05", monday(hour=9, minute=5, day=2)),
        ("day3T09:05", monday(hour=9, minute=5, day=2)),
    ],
)
def test_a_time_is_an_instant_a_while_after_the_start_or_an_hour_of_a_day(text: str, at: datetime) -> None:
    assert read(f"{HOME}:fall@{text}") == Incident(HOME, IncidentKind.FALL, at)


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_can_be_asked_for_by_name(kind: IncidentKind) -> None:
    assert read(f"{HOME}:{kind}@+1h").kind is kind


@pytest.mark.parametrize("text", ["", "fall", f"{HOME}:fall", f"{HOME}@+1h", f"{HOME}:@+1h", f"{HOME}:fall@"])
def test_what_is_not_an_incident_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(LinliError, match="HOME:KIND@TIME"):
        read(text)


def test_an_unknown_kind_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(LinliError) as caught:
        read(f"{HOME}:earthquake@+1h")
    assert "'earthquake'" in str(caught.value)
    assert all(kind in str(caught.value) for kind in IncidentKind)


def test_a_home_that_cannot_be_an_id_is_refused() -> None:
    with pytest.raises(LinliError, match="'Mei Li' cannot be the id of a home"):
        read("Mei Li:fall@+1h")


@pytest.mark.parametrize(
    "text", ["tomorrow", "+", "+2x", "+h", "-2h", "day0 09:00", "day3", "day3 25:00", "day3 09:75", "2026-13-01T08:00Z"]
)
def test_what_is_not_a_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(LinliError, match="is not a time of an incident: give .*day3 09:00"):
        read(f"{HOME}:fall@{text}")


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(LinliError, match="has no offset from UTC"):
        read(f"{HOME}:fall@2026-03-04T08:30:00")


def test_every_kind_expects_alerts_that_exist() -> None:
    assert set(NATURES) == set(IncidentKind)
    for nature in NATURES.values():
        assert set(nature.expects) <= set(AlertKind)
        assert nature.expects
        assert set(nature.follows) <= set(AlertKind) - set(nature.expects)

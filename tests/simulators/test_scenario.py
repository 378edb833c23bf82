"""The demo's story happens early, at homes where it can be seen."""

from datetime import datetime, timedelta

import pytest

from linli.signals import is_sign_of_life
from simulators.community import build
from simulators.household import homes_hit
from simulators.incidents import Incident, IncidentKind
from simulators.life import signals
from simulators.scenario import script, start_of
from simulators.truth import truths
from tests.simulators.homes import SEED, monday, willow

SPEED = 60.0


def story(now: datetime, speed: float = SPEED, homes: int = 60) -> tuple[datetime, dict[IncidentKind, Incident]]:
    start = start_of(willow(homes), now, speed)
    return start, {incident.kind: incident for incident in script(willow(homes), SEED, start, speed)}


def test_all_that_was_promised_happens_in_order_within_minutes() -> None:
    start, found = story(monday(hour=16))
    assert list(found) == ["missed-check-in", "sos", "gateway-loss", "power-cut"]
    real = {kind: (incident.at - start) / SPEED for kind, incident in found.items()}
    assert real[IncidentKind.SOS] < timedelta(minutes=1)
    assert real[IncidentKind.SOS] < real[IncidentKind.GATEWAY_LOSS] < real[IncidentKind.POWER_CUT]
    assert real[IncidentKind.POWER_CUT] <= timedelta(minutes=5)


def test_the_first_check_in_is_due_within_the_first_minute_and_is_missed() -> None:
    start, found = story(monday(hour=16))
    missed = found[IncidentKind.MISSED_CHECK_IN]
    home = willow(60).home(missed.home)
    due = datetime.combine(start.astimezone(home.zone).date(), home.check_in_by[0], home.zone)
    assert timedelta(seconds=10) < (due - start) / SPEED < timedelta(minutes=1)
    told = signals(willow(60), SEED, start - timedelta(hours=5), due + timedelta(hours=3), list(found.values()))
    assert not any(signal.home == missed.home and signal.kind == "check_in" for signal in told)


def test_each_incident_has_its_own_home_and_the_dark_stairwell_is_another_one() -> None:
    _, found = story(monday(hour=16))
    hit = [home for incident in found.values() for home in homes_hit(willow(60), incident)]
    assert len(set(hit)) == len(hit)
    assert len(homes_hit(willow(60), found[IncidentKind.POWER_CUT])) >= 2


def test_who_calls_for_help_is_at_home_and_up() -> None:
    _, found = story(monday(hour=16))
    call = found[IncidentKind.SOS]
    assert all(truth.at_home for truth in truths(willow(60), SEED, [call]))
    hour = timedelta(hours=1)
    seen = [s for s in signals(willow(60), SEED, call.at - hour, call.at) if s.home == call.home]
    assert any(is_sign_of_life(signal.kind, signal.value) for signal in seen)


@pytest.mark.parametrize("speed", [1, 60, 600, 3600])
@pytest.mark.parametrize("hour", [0, 7, 9, 23])
def test_the_story_begins_in_the_morning_and_never_in_the_future(hour: int, speed: float) -> None:
    now = monday(hour=hour)
    start = start_of(willow(60), now, speed)
    assert now - timedelta(days=1, hours=1) < start <= now
    assert 4 < start.astimezone(willow().zone).hour + start.astimezone(willow().zone).minute / 60 < 9


@pytest.mark.parametrize("homes", [1, 2, 5])
def test_a_small_community_has_as_much_of_the_story_as_it_has_homes_for(homes: int) -> None:
    _, found = story(monday(hour=16), homes=homes)
    assert 1 <= len(found) <= 4
    assert all(incident.home in build(homes, SEED).by_id for incident in found.values())

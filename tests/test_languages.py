"""The same life told in three languages, through the whole pipeline: the same alerts, and one incident for a gateway."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from ingest.intake import Arrived
from linli.alert import Alert, AlertKind, AlertState
from linli.people import Device
from models.rules import Rules
from simulators import chirpstack, zigbee2mqtt
from simulators.community import EXAMPLE_HOME, Community
from simulators.faults import FAULTLESS
from simulators.incidents import Incident, IncidentKind
from simulators.languages import Language, listed, spoken
from simulators.life import events
from simulators.sensors import GATEWAY
from tests.cast import HOUR, MINUTE
from tests.estate import LIN, Estate, roster_of
from tests.simulators.homes import SEED, monday, willow

Make = Callable[[Community, dict[str, Language], datetime], Estate]
SPAN = 5 * HOUR
SOON = Rules(day_line=3 * HOUR, night_line=3 * HOUR)
"""So that a silence is found within the span."""
START = monday(hour=7)
FEW = willow(6)
OTHERS = [home.home for home in FEW.homes if home.home != EXAMPLE_HOME]
BEFALLS = (
    Incident(EXAMPLE_HOME, IncidentKind.SOS, monday(hour=8)),
    Incident(EXAMPLE_HOME, IncidentKind.LEAK, monday(hour=9)),
    Incident(EXAMPLE_HOME, IncidentKind.SMOKE, monday(hour=10)),
    Incident(OTHERS[0], IncidentKind.FALL, monday(hour=7, minute=40)),
    Incident(OTHERS[1], IncidentKind.SOS, monday(hour=9, minute=30)),
    Incident(OTHERS[2], IncidentKind.GATEWAY_LOSS, monday(hour=8)),
)
ALL_SPEAK = {
    language: {home.home: language for home in FEW.homes} for language in (Language.LINLI, Language.ZIGBEE2MQTT)
}


@pytest.fixture
def make(tmp_path: Path, migrated_file: Path) -> Iterator[Make]:
    made: list[Estate] = []

    def build(community: Community, languages: dict[str, Language], now: datetime) -> Estate:
        staff = replace(LIN, cares=tuple(replace(care, target=community.homes[0].site) for care in LIN.cares))
        folder = tmp_path / str(len(made))
        folder.mkdir()
        roster = roster_of(community.homes, (staff,), listed(community, languages))
        estate = Estate(folder, migrated_file, roster, now, SOON)
        made.append(estate)
        return estate

    yield build
    for estate in made:
        estate.close()


def live(
    estate: Estate, community: Community, languages: dict[str, Language], until: datetime, befalls: Sequence[Incident]
) -> None:
    """Let the homes live on: the messages of a minute together, and each tick when it is due."""
    start = estate.clock.now()
    said = spoken(events(community, SEED, start, until, befalls, FAULTLESS), community, languages)
    for _, minute in groupby(said, key=lambda event: (event.send_at - start) // MINUTE):
        together = list(minute)
        pass_time(estate, together[-1].send_at)
        estate.pipeline.take_in([Arrived(event.topic, event.payload, event.send_at) for event in together])
        somebody_goes(estate)
    pass_time(estate, until)


def pass_time(estate: Estate, until: datetime) -> None:
    while (due := estate.pipeline.next_due(estate.clock.now())) is not None and due < until:
        estate.clock.set(min(until, max(due, estate.clock.now() + MINUTE / 2)))
        estate.pipeline.tick(estate.clock.now())
    estate.clock.set(until)
    estate.pipeline.tick(until)


def somebody_goes(estate: Estate) -> None:
    """Let what calls somebody be over at once: here it only counts that it was opened."""
    for alert in estate.desk.open_alerts():
        if alert.kind is not AlertKind.UNMONITORED:
            estate.close_by_hand(alert.id)


def told(estate: Estate) -> set[tuple[str, str, str, datetime]]:
    """Return each alert: where, of what, how badly, and in which quarter of an hour."""
    quarter = timedelta(minutes=15)
    return {
        (one.home, one.kind, one.severity, one.opened_at - (one.opened_at - START) % quarter)
        for one in estate.everything()
    }


def test_the_same_life_in_three_languages_brings_the_same_alerts(make: Make) -> None:
    """One gateway would take all of ChirpStack's homes along, so the one that loses its own speaks otherwise there."""
    in_chirpstack = {home.home: Language.CHIRPSTACK for home in FEW.homes} | {OTHERS[2]: Language.LINLI}
    found = []
    for languages in (ALL_SPEAK[Language.LINLI], ALL_SPEAK[Language.ZIGBEE2MQTT], in_chirpstack):
        estate = make(FEW, languages, START)
        live(estate, FEW, languages, START + SPAN, BEFALLS)
        found.append(told(estate))

    kinds = {kind for _, kind, _, _ in found[0]}
    assert {AlertKind.SOS, AlertKind.SMOKE, AlertKind.LEAK, AlertKind.INACTIVITY, AlertKind.UNMONITORED} <= kinds
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_homes_of_three_languages_live_beside_each_other(make: Make) -> None:
    mixed = dict(zip((home.home for home in FEW.homes), [*Language] * 2, strict=True))
    estate = make(FEW, mixed, START)
    live(estate, FEW, mixed, START + 2 * HOUR, BEFALLS)

    assert [one.home for one in estate.everything() if one.kind is AlertKind.SOS] == [EXAMPLE_HOME]
    assert heard(estate) == {home.home for home in FEW.homes}


def heard(estate: Estate) -> set[str]:
    return {home.home for home in FEW.homes if estate.signals.recent(home.home, limit=1)}


def test_a_lost_lorawan_gateway_is_one_incident_of_all_its_homes_and_ends_as_one(make: Make) -> None:
    languages = {home.home: Language.CHIRPSTACK for home in FEW.homes}
    estate = make(FEW, languages, START)
    live(estate, FEW, languages, START + HOUR, ())
    topic = chirpstack.topic(FEW.homes[0], _gateway_of(FEW))

    _say(estate, f"{topic}/state/conn", b'{"gatewayId":"x","state":"OFFLINE"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    incident = _the_one(estate)
    assert (incident.home, incident.about) == ("", f"gateway:{GATEWAY}")
    assert estate.homes_of(incident) == heard(estate)
    assert len(heard(estate)) > 3
    assert len(estate.messages()) == 1

    _say(estate, f"{topic}/state/conn", b'{"gatewayId":"x","state":"ONLINE"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    assert [alert.state for alert in estate.everything()] == [AlertState.CLOSED]


def test_a_gateway_that_counts_again_is_back_though_its_state_was_never_told(make: Make) -> None:
    languages = {home.home: Language.CHIRPSTACK for home in FEW.homes}
    estate = make(FEW, languages, START)
    live(estate, FEW, languages, START + HOUR, ())
    topic = chirpstack.topic(FEW.homes[0], _gateway_of(FEW))
    _say(estate, f"{topic}/state/conn", b'{"gatewayId":"x","state":"OFFLINE"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)

    _say(estate, f"{topic}/event/stats", b"\x08\x01")
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    assert [alert.state for alert in estate.everything()] == [AlertState.CLOSED]


def test_a_lost_zigbee_bridge_is_one_alert_of_its_home_not_one_a_device(make: Make) -> None:
    languages = ALL_SPEAK[Language.ZIGBEE2MQTT]
    estate = make(FEW, languages, START)
    live(estate, FEW, languages, START + HOUR, ())
    bridge = zigbee2mqtt.topic(FEW.homes[0], _gateway_of(FEW))

    _say(estate, f"{bridge}/state", b'{"state":"offline"}')
    for device in FEW.devices_by_home[EXAMPLE_HOME]:
        _say(estate, f"zigbee2mqtt-{EXAMPLE_HOME}/{device.device}/availability", b'{"state":"offline"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    assert _the_one(estate).home == EXAMPLE_HOME

    _say(estate, f"{bridge}/state", b'{"state":"online"}')
    for device in FEW.devices_by_home[EXAMPLE_HOME]:
        _say(estate, f"zigbee2mqtt-{EXAMPLE_HOME}/{device.device}/availability", b'{"state":"online"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    assert [alert.state for alert in estate.everything()] == [AlertState.CLOSED]


def test_a_zigbee_bridge_that_a_stairwell_shares_is_one_incident_of_the_stairwell(make: Make) -> None:
    """Listed in each of its homes under one topic, it is one thing."""
    languages = ALL_SPEAK[Language.ZIGBEE2MQTT]
    estate = make(FEW, languages, START)
    shared = {
        key: replace(device, topic="zigbee2mqtt-stairs/bridge") if device.device == GATEWAY else device
        for key, device in estate.roster.devices.items()
    }
    estate.roster = replace(estate.roster, devices=shared)
    estate.watch.take_roster(estate.roster)
    live(estate, FEW, languages, START + HOUR, ())

    _say(estate, "zigbee2mqtt-stairs/bridge/state", b'{"state":"online"}')
    _say(estate, "zigbee2mqtt-stairs/bridge/state", b'{"state":"offline"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    incident = _the_one(estate)
    assert (incident.about, estate.homes_of(incident)) == (f"gateway:{GATEWAY}", {home.home for home in FEW.homes})

    _say(estate, "zigbee2mqtt-stairs/bridge/state", b'{"state":"online"}')
    pass_time(estate, estate.clock.now() + 5 * MINUTE)
    assert [alert.state for alert in estate.everything()] == [AlertState.CLOSED]


def _say(estate: Estate, topic: str, payload: bytes) -> None:
    estate.pipeline.take_in([Arrived(topic, payload, estate.clock.now())])


def _gateway_of(community: Community) -> Device:
    return next(device for device in community.devices if device.device == GATEWAY)


def _the_one(estate: Estate) -> Alert:
    (alert,) = estate.open(AlertKind.UNMONITORED)
    assert len(estate.everything()) == 1
    return alert

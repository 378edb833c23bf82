"""What Home Assistant is told: how homes stand, by its own discovery, without names and without anything of her health."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from alerts.ladders import built_in_ladder
from dashboard.standing import Standing, lay_over
from ingest.accounts import gateway_account, home_account, linli_account
from ingest.mosquitto import Mosquitto
from ingest.outward import OutwardClient
from linli.alert import Alert, AlertKind, AlertState, Severity
from linli.home_assistant import STATUS, Told, readable
from linli.mqtt_url import MqttUrl
from linli.outward import Outward, read_topics
from linli.people import Roster
from linli.store.overview import Involved
from linli.words import Sentence
from tests.cast import EIGHT, GARDEN, MEI, NEIGHBOUR, OTHER_SITE
from tests.dashboard.world import view
from tests.ingest.mqtt_clients import HOST, MqttClient, free_port, wait_until
from tests.needs import need

ROSTER = Roster(homes={home.home: home for home in (MEI, NEIGHBOUR, OTHER_SITE)})
STATE = "homeassistant/sensor/linli-garden/home-7-state/config"
ALERT = "homeassistant/binary_sensor/linli-garden/home-7-alert/config"
HOW = "linli/out/garden/home-7/state"


def told(*sites: str, names: bool = False) -> Told:
    return Told(frozenset(sites), "homeassistant", "abc123", names)


def standings(*alerts: Alert, homes: Roster = ROSTER) -> list[Standing]:
    return lay_over(homes, [view(home) for home in homes.homes], [Involved(one, ()) for one in alerts])


def ill(state: AlertState = AlertState.ACCEPTED) -> Alert:
    why, ladder = Sentence("blood sugar 2.1"), built_in_ladder(GARDEN, AlertKind.VITALS, Severity.URGENT)
    return Alert("a-1", GARDEN, MEI.home, AlertKind.VITALS, Severity.URGENT, state, EIGHT, EIGHT, why, ladder)


def messages(telling: Told, *alerts: Alert) -> Mapping[str, bytes]:
    return telling.messages(standings(*alerts))


def opened(told_now: Mapping[str, bytes], topic: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(told_now[topic])
    return found


def test_each_home_is_a_device_with_a_state_and_an_alert() -> None:
    now = messages(told(GARDEN))

    assert opened(now, STATE) | {"name": ""} == {
        "name": "",
        "device_class": "enum",
        "options": ["well", "quiet", "alert", "unmonitored", "away"],
        "value_template": "{{ value_json.state }}",
        "json_attributes_topic": HOW,
        "unique_id": "linli-abc123-home-7-state",
        "state_topic": HOW,
        "availability_topic": STATUS,
        "device": {
            "identifiers": ["linli-abc123-home-7"],
            "name": "3号楼2单元 502",
            "manufacturer": "linli",
            "model": "home",
        },
        "origin": {"name": "linli"},
    }
    assert opened(now, ALERT)["device_class"] == "safety"
    assert opened(now, ALERT)["unique_id"] == "linli-abc123-home-7-alert"
    assert opened(now, HOW) == {"state": "well", "alert": "OFF", "since": None, "severity": None, "help": None}


def test_only_of_the_sites_that_were_chosen() -> None:
    assert messages(told()) == {}
    assert {topic.split("/")[2] for topic in messages(told(GARDEN))} == {"linli-garden", "garden"}


@pytest.mark.parametrize(
    ("state", "help_"),
    [(AlertState.OPEN, "called"), (AlertState.ACCEPTED, "on_the_way"), (AlertState.AT_DOOR, "at_door")],
)
def test_an_alert_is_told_with_how_far_help_has_come_and_nothing_of_her_health(state: AlertState, help_: str) -> None:
    now = messages(told(GARDEN), ill(state))

    assert opened(now, HOW) == {
        "state": "alert",
        "alert": "ON",
        "since": EIGHT.isoformat(),
        "severity": "urgent",
        "help": help_,
    }
    whole = b"".join(now.values()).lower()
    assert not any(word in whole for word in (b"vitals", b"sugar", b"kitchen", b"13800000007", b"1941"))


def test_names_are_told_only_where_the_setting_says_so() -> None:
    without = b"".join(messages(told(GARDEN)).values())
    named = b"".join(messages(told(GARDEN, names=True)).values())

    assert b"Mei Chen" not in without
    assert b"Mei Chen" in named


def test_a_site_s_gateway_may_read_what_is_told_of_its_own_homes_and_no_other() -> None:
    account = gateway_account(GARDEN, "secret", readable=readable(GARDEN, "homeassistant"))
    both = messages(told(GARDEN, OTHER_SITE.site))

    assert {topic for topic in both if account.may_subscribe(topic)} == set(messages(told(GARDEN)))
    assert account.may_subscribe(STATUS)
    assert not account.may_subscribe("linli/v1/garden/home-7/button/sos")


class Recorder(OutwardClient):
    """A broker that keeps what is retained, and can be away."""

    def __init__(self) -> None:
        super().__init__(MqttUrl("127.0.0.1", 1), "linli-test", STATUS)
        self.kept: dict[str, bytes] = {}
        self.sent = 0
        self.connections = 1
        self.away = False

    @property
    def is_connected(self) -> bool:
        return not self.away

    def publish(self, messages: Mapping[str, bytes]) -> bool:
        if self.away:
            return False
        self.sent += len(messages)
        self.kept |= messages
        self.kept = {topic: payload for topic, payload in self.kept.items() if payload}
        return True


def outward(client: OutwardClient, telling: Told, seen: Sequence[Standing], folder: Path) -> Outward:
    return Outward(client, telling, lambda: seen, folder / "outward.json")


def test_what_has_not_changed_is_not_told_again_until_the_broker_begins_anew(tmp_path: Path) -> None:
    broker = Recorder()
    telling = outward(broker, told(GARDEN), standings(), tmp_path)
    telling.turn()
    telling.turn()
    assert (broker.sent, len(broker.kept)) == (6, 6)

    broker.kept, broker.connections = {}, 2
    telling.turn()
    assert len(broker.kept) == 6


def test_a_home_that_goes_is_taken_back(tmp_path: Path) -> None:
    broker, seen = Recorder(), standings()
    telling = outward(broker, told(GARDEN), seen, tmp_path)
    telling.turn()
    seen[:] = [one for one in seen if one.home != MEI]
    telling.turn()

    assert not any("home-7" in topic for topic in broker.kept)
    assert any("home-8" in topic for topic in broker.kept)


def test_a_site_that_is_switched_off_is_taken_back_at_the_next_start(tmp_path: Path) -> None:
    broker = Recorder()
    outward(broker, told(GARDEN), standings(), tmp_path).turn()
    outward(broker, told(), standings(), tmp_path).turn()

    assert broker.kept == {}
    assert read_topics(tmp_path / "outward.json") == frozenset()


def test_what_could_not_be_taken_back_is_remembered_and_tried_again(tmp_path: Path) -> None:
    broker = Recorder()
    outward(broker, told(GARDEN), standings(), tmp_path).turn()
    off = outward(broker, told(), standings(), tmp_path)
    broker.away = True
    off.turn()
    assert len(read_topics(tmp_path / "outward.json")) == 6

    broker.away = False
    off.turn()
    assert broker.kept == {}


@pytest.mark.broker
def test_over_a_real_broker_it_is_retained_and_the_last_will_says_when_linli_is_gone(tmp_path: Path) -> None:
    need("broker")
    port = free_port()
    broker = Mosquitto(tmp_path / "mosquitto", host=HOST, port=port)
    reader = gateway_account(GARDEN, "r", readable=readable(GARDEN, "homeassistant"))
    broker.apply([linli_account("l", ["homeassistant/#"]), reader, home_account(GARDEN, MEI.home, "h")])
    broker.start()
    try:
        client = OutwardClient(MqttUrl(HOST, port, "_linli", "l"), "_linli-outward", STATUS)
        client.start()
        wait_until(lambda: client.is_connected and client.connections, "connected")
        outward(client, told(GARDEN, OTHER_SITE.site), standings(), tmp_path).turn()
        heard = MqttClient(port, GARDEN, "r", f"{GARDEN}-ha")
        heard.subscribe("homeassistant/#")
        heard.subscribe("linli/out/#")
        wait_until(lambda: len(heard.heard) >= 7, "what is retained")
        assert {topic for topic, _ in heard.heard} == set(messages(told(GARDEN))) | {STATUS}
        client.stop()
        wait_until(lambda: (STATUS, "offline") in heard.heard, "the goodbye")
        heard.close()
    finally:
        broker.stop()

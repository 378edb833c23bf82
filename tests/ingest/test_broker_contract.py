"""What every broker that linli runs must do, and the attacks that it must withstand."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.accounts import Account, gateway_account, home_account, linli_account
from ingest.broker import Broker, turns_strangers_away
from ingest.demo_broker import DemoBroker
from ingest.mosquitto import Mosquitto
from linli.errors import LinliError
from tests.ingest.mqtt_clients import HOST, BareLine, MqttClient, connect_packet, free_port, wait_until

SECRET_ID = f"_linli-{secrets.token_hex(12)}"
MEI = "linli/v1/elm/home-7/button/sos"
BO = "linli/v1/elm/home-8/button/sos"
ACCOUNTS = (
    linli_account("of linli"),
    home_account("elm", "home-7", "of mei"),
    home_account("elm", "home-8", "of bo"),
    gateway_account("oak", "of oak"),
)


class House:
    """A running broker with its port, and the clients of the cast."""

    def __init__(self, broker: Broker, port: int) -> None:
        self.broker = broker
        self.port = port

    def let_in(self, *accounts: Account) -> None:
        """Let in these accounts and no others."""
        self.broker.apply(accounts)
        assert self.broker.check() is None

    def linli(self, *, acknowledges: bool = True) -> MqttClient:
        """Connect linli as ingest does, with a session that lasts."""
        client = MqttClient(self.port, "_linli", "of linli", SECRET_ID, clean=False, acknowledges=acknowledges)
        assert client.is_welcome
        client.subscribe("#")
        return client

    def mei(self, client_id: str = "home-7", *, will: tuple[str, str] | None = None) -> MqttClient:
        return MqttClient(self.port, "home-7", "of mei", client_id, will=will)

    def bo(self, client_id: str = "home-8") -> MqttClient:
        return MqttClient(self.port, "home-8", "of bo", client_id)


@pytest.fixture(params=["demo", pytest.param("mosquitto", marks=pytest.mark.broker)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    port = free_port()
    broker: Broker
    if request.param == "demo":
        broker = DemoBroker(host=HOST, port=port, grace_seconds=0)
    else:
        broker = Mosquitto(tmp_path / "broker", host=HOST, port=port)
    broker.apply(ACCOUNTS)
    broker.start()
    yield House(broker, port)
    assert broker.check() is None
    broker.stop()


def test_an_sos_of_a_home_reaches_linli(house: House) -> None:
    with house.linli() as linli, house.mei() as mei:
        mei.publish(MEI)

        linli.hears("pressed")
        assert linli.heard[0][0] == MEI


def test_what_is_sent_while_linli_is_away_waits_for_it_in_order(house: House) -> None:
    house.linli().close()
    with house.mei() as mei:
        for number in range(100):
            mei.publish(MEI, str(number))

    with MqttClient(house.port, "_linli", "of linli", SECRET_ID, clean=False) as linli:
        assert linli.has_old_session
        linli.hears(*map(str, range(100)))


def test_what_a_device_sends_with_qos_0_waits_for_linli_too(house: House) -> None:
    house.linli().close()
    with house.mei() as mei:
        mei.publish(MEI, qos=0)
        mei.publish(MEI, "later")

    with house.linli() as linli:
        linli.hears("pressed", "later")


def test_a_thousand_messages_that_linli_has_not_acknowledged_yet_hold_up_nothing(house: House) -> None:
    with house.linli(acknowledges=False) as linli, house.mei() as mei:
        for number in range(1000):
            mei.send(MEI, str(number))

        linli.hears(*map(str, range(1000)))


def test_a_device_that_vanishes_has_its_last_will_kept_for_linli(house: House) -> None:
    topic = "linli/v1/elm/home-7/button/availability"
    with house.linli() as linli:
        mei = house.mei(will=(topic, "offline"))
        mei.publish(topic, "online", retain=True)
        linli.hears("online")
        mei.break_off()
        linli.hears("online", "offline")
        mei.close()

    with MqttClient(house.port, "_linli", "of linli", "_linli-later") as later:
        later.subscribe("linli/v1/+/+/+/availability")
        later.hears("offline")


def test_a_device_that_says_nothing_for_longer_than_its_keep_alive_is_given_up(house: House) -> None:
    will = ("linli/v1/elm/home-7/button/availability", "offline")
    with house.linli() as linli, BareLine(house.port) as silent:
        silent.send(connect_packet("home-7", "of mei", "home-7", keep_alive=1, will=will))
        assert silent.answer() == b"\x20\2\0\0"

        assert silent.answer() == b""
        linli.hears("offline")


def test_linli_that_comes_back_before_its_old_line_is_known_to_be_dead_hears_everything(house: House) -> None:
    with house.linli() as old, house.mei() as mei, house.linli() as new:
        wait_until(lambda: old.is_cut_off, "the old line is closed")
        mei.publish(MEI)

        new.hears("pressed")
        assert not old.heard


def test_a_device_that_starts_again_is_not_called_offline_after_that(house: House) -> None:
    topic = "linli/v1/elm/home-7/button/availability"
    with house.linli() as linli, house.mei(will=(topic, "offline")) as old, house.mei() as new:
        new.publish(topic, "online", retain=True)
        wait_until(lambda: old.is_cut_off, "the old line is closed")
        wait_until(lambda: "online" in linli.payloads(), "linli hears of the new start")

        assert linli.payloads() == ["offline", "online"]


def test_a_gateway_speaks_for_the_homes_of_its_site_only(house: House) -> None:
    with house.linli() as linli, MqttClient(house.port, "oak", "of oak", "oak-gateway") as gateway:
        gateway.publish(MEI, "foreign")
        gateway.publish("linli/v1/oak/home-9/button/sos", "own")

        linli.hears("own")


def test_nobody_gets_in_without_the_right_name_and_password(house: House) -> None:
    assert turns_strangers_away(HOST, house.port)
    for user, password in ((None, ""), ("home-7", ""), ("home-7", "of bo"), ("home-9", "of mei"), ("_linli", "of mei")):
        with MqttClient(house.port, user, password, "home-7") as stranger:
            assert stranger.answer == "Not authorized"


def test_a_wrong_password_with_a_known_client_id_does_not_end_that_session(house: House) -> None:
    with house.linli() as linli, house.mei() as mei:
        for client_id, user in ((SECRET_ID, "_linli"), (SECRET_ID, "home-8"), ("home-7", "home-7")):
            with MqttClient(house.port, user, "guessed", client_id, clean=True) as attacker:
                assert not attacker.is_welcome
        mei.publish(MEI)

        linli.hears("pressed")


def test_who_takes_a_client_id_gets_none_of_its_messages(house: House) -> None:
    house.linli().close()
    with house.mei() as mei:
        mei.publish(MEI, "secret")
    with MqttClient(house.port, "home-8", "of bo", SECRET_ID, clean=False) as thief:
        if thief.is_welcome:
            thief.publish(BO)
        assert not thief.heard


def test_a_device_that_listens_hears_nothing(house: House) -> None:
    with house.linli() as linli, house.mei() as mei, house.bo() as bo:
        mei.publish("linli/v1/elm/home-7/button/availability", "online", retain=True)
        for topic_filter in ("#", "linli/v1/elm/home-7/#", "linli/v1/elm/home-8/#", MEI):
            bo.subscribe(topic_filter)
        mei.publish(MEI)
        linli.hears("online", "pressed")
        bo.publish(BO, "a round trip")
        linli.hears("online", "pressed", "a round trip")

        assert not bo.heard


def test_a_retained_message_goes_to_nobody_who_did_not_ask(house: House) -> None:
    with house.linli() as linli, house.mei() as mei:
        mei.publish("linli/v1/elm/home-7/button/availability", "online", retain=True)
        linli.hears("online")

        with house.bo() as bo:
            bo.publish(BO)
            linli.hears("online", "pressed")
            assert not bo.heard


def test_a_message_for_another_home_gets_nowhere_and_does_not_cut_off_its_sender(house: House) -> None:
    with house.linli() as linli, house.mei() as mei:
        for topic in (BO, "linli/v1/oak/home-7/button/sos", "homeassistant/switch/config", "linli"):
            mei.publish(topic, "foreign", qos=0)
            mei.publish(topic, "foreign", retain=True)
        mei.publish(MEI, "own")

        linli.hears("own")
        assert not mei.is_cut_off


def test_a_last_will_for_another_home_is_not_carried_out(house: House) -> None:
    with house.linli() as linli, house.bo() as bo:
        mei = house.mei(will=(BO, "forged"))
        if mei.is_welcome:
            mei.break_off()
        mei.close()
        bo.publish(BO, "real")
        linli.hears("real")

        with MqttClient(house.port, "_linli", "of linli", "_linli-later") as later:
            later.subscribe("#")
            bo.publish(BO, "real again")
            later.hears("real again")


def test_a_new_account_works_at_once_and_a_removed_one_no_longer(house: House) -> None:
    with house.linli() as linli, house.mei() as mei, house.bo() as bo:
        house.let_in(linli_account("of linli"), ACCOUNTS[1], home_account("elm", "home-9", "of jun"))

        wait_until(lambda: bo.is_cut_off, "the removed account is cut off")
        with house.bo() as again:
            assert not again.is_welcome
        with MqttClient(house.port, "home-9", "of jun", "home-9") as jun:
            assert jun.is_welcome
            jun.publish("linli/v1/elm/home-9/button/sos", "of jun")
        mei.publish(MEI, "of mei")

        linli.hears("of jun", "of mei")
        assert not linli.is_cut_off


def test_a_changed_password_cuts_off_who_used_the_old_one(house: House) -> None:
    with house.mei() as mei:
        house.let_in(home_account("elm", "home-7", "new"))

        wait_until(lambda: mei.is_cut_off, "the old password is cut off")
        with house.mei() as old, MqttClient(house.port, "home-7", "new", "home-7") as new:
            assert not old.is_welcome
            assert new.is_welcome


def test_changed_rights_hold_for_a_client_that_is_connected(house: House) -> None:
    moved = "linli/v1/oak/home-7/button/sos"
    with house.linli() as linli, house.mei() as mei:
        house.let_in(linli_account("of linli"), home_account("oak", "home-7", "of mei"), ACCOUNTS[2])
        wait_until(lambda: _is_passed_on(mei, moved, linli), "the new right works")
        mei.publish(MEI, "old home")
        mei.publish(moved, "new home")

        wait_until(lambda: (moved, "new home") in linli.heard, "the last message comes")
        assert (MEI, "old home") not in linli.heard
        assert not mei.is_cut_off


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\nHost: linli\r\n\r\n",
        bytes(range(256)) * 40,
        b"\x10\xff\xff\xff\xff\x01",
        b"\x10\xff\xff\xff\x7f",
        b"\x10\x0a\0\4MQTT\4\xc2\0\x3c",
        b"\x10\x02\0\4",
        b"\x10\x00",
        b"\xf0\x00",
        connect_packet("home-7", "of mei", "home-7").replace(b"home-7", b"ho\xff\0-7"),
        connect_packet("home-7", "of mei", "home-7") + b"\x30\x05\xff\xff",
        connect_packet("home-7", "of mei", "home-7") + b"\x82\x03\0\1\xff" + bytes(range(256)),
        connect_packet("home-7", "of mei", "home-7") * 2,
    ],
    ids=lambda noise: noise[:6].hex() + f"-{len(noise)}",
)
def test_noise_on_the_line_harms_nobody(house: House, noise: bytes) -> None:
    with house.linli() as linli, house.mei("home-7-button") as mei:
        with BareLine(house.port) as line:
            line.send(noise)
            mei.publish(MEI, "meanwhile")
        with BareLine(house.port) as half:
            half.send(connect_packet("home-7", "of mei", "home-7")[:20])
            mei.publish(MEI, "after")

            linli.hears("meanwhile", "after")


def test_a_message_that_is_too_large_is_not_passed_on_and_the_next_one_is(house: House) -> None:
    with house.linli() as linli:
        large = house.mei("home-7-camera")
        large.send("linli/v1/elm/home-7/camera/sos", "x" * 300 * 1024)
        with house.mei() as mei:
            mei.publish(MEI, "x" * 256 * 1024)
            mei.publish(MEI)

            linli.hears("x" * 256 * 1024, "pressed")
        large.close()


def test_a_port_that_is_taken_is_said_in_a_sentence(house: House, tmp_path: Path) -> None:
    another: Broker = Mosquitto(tmp_path / "another", host=HOST, port=house.port)
    if isinstance(house.broker, DemoBroker):
        another = DemoBroker(host=HOST, port=house.port)

    with pytest.raises(LinliError, match=rf"{house.port} is taken by another program; .*--mqtt-listen"):
        another.start()


def test_a_broker_can_be_stopped_twice_and_started_again_on_its_port(house: House) -> None:
    house.broker.stop()
    house.broker.stop()
    assert not turns_strangers_away(HOST, house.port)
    assert house.broker.check() is None

    house.broker.start()
    with house.mei() as mei:
        assert mei.is_welcome


def _is_passed_on(speaker: MqttClient, topic: str, listener: MqttClient) -> bool:
    speaker.publish(topic, "is it?")
    return (topic, "is it?") in listener.heard

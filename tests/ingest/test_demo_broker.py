"""What the demo broker refuses beyond the contract of all brokers, and how it is kept alive."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator

import pytest

from ingest.accounts import home_account, linli_account
from ingest.demo_broker import DemoBroker
from tests.ingest.mqtt_clients import HOST, BareLine, MqttClient, connect_packet, free_port, wait_until

TOPIC = "linli/v1/elm/home-7/button/sos"
LINLI_ID = "_linli-known"
ACCOUNTS = (
    linli_account("of linli"),
    home_account("elm", "home-7", "of mei"),
    home_account("elm", "home-71", "of bo"),
)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def broker(port: int) -> Iterator[DemoBroker]:
    broker = DemoBroker(host=HOST, port=port)
    broker.apply(ACCOUNTS)
    broker.start()
    yield broker
    broker.stop()
    assert not _threads()


def _linli(port: int) -> MqttClient:
    client = MqttClient(port, "_linli", "of linli", LINLI_ID, clean=False)
    client.subscribe("#")
    return client


def _mei(port: int, client_id: str = "home-7") -> MqttClient:
    return MqttClient(port, "home-7", "of mei", client_id)


def _bo(port: int, client_id: str = "home-71") -> MqttClient:
    return MqttClient(port, "home-71", "of bo", client_id)


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "demo-broker"]


def test_it_says_that_nothing_may_rest_on_it(port: int, caplog: pytest.LogCaptureFixture) -> None:
    broker = DemoBroker(host=HOST, port=port)
    with caplog.at_level(logging.INFO):
        broker.start()
        broker.stop()

    assert not broker.durable
    assert [record.message for record in caplog.records if "demo broker" in record.message] == [
        f"demo broker started, messages are lost when it stops address={HOST}:{port}"
    ]


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("client_id", ["home-8", "7-home", LINLI_ID])
def test_a_client_id_that_does_not_begin_with_the_user_name_is_refused(port: int, client_id: str) -> None:
    with _mei(port, client_id) as mei:
        assert mei.answer == "Client identifier not valid"


@pytest.mark.usefixtures("broker")
def test_a_client_without_a_client_id_is_refused(port: int) -> None:
    with BareLine(port) as line:
        line.send(connect_packet("home-7", "of mei", ""))
        assert line.answer() == b"\x20\2\0\2"


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("client_id", ["home-7", "home-7-button", "home-7:button", "home-7/1"])
def test_a_client_id_that_begins_with_the_user_name_is_welcome(port: int, client_id: str) -> None:
    with _mei(port, client_id) as mei:
        assert mei.is_welcome


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("clean", [True, False])
def test_who_has_an_account_and_knows_linlis_client_id_does_it_no_harm(port: int, clean: bool) -> None:  # noqa: FBT001
    _linli(port).close()
    with _mei(port) as mei:
        mei.publish(TOPIC, "queued")
    with MqttClient(port, "home-71", "of bo", LINLI_ID, clean=clean) as thief:
        assert not thief.is_welcome

    with _linli(port) as linli, _mei(port) as mei:
        with MqttClient(port, "home-71", "of bo", LINLI_ID, clean=clean) as thief:
            assert not thief.is_welcome
        mei.publish(TOPIC, "live")
        linli.hears("queued", "live")


@pytest.mark.usefixtures("broker")
def test_a_home_cannot_take_the_client_id_of_a_home_whose_name_is_longer(port: int) -> None:
    with _bo(port, "home-71-button") as bo:
        with _mei(port, "home-71-button") as mei:
            assert mei.answer == "Client identifier not valid"

        bo.publish("linli/v1/elm/home-71/button/sos")
        assert not bo.is_cut_off


@pytest.mark.usefixtures("broker")
def test_a_home_cannot_keep_a_home_whose_name_is_longer_from_its_client_id(port: int) -> None:
    with _mei(port, "home-71-button") as squatter, _bo(port, "home-71-button") as bo:
        assert bo.is_welcome
        assert not bo.has_old_session
        wait_until(lambda: squatter.is_cut_off, "the squatter is cut off")


@pytest.mark.usefixtures("broker")
def test_a_subscription_of_a_device_is_refused(port: int) -> None:
    with _mei(port) as mei:
        assert mei.subscribe("#") == "Unspecified error"
        assert mei.subscribe(TOPIC) == "Unspecified error"


@pytest.mark.usefixtures("broker")
def test_a_device_that_publishes_to_the_broker_itself_is_cut_off_and_not_acknowledged_for_ever(port: int) -> None:
    with _mei(port) as mei:
        mei.send("$SYS/broker", "x")
        wait_until(lambda: mei.is_cut_off, "the line is closed")

    with _linli(port) as linli, _mei(port) as again:
        again.publish(TOPIC)
        linli.hears("pressed")


@pytest.mark.usefixtures("broker")
def test_linli_cut_off_for_a_forbidden_topic_misses_nothing(port: int) -> None:
    with _linli(port) as linli, _mei(port) as mei:
        linli.send("$SYS/broker", "x")
        wait_until(lambda: linli.is_cut_off, "the line is closed")
        mei.publish(TOPIC)

    with _linli(port) as linli:
        linli.hears("pressed")


@pytest.mark.usefixtures("broker")
def test_a_client_of_another_version_of_mqtt_is_told_so(port: int) -> None:
    packet = connect_packet("home-7", "of mei", "home-7")
    length, head, rest = packet[1:3], packet[3:13], packet[13:]
    no_properties = b"\0"
    with BareLine(port) as line:
        line.send(
            b"\x10" + bytes([length[0] + 1, length[1]]) + head.replace(b"MQTT\4", b"MQTT\5") + no_properties + rest
        )
        assert line.answer() == b"\x20\2\0\1"


@pytest.mark.usefixtures("broker")
def test_who_speaks_another_language_is_hung_up_on_at_once(port: int) -> None:
    with BareLine(port) as line:
        line.send(b"GET /")
        assert line.answer() == b""


@pytest.mark.usefixtures("broker")
def test_a_last_will_is_as_the_latest_connection_says(port: int) -> None:
    topic = "linli/v1/elm/home-7/button/availability"
    MqttClient(port, "home-7", "of mei", "home-7", clean=False).close()
    with (
        MqttClient(port, "home-7", "of mei", "home-7", clean=False, will=(topic, "offline")) as mei,
        _linli(port) as linli,
    ):
        mei.break_off()
        linli.hears("offline")

    with MqttClient(port, "_linli", "of linli", "_linli-later") as later:
        later.subscribe(topic)
        later.hears("offline")


@pytest.mark.usefixtures("broker")
def test_linli_is_told_once_what_was_retained_each_time_it_subscribes(port: int) -> None:
    with _mei(port) as mei:
        mei.publish("linli/v1/elm/home-7/button/availability", "online", retain=True)
        _linli(port).close()

        with _linli(port) as linli:
            mei.publish(TOPIC)
            linli.hears("online", "pressed")


@pytest.mark.usefixtures("broker")
def test_what_devices_say_is_never_logged(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), _linli(port) as linli:
        with BareLine(port) as line:
            line.send(connect_packet("home-7", "of mei", "home-7-bare"))
            assert line.answer() == b"\x20\2\0\0"
            line.send(bytes([0x38, 2 + len(TOPIC) + 7, 0, len(TOPIC)]) + TOPIC.encode() + b"PRIVATE")
        with _mei(port) as mei, _bo(port) as bo:
            bo.publish(TOPIC, "PRIVATE and foreign")
            mei.publish(TOPIC, "PRIVATE")
            linli.hears("PRIVATE")

    assert "PRIVATE" not in caplog.text
    assert "of mei" not in caplog.text


def test_it_stops_though_somebody_has_not_yet_said_who_he_is(broker: DemoBroker, port: int) -> None:
    with BareLine(port) as half, _mei(port):
        half.send(connect_packet("home-7", "of mei", "home-7")[:20])
        broker.stop()

        assert half.answer() == b""
        assert not _threads()


def test_a_broker_that_has_died_is_started_again_with_its_accounts(broker: DemoBroker, port: int) -> None:
    _break(broker)
    wait_until(lambda: broker._running is not None and not broker._running.is_serving, "it dies")

    assert broker.check() == "the demo broker has stopped by itself; it is started again"
    assert broker.check() is None
    with _linli(port) as linli, _mei(port) as mei:
        mei.publish(TOPIC)
        linli.hears("pressed")


def test_it_can_listen_on_an_address_of_the_newer_kind() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as trial:
            port = trial.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    broker = DemoBroker(host="::1", port=port)
    broker.start()
    assert broker.check() is None
    with socket.create_connection(("::1", port), timeout=5) as line:
        line.sendall(connect_packet("home-7", "of mei", "home-7"))
        assert line.recv(4) == b"\x20\2\0\5"
    broker.stop()


def _break(broker: DemoBroker) -> None:
    running = broker._running
    assert running is not None
    loop: asyncio.AbstractEventLoop = running._up.result()[0]
    assert running._broker is not None
    task = running._broker._broadcast_task
    assert task is not None
    loop.call_soon_threadsafe(task.cancel)

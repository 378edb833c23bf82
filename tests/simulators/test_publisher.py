"""Playing events: at the clock's pace, in order, saying so when behind, and dropping nothing."""

import logging
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from linli.clock import VirtualClock
from linli.errors import LinliError
from linli.mqtt_url import MqttUrl
from simulators.page import Event
from simulators.publisher import MqttPublisher, Played, SitePublishers, play
from tests import needs
from tests.simulators.homes import START


def event(seconds: float, topic: str = "linli/v1/willow/mei/sos/sos", payload: bytes = b"x") -> Event:
    return Event(START + timedelta(seconds=seconds), topic, payload)


class FakeStop:
    """Waiting moves a virtual clock on at a speed, as real waiting would."""

    def __init__(self, clock: VirtualClock, speed: float, stops_at: datetime | None = None) -> None:
        self._clock = clock
        self._speed = speed
        self._stops_at = stops_at
        self.waited = 0.0

    def is_set(self) -> bool:
        return self._stops_at is not None and self._clock.now() >= self._stops_at

    def wait(self, timeout: float) -> bool:
        self.waited += timeout
        self._clock.advance(timedelta(seconds=timeout * self._speed))
        return self.is_set()


class Recorder:
    """Notes what is published and when; each message may take its time."""

    def __init__(self, clock: VirtualClock, takes: timedelta = timedelta(0)) -> None:
        self.heard: list[tuple[Event, datetime]] = []
        self._clock = clock
        self._takes = takes

    def publish(self, event: Event) -> None:
        self._clock.advance(self._takes)
        self.heard.append((event, self._clock.now()))


@pytest.mark.parametrize("speed", [1, 60, 3600])
def test_each_event_is_published_when_the_clock_reaches_it(speed: float) -> None:
    clock = VirtualClock(START)
    stop, broker = FakeStop(clock, speed), Recorder(clock)
    events = [event(0), event(10), event(10), event(7200)]
    played = play(events, broker.publish, clock, speed, stop)
    assert [heard for heard, _ in broker.heard] == events
    assert all(abs(at - heard.send_at) < timedelta(milliseconds=1) for heard, at in broker.heard)
    assert stop.waited == pytest.approx(7200 / speed)
    assert played.sent == 4
    assert played.most_behind_seconds == pytest.approx(0, abs=0.001)


def test_being_behind_is_said_and_nothing_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock(START)
    broker = Recorder(clock, takes=timedelta(seconds=60))
    events = [event(number) for number in range(100)]
    with caplog.at_level(logging.WARNING):
        played = play(events, broker.publish, clock, 60, FakeStop(clock, 60))
    assert [heard for heard, _ in broker.heard] == events
    assert played.most_behind_seconds == pytest.approx((100 * 60 - 99) / 60)
    said = [record.getMessage() for record in caplog.records]
    assert 2 <= len(said) <= 5
    assert said[0].startswith("the simulation is behind seconds=3")


def test_a_moment_of_delay_is_not_worth_a_word(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock(START)
    played = play([event(0)], Recorder(clock, timedelta(seconds=1)).publish, clock, 1, FakeStop(clock, 1))
    assert played.behind_seconds == 1
    assert caplog.records == []


def test_playing_ends_at_once_when_told_to_stop_even_while_waiting() -> None:
    clock = VirtualClock(START)
    broker, watched = Recorder(clock), Played()
    stop = FakeStop(clock, 1, stops_at=START + timedelta(seconds=30))
    assert play([event(0), event(3600)], broker.publish, clock, 1, stop, watched) is watched
    assert len(broker.heard) == watched.sent == 1
    assert clock.now() == START + timedelta(seconds=30)


def test_no_broker_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    publisher = MqttPublisher(MqttUrl("127.0.0.1", port), "willow-1", threading.Event())
    with pytest.raises(LinliError, match=f"no broker answers at mqtt://127.0.0.1:{port}: "):
        publisher.connect()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator["Mosquitto"]:
    server = Mosquitto(tmp_path)
    server.start()
    yield server
    server.kill()


class Mosquitto:
    """A real broker on a free port of the loopback, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = MqttUrl("127.0.0.1", free.getsockname()[1])
        self._config = folder / "mosquitto.conf"
        listener = f"listener {self.url.port} 127.0.0.1"
        self._config.write_text(f"{listener}\nallow_anonymous true\nmax_queued_messages 0\n", encoding="utf-8")
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        program = needs.need("broker")
        self._process = subprocess.Popen([program, "-c", self._config], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        assert any("running" in line for line in self._process.stderr)

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        self._process.kill()
        self._process.wait(10)
        self._process.stderr.close()


class Listener:
    """Hears everything at a broker."""

    def __init__(self, url: MqttUrl, expected: int) -> None:
        self.heard: list[bytes] = []
        self.done, self._ready = threading.Event(), threading.Event()
        self._expected = expected
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect(url.host, url.port)
        self._client.loop_start()
        self._client.subscribe("linli/#", qos=1)
        assert self._ready.wait(5)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append(bytes(message.payload))
        if len(self.heard) >= self._expected:
            self.done.set()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.broker
def test_a_real_broker_hears_every_event_in_order(mosquitto: Mosquitto) -> None:
    listener = Listener(mosquitto.url, expected=2000)
    publisher = MqttPublisher(mosquitto.url, "willow-1", threading.Event(), in_flight=50)
    publisher.connect()
    site = SitePublishers({"willow": publisher})
    for number in range(2000):
        site.publish(event(number, payload=b"%d" % number))
        assert publisher.waiting <= 50
    assert publisher.close()
    assert listener.done.wait(10)
    listener.close()
    assert listener.heard == [b"%d" % number for number in range(2000)]
    assert (publisher.acknowledged, publisher.waiting, publisher.connections) == (2000, 0, 1)


@pytest.mark.broker
def test_a_broker_that_dies_is_found_again_and_hears_what_it_missed(mosquitto: Mosquitto) -> None:
    publisher = MqttPublisher(mosquitto.url, "willow-1", threading.Event(), in_flight=150)
    publisher.connect()
    for number in range(100):
        publisher.publish(event(number))
    mosquitto.kill()
    for number in range(9):
        publisher.publish(event(number))
    mosquitto.start()
    listener = Listener(mosquitto.url, expected=100)
    for number in range(100):
        publisher.publish(event(number))
    assert publisher.close()
    assert (publisher.acknowledged, publisher.connections) == (209, 2)
    assert listener.done.wait(10)
    listener.close()


@pytest.mark.broker
def test_a_broker_that_refuses_us_is_one_clear_sentence_without_the_password(tmp_path: Path) -> None:
    server = Mosquitto(tmp_path)
    config = tmp_path / "mosquitto.conf"
    config.write_text(config.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    server.start()
    url = MqttUrl(server.url.host, server.url.port, "willow", "top-secret")
    with pytest.raises(LinliError, match="does not let us in: Not authorized") as caught:
        MqttPublisher(url, "willow-1", threading.Event()).connect()
    server.kill()
    assert "top-secret" not in str(caught.value)

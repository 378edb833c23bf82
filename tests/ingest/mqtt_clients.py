"""MQTT clients for tests: a real one that keeps what it hears, and bare sockets that do what no client would."""

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

HOST = "127.0.0.1"
PATIENCE_SECONDS = 8.0


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Return as soon as something holds, and fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


class MqttClient:
    """A paho client (MQTT 3.1.1) that keeps what it hears and does not come back by itself."""

    def __init__(
        self,
        port: int,
        user: str | None = None,
        password: str = "",
        client_id: str = "",
        *,
        clean: bool = True,
        acknowledges: bool = True,
        will: tuple[str, str] | None = None,
    ) -> None:
        self.heard: list[tuple[str, str]] = []
        self.answer = ""
        self.has_old_session = False
        self.is_cut_off = False
        self._granted: list[list[str]] = []
        self._answered = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=clean,
            manual_ack=not acknowledges,
            reconnect_on_failure=False,
        )
        if user is not None:
            self._client.username_pw_set(user, password)
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.connect(HOST, port)
        self._client.loop_start()
        assert self._answered.wait(PATIENCE_SECONDS), "the broker answered nothing"

    @property
    def is_welcome(self) -> bool:
        return self.answer == "Success"

    def publish(self, topic: str, payload: str | bytes = "pressed", *, qos: int = 1, retain: bool = False) -> None:
        """Publish, and return when the broker has acknowledged."""
        sent = self._client.publish(topic, payload, qos, retain)
        wait_until(sent.is_published, "the broker acknowledges a message")

    def send(self, topic: str, payload: str | bytes) -> None:
        """Publish without waiting for anything."""
        self._client.publish(topic, payload, 1)

    def subscribe(self, topic_filter: str) -> str:
        """Subscribe, and return what the broker said to it."""
        before = len(self._granted)
        self._client.subscribe(topic_filter, 1)
        wait_until(lambda: len(self._granted) > before, "the broker answers a subscription")
        return self._granted[-1][0]

    def payloads(self) -> list[str]:
        return [payload for _, payload in self.heard]

    def hears(self, *payloads: str) -> None:
        """Wait until these have come, and fail if anything else came before or between them."""
        wait_until(lambda: len(self.heard) >= len(payloads), f"{payloads} come, instead of {self.heard}")
        assert self.payloads() == list(payloads)

    def break_off(self) -> None:
        """Drop the line without a word, as a power cut does."""
        line = self._client.socket()
        if isinstance(line, socket.socket):
            line.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: self.is_cut_off, "the client notices that its line is gone")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _on_connect(
        self, _client: Client, _: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self.answer = str(reason)
        self.has_old_session = flags.session_present
        self._answered.set()

    def _on_disconnect(
        self, _client: Client, _: object, _flags: DisconnectFlags, _reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self.is_cut_off = True

    def _on_message(self, _client: Client, _: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, message.payload.decode()))

    def _on_subscribe(
        self, _client: Client, _: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self._granted.append([str(reason) for reason in reasons])


class BareLine:
    """A TCP connection to a broker on which anything can be sent."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)

    def send(self, data: bytes) -> None:
        self._line.sendall(data)

    def answer(self) -> bytes:
        """Return what the broker says next; nothing when it has hung up."""
        try:
            return self._line.recv(1024)
        except ConnectionResetError:
            return b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()


def connect_packet(
    user: str, password: str, client_id: str, *, keep_alive: int = 60, will: tuple[str, str] | None = None
) -> bytes:
    """Return the bytes of an MQTT 3.1.1 CONNECT with a clean session; a last will is retained, QoS 1."""
    flags = 0xC2 | (0x2C if will else 0)
    texts = [client_id, *(will or ()), user, password]
    body = b"\0\4MQTT\4" + bytes([flags]) + keep_alive.to_bytes(2, "big")
    body += b"".join(len(text.encode()).to_bytes(2, "big") + text.encode() for text in texts)
    assert len(body) < 16384, "a longer one needs a third byte of length"
    return bytes([0x10, len(body) % 128 | 0x80, len(body) // 128]) + body

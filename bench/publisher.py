"""A device or gateway that publishes at QoS 1 and waits until the broker has acknowledged every message."""

import threading
from collections.abc import Iterable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

IN_FLIGHT = 500


class Publisher:
    """One persistent client; it reconnects by itself and sends again what was not acknowledged."""

    def __init__(self, port: int, user: str, password: str, name: str = "bench") -> None:
        self._room = threading.Semaphore(IN_FLIGHT)
        self._connected = threading.Event()
        self.sent = 0
        self.acknowledged = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, f"{user}-{name}", clean_session=False, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.username_pw_set(user, password)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_publish = self._on_publish
        self._client.on_connect = self._on_connect
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def _on_connect(self, _: paho.Client, __: object, ___: object, reason: ReasonCode, ____: Properties | None) -> None:
        if not reason.is_failure:
            self._connected.set()

    def _on_publish(self, _: paho.Client, __: object, ___: int, ____: ReasonCode, _____: Properties) -> None:
        self.acknowledged += 1
        self._room.release()

    def wait_connected(self) -> None:
        """Return once the broker has let us in; raises TimeoutError otherwise."""
        if not self._connected.wait(30):
            raise TimeoutError("the broker does not let the publisher in")

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> None:
        """Publish one message, at QoS 1 if nothing else is said; blocks while too many are on their way."""
        self._room.acquire()
        self.sent += 1
        self._client.publish(topic, payload, qos=qos)

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publish messages in order."""
        for topic, payload in messages:
            self.publish(topic, payload)

    @property
    def is_done(self) -> bool:
        """Tell whether the broker has acknowledged everything."""
        return self.acknowledged >= self.sent

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

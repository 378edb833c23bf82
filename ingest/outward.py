"""What linli tells others by MQTT: retained messages, and a last will that says when linli is gone."""

import threading
from collections.abc import Mapping

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.mqtt_client import make_client
from linli.mqtt_url import MqttUrl

_KEEPALIVE_SECONDS = 30
_PATIENCE_SECONDS = 5.0
ONLINE, OFFLINE = "online", "offline"


class OutwardClient:
    """One connection of its own. `connections` grows with each; what was published before may then be gone."""

    def __init__(self, url: MqttUrl, client_id: str, status_topic: str, authority: str = "") -> None:
        self.connections = 0
        self._url = url
        self._status_topic = status_topic
        self._lock = threading.Lock()
        self._client = make_client(url, client_id, authority=authority)
        self._client.will_set(status_topic, OFFLINE, qos=1, retain=True)
        self._client.on_connect = self._on_connect

    def start(self) -> None:
        """Connect, and keep trying for as long as it takes."""
        self._client.connect_async(self._url.host, self._url.port, _KEEPALIVE_SECONDS)
        self._client.loop_start()

    def _on_connect(
        self, client: paho.Client, _: object, __: paho.ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if reason.is_failure:
            return
        client.publish(self._status_topic, ONLINE, qos=1, retain=True)
        with self._lock:
            self.connections += 1

    @property
    def is_connected(self) -> bool:
        """Tell whether the broker is there."""
        return self._client.is_connected()

    def publish(self, messages: Mapping[str, bytes]) -> bool:
        """Publish retained messages, an empty one to take one back; tell whether the broker has them all."""
        sent = [self._client.publish(topic, payload, qos=1, retain=True) for topic, payload in messages.items()]
        for one in sent:
            try:
                one.wait_for_publish(_PATIENCE_SECONDS)
            except (RuntimeError, ValueError):  # the connection was lost, or too many wait
                return False
        return all(one.is_published() for one in sent)

    def stop(self) -> None:
        """Say that linli is gone, and disconnect."""
        if self.is_connected:
            self.publish({self._status_topic: OFFLINE.encode()})
        self._client.disconnect()
        self._client.loop_stop()

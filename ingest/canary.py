"""The canary's own connection to the broker: what it publishes comes in as a device's message does, or not at all."""

import logging

import paho.mqtt.client as paho

from ingest.mqtt_client import make_client
from linli.mqtt_url import MqttUrl

logger = logging.getLogger(__name__)

_KEEPALIVE_SECONDS = 30
_QUEUED = 20
"""How many messages wait while the broker is away; more would only come too late."""


class CanaryClient:
    """One MQTT client of its own. `publish` never waits; `authority` is as the gateway's."""

    def __init__(self, url: MqttUrl, client_id: str, authority: str = "") -> None:
        self._url = url
        self._client = make_client(url, client_id, authority=authority, max_delay=5)
        self._client.max_queued_messages_set(_QUEUED)

    def start(self) -> None:
        """Connect, and keep trying for as long as it takes."""
        self._client.connect_async(self._url.host, self._url.port, _KEEPALIVE_SECONDS)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand a message to the broker, or drop it when too many wait: then it does not come back, and that is seen."""
        sent = self._client.publish(topic, payload, qos=1)
        if sent.rc not in {paho.MQTT_ERR_SUCCESS, paho.MQTT_ERR_NO_CONN}:
            logger.warning("canary not published reason=%s", paho.error_string(sent.rc))

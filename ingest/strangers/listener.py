"""A connection of its own that listens to all ecosystems for a while; nothing of what linli relies on hangs on it."""

import logging
import secrets
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.codecs.codec import FILTERS
from ingest.codecs.message import Message
from ingest.mqtt_client import make_client
from ingest.strangers.memory import Strangers
from linli.clock import Clock, seconds
from linli.mqtt_url import MqttUrl
from linli.people import Roster
from linli.stranger import Found

logger = logging.getLogger(__name__)

LISTENED = timedelta(hours=1)
"""For how long after somebody has last looked."""
MOST_A_SECOND = 500
_KEEPALIVE_SECONDS = 60
_MOST_BASES = 20
"""How many further base topics of Zigbee2MQTT are listened to."""


class Listener:
    """Listens while somebody wants to know; a clean session with QoS 0, so that the broker keeps nothing for it."""

    def __init__(self, url: MqttUrl, clock: Clock, authority: str = "") -> None:
        self._url = url
        self._clock = clock
        self._authority = authority
        self._lock = threading.Lock()
        self._client: paho.Client | None = None
        self._strangers = Strangers()
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._bases: set[str] = set()
        self._second = self._taken = 0
        self.refusal = ""
        """Why the broker does not let it listen, as the broker says it; empty unless it has said no."""

    def listen(self) -> None:
        """Listen from now on, or longer than was meant."""
        now = self._clock.now()
        with self._lock:
            self._until = now + LISTENED
            if self._client is not None:
                return
            self._since, self._strangers, self._bases = now, Strangers(), set()
            self._client = self._make_client()
            self._client.connect_async(self._url.host, self._url.port, _KEEPALIVE_SECONDS)
            self._client.loop_start()

    @property
    def is_connected(self) -> bool:
        """Tell whether the broker lets it listen by now."""
        with self._lock:
            return self._client is not None and self._client.is_connected()

    def found(self, roster: Roster) -> Found:
        """Return who is in no device list, as far as was heard."""
        with self._lock:
            since, strangers = self._since, self._strangers
        found = strangers.found(roster, self._clock.now())
        return replace(found, since=since, connected=self.is_connected)

    def rest(self) -> None:
        """Stop when nobody has looked for long."""
        with self._lock:
            is_over = self._until is not None and self._clock.now() >= self._until
        if is_over:
            self.stop()

    def stop(self) -> None:
        """Stop listening, and forget what was heard at the next start."""
        with self._lock:
            client, self._client, self._until, self._since = self._client, None, None, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _make_client(self) -> paho.Client:
        client_id = f"{self._url.user or 'linli'}-{secrets.token_hex(12)}"
        client = make_client(self._url, client_id, authority=self._authority)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: paho.Client, _: object, __: paho.ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        self.refusal = str(reason) if reason.is_failure else ""
        if reason.is_failure:
            logger.warning("the broker does not let linli listen for strangers reason=%s", reason)
            return
        client.subscribe([(topic_filter, 0) for topic_filter in (*FILTERS, *(f"{base}/#" for base in self._bases))])

    def _on_message(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if not self._has_time():
            self._strangers.passed_over += 1
            return
        levels = tuple(topic.split("/"))
        self._ask_for_base(client, levels)
        heard = Message(topic, levels, bytes(message.payload), self._clock.now())
        self._strangers.take(heard, retained=bool(message.retain))

    def _has_time(self) -> bool:
        """Tell whether this second may bear another message: a flood must not take the time of calls for help."""
        second = int(seconds())
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        return self._taken <= MOST_A_SECOND

    def _ask_for_base(self, client: paho.Client, levels: tuple[str, ...]) -> None:
        """Listen to a bridge with a base topic of its own, once it has said that it is there."""
        base = levels[0]
        is_new = base.startswith("zigbee2mqtt") and base not in self._bases | {"zigbee2mqtt"}
        if levels[1:2] == ("bridge",) and is_new and len(self._bases) < _MOST_BASES:
            self._bases.add(base)
            client.subscribe(f"{base}/#", qos=0)

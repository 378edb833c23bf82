"""Plays events to a broker at any speed. What cannot be sent yet waits; nothing is dropped."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from linli.clock import Clock
from linli.errors import LinliError
from linli.mqtt_url import MqttUrl
from simulators.page import Event

logger = logging.getLogger(__name__)

_LOOK_UP_SECONDS = 1.0
_BEHIND_SECONDS = 2.0
_COMPLAIN_EVERY_SECONDS = 30.0
_LONGEST_BACK_OFF_SECONDS = 30


class Stop(Protocol):
    """A wish to stop that can be waited for; `threading.Event` is one."""

    def is_set(self) -> bool:
        """Tell whether to stop."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds at most; tell whether to stop."""
        ...


@dataclass(slots=True)
class Played:
    """How far playing has come. Seconds are real ones, not those of the sped-up clock."""

    sent: int = 0
    behind_seconds: float = 0.0
    """How late the last event was."""
    most_behind_seconds: float = 0.0
    _complained_at: float | None = None

    def note(self, behind: float, elapsed: float) -> None:
        """Note one event sent, `behind` seconds late; say so if that is much, but not for every event."""
        self.sent += 1
        self.behind_seconds = max(0.0, behind)
        self.most_behind_seconds = max(self.most_behind_seconds, behind)
        if behind < _BEHIND_SECONDS:
            return
        if self._complained_at is None or elapsed - self._complained_at >= _COMPLAIN_EVERY_SECONDS:
            self._complained_at = elapsed
            logger.warning("the simulation is behind seconds=%.0f sent=%d", behind, self.sent)


def play(
    events: Iterable[Event],
    publish: Callable[[Event], None],
    clock: Clock,
    speed: float,
    stop: Stop,
    played: Played | None = None,
) -> Played:
    """Publish each event when the clock reaches it, until the events end or `stop` is set.

    The clock runs `speed` times as fast as real time (1..3600): a `PacedClock`, or the system's for speed 1.
    `played` can be watched from another thread.
    """
    played = Played() if played is None else played
    began = clock.now()
    for event in events:
        while (ahead := (event.send_at - clock.now()).total_seconds() / speed) > 0:
            if stop.wait(min(ahead, _LOOK_UP_SECONDS)):
                return played
        if stop.is_set():
            return played
        publish(event)
        now = clock.now()
        played.note((now - event.send_at).total_seconds() / speed, (now - began).total_seconds() / speed)
    return played


class MqttPublisher:
    """One account's connection to a broker, QoS 1. `publish` waits while `in_flight` messages are unacknowledged.

    paho connects again by itself, after 1 to 30 s, and sends again what was not acknowledged.
    """

    def __init__(self, url: MqttUrl, client_id: str, stop: Stop, in_flight: int = 500) -> None:
        self._url = url
        self._stop = stop
        self._in_flight = in_flight
        self._changed = threading.Condition()
        self._refused = ""
        self._connections = 0
        self._sent = 0
        self._acknowledged = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311)
        self._client.max_inflight_messages_set(in_flight)
        self._client.reconnect_delay_set(1, _LONGEST_BACK_OFF_SECONDS)
        if url.user:
            self._client.username_pw_set(url.user, url.password)
        if url.tls:
            self._client.tls_set()
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    @property
    def acknowledged(self) -> int:
        """Return how many messages the broker has acknowledged."""
        return self._acknowledged

    @property
    def waiting(self) -> int:
        """Return how many messages the broker has not acknowledged yet."""
        return self._sent - self._acknowledged

    @property
    def connections(self) -> int:
        """Return how often a connection was made; more than one means that it was lost in between."""
        return self._connections

    def connect(self, timeout: float = 10.0) -> None:
        """Connect and return once the broker agrees; LinliError says why it does not."""
        try:
            self._client.connect(self._url.host, self._url.port, keepalive=60)
        except OSError as problem:
            reason = problem.strerror or str(problem) or type(problem).__name__
            raise LinliError(f"no broker answers at {self._url}: {reason}") from None
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(lambda: self._connections or self._refused, timeout)
        if not self._connections:
            self._client.loop_stop()
            raise LinliError(f"the broker at {self._url} does not let us in: {self._refused or 'it does not answer'}")

    def publish(self, event: Event) -> None:
        """Send one event; waits for room, also while the broker is away, and gives up only when told to stop."""
        with self._changed:
            while self.waiting >= self._in_flight:
                if self._stop.is_set():
                    return
                self._changed.wait(_LOOK_UP_SECONDS)
            self._sent += 1
        self._client.publish(event.topic, event.payload, qos=1, retain=event.retain)

    def close(self, timeout: float = 10.0) -> bool:
        """Wait until everything is acknowledged, then disconnect; tell whether it all was."""
        with self._changed:
            complete = self._changed.wait_for(lambda: self.waiting == 0, timeout)
        self._client.disconnect()
        self._client.loop_stop()
        return complete

    def _on_connect(
        self, _client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        with self._changed:
            if code.is_failure:
                self._refused = str(code)
            else:
                self._connections += 1
            self._changed.notify_all()

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _more: Properties | None,
    ) -> None:
        if code.is_failure:
            logger.warning("the broker is gone, trying again broker=%s reason=%s", self._url, code)

    def _on_publish(
        self, _client: mqtt.Client, _data: object, _mid: int, _code: ReasonCode, _more: Properties | None
    ) -> None:
        with self._changed:
            self._acknowledged += 1
            self._changed.notify_all()


class SitePublishers:
    """One connection for each site, as a site's gateway has its own account; an event goes by its site, or by that in its topic."""

    def __init__(self, by_site: Mapping[str, MqttPublisher]) -> None:
        self._by_site = by_site

    def publish(self, event: Event) -> None:
        """Send one event by its site's connection."""
        self._by_site[event.site or event.topic.split("/", 3)[2]].publish(event)

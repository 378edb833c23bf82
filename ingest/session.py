"""A paho client (MQTT 3.1.1) that takes as many messages as one read of the socket gives, and acknowledges many at once.

paho asks the system three times for each message and calls back for each; while another thread computes, each of those
is a wait for the interpreter. Here one read brings hundreds. Connecting, subscribing, keeping alive and sending are
paho's own: two of its inner methods are replaced and one is called, so a new release of it must be looked at first.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import paho.mqtt.client as paho
from msgspec.structs import replace
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ingest.intake import Arrived
from ingest.packets import PUBACK, acknowledgements, bounds, is_publish, published
from linli.clock import Clock

_READ_BYTES = 256 * 1024
_APART = timedelta(milliseconds=1)


class Session(paho.Client):
    """One session that outlives its connections. `take` is given what one read brought, in the order of coming."""

    def __init__(self, client_id: str, take: Callable[[Sequence[Arrived]], None], clock: Clock) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,  # else what was not acknowledged is not delivered again
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._take = take
        self._clock = clock
        self._unread = bytearray()
        self._needed = 0
        self._for_paho = b""
        # where somebody is told of it, only the thread that reads also writes: two would cut each other's packets short
        self.on_socket_register_write = lambda *_: None

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew; what was left of a packet belongs to the connection that broke."""
        self._forget()
        return super().reconnect()

    def acknowledge(self, packets: Sequence[int]) -> None:
        """Tell the broker that these are stored. From any thread."""
        self._packet_queue(PUBACK, acknowledgements(packets), 0, 0)

    def _sock_recv(self, bufsize: int) -> bytes:
        """Give paho the packet that is its own, and only then what the socket has."""
        if not self._for_paho:
            return super()._sock_recv(bufsize)
        given, self._for_paho = self._for_paho[:bufsize], self._for_paho[bufsize:]
        return given

    def _packet_read(self) -> MQTTErrorCode:
        """Take what has come; paho calls this when there is something to read."""
        try:
            come = self._sock_recv(_READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            come = b""
        if not come:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        self._unread += come
        if len(self._unread) < self._needed:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            return self._read_packets(bytes(self._unread))
        except ValueError:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL

    def _read_packets(self, come: bytes) -> MQTTErrorCode:
        """Hand messages on together and everything else to paho, each in its turn; keep what is not whole yet."""
        at, now, messages = 0, self._clock.now(), _Together()
        while (found := bounds(come, at)) is not None and found[1] <= len(come):
            first, (body, end) = come[at], found
            if is_publish(first):
                messages.add(published(first, come, body, end, now))
            else:
                self._hand_on(messages)
                self._for_paho = come[at:end]
                result = super()._packet_read()
                if result != MQTTErrorCode.MQTT_ERR_SUCCESS or self._sock is None:
                    return result
            at = end
        self._needed = 0 if found is None else found[1] - at
        del self._unread[:at]
        self._hand_on(messages)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _hand_on(self, messages: "_Together") -> None:
        if messages.arrived:
            self._take(messages.arrived)
            messages.arrived = []

    def _forget(self) -> None:
        self._unread.clear()
        self._needed = 0
        self._for_paho = b""


class _Together:
    """Messages that one read brought. What came on one topic stays a millisecond apart, or its order would be lost."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self._latest = dict[str, datetime]()

    def add(self, message: Arrived) -> None:
        before = self._latest.get(message.topic)
        if before is not None:
            message = replace(message, received_at=max(before + _APART, message.received_at))
        self._latest[message.topic] = message.received_at
        self.arrived.append(message)

"""The thread `mqtt`: takes messages from the broker, queues them, and acknowledges each only once it is stored."""

import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.intake import Arrived
from ingest.session import Session
from linli.clock import Clock
from linli.health import Health
from linli.mqtt_url import MqttUrl
from linli.wire import may_call
from linli.words import Sentence

logger = logging.getLogger(__name__)

TOPICS = "linli/v1/#"
KEEPALIVE_SECONDS = 60
_FAILURE = 0x80
_TOPICS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """What it takes to acknowledge messages: their packets, on the connection on which they came."""

    connection: int
    packets: Sequence[int]


Deliver = Callable[[Sequence[Arrived], Ticket], bool]


class Gateway:
    """One persistent MQTT 3.1.1 session. `deliver` blocks while the queue is full: then nothing is acknowledged.

    `found` and `lost` are told when linli begins to hear and when it no longer does. `authority` is the PEM file of who
    signed the broker's certificate; empty means those that the system trusts.
    """

    def __init__(
        self,
        url: MqttUrl,
        client_id: str,
        deliver: Deliver,
        clock: Clock,
        health: Health,
        *,
        found: Callable[[], None],
        lost: Callable[[], None],
        authority: str = "",
    ) -> None:
        self._url = url
        self._deliver = deliver
        self._clock = clock
        self._health = health
        self._found = found
        self._lost = lost
        self._others = frozenset[str]()
        self._asked_for = 0
        self._connection = 0
        self._stopping = threading.Event()
        self._client = self._make_client(client_id, authority)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def _make_client(self, client_id: str, authority: str) -> Session:
        client = Session(client_id, self._on_messages, self._clock)
        if self._url.user:
            client.username_pw_set(self._url.user, self._url.password)
        if self._url.tls:
            client.tls_set(ca_certs=authority or None, cert_reqs=ssl.CERT_REQUIRED)
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        return client

    def start(self) -> None:
        """Connect, and keep trying for as long as it takes."""
        self._health.trouble("broker", Sentence("Not connected to the broker yet."))
        self._client.connect_async(self._url.host, self._url.port, KEEPALIVE_SECONDS)
        self._thread.start()

    def _run(self) -> None:
        self._client.loop_forever(retry_first_connection=True)

    def stop(self) -> None:
        """Disconnect; the broker keeps the session and what comes meanwhile."""
        self._stopping.set()
        self._client.disconnect()
        self._thread.join(timeout=5)

    def acknowledge(self, ticket: Ticket) -> None:
        """Tell the broker that messages are stored.

        A ticket of an earlier connection is dropped: the broker delivers those messages again, and they will be known.
        What came without a packet (QoS 0, as many ecosystems publish) is not acknowledged: brokers hang up on packet 0.
        """
        packets = [packet for packet in ticket.packets if packet]
        if packets and ticket.connection == self._connection:
            self._client.acknowledge(packets)

    def _on_connect(
        self, client: paho.Client, _: object, flags: paho.ConnectFlags, reason: ReasonCode, __: Properties | None
    ) -> None:
        if reason.is_failure:
            self._health.trouble("broker", Sentence("The broker refuses linli: {reason}.", {"reason": str(reason)}))
            return
        self._connection += 1
        logger.info("broker connected session_present=%s", flags.session_present)
        if flags.session_present:
            self._hears()  # the broker's answer to subscribing waits behind all that it has kept for us
        self._asked_for = client.subscribe(TOPICS, qos=1)[1] or 0
        self._ask_for(self._others)

    def listen_to(self, others: Iterable[str]) -> None:
        """Listen to these topics of other ecosystems from now on, and no longer to those that are not named any more."""
        before, self._others = self._others, frozenset(others)
        gone = sorted(before - self._others)
        if gone and self.is_connected:
            self._client.unsubscribe(gone)
        self._ask_for(self._others - before)

    def _ask_for(self, topics: Iterable[str]) -> None:
        """Ask in small packets: some brokers refuse a large one. Without a connection it is asked for at the next."""
        wanted = [(topic, 1) for topic in sorted(topics)]
        for start in range(0, len(wanted), _TOPICS_AT_ONCE):
            if self.is_connected:
                self._client.subscribe(wanted[start : start + _TOPICS_AT_ONCE])

    def _on_subscribe(
        self, _: paho.Client, __: object, packet: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        if packet != self._asked_for:
            refused = sum(reason.value >= _FAILURE for reason in reasons)
            if refused:
                logger.warning("broker refuses topics of the device list count=%d", refused)
            return
        if any(reason.value >= _FAILURE for reason in reasons):
            self._health.trouble("broker", Sentence("The broker does not let linli read linli/v1/#."))
        else:
            self._hears()

    def _hears(self) -> None:
        self._health.well("broker")
        self._found()

    def _on_disconnect(
        self, _: paho.Client, __: object, ___: paho.DisconnectFlags, reason: ReasonCode, ____: Properties | None
    ) -> None:
        if not self._stopping.is_set():
            logger.warning("broker disconnected reason=%s", reason)
            self._health.trouble("broker", Sentence("The connection to the broker is lost; trying again."))
            self._lost()

    def _on_messages(self, messages: Sequence[Arrived]) -> None:
        """Hand messages on, those that may call for help first and by themselves: nobody waits for the others then."""
        calls = [message for message in messages if may_call(message.topic)]
        others = [message for message in messages if not may_call(message.topic)] if calls else messages
        for some in (calls, others):
            if some:
                self._hand_on(some)

    def _hand_on(self, messages: Sequence[Arrived]) -> None:
        ticket = Ticket(self._connection, [message.packet for message in messages])
        while not self._deliver(messages, ticket):
            if self._stopping.is_set():
                return

    @property
    def is_connected(self) -> bool:
        """Tell whether the session is up."""
        return self._client.is_connected()

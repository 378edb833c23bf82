"""The thread `mqtt`: takes messages from the broker, queues them, and acknowledges each only once it is stored."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.asked_topics import AskedTopics
from ingest.intake import Arrived
from ingest.mqtt_client import introduce
from ingest.session import Session
from linli.clock import Clock
from linli.health import Health
from linli.mqtt_url import MqttUrl
from linli.portions import portions
from linli.wire import ALL_SITES, may_call
from linli.words import Sentence

logger = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 60
_FAILURE = 0x80
_TOPICS_AT_ONCE = 200
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ticket:
    """What it takes to acknowledge messages: their packets, on the connection on which they came."""

    connection: int
    packets: Sequence[int]


Deliver = Callable[[Sequence[Arrived], Ticket], bool]


class Gateway:
    """One persistent MQTT 3.1.1 session. `deliver` blocks while the queue is full: then nothing is acknowledged.

    `found` and `lost` are told when linli begins to hear and when it no longer does: it hears once the broker has answered for
    all of its own topics and granted any. `authority` is the PEM file of who signed the broker's certificate; empty means
    those that the system trusts. `asked` remembers what the broker's session may still hold.
    """

    def __init__(  # noqa: PLR0913 - broker, pipeline, health and memory meet here
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
        asked: AskedTopics,
    ) -> None:
        self._url = url
        self._deliver = deliver
        self._clock = clock
        self._health = health
        self._found = found
        self._lost = lost
        self._asked = asked
        self._own = frozenset([ALL_SITES])
        self._others = frozenset[str]()
        self._is_let_in = False
        self._waiting = dict[int, list[str]]()
        self._giving_up = dict[int, list[str]]()
        self._refused = set[str]()
        self._asking = threading.Lock()
        self._connection = 0
        self._stopping = threading.Event()
        self._client = self._make_client(client_id, authority)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def _make_client(self, client_id: str, authority: str) -> Session:
        client = Session(client_id, self._on_messages, self._clock)
        introduce(client, self._url, authority=authority)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
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
        if self._thread.is_alive():
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
        self, _: paho.Client, __: object, flags: paho.ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if reason.is_failure:
            self._health.trouble("broker", Sentence("The broker refuses linli: {reason}.", {"reason": str(reason)}))
            return
        self._connection += 1
        logger.info("broker connected session_present=%s", flags.session_present)
        if flags.session_present:  # the broker's answer to subscribing waits behind all that it has kept for us
            self._health.well("broker")
            self._found()
        with self._asking:
            self._is_let_in, self._refused, self._giving_up = True, set(), {}
            self._waiting = self._ask_for(self._own)
            self._ask_for(self._others)
            self._give_up(self._asked.held - self._own - self._others)
        self._judge()

    def listen_to(self, *, own: Iterable[str], others: Iterable[str]) -> None:
        """Listen to these topics from now on, linli's own and other ecosystems', and no longer to those not named any more.

        What is new is asked for first: a call for help in between comes twice rather than never.
        """
        with self._asking:
            before, own_before = self._own | self._others, self._own
            self._own, self._others = frozenset(own), frozenset(others)
            self._asked.add(self._own | self._others)
            self._refused &= self._own
            self._waiting |= self._ask_for(self._own - own_before)
            self._ask_for(self._others - before)
            self._give_up(before - self._own - self._others)
        self._judge()

    def _give_up(self, topics: Iterable[str]) -> None:
        """Give up in small packets too. What is left when there is no connection is given up at the next."""
        for some in portions(sorted(topics), _TOPICS_AT_ONCE):
            if self.is_connected:
                self._giving_up[self._client.unsubscribe(some)[1] or 0] = some

    def _ask_for(self, topics: Iterable[str]) -> dict[int, list[str]]:
        """Ask in small packets, as some brokers refuse a large one; return what stands in each. Offline, nothing is asked."""
        asked = dict[int, list[str]]()
        for some in portions(sorted(topics), _TOPICS_AT_ONCE):
            if self.is_connected:
                asked[self._client.subscribe([(topic, 1) for topic in some])[1] or 0] = some
        return asked

    def _on_subscribe(
        self, _: paho.Client, __: object, packet: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        refused = [number for number, reason in enumerate(reasons) if reason.value >= _FAILURE]
        with self._asking:  # the answer may come before `listen_to` has noted the question
            own = self._waiting.pop(packet, None)
            if own is not None:
                self._refused |= self._own.intersection(own[number] for number in refused)
        if own is not None:
            self._judge()
        elif refused:
            logger.warning("broker refuses topics of the device list count=%d", len(refused))

    def _on_unsubscribe(
        self, _: paho.Client, __: object, packet: int, ___: list[ReasonCode], ____: Properties | None
    ) -> None:
        """Forget what the broker gave up, but for what it was asked for again meanwhile."""
        with self._asking:
            given_up = frozenset(self._giving_up.pop(packet, ()))
            self._asked.forget(given_up - self._own - self._others)

    def _judge(self) -> None:
        """Say whether linli hears, once the broker has answered all: what it does not let us read, and what it does."""
        with self._asking:
            if not self._is_let_in or self._waiting:
                return
            refused, hears = sorted(self._refused), self._refused != self._own or not self._own
        if refused:
            shown = ", ".join(refused[:_SHOWN]) + (" …" if len(refused) > _SHOWN else "")
            self._health.trouble("broker", Sentence("The broker does not let linli read {topics}.", {"topics": shown}))
        else:
            self._health.well("broker")
        if hears:
            self._found()

    def _on_disconnect(
        self, _: paho.Client, __: object, ___: paho.DisconnectFlags, reason: ReasonCode, ____: Properties | None
    ) -> None:
        self._is_let_in = False
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

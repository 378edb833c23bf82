"""amqtt's broker with its holes closed, as found in release 0.12.1.

As it comes, anyone can end or take over a session by its client id before any password is asked for, retained messages
go to everybody, last wills go past the rights, a client that vanished is never missed, and one that published to a
forbidden topic is acknowledged for ever after and heard no more. The attacks are kept as tests.
"""

import asyncio
import logging
from contextlib import suppress

from amqtt.adapters import BufferReader, ReaderAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.codecs_amqtt import read_or_raise
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError, CodecError, MQTTError, NoDataError
from amqtt.mqtt.connack import (
    IDENTIFIER_REJECTED,
    NOT_AUTHORIZED,
    UNACCEPTABLE_PROTOCOL_VERSION,
    ConnackPacket,
)
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.packet import CONNECT, MQTTFixedHeader
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

from ingest.accounts import Account
from ingest.broker import MAX_CONNECTIONS
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
"""How long a connection may take to say who it is."""
MAX_CONNECT_BYTES = 256 * 1024
"""Client id, user name, password, and a last will of at most 64 KiB each."""
_FAREWELL_SECONDS = 2.0
_SESSION_SECONDS = 24 * 3600


class SafeBroker(Broker):
    """A broker that knows accounts. All of it runs in one event loop; only that may touch it."""

    def __init__(self, host: str, port: int, accounts: dict[str, Account], *, grace_seconds: int) -> None:
        listener = ListenerConfig(type=ListenerType.TCP, bind=f"[{host}]:{port}")
        super().__init__(
            BrokerConfig(
                listeners={"default": listener},
                # added to the client's own keep-alive before it counts as lost
                timeout_disconnect_delay=grace_seconds,
                session_expiry_interval=_SESSION_SECONDS,
                plugins={},
            ),
            plugin_namespace="linli.ingest",
        )
        self._accounts = accounts
        self._connections: set[asyncio.Task[object]] = set()
        self._conversations: dict[BrokerProtocolHandler, asyncio.Task[object]] = {}
        self._ready: set[BrokerProtocolHandler] = set()

    @property
    def is_serving(self) -> bool:
        """Tell whether messages are being passed on."""
        return self._broadcast_task is not None and not self._broadcast_task.done()

    async def apply(self, accounts: dict[str, Account]) -> None:
        """Take over new accounts and hang up on those who are gone or have another password now."""
        before, self._accounts = self._accounts, accounts
        for session, handler in list(self._sessions.values()):
            user = session.username or ""
            now, then = accounts.get(user), before.get(user)
            if now is None or then is None or now.password != then.password:
                await self._hang_up(session, handler)

    async def close(self) -> None:
        """Stop, without waiting for those who have not yet said who they are.

        Nobody is let in any more first: amqtt closes its door last, and whatever fails before leaves it open.
        """
        for server in self._servers.values():
            if server.instance is not None:
                server.instance.close()
        for stranger in self._connections - set(self._conversations.values()):
            stranger.cancel()
        await self.shutdown()
        if left := list(self._connections):
            await asyncio.wait(left, timeout=_FAREWELL_SECONDS)
        await asyncio.sleep(0)  # a closed line lets go of its socket in the loop's next turn

    @classmethod
    def _split_bindaddr_port(cls, port_str: str, default_port: int) -> tuple[str | None, int]:
        address, port = super()._split_bindaddr_port(port_str, default_port)
        # amqtt leaves the brackets on, and such an address cannot be bound
        return (address.strip("[]") if address else None) or None, port

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve one client; whatever ends it, its line does not outlive it, as amqtt's own closing may be broken off."""
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.transport.abort()

    async def _client_connected(self, listener_name: str, reader: ReaderAdapter, writer: WriterAdapter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= MAX_CONNECTIONS:
            logger.warning("connection refused, there are too many connections=%s", len(self._connections))
            await writer.close()
            return
        self._connections.add(task)
        try:
            await super()._client_connected(listener_name, _WatchedReader(reader), writer)
        except OSError:
            logger.debug("a client broke off")
        finally:
            self._connections.discard(task)
            with suppress(OSError):
                await writer.close()

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        """Settle who this is and that the session is theirs, before amqtt looks for the session."""
        packet = await _read_connect(reader)
        connect = await _parse(packet)
        refusal = await self._refusal(connect)
        if refusal is not None:
            await ConnackPacket.build(0, refusal).to_stream(writer)
            raise AMQTTError("refused")
        handler, session = await super()._initialize_client_session(
            BufferReader(packet), writer, remote_address, remote_port
        )
        session.will_retain = connect.will_retain_flag  # amqtt keeps the one of the session's first connection
        task = asyncio.current_task()
        if task is not None:
            self._conversations[handler] = task
            task.add_done_callback(lambda _: self._forget(handler))
        return handler, session

    def _forget(self, handler: BrokerProtocolHandler) -> None:
        self._conversations.pop(handler, None)
        self._ready.discard(handler)

    async def _refusal(self, connect: ConnectPacket) -> int | None:
        """Return MQTT's code for why this client may not connect, or None; when it may, its session is free."""
        if (connect.proto_name, connect.proto_level) != ("MQTT", 4):
            return UNACCEPTABLE_PROTOCOL_VERSION
        user, client_id = connect.username or "", connect.client_id or ""
        account = self._accounts.get(user)
        if account is None or not account.has_password(connect.password or ""):
            logger.warning("connection refused, wrong user name or password")
            return NOT_AUTHORIZED
        if not client_id.startswith(user) or not await self._make_room(client_id, user):
            logger.warning("connection refused, its client id does not begin with its user name user=%s", user)
            return IDENTIFIER_REJECTED
        return None

    async def _make_room(self, client_id: str, user: str) -> bool:
        """End what goes on under this client id, or return False if it is not this user's to end.

        `h1` and `h12` may both call themselves `h12-x`. It belongs to the user whose name is the longer.
        """
        while client_id in self._sessions:
            session, handler = self._sessions[client_id]
            holder = session.username or ""
            if holder != user and len(holder) > len(user):
                return False
            if holder != user:
                await self._hang_up(session, handler)
                await self._delete_session(client_id)
            elif session.transitions.is_connected():
                await self._hang_up(session, handler)
            else:
                break
        return True

    async def _hang_up(self, session: Session, handler: BrokerProtocolHandler) -> None:
        """End a connection as if the line had broken, and return when all about it is done.

        amqtt's own take-over lets the old connection mark the new one as disconnected, which is then deaf.
        """
        conversation = self._conversations.get(handler)
        await handler.handle_connection_closed()
        await self._stop_handler(handler)
        if conversation is not None and conversation is not asyncio.current_task():
            _, late = await asyncio.wait({conversation}, timeout=_FAREWELL_SECONDS)
            if late:
                conversation.cancel()
                await asyncio.wait(late)
        session.transitions.disconnect()

    async def _client_message_loop(self, client_session: Session, handler: BrokerProtocolHandler) -> None:
        self._ready.add(handler)
        await super()._client_message_loop(client_session, handler)
        # after a forbidden topic amqtt leaves the loop, and the session counts as connected for ever
        if client_session.transitions.is_connected() and self._get_handler(client_session) is handler:
            client_session.transitions.disconnect()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        # before its message loop runs amqtt replays what *others* subscribed to; MQTT replays at a SUBSCRIBE only
        if self._get_handler(session) in self._ready:
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def _authenticate(self, session: Session, _: ListenerConfig) -> bool:
        return session.username in self._accounts

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        account = self._accounts.get(session.username or "")
        if account is None:
            return False
        return account.may_publish(topic) if action is Action.PUBLISH else account.may_subscribe(topic)

    async def _broadcast_message(
        self,
        session: Session | None,
        topic: str | None,
        data: bytes | bytearray | None,
        force_qos: int | None = None,
    ) -> None:
        # last wills come by here and are checked nowhere else
        if (
            topic
            and data is not None
            and (session is None or await self._topic_filtering(session, topic, Action.PUBLISH))
        ):
            await super()._broadcast_message(session, topic, data, force_qos)

    async def retain_message(
        self,
        source_session: Session | None,
        topic_name: str | None,
        data: bytes | bytearray | None,
        qos: int | None = None,
    ) -> None:
        """Keep a message for later subscribers if its sender may publish it."""
        if topic_name and (
            source_session is None or await self._topic_filtering(source_session, topic_name, Action.PUBLISH)
        ):
            await super().retain_message(source_session, topic_name, data, qos)


class _WatchedReader(ReaderAdapter):
    """Ends a connection that sends too much at once, or nothing for longer than its keep-alive."""

    def __init__(self, reader: ReaderAdapter) -> None:
        self._reader = reader
        self._timed_out = False

    async def read(self, n: int = -1) -> bytes:
        if self._timed_out:
            raise AMQTTError("silent for longer than its keep-alive")
        if n > MAX_FOREIGN_PAYLOAD_BYTES:
            raise AMQTTError(f"a packet of more than {MAX_FOREIGN_PAYLOAD_BYTES} bytes")
        try:
            return await self._reader.read(n)
        except asyncio.CancelledError:
            # amqtt's time-out cancels the read, and would go on with the next as if nothing had happened
            self._timed_out = True
            raise

    def feed_eof(self) -> None:
        self._reader.feed_eof()


async def _read_connect(reader: ReaderAdapter) -> bytes:
    """Return the whole first packet, or raise AMQTTError if it is not a CONNECT of a decent size that comes in time."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            header = await MQTTFixedHeader.from_stream(reader)
            if header is None or header.packet_type != CONNECT or header.remaining_length > MAX_CONNECT_BYTES:
                raise AMQTTError("the first packet is not a CONNECT")
            return header.to_bytes() + await read_or_raise(reader, header.remaining_length)
    except (TimeoutError, MQTTError, CodecError, NoDataError) as problem:
        raise AMQTTError("no CONNECT came") from problem


async def _parse(packet: bytes) -> ConnectPacket:
    try:
        return await ConnectPacket.from_stream(BufferReader(packet))
    except (MQTTError, CodecError, NoDataError) as problem:
        raise AMQTTError("the CONNECT cannot be read") from problem

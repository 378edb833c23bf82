"""All other services, by Apprise: for extras beside a channel of linli's own.

Apprise looks at the HTTP status alone for many services, so that a message that was refused in the body counts as sent.
"""

import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.network import Deadline
from alerts.message import Message
from linli.people import Channel

if TYPE_CHECKING:
    import apprise

AT_ONCE = 8
NO_SERVICE = "Apprise knows no service for this address"
REFUSED = "Apprise could not deliver it"
FULL = "too many messages by Apprise are under way"
FAULT = "Apprise failed"


class Extra:
    """Sends through Apprise. `limit` is for one try as a whole: one that takes longer is left behind in its thread."""

    def __init__(self, limit: timedelta = SEND_LIMIT, at_once: int = AT_ONCE) -> None:
        self._limit = limit
        self._slots = threading.BoundedSemaphore(at_once)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Send one message; a true answer of Apprise is all there is to go by."""
        deadline = Deadline(self._limit)
        if not self._slots.acquire(timeout=self._limit.total_seconds() / 2):
            return Answer(Verdict.LATER, FULL)
        answer: Future[Answer] = Future()
        # not a pool: its threads would be waited for when the program ends, and Apprise knows no end
        threading.Thread(target=self._fulfil, args=(answer, message, channel), name="apprise", daemon=True).start()
        try:
            return answer.result(timeout=deadline.left())
        except (Late, TimeoutError):
            return Answer(Verdict.UNKNOWN, "no answer in time")

    def _fulfil(self, answer: "Future[Answer]", message: Message, channel: Channel) -> None:
        try:
            answer.set_result(_notify(message, channel.address))
        finally:
            if not answer.done():
                answer.set_result(Answer(Verdict.UNKNOWN, FAULT))
            self._slots.release()


def _notify(message: Message, address: str) -> Answer:
    service = _service(address)
    if service is None:
        return Answer(Verdict.NEVER, NO_SERVICE)
    said = service.notify(title=message.subject, body=f"{message.short}\n{message.page}".strip(), body_format="text")
    return Answer(Verdict.ACCEPTED) if said else Answer(Verdict.LATER, REFUSED)


def _service(address: str) -> "apprise.Apprise | None":
    """Return Apprise with one service, None if it knows none for the address."""
    import apprise  # noqa: PLC0415 - reading it takes a second, and most need none of it

    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they log holds addresses and keys
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY, secure_logging=True)
    service = apprise.Apprise(asset=asset)
    return service if service.add(address) and len(service) == 1 else None


def is_service(kind: str) -> bool:
    """Tell whether Apprise knows what an address of this kind begins with. Takes a second the first time."""
    from apprise.manager_plugins import NotificationManager  # noqa: PLC0415

    return kind in NotificationManager().schemas()  # type: ignore[no-untyped-call]  # not annotated there

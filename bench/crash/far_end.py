"""The far ends: a channel whose receivers survive the kill, since what reaches them is in the journal."""

from collections.abc import Callable

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from bench.crash.journal import Journal
from bench.crash.points import Points
from linli.people import Channel

BROKEN = "broken"
"""The address of a far end that refuses everything for the time being."""


class FarEnd:
    """Takes every message down and accepts it, but at a broken address. `on_receipt` is told while linli still waits."""

    def __init__(self, journal: Journal, points: Points, on_receipt: Callable[[str], None]) -> None:
        self._journal = journal
        self._points = points
        self._on_receipt = on_receipt

    def send(self, message: Message, channel: Channel) -> Answer:
        """Receive, then answer: a kill may come before, between and after."""
        told = message.key.partition(".")[2]
        is_broken = channel.address == BROKEN
        with self._points.around(f"sending {told}"):
            self._journal.write("refused" if is_broken else "received", message.key, channel.person)
        self._on_receipt(channel.person)
        with self._points.around(f"answering {told}"):
            self._journal.write("answered", message.key, channel.person)
        return Answer(Verdict.LATER, "HTTP 503") if is_broken else Answer(Verdict.ACCEPTED)

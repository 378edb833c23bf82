"""The in-app inbox: the person's own page, which shows whatever they are asked for as soon as that is stored."""

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from linli.people import Channel


class Inbox:
    """Accepts everything; the page reads the alert and its requests, no message."""

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002 - the page shows it already
        """Say that it is there."""
        return Answer(Verdict.ACCEPTED)

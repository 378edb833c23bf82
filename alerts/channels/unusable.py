"""A channel that linli cannot send by: the person's next channel is used, and staff see why."""

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from linli.people import Channel


class Unusable:
    """Refuses everything with one reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002 - whatever it is
        """Say why not."""
        return Answer(Verdict.NEVER, self._reason)

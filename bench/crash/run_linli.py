"""`linli run`, whole and real, but with its points counted and one of them fatal; started by `mosquitto.py` alone."""

import os
from pathlib import Path

from alerts.channels.base import Answer
from alerts.channels.webhook import Webhook
from alerts.message import Message
from bench.crash.journal import Journal
from bench.crash.points import Points, count_commits
from ingest.gateway import Gateway, Ticket
from linli.cli import main
from linli.people import Channel

FOLDER = "CRASH_JOURNAL"
FATAL = "CRASH_AT"
"""What tells this process where its journal is and which point is fatal. The product knows neither."""


def _count_calls(points: Points) -> None:
    send, acknowledge = Webhook.send, Gateway.acknowledge

    def send_counted(webhook: Webhook, message: Message, channel: Channel) -> Answer:
        with points.around(f"sending {message.key.partition('.')[2]}"):
            return send(webhook, message, channel)

    def acknowledge_counted(gateway: Gateway, ticket: Ticket) -> None:
        with points.around("acknowledging"):
            acknowledge(gateway, ticket)

    Webhook.send = send_counted  # type: ignore[assignment, method-assign]  # this process is ours alone
    Gateway.acknowledge = acknowledge_counted  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    journal = Journal(Path(os.environ[FOLDER]))
    journal.write("life", os.environ[FATAL])
    counted = Points(journal, os.environ[FATAL])
    count_commits(counted)
    _count_calls(counted)
    main()

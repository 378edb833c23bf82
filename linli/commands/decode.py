"""`linli decode TOPIC`: what ingest makes of a message; needs no installation."""

import sys
from typing import Annotated

import msgspec
import typer

from ingest.reading import read
from linli.clock import SystemClock
from linli.wire import Heard


def command(topic: Annotated[str, typer.Argument(help="The topic on which the message came.")]) -> None:
    """Print what linli makes of a message: its payload on standard input, the answer as one JSON object."""
    heard = read(topic, sys.stdin.buffer.read(), SystemClock().now())
    sys.stdout.buffer.write(msgspec.json.encode(_told(heard)) + b"\n")


def _told(heard: Heard) -> dict[str, object]:
    said_nothing = not (heard.readings or heard.availability or heard.ignored or heard.rejected)
    return {
        "signals": [
            {
                "device": reading.device,
                "kind": reading.kind,
                "value": reading.value,
                "at": reading.at.isoformat() if reading.at else None,
            }
            for reading in heard.readings
        ],
        "availability": heard.availability,
        "ignored": "nothing in it for linli" if said_nothing else heard.ignored,
        "rejected": heard.rejected,
    }

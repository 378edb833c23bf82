"""`linli decode TOPIC`: what ingest makes of a message; needs no installation."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ingest.reading import read
from linli.clock import SystemClock
from linli.signals import Total
from linli.wire import Heard

_A_COUNT = "a meter's count so far: what it has counted since the one before is the signal"


def command(
    topic: Annotated[str, typer.Argument(help="The topic on which the message came.")],
    data: Annotated[  # noqa: ARG001 - every command takes it; what a message means is the same in each folder
        Path | None, typer.Option("--data", help="Not looked at: a message means the same in every installation.")
    ] = None,
) -> None:
    """Print what linli makes of a message: its payload on standard input, the answer as one JSON object."""
    heard = read(topic, sys.stdin.buffer.read(), SystemClock().now())
    sys.stdout.buffer.write(msgspec.json.encode(_told(heard)) + b"\n")


def _told(heard: Heard) -> dict[str, object]:
    readings = [reading for reading in heard.readings if not isinstance(reading.value, Total)]
    said_nothing = not (readings or heard.availability or heard.ignored or heard.rejected)
    nothing = _A_COUNT if heard.readings else "nothing in it for linli"
    return {
        "signals": [
            {
                "device": reading.device,
                "kind": reading.kind,
                "value": reading.value,
                "at": reading.at.isoformat() if reading.at else None,
            }
            for reading in readings
        ],
        "availability": heard.availability,
        "ignored": nothing if said_nothing else heard.ignored,
        "rejected": heard.rejected,
    }

"""Who subscribes in `bench ingest`: linli, the two that only count, and the two that people store signals with today.

Each is started on a broker that runs, and says at which moment it had taken so many messages: a counter once it has
received them, a store once another connection can read them. One that is not installed says so and is left out.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.flood import SITES
from bench.home_assistant import home_assistant
from bench.node_red import node_red
from bench.program import Neighbourhood, Program
from bench.stored import when_stored
from linli.data_dir import DataDir
from linli.keys import Keys
from linli.own_broker import OWN_USER

_LEFT_OVER_SECONDS = 1.0
OURS = ("linli", "linli, one for each site")

Taken = Callable[[int], float]
"""Waits until a subscriber has taken so many messages since it was started; returns the moment, in seconds since 1970."""


@dataclass(frozen=True)
class Rival:
    """One subscriber. `share` of the messages is sent to it; `missing` says why it cannot take part, or nothing."""

    name: str
    run: Callable[[int, Path, Sequence[int]], AbstractContextManager[Taken]]
    share: float = 1.0
    missing: str = ""


def all_rivals(homes: int) -> list[Rival]:
    """Return linli first, and the others behind it."""
    node, hass = os.environ.get("BENCH_NODE_RED", ""), os.environ.get("BENCH_HASS", "")
    return [
        Rival(OURS[0], lambda port, folder, _: _linli(port, folder, homes)),
        Rival(OURS[1], lambda port, folder, _: _by_site(port, folder, homes)),
        Rival("paho v5, counting", lambda port, _, counts: _counter(_PAHO, port, counts)),
        Rival("C, counting", _counting_c, missing=_c_is_missing()),
        Rival(
            "Node-RED, SQLite with WAL",
            lambda port, folder, _: node_red(port, folder, Path(node)),
            0.25,
            ""
            if node
            else "BENCH_NODE_RED names no folder in which npm has installed node-red and node-red-node-sqlite",
        ),
        Rival(
            "Home Assistant, recorder",
            lambda port, folder, _: home_assistant(port, folder, hass, homes),
            0.25,
            "" if hass else "BENCH_HASS names no program `hass`",
        ),
    ]


_PAHO = (sys.executable, "-m", "bench.counting")


def _c_is_missing() -> str:
    if shutil.which("gcc") is None:
        return "gcc is not installed"
    looked = subprocess.run(
        ["gcc", "-E", "-x", "c", "-"], input=b"#include <mosquitto.h>", capture_output=True, check=False
    )
    return "libmosquitto-dev is not installed" if looked.returncode else ""


@contextmanager
def _counting_c(port: int, folder: Path, counts: Sequence[int]) -> Iterator[Taken]:
    program = folder / "counting"
    source = Path(__file__).with_name("counting.c")
    subprocess.run(["gcc", "-O2", "-o", str(program), str(source), "-lmosquitto"], check=True)
    with _counter((str(program),), port, counts) as taken:
        yield taken


@contextmanager
def _counter(words: Sequence[str], port: int, counts: Sequence[int]) -> Iterator[Taken]:
    """Run a program that counts, and read the moments that it prints."""
    command = [*words, str(port), *map(str, counts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as counter:
        assert counter.stdout is not None
        told = counter.stdout
        told.readline()
        try:
            yield lambda _: float(told.readline())
        finally:
            counter.terminate()


@contextmanager
def _linli(port: int, folder: Path, homes: int) -> Iterator[Taken]:
    """Run one linli for all sites."""
    neighbourhoods = [Neighbourhood(homes, site=site, first=n, every=len(SITES)) for n, site in enumerate(SITES)]
    with _running(port, folder, neighbourhoods) as taken:
        yield taken


@contextmanager
def _by_site(port: int, folder: Path, homes: int) -> Iterator[Taken]:
    """Run a linli for each site, all on one broker."""
    with ExitStack() as around:
        all_taken = [
            around.enter_context(
                _running(port, folder / site, [Neighbourhood(homes, site=site, first=n, every=len(SITES))])
            )
            for n, site in enumerate(SITES)
        ]
        yield lambda count: max(taken(count // len(SITES)) for taken in all_taken)


@contextmanager
def _running(port: int, folder: Path, neighbourhoods: Sequence[Neighbourhood]) -> Iterator[Taken]:
    program = Program(folder, mqtt=f"mqtt://127.0.0.1:{port}", environment={"LINLI_MQTT_SITES": "listed"})
    for neighbourhood in neighbourhoods:
        program.settle(neighbourhood)
    program.start()
    try:
        yield lambda count: when_stored(program.data / "signals.db", "signal", count)
    finally:
        program.stop()
    client_id = Keys(DataDir(program.data).secret()).client_id(OWN_USER)
    assert not _left_over(port, client_id), "linli has stored messages that it has not acknowledged"


def _left_over(port: int, client_id: str) -> int:
    """Return how many messages the broker still keeps for a session: stored, but not acknowledged."""
    seen = 0

    def on_message(*_: object) -> None:
        nonlocal seen
        seen += 1

    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=MQTTProtocolVersion.MQTTv311
    )
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_start()
    time.sleep(_LEFT_OVER_SECONDS)
    client.disconnect()
    client.loop_stop()
    return seen

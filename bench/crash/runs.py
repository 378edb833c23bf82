"""Runs: a scenario lived through by real processes, one after the other, each forked from one that is warm already.

A fork costs some milliseconds where a start of Python with all of linli costs seconds. The parent has no threads and no
store open when it forks.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from bench.crash import town
from bench.crash.journal import Line, lives, read
from bench.crash.life import Life, Order
from bench.crash.looks import Look, look, stored_signals
from bench.crash.scenarios import Scenario
from ingest.intake import Arrived
from linli.alert import Outcome
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.people import Channel, Person
from linli.settings import Settings
from linli.store import roster as roster_store

LONGEST_LIFE_SECONDS = 60
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a kill loses nothing there, and each commit is a hundred times cheaper


@dataclass(frozen=True)
class Run:
    """What is left of a run: how each life ended, its journal life by life, and the stores after each of them."""

    scenario: Scenario
    order: Order
    fatal: tuple[str, ...]
    ends: tuple[str, ...]
    lives: list[list[Line]]
    looks: tuple[Look, ...]
    signals: int

    @property
    def points(self) -> list[str]:
        """Return the points that the last life reached, in order, each side by itself."""
        return [line["name"] for line in self.lives[-1] if line["what"] == "point"]

    @property
    def kills(self) -> int:
        """Return how often the process was killed."""
        return sum(line["what"] == "killed" for life in self.lives for line in life)


def workshop() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for the runs, in memory where that is to be had."""
    return tempfile.TemporaryDirectory(prefix="linli-crash-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)


def run(shop: Path, scenario: Scenario, order: Order, fatal: Sequence[str] = ()) -> Run:
    """Live through a scenario, one life for each fatal point and one to the end."""
    folder = Path(tempfile.mkdtemp(dir=shop))
    try:
        if scenario.is_settled:
            shutil.copytree(settled(shop, scenario.people), folder, dirs_exist_ok=True)
        ends, looks = [], []
        for point in (*fatal, ""):
            ends.append(_live(folder, scenario, order, point))
            looks.append(look(folder))
        return Run(
            scenario, order, tuple(fatal), tuple(ends), lives(read(folder)), tuple(looks), stored_signals(folder)
        )
    finally:
        shutil.rmtree(folder)


def settled(shop: Path, people: Sequence[Person]) -> Path:
    """Return a folder in which an installation has been set up and its roster stored; made once for all runs."""
    folder = shop / "-".join(["settled", *(person.person for person in people)])
    if not folder.exists():
        made = Path(tempfile.mkdtemp(dir=shop))
        _fork(made, lambda: _settle(made, people).close())
        made.rename(folder)
    return folder


def _settle(folder: Path, people: Sequence[Person]) -> Core:
    core = build(Settings(), DataDir(folder), VirtualClock(town.NINE), "http://linli.example", {"webhook": _Nobody()})
    with core.care.begin() as connection:
        roster_store.save(connection, town.HOMES, town.DEVICES, people)
    return core


def warm_up() -> None:
    """Live a little in this process, without threads: what Python does only once, no fork of it has to do again."""
    with workshop() as folder:
        core = _settle(Path(folder), town.PEOPLE)
        core.refresh()
        core.warm()
        now = core.clock.now()
        core.pipeline.take_in([Arrived(f"linli/v1/{town.SITE}/home-7/button/sos", b"pressed", now)])
        (alert,) = core.desk.open_alerts()
        core.sender.deliver_due(now)
        core.desk.accept(alert.id, "ana")
        core.desk.close(alert.id, "ana", Outcome.HELPED)
        core.sender.deliver_due(now)
        core.pipeline.tick(now)
        core.pipeline.next_due(now)
        core.close()


class _Nobody:
    """A far end that takes everything."""

    def send(self, _message: Message, _channel: Channel) -> Answer:
        """Accept."""
        return Answer(Verdict.ACCEPTED)


def _live(folder: Path, scenario: Scenario, order: Order, fatal: str) -> str:
    return _fork(folder, lambda: Life(folder, scenario, order, fatal).run())


def _fork(folder: Path, live: Callable[[], None]) -> str:
    """Do something in a process of its own; return how that ended: `well`, `killed`, or what went wrong."""
    child = os.fork()
    if child == 0:
        _be_the_child(folder, live)
    patience = time.monotonic() + LONGEST_LIFE_SECONDS
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > patience:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return f"no end within {LONGEST_LIFE_SECONDS} s"
        time.sleep(0.002)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "killed"
    return "well" if status == 0 else (folder / "said").read_text(encoding="utf-8")[-3000:]


def _be_the_child(folder: Path, live: Callable[[], None]) -> NoReturn:
    """Live, and end without a word to whatever the parent has open."""
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    status = 1
    try:
        live()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent must hear of it and this process must end here
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)

"""The life of a whole community as a stream of messages in the order in which they are sent, one day at a time.

The stream depends on community, seed, faults and incidents alone: not on how far or how fast it is read, nor on
where it begins. A home or an incident more changes nothing in the messages of the other homes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import from_millis, millis
from linli.people import Home
from linli.signals import Kind, Signal
from linli.wire import availability_topic, signal_topic, write_payload
from simulators.community import Community
from simulators.faults import MAX_DRIFT_MS, Faults
from simulators.household import Household, households_of
from simulators.incidents import Incident
from simulators.page import Array, Column, Event, Page
from simulators.sensors import Frame, frame_around, frame_of

_SENT_LATE_MS = 600_000
"""How long after the end of a day the last of its messages may be sent: timers, duplicates, the end of a held batch."""


def events(
    community: Community,
    seed: int,
    start: datetime,
    until: datetime,
    incidents: Sequence[Incident] = (),
    faults: Faults | None = None,
) -> Iterator[Event]:
    """Yield what the community's devices publish in [start, until), in the order of sending.

    First each device says whether it is online. A day of all homes is held in memory at a time, about 60 bytes a
    message; nothing of a day is computed before the day is reached.
    """
    homes = households_of(community, seed, incidents, faults)
    yield from _births(homes, start)
    for page, row in _rows(homes, _by_sending, millis(start), millis(until)):
        yield page.event(row)


def signals(
    community: Community,
    seed: int,
    start: datetime,
    until: datetime,
    incidents: Sequence[Incident] = (),
    faults: Faults | None = None,
) -> Iterator[Signal]:
    """Yield what a store should hold of [start, until), in the order of the homes' own time, nothing twice."""
    homes = households_of(community, seed, incidents, faults)
    told: tuple[int, int] | None = None
    for page, row in _rows(homes, _by_own_time, millis(start), millis(until), slack=MAX_DRIFT_MS):
        signal, which = page.signal(row), (page.home[row], page.serial[row])
        if signal is not None and which != told:
            told = which
            yield signal


def load_events(
    homes: Sequence[Home], per_minute: float, seed: int, start: datetime, until: datetime
) -> Iterator[Event]:
    """Yield a plain load: each home sees movement in the living room so many times a minute, evenly spread.

    The homes take turns in an order that the seed decides; memory does not grow with the time.
    """
    order = np.random.default_rng(seed).permutation(len(homes))
    rate = per_minute * len(homes)
    number, at = 0, start
    while at < until:
        home = homes[order[number % len(homes)]]
        device, key = "living-room-motion", f"load-{number:x}"
        signal = Signal(home.home, device, Kind.MOTION, "on", at, at, key, "living-room")
        topic = signal_topic(home.site, home.home, device, Kind.MOTION)
        yield Event(at, topic, write_payload("on", at=at, id=key), signal=signal)
        number += 1
        at = start + timedelta(minutes=number / rate)


def _births(homes: Sequence[Household], start: datetime) -> Iterator[Event]:
    moment = millis(start)
    for household in homes:
        home = household.home
        words = household.words_at(moment, frame_around(start, home.zone))
        for device, word in words.items():
            yield Event(start, availability_topic(home.site, home.home, device), word.encode(), retain=True)


def _by_sending(page: Page) -> Array:
    return page.send


def _by_own_time(page: Page) -> Array:
    return page.at


def _rows(
    homes: Sequence[Household], column: Column, begins: int, ends: int, slack: int = 0
) -> Iterator[tuple[Page, int]]:
    """Yield rows in the order of a column within [begins, ends); a day reaches at most `slack` before its beginning."""
    page = Page(homes)
    for frame in _frames(homes[0].home.zone, begins - _SENT_LATE_MS, ends + slack):
        page.write(frame)
        complete = frame.ends - slack
        for row in page.in_order(column, begins, min(ends, complete)):
            yield page, row
        page = page.rest(column, complete)
    for row in page.in_order(column, begins, ends):
        yield page, row


def _frames(zone: ZoneInfo, begins: int, ends: int) -> Iterator[Frame]:
    frame = frame_around(from_millis(begins), zone)
    while frame.begins < ends:
        yield frame
        frame = frame_of(frame.day + timedelta(days=1), zone)

"""A day of messages in columns, and one message as it is published."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import repeat
from typing import NamedTuple, TypeAlias

import numpy as np

from linli.clock import from_millis
from linli.signals import Kind, Signal, Value
from linli.wire import availability_topic, signal_topic, write_payload
from simulators.household import Household
from simulators.sensors import Frame

_ROWS_AT_ONCE = 4096
_SERIAL_BITS = 20
_NEVER = 1 << 62

Array: TypeAlias = "array[int]"


class Event(NamedTuple):
    """One message to publish; `signal` is what the store should hold of it, None for an availability.

    `site` where the topic does not name it.

    A tuple, as millions are made: it costs a quarter of a frozen dataclass.
    """

    send_at: datetime
    topic: str
    payload: bytes
    retain: bool = False
    signal: Signal | None = None
    site: str = ""


class Page:
    """A day of all homes in columns: a few dozen bytes a message where objects would need hundreds."""

    def __init__(self, homes: Sequence[Household]) -> None:
        self.homes = homes
        self.send = array("q")
        self.at = array("q")
        self.home = array("l")
        self.serial = array("q")
        self.devices: list[str] = []
        self.kinds: list[Kind | None] = []
        self.values: list[Value] = []

    def write(self, frame: Frame) -> None:
        """Write down what all homes send of a home-day."""
        first = frame.day.toordinal() << _SERIAL_BITS
        for home, household in enumerate(self.homes):
            messages = household.messages(frame)
            if not messages:
                continue
            sends, ats, _, _, devices, kinds, values, numbers = zip(*messages, strict=True)
            self.send.extend(sends)
            self.at.extend(ats)
            self.home.extend(repeat(home, len(messages)))
            self.serial.extend([first | number for number in numbers])
            self.devices.extend(devices)
            self.kinds.extend(kinds)
            self.values.extend(values)

    def rest(self, column: "Column", begins: int) -> "Page":
        """Return a page with the rows whose column is `begins` or later."""
        page, rows = Page(self.homes), list(self.in_order(column, begins, _NEVER))
        page.send.extend(self.send[row] for row in rows)
        page.at.extend(self.at[row] for row in rows)
        page.home.extend(self.home[row] for row in rows)
        page.serial.extend(self.serial[row] for row in rows)
        page.devices.extend(self.devices[row] for row in rows)
        page.kinds.extend(self.kinds[row] for row in rows)
        page.values.extend(self.values[row] for row in rows)
        return page

    def in_order(self, column: "Column", begins: int, ends: int) -> Iterator[int]:
        """Yield the rows whose column lies in [begins, ends), in its order; equal ones as they were written."""
        moments = np.array(column(self), dtype=np.int64)
        order = np.argsort(moments, kind="stable")
        low, high = np.searchsorted(moments, [begins, ends], sorter=order)
        for first in range(int(low), int(high), _ROWS_AT_ONCE):
            yield from order[first : min(first + _ROWS_AT_ONCE, int(high))].tolist()

    def event(self, row: int) -> Event:
        """Return a row as it is published."""
        home, signal = self.homes[self.home[row]].home, self.signal(row)
        if signal is None:
            topic = availability_topic(home.site, home.home, self.devices[row])
            return Event(from_millis(self.send[row]), topic, str(self.values[row]).encode(), retain=True)
        topic = signal_topic(home.site, home.home, signal.device, signal.kind)
        payload = write_payload(signal.value, at=signal.at, id=signal.key)
        return Event(signal.received_at, topic, payload, signal=signal)

    def signal(self, row: int) -> Signal | None:
        """Return what the store should hold of a row, None for an availability."""
        household, device, kind = self.homes[self.home[row]], self.devices[row], self.kinds[row]
        if kind is None:
            return None
        at, sent, key = from_millis(self.at[row]), from_millis(self.send[row]), f"{self.serial[row]:x}"
        return Signal(household.home.home, device, kind, self.values[row], at, sent, key, household.rooms[device])


Column = Callable[[Page], Array]

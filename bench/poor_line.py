"""A poor line between two networks of their own: slow, far and lossy, packet by packet, where the kernel has no netem.

Each end is a TUN device, so that both ends speak the kernel's own TCP over it. Linux with user namespaces only.
"""

import fcntl
import os
import queue
import random
import struct
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

_TUNSETIFF = 0x400454CA
_IFF_TUN_WITHOUT_HEADER = 0x1001
_LONGEST_PACKET = 1500
_WAITING_AT_MOST = 50
"""Packets that a cell's queue holds; what comes then is lost."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How bad a line is, each way: bits in a second, seconds on the way, and the share of packets that get lost."""

    bits_a_second: float = 400_000
    seconds: float = 0.2
    loss: float = 0.05


def open_end(address: str, name: str) -> int:
    """Make this network's end of a line; return what its packets are read from and written to."""
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN_WITHOUT_HEADER))
    for words in (
        ("addr", "add", f"{address}/24", "dev", name),
        ("link", "set", name, "up"),
        ("link", "set", "lo", "up"),
    ):
        subprocess.run(["ip", *words], check=True)
    return end


def join(one: int, other: int, quality: Quality, seed: int) -> None:
    """Carry packets both ways for as long as the program runs."""
    _Way(one, other, quality, random.Random(seed)).start()  # noqa: S311 - repeatable, not secret
    _Way(other, one, quality, random.Random(seed + 1)).start()  # noqa: S311 - see above


class _Way:
    """One direction of a line."""

    def __init__(self, begin: int, end: int, quality: Quality, chance: random.Random) -> None:
        self._begin, self._end, self._quality, self._chance = begin, end, quality, chance
        self._waiting: queue.Queue[bytes] = queue.Queue(_WAITING_AT_MOST)
        self._flying: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def start(self) -> None:
        """Begin to carry."""
        for part in (self._take, self._transmit, self._arrive):
            threading.Thread(target=part, daemon=True, name=part.__name__.strip("_")).start()

    def _take(self) -> None:
        with suppress(OSError):  # the line has been taken away
            self._take_each()

    def _take_each(self) -> None:
        while packet := os.read(self._begin, _LONGEST_PACKET):
            if self._chance.random() >= self._quality.loss and not self._waiting.full():
                self._waiting.put(packet)

    def _transmit(self) -> None:
        while True:
            packet = self._waiting.get()
            time.sleep(len(packet) * 8 / self._quality.bits_a_second)
            self._flying.put((time.monotonic() + self._quality.seconds, packet))

    def _arrive(self) -> None:
        while True:
            due, packet = self._flying.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):  # see above
                os.write(self._end, packet)

"""Sending one batch: a part that is too big is halved, and what the server will never take is found line by line."""

from collections.abc import Callable, Iterator

from linli.store.influx_signals.faults import Refused, TooBig


def send(lines: bytes, write: Callable[[bytes], None]) -> list[tuple[bytes, str]]:
    """Have lines written and return those that were refused, each with the server's words.

    A server that refuses a batch may have taken the rest of it or nothing, so each half is sent again: a point that it
    has is the same point. Raises what `write` raises where the server cannot take anything now.
    """
    return list(_sent(lines, write)) if lines else []


def _sent(lines: bytes, write: Callable[[bytes], None]) -> Iterator[tuple[bytes, str]]:
    try:
        write(lines)
    except (Refused, TooBig) as why:
        middle = lines.find(b"\n", len(lines) // 2)
        if middle < 0:
            middle = lines.rfind(b"\n", 0, len(lines) // 2)
        if middle < 0:
            yield lines, str(why)
            return
        yield from _sent(lines[:middle], write)
        yield from _sent(lines[middle + 1 :], write)

"""The signal store with an InfluxDB behind it: the window answers for the last days, the server for what is older."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from pathlib import Path

from linli.clock import Clock, SystemClock, millis
from linli.errors import StoreDown
from linli.signals import Kind, Signal, Value
from linli.store.influx_signals.address import Address
from linli.store.influx_signals.lines import MEASUREMENT, literal, signal_in
from linli.store.influx_signals.questions import ask, where
from linli.store.influx_signals.schema import EVER, LONG_AGO
from linli.store.influx_signals.server import Server
from linli.store.influx_signals.spool import Spooled
from linli.store.influx_signals.window import STRIDE_MS, Reach, Window, wrong_in
from linli.store.sqlite_signals.store import BUSY


class InfluxSignalStore:
    """What `linli.store.signals` promises. Nothing is sent by itself: that is `Delivery`.

    While the server does not answer, `recent` and `oldest` tell what the window has, for who looks at a page must see
    the last days; `between` and `count` raise StoreDown rather than leave out what is older.
    """

    def __init__(self, path: Path, address: Address, *, clock: Clock | None = None, busy: timedelta = BUSY) -> None:
        self._path = path
        self.window = Window(path, clock or SystemClock(), busy=busy)
        self.server = Server(address)

    def append(self, signals: Sequence[Signal]) -> int:
        """Store and queue signals in one transaction that is on the disk when this returns; asks no server."""
        return self.window.append(signals)

    def recent(
        self,
        home: str,
        *,
        kind: Kind | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> list[Signal]:
        """Return a home's signals, newest first; the server is asked only if the window has too few."""
        begin, end = _span(since, until)
        # first here, then there: what leaves the window meanwhile is found there
        here = self.window.recent(home, kind=kind, since=since, until=until, limit=limit)
        reach = self.window.reach(begin, end, home)
        new = [one for one in here if millis(one.at) >= reach.horizon]
        if len(new) == limit or reach.is_here_alone(begin):
            return here
        old = [one for one in here if millis(one.at) < reach.horizon]
        old += [one for one in reach.late if kind in {None, one.kind}]
        with suppress(StoreDown):
            old += self._newest(home, kind, begin, min(end, reach.horizon, reach.newest + 1), limit, reach)
        distinct = {_key(one): one for one in old}
        return [*new, *sorted(distinct.values(), key=_order, reverse=True)][:limit]

    def at_hand(self, home: str, *, limit: int) -> list[Signal]:
        """Return a home's newest signals in the window, without what is late: the server may have some between."""
        here = self.window.recent(home, limit=limit)
        horizon = self.window.horizon()
        return [one for one in here if millis(one.at) >= horizon]

    def _newest(self, home: str, kind: Kind | None, begin: int, end: int, limit: int, reach: Reach) -> list[Signal]:
        """Return at least so many of a home's newest signals at the server, the last millisecond whole."""
        named = _named(home, kind)
        rows = self.server.look(ask(begin, end, named, f"ORDER BY time DESC LIMIT {limit}"))
        found = [signal_in(row) for row in rows]
        if len(found) == limit:
            last = millis(found[-1].at)
            found = [one for one in found if millis(one.at) > last]
            found += [signal_in(row) for row in self.server.look(ask(last, last + 1, named))]
        return [one for one in found if not _is_hidden(one, reach)]

    def between(self, since: datetime | None, until: datetime | None, home: str | None = None) -> Iterator[Signal]:
        """Yield signals in time order: the server's in one stream, then the window's.

        Raises StoreDown where the server is needed and does not answer, also half way.
        """
        at, end = _span(since, until)
        end = min(end, self.window.last(home) + 1)
        stride = STRIDE_MS
        while at < end:
            if at < self.window.horizon():
                reach = self.window.reach(at, end, home)
                there = self._stream(at, min(end, reach.horizon, reach.newest + 1), home, reach)
                yield from _in_order(there, reach.late)
                at = reach.horizon
            elif (found := self.window.stretch(at, end, home, stride)) is not None:
                signals, at, stride = found
                yield from signals

    def _stream(self, begin: int, end: int, home: str | None, reach: Reach) -> Iterator[Signal]:
        if begin >= end or reach.is_here_alone(begin):
            return
        named = _named(home, None)
        for _, rows in self.server.read(ask(begin, end, named, "ORDER BY time")):
            for row in rows:
                signal = signal_in(row)
                if not _is_hidden(signal, reach):
                    yield signal

    def earlier_arrival(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the latest moment of an equal reading with this key; the server is asked only for before the window."""
        here = self.window.earlier_arrival(home, device, kind, value, key, since=since)
        begin = millis(since)
        reach = self.window.reach(begin, begin, home)
        if here is not None or reach.is_here_alone(begin):
            return here
        named = [*_named(home, kind), f'"device" = {literal(device)}']
        there = self._stream_named(begin, min(reach.horizon, reach.newest + 1), named)
        equal = (one for one in there if one.key == key and one.value == value and not _is_hidden(one, reach))
        return next((one.at for one in equal), None)

    def _stream_named(self, begin: int, end: int, named: list[str]) -> Iterator[Signal]:
        """Yield signals, newest first."""
        for row in self.server.look(ask(begin, end, named, "ORDER BY time DESC")):
            yield signal_in(row)

    def oldest(self) -> datetime | None:
        """Return the moment of the oldest signal, in the window if the server does not answer."""
        here = self.window.oldest()
        with suppress(StoreDown):
            there = self._end_of("ORDER BY time LIMIT 1")
            return min((moment for moment in (here, there) if moment is not None), default=None)
        return here

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal; the server is asked only if the window is empty."""
        here = self.window.newest()
        if here is not None:
            return here
        with suppress(StoreDown):
            return self._end_of("ORDER BY time DESC LIMIT 1")
        return None

    def _end_of(self, order: str) -> datetime | None:
        reach = self.window.reach(EVER, EVER, None)
        if reach.newest == LONG_AGO:
            return None
        end = min(reach.horizon, reach.newest + 1)
        rows = self.server.look(ask(LONG_AGO, end, _but(reach), order))
        return signal_in(rows[0]).at if rows else None

    def count(self) -> int:
        """Count all signals; a late one counts twice while it is on its way."""
        return self.window.count() + self._count_there(None)

    def _count_there(self, home: str | None) -> int:
        reach = self.window.reach(EVER, EVER, home)
        if reach.newest == LONG_AGO or home in reach.hidden:
            return 0
        asked = where(LONG_AGO, min(reach.horizon, reach.newest + 1), [*_named(home, None), *_but(reach)])
        rows = self.server.look(f'SELECT count("key") FROM {MEASUREMENT} WHERE {asked}')  # noqa: S608 - moments and `literal`
        return int(str(rows[0][1])) if rows else 0

    def forget(self, home: str) -> int:
        """Erase a home here and wish for it to be deleted at the server, which is done as soon as that answers.

        From now on nothing of it is sent or shown. Returns how many signals it had, without those of a server that is away.
        """
        there = 0
        with suppress(StoreDown):
            there = self._count_there(home)
        return there + self.window.forget(home)

    def tidy(self) -> None:
        """Fold the window's log back into its file."""
        self.window.tidy()

    def has_moved(self) -> bool:
        """Look whether the window's file was moved, deleted or replaced."""
        return self.window.has_moved()

    def backup(self, path: Path) -> None:
        """Copy the window and the spool; what only the server has is the server's own to back up."""
        self.window.backup(path)

    def check(self) -> str | None:
        """Read the window through, and see whether the server has refused anything; does not ask it."""
        return wrong_in(self._path)

    @property
    def cannot_erase(self) -> bool:
        """Tell whether the server has something of a forgotten home that it cannot delete."""
        return any(before != EVER for before in self.window.reach(EVER, EVER, None).hidden.values())

    def spooled(self) -> Spooled:
        """Return how much waits to be sent."""
        return self.window.spooled()

    def close(self) -> None:
        """Let go of everything."""
        self.window.close()
        self.server.close()


def _in_order(there: Iterator[Signal], late: Sequence[Signal]) -> Iterator[Signal]:
    """Yield what stands at the server and what is late here, each once; within a millisecond by arrival."""
    for _, together in groupby(merge(there, late, key=lambda one: one.at), key=lambda one: one.at):
        distinct = {_key(one): one for one in together}
        yield from sorted(distinct.values(), key=_order)


def _key(one: Signal) -> tuple[str, str, str, datetime, str]:
    return one.home, one.device, one.kind, one.at, one.key


def _order(one: Signal) -> tuple[datetime, datetime, str, str, str, str]:
    return one.at, one.received_at, one.device, one.kind, one.key, one.home


def _is_hidden(one: Signal, reach: Reach) -> bool:
    before = reach.hidden.get(one.home)
    return before is not None and millis(one.received_at) < before


def _named(home: str | None, kind: Kind | None) -> list[str]:
    named = [] if home is None else [f'"home" = {literal(home)}']
    return named if kind is None else [*named, f'"kind" = {literal(kind.value)}']


def _but(reach: Reach) -> list[str]:
    return [f'"home" != {literal(home)}' for home in reach.hidden]


def _span(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    return millis(since) if since else LONG_AGO, millis(until) if until else EVER

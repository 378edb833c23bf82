"""The long memory: how many signals of each kind a home had in each hour, and the mean where they are numbers.

Summed up by whole days (UTC) that have left the window, from the server, and written into the bucket `…_long`:
`hourly,home=…,kind=… count=…i[,mean=…] TIME`. It is ours and no task of the server's, as Flux is gone in InfluxDB 3.
"""

from collections.abc import Iterator

from linli.portions import portions
from linli.store.influx_signals.lines import MEASUREMENT, NANOS, plain, tag
from linli.store.influx_signals.schema import LONG_AGO
from linli.store.influx_signals.server import Server
from linli.store.influx_signals.window import DAY_MS, Window

_AGAIN_DAYS = 35
"""Days further back than this are not summed up again when a late signal comes."""
_DAYS_AT_ONCE = 7
_LINES_AT_ONCE = 5000


def sum_up(window: Window, server: Server) -> int:
    """Sum up the next days that have left the window; return how many hours of a home and kind were written."""
    reach = window.reach(LONG_AGO, LONG_AGO, None)
    if reach.newest == LONG_AGO:
        return 0
    end = min(reach.horizon, reach.newest + DAY_MS) // DAY_MS * DAY_MS
    begin, written = window.hourly(), 0
    for _ in range(_DAYS_AT_ONCE):
        day = _next_day(server, begin, end)
        if day is None:
            break
        written += _sum_up_day(server, day)
        begin = day + DAY_MS
        window.set_hourly(begin)
    return written


def again_from(window: Window, moment: int) -> None:
    """Let the hours from a moment on be summed up anew, since a late signal has come."""
    done = window.hourly()
    begin = max(moment // DAY_MS, done // DAY_MS - _AGAIN_DAYS) * DAY_MS
    if begin < done:
        window.set_hourly(begin)


def _next_day(server: Server, begin: int, end: int) -> int | None:
    """Return when the next day begins that has any signal."""
    if begin >= end:
        return None
    since = f"time >= {begin * NANOS} AND " if begin != LONG_AGO else ""
    asked = f'SELECT "key" FROM {MEASUREMENT} WHERE {since}time < {end * NANOS} ORDER BY time LIMIT 1'  # noqa: S608
    rows = server.look(asked)
    return int(str(rows[0][0])) // NANOS // DAY_MS * DAY_MS if rows else None


def _sum_up_day(server: Server, day: int) -> int:
    written = 0
    for some in portions(_lines(server, day), _LINES_AT_ONCE):
        server.write("\n".join(some).encode(), server.address.long_bucket)
        written += len(some)
    return written


def _lines(server: Server, day: int) -> Iterator[str]:
    asked = (
        f'SELECT count("key"), mean("number") FROM {MEASUREMENT}'  # noqa: S608 - moments of ours
        f" WHERE time >= {day * NANOS} AND time < {(day + DAY_MS) * NANOS} GROUP BY time(1h), home, kind fill(none)"
    )
    for tags, rows in server.read(asked):
        names = f"hourly,home={tag(plain(tags['home']))},kind={tag(plain(tags['kind']))}"
        for at, count, mean in rows:
            number = "" if mean is None else f",mean={float(str(mean))!r}"
            yield f"{names} count={count}i{number} {at}"

"""What is asked of the server about signals, in InfluxQL."""

from collections.abc import Sequence

from linli.store.influx_signals.lines import COLUMNS, MEASUREMENT, NANOS

_FIRST_NANO, _LAST_NANO = -9_223_372_036_854_775_806, 9_223_372_036_854_775_806
"""What InfluxDB takes for a time: 1677 to 2262."""
_COLUMNS = ", ".join(f'"{name}"' for name in COLUMNS)


def where(begin: int, end: int, named: Sequence[str] = ()) -> str:
    """Return the condition for a span, in milliseconds, and for tags: conditions made with `literal`."""
    first, last = (min(max(moment * NANOS, _FIRST_NANO), _LAST_NANO) for moment in (begin, end))
    return " AND ".join([f"time >= {first}", f"time < {last}", *named])


def ask(begin: int, end: int, named: Sequence[str] = (), order: str = "") -> str:
    """Return the question for the signals of a span, as `signal_in` reads them."""
    return f"SELECT {_COLUMNS} FROM {MEASUREMENT} WHERE {where(begin, end, named)} {order}"  # noqa: S608 - moments and `literal`

"""Signals on an InfluxDB server: a window of the last days in SQLite, which is also the spool, and the server behind it.

Appending and everything live need the window alone; the server is written to by one thread and asked for what is older.
"""

from linli.store.influx_signals.address import Address
from linli.store.influx_signals.bare import BareServer
from linli.store.influx_signals.delivery import Delivery
from linli.store.influx_signals.probe import misfit
from linli.store.influx_signals.spool import Spooled
from linli.store.influx_signals.store import InfluxSignalStore
from linli.store.influx_signals.window import is_window, queue_again, wrong_in

__all__ = [
    "Address",
    "BareServer",
    "Delivery",
    "InfluxSignalStore",
    "Spooled",
    "is_window",
    "misfit",
    "queue_again",
    "wrong_in",
]

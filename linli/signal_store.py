"""The signal store that the settings name: a SQLite file, or one with an InfluxDB behind it."""

from datetime import timedelta
from pathlib import Path

from linli.clock import Clock
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.health import Health
from linli.settings import Settings
from linli.store.influx_signals import Delivery, InfluxSignalStore, queue_again
from linli.store.influx_signals.address import Address, parse
from linli.store.signals import SignalStore
from linli.store.sqlite_signals import SqliteSignalStore


def open_signals(settings: Settings, data: DataDir, clock: Clock | None = None) -> SignalStore:
    """Open the signal store; asks no server, and sends nothing by itself."""
    address = influx_address(settings)
    if address is not None:
        return InfluxSignalStore(data.signals, address, clock=clock)
    store = SqliteSignalStore(data.signals)
    queue_again(data.signals)
    return store


def influx_address(settings: Settings) -> Address | None:
    """Return where the InfluxDB is, None where signals stay in the file; raises LinliError for what is no address."""
    if not settings.signals:
        return None
    if settings.influxdb_ca and not Path(settings.influxdb_ca).is_file():
        raise LinliError(f"setting influxdb_ca: there is no file {settings.influxdb_ca}")
    days = settings.influxdb_retention_days
    if days and days <= settings.signals_window_days:
        raise LinliError(
            "setting influxdb_retention_days: InfluxDB must keep signals for longer than signals_window_days"
        )
    return parse(
        settings.signals,
        org=settings.influxdb_org,
        token=settings.influxdb_token,
        authority=settings.influxdb_ca,
        retention=timedelta(days=days) if days else None,
    )


def delivery_of(signals: SignalStore, settings: Settings, clock: Clock, health: Health) -> Delivery | None:
    """Return what brings signals to the InfluxDB, not started; None where they stay in the file."""
    if not isinstance(signals, InfluxSignalStore):
        return None
    return Delivery(signals, clock, health, window=timedelta(days=settings.signals_window_days))

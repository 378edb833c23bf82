"""Where signals are copied from and to: a file, a bucket of an InfluxDB, or the InfluxDB of this very installation."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.settings import Settings
from linli.signal_store import influx_address, open_signals
from linli.signals import Signal
from linli.store.influx_signals import Address, BareServer, InfluxSignalStore, is_window
from linli.store.sqlite_signals import SqliteSignalStore, holds_signals


class Place(Protocol):
    """A store that is read; what it cannot do it says with StoreDown.

    `name` is told to people and has no secret in it. `keeps` is how long signals stay there, None for ever.
    """

    name: str
    keeps: timedelta | None

    def first(self, since: datetime | None) -> datetime | None:
        """Return the moment of the first signal since `since`."""
        ...

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal."""
        ...

    def between(self, since: datetime, until: datetime) -> Iterator[Signal]:
        """Yield signals from `since` up to, not including, `until` in time order."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Target(Place, Protocol):
    """A store that is written to as well."""

    def append(self, signals: Sequence[Signal]) -> None:
        """Store signals durably; what is there already is there once. All of one millisecond come together."""
        ...


class File:
    """A file of signals."""

    keeps: timedelta | None = None

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._store = SqliteSignalStore(path)

    def first(self, since: datetime | None) -> datetime | None:
        """Return the moment of the first signal since `since`."""
        return next((one.at for one in self._store.between(since, None)), None)

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal."""
        return self._store.newest()

    def between(self, since: datetime, until: datetime) -> Iterator[Signal]:
        """Yield signals, a page at a time."""
        return self._store.between(since, until)

    def append(self, signals: Sequence[Signal]) -> None:
        """Store signals in one transaction."""
        self._store.append(signals)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()


class Bucket(BareServer):
    """A bucket of an InfluxDB that no linli writes to, as far as this one knows."""

    def __init__(self, address: Address, keeps: timedelta | None) -> None:
        super().__init__(address)
        self.name = _name(address)
        self.keeps = keeps


class InUse:
    """The InfluxDB that the setting `signals` names: with what waits here to be sent, without whom it has to forget."""

    def __init__(self, store: InfluxSignalStore) -> None:
        address = store.server.address
        self.name = _name(address)
        self.keeps = address.retention
        self._store = store
        self._server = BareServer(address)

    def first(self, since: datetime | None) -> datetime | None:
        """Return the moment of the first signal since `since`, at the server or here; it may be one that is forgotten."""
        here = next((one.at for one in self._store.window.between(since, None)), None)
        there = self._server.first(since)
        return min((moment for moment in (here, there) if moment is not None), default=None)

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal."""
        return self._store.newest()

    def between(self, since: datetime, until: datetime) -> Iterator[Signal]:
        """Yield signals, the server's and those that wait here."""
        return self._store.between(since, until)

    def close(self) -> None:
        """Let go of the window and the server."""
        self._server.close()
        self._store.close()


def open_source(text: str, settings: Settings) -> Place:
    """Open what is copied from: a data folder, a file or a URL; raises LinliError where there is nothing."""
    address = _address(text, settings)
    if address is None:
        return _source_file(text, settings)
    in_use = influx_address(settings)
    if in_use is not None and _name(in_use) == _name(address):
        store = open_signals(settings, DataDir(settings.data))
        assert isinstance(store, InfluxSignalStore)  # noqa: S101 - the settings name a server
        return InUse(store)
    return Bucket(address, keeps=None)


def _source_file(text: str, settings: Settings) -> File:
    path = _file(text)
    if not path.is_file() or not holds_signals(path):
        raise LinliError(f"{text} holds no signals; name a data folder, its signals.db, or an InfluxDB's URL")
    if is_window(path):
        raise LinliError(
            f"{path} holds the last days only, an InfluxDB has the rest; name the InfluxDB's URL"
            f"{' and not the file' if settings.signals else ', and it in the setting signals too'}"
        )
    return File(path)


def open_target(text: str, settings: Settings, *, org: str = "", token: str = "") -> Target:
    """Open what is copied to, made ready if it is new; `org` and `token` in place of those in the settings."""
    given = {name: value for name, value in (("influxdb_org", org), ("influxdb_token", token)) if value}
    address = _address(text, settings.model_copy(update=given))
    if address is not None:
        bucket = Bucket(address, address.retention)
        try:
            bucket.prepare()
        except BaseException:
            bucket.close()
            raise
        return bucket
    path = _file(text)
    if not path.parent.is_dir():
        raise LinliError(f"there is no folder {path.parent}; make it, or name another place")
    if path.is_file() and path.stat().st_size:
        if not holds_signals(path):
            raise LinliError(f"{path} is no file of signals; name one, or a file that is not there yet")
        if is_window(path):
            raise LinliError(
                f"{path} holds the last days of an InfluxDB, and linli takes older ones out again; name another file,"
                " and put it in this one's place when linli is stopped"
            )
    path.touch(mode=0o600)
    return File(path)


def is_same(source: str, target: str, settings: Settings) -> bool:
    """Tell whether two texts name one place."""
    here, there = _address(source, settings), _address(target, settings)
    if here is None or there is None:
        return here is there and _file(source).resolve() == _file(target).resolve()
    return _name(here) == _name(there)


def reached_file(source: str, target: str, settings: Settings) -> Path:
    """Return where it is written down how far a copy has come: beside the file, TO's before FROM's, or in the data folder."""
    for text in (target, source):
        if _address(text, settings) is None:
            path = _file(text)
            return path.with_name(f"{path.name}.copied")
    return DataDir(settings.data).path / "signals.copied"


def _address(text: str, settings: Settings) -> Address | None:
    if "://" not in text:
        return None
    try:
        return influx_address(settings.model_copy(update={"signals": text}))
    except LinliError as why:
        raise LinliError(str(why).replace("setting signals:", "FROM or TO:")) from None


def _file(text: str) -> Path:
    path = Path(text)
    return path / "signals.db" if path.is_dir() else path


def _name(address: Address) -> str:
    scheme = "influxdbs" if address.url.startswith("https") else "influxdb"
    return f"{scheme}://{address.host}/{address.bucket}"

"""A signal as a row: ids in place of texts, milliseconds in place of moments."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from linli.clock import from_millis, millis
from linli.signals import BloodPressure, Signal, Value
from linli.store.sqlite_signals.words import Texts, Words

_EPOCH, _MILLISECONDS = from_millis(0), np.dtype("timedelta64[ms]")
Stored = str | float | bytes
Row = tuple[int, int, int, int, str, int, Stored, int, str]
"""Home, at, device, kind, key, room, value, lag, said_at."""


def row_of(signal: Signal, words: Words) -> Row:
    """Return a signal as a row; texts that have no id are given one."""
    id_of, home = words.id_of, signal.home
    at = millis(signal.at)
    # `received_at` is kept as its distance from `at`: 0 to 2 bytes in place of 6
    lag = 0 if signal.received_at is signal.at else millis(signal.received_at) - at
    return (
        id_of(home, ""),
        at,
        id_of(home, signal.device),
        id_of("", signal.kind),
        signal.key,
        id_of(home, signal.room),
        pack(signal.value),
        lag,
        signal.said_at,
    )


def signals_in(rows: Sequence[Row], texts: Texts, connection: sqlite3.Connection) -> list[Signal]:
    """Return the signals in rows; words not met so far are read through the connection that read the rows."""
    try:
        return _signals(rows, texts)
    except KeyError:
        texts.learn(connection)
        return _signals(rows, texts)


def _signals(rows: Sequence[Row], known: Texts) -> list[Signal]:
    homes, texts, kinds = known.homes, known.texts, known.kinds
    moments = _moments([row[1] for row in rows])
    return [
        Signal(
            homes[home],
            texts[device],
            kinds[kind],
            _pressure(value) if isinstance(value, bytes) else value,
            moment,
            moment + _lag(lag) if lag else moment,
            key,
            texts[room],
            said_at,
        )
        for (home, _, device, kind, key, room, value, lag, said_at), moment in zip(rows, moments, strict=True)
    ]


def _moments(values: Sequence[int]) -> list[datetime]:
    """Return the UTC moments of many numbers of milliseconds, in half the time that one by one takes."""
    return list(map(_EPOCH.__add__, np.array(values, _MILLISECONDS).tolist()))


@lru_cache(4096)
def _lag(lag: int) -> timedelta:
    """Return a distance in time; a device's signals are all about as long on their way."""
    return timedelta(milliseconds=lag)


def pack(value: Value) -> Stored:
    """Return a value as it is stored: a blood pressure as bytes, a number always with its fraction."""
    if isinstance(value, BloodPressure):
        return f"{value.systolic!r}/{value.diastolic!r}".encode()
    return value if isinstance(value, str) else float(value)  # a float is an int where somebody wrote 72


def _pressure(stored: bytes) -> BloodPressure:
    systolic, _, diastolic = stored.partition(b"/")
    return BloodPressure(float(systolic), float(diastolic))

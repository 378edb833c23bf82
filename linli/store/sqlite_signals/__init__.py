"""Signals in one SQLite file: one writing connection behind a lock, a pool of reading ones that never wait for it.

Texts are kept once, in a dictionary of each home's own words, so that a row is small and forgetting a home is whole.
"""

from linli.store.sqlite_signals.file import holds_signals
from linli.store.sqlite_signals.schema import SCHEMA_VERSION
from linli.store.sqlite_signals.store import SqliteSignalStore

__all__ = ["SCHEMA_VERSION", "SqliteSignalStore", "holds_signals"]

"""Hears each statement that a SQLite file is asked, by whichever way it gets to the driver, before it is answered."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Self

from sqlalchemy import Engine, event

Heard = Callable[[str, Sequence[object]], None]
"""Told of each statement and its values; what it raises, the statement raises."""


def listen(engine: Engine, heard: Heard) -> None:
    """Let an engine's connections, made from now on, tell what they are asked."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Sequence[object] = ()) -> Self:  # type: ignore[override] # as we ask
            heard(sql, parameters)
            return super().execute(sql, parameters)

        def executemany(self, sql: str, parameters: Sequence[Sequence[object]]) -> Self:  # type: ignore[override]
            heard(sql, parameters[0])
            return super().executemany(sql, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> sqlite3.Cursor:  # type: ignore[override]
            return super().cursor(factory)

    def make(_: object, __: object, ___: object, settings: dict[str, object]) -> None:
        settings["factory"] = Connection

    event.listen(engine, "do_connect", make)

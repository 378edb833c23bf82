"""The dictionary of words: each text of a home has an id, kept once; the ids of kinds belong to no home."""

import sqlite3

from linli.signals import Kind


class Words:
    """The ids of texts, as the writing connection knows them; a home's own id is that of its empty text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ids: dict[str, dict[str, int]] = {}
        self._version: int | None = None

    def catch_up(self) -> None:
        """Read all words again if they were dropped, or if another program has written meanwhile."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._ids = {}
            for home, text, id_ in self._connection.execute("SELECT home, text, id FROM word"):
                self._ids.setdefault(home, {})[text] = id_
            self._version = version

    def drop(self) -> None:
        """Believe nothing any more."""
        self._ids = {}
        self._version = None

    def id_of(self, home: str, text: str) -> int:
        """Return a text's id, given out now if it has none; home "" is for what belongs to no home."""
        try:
            return self._ids[home][text]
        except KeyError:
            return self._add(home, text)

    def _add(self, home: str, text: str) -> int:
        added = self._connection.execute("INSERT INTO word (home, text) VALUES (?, ?)", (home, str(text))).lastrowid
        assert added is not None  # noqa: S101 - an INSERT that did not raise has made a row
        self._ids.setdefault(home, {})[text] = added
        return added


class Texts:
    """The texts behind ids, as readers have met them; it only grows, so threads may share it."""

    def __init__(self) -> None:
        self.homes: dict[int, str] = {}
        self.texts: dict[int, str] = {}
        self.kinds: dict[int, Kind] = {}

    def learn(self, connection: sqlite3.Connection) -> None:
        """Read the words that are newer than those met so far."""
        newest = max(self.texts, default=0)
        for id_, home, text in connection.execute("SELECT id, home, text FROM word WHERE id > ?", (newest,)):
            if not home:
                self.kinds[id_] = Kind(text)
            elif not text:
                self.homes[id_] = home
            self.texts[id_] = text

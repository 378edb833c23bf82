"""The journal of a run: what happened outside linli, in order, over all the lives of its process.

It plays the part of the world that a kill does not touch: what the broker has, what the far ends have received, what
the people have done. It is written with single appends, which the system keeps when the writer is killed.
"""

import json
import os
from pathlib import Path
from threading import Lock
from typing import TypedDict


class Line(TypedDict):
    """What was done, and to what."""

    what: str
    name: str
    detail: str


class Journal:
    """The file, and all of its lines so far."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(_path(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = Lock()
        self.lines = read(folder)

    def write(self, what: str, name: str, detail: str = "") -> None:
        """Append a line; it outlives this process from here on."""
        line = Line(what=what, name=name, detail=detail)
        with self._lock:
            os.write(self._file, json.dumps(line).encode() + b"\n")
            self.lines.append(line)

    def names(self, what: str) -> list[str]:
        """Return the names of all lines of a sort, in order."""
        with self._lock:
            return [line["name"] for line in self.lines if line["what"] == what]

    def last(self, what: str) -> str | None:
        """Return the name of the latest line of a sort."""
        names = self.names(what)
        return names[-1] if names else None


def _path(folder: Path) -> Path:
    return folder / "journal"


def read(folder: Path) -> list[Line]:
    """Return all lines."""
    return [json.loads(line) for line in _path(folder).read_text(encoding="utf-8").splitlines()]


def lives(lines: list[Line]) -> list[list[Line]]:
    """Part the lines into the lives of the process."""
    found: list[list[Line]] = []
    for line in lines:
        if line["what"] == "life":
            found.append([])
        found[-1].append(line)
    return found

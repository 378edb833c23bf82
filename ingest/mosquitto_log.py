"""What Mosquitto says, kept in a file and passed on to linli's log.

A file and not a pipe: nobody has to listen all the time, and a broker that outlives linli can go on writing.
"""

import logging
import os
import re
from pathlib import Path
from typing import BinaryIO

from linli.files import for_owner_alone

logger = logging.getLogger(__name__)

MAX_LOG_BYTES = 1024 * 1024
_TIME = re.compile(r"\A[0-9]+: ")


class MosquittoLog:
    """The file into which Mosquitto writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin = 0
        self._read = 0

    def open(self) -> BinaryIO:
        """Open the file for a broker that is about to start; what earlier ones wrote stays before it.

        Only its owner may read it: it names the client ids, and linli's is a secret.
        """
        for_owner_alone(self._path)
        file = self._path.open("ab")
        self._begin = self._read = file.tell()
        return file

    def pass_on(self) -> None:
        """Log the whole lines that are new, and empty the file when it has grown large."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            text, end, _ = file.read().rpartition(b"\n")
        self._read += len(text) + len(end)
        for line in _lines(text):
            logger.log(_level(line), "mosquitto: %s", line)
        if self._read > MAX_LOG_BYTES:
            self._empty()

    def _empty(self) -> None:
        with self._path.open("r+b") as file:
            if file.seek(0, os.SEEK_END) == self._read:  # else a line is being written
                file.truncate(0)
                self._begin = self._read = 0

    def last_words(self) -> str:
        """Return the last error since the start of the broker, else its last line."""
        with self._path.open("rb") as file:
            file.seek(self._begin)
            lines = _lines(file.read())
        errors = [line for line in lines if line.startswith("Error:")]
        return (errors or lines or ["it says nothing"])[-1]

    def has_said(self, words: str) -> bool:
        """Tell whether these words stand in the log since the start of the broker."""
        with self._path.open("rb") as file:
            file.seek(self._begin)
            return words.encode() in file.read()


def _lines(text: bytes) -> list[str]:
    """Return the lines that say something, without the time that stands before some of them."""
    lines = (_TIME.sub("", line).strip() for line in text.decode(errors="replace").splitlines())
    return [line for line in lines if line]


def _level(line: str) -> int:
    if line.startswith("Error"):
        return logging.ERROR
    if line.startswith("Warning"):
        return logging.WARNING
    return logging.INFO if "not authorised" in line else logging.DEBUG

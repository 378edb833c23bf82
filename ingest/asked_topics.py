"""Which topics a broker may still keep for linli: its session outlives every connection, and keeps all it was asked for."""

import logging
from collections.abc import Collection
from pathlib import Path

import msgspec

from linli.errors import LinliError
from linli.files import replacing
from linli.wire import ALL_SITES

logger = logging.getLogger(__name__)


class AskedTopics:
    """Kept in a file, as a roster may change while linli is stopped, and a connection break before something is given up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.held = _read(path) | {ALL_SITES}

    def add(self, topics: Collection[str]) -> None:
        """Remember topics, before they are asked for; a disk that takes nothing must not keep linli from hearing."""
        if self.held.issuperset(topics):
            return
        self.held |= frozenset(topics)
        try:
            with replacing(self._path) as part:
                part.write_bytes(msgspec.json.encode(sorted(self.held)))
        except LinliError as why:
            logger.warning("asked topics not kept: %s", why)

    def forget(self, topics: Collection[str]) -> None:
        """Forget topics that the broker has given up; in the file they may stay until the next are added."""
        self.held -= frozenset(topics)


def _read(path: Path) -> frozenset[str]:
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=list[str]))
    except (OSError, msgspec.MsgspecError):
        return frozenset()

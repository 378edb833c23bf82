"""Which of linli's own topics a broker was ever asked for. Its session outlives every connection, and keeps them all."""

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
        self.ever = _read(path) | {ALL_SITES}

    def add(self, topics: Collection[str]) -> None:
        """Remember topics, before they are asked for; a disk that takes nothing must not keep linli from hearing."""
        if self.ever.issuperset(topics):
            return
        self.ever |= frozenset(topics)
        try:
            with replacing(self._path) as part:
                part.write_bytes(msgspec.json.encode(sorted(self.ever)))
        except LinliError as why:
            logger.warning("asked topics not kept: %s", why)


def _read(path: Path) -> frozenset[str]:
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=list[str]))
    except (OSError, msgspec.MsgspecError):
        return frozenset()

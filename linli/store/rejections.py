"""Questions to the care data about messages that were refused: nothing that arrives is dropped unseen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from linli.store import tables as t

MAX_PAYLOAD_BYTES = 1024
KEEP = 100_000
"""How many rejections are kept: a hostile device must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused message: where it came from, why, and its first kilobyte."""

    at: datetime
    topic: str
    reason: str
    payload: str = ""
    site: str = ""
    home: str = ""


def add(connection: Connection, rejections: Iterable[Rejection], keep: int = KEEP) -> None:
    """Store rejections, and drop the oldest beyond `keep` (primary key)."""
    rows = [
        {
            "at": r.at,
            "topic": _kept(r.topic[:512]),
            "site": _kept(r.site[:64]),
            "home": _kept(r.home[:64]),
            "reason": _kept(r.reason[:512]),
            "payload": _kept(r.payload[:MAX_PAYLOAD_BYTES]),
        }
        for r in rejections
    ]
    if rows:
        connection.execute(insert(t.rejections), rows)
        connection.execute(delete(t.rejections).where(t.rejections.c.id <= count(connection) - keep))


def shown(payload: bytes) -> str:
    """Return a payload as text that any database can keep: its first kilobyte, without NUL and broken UTF-8."""
    return _kept(payload[:MAX_PAYLOAD_BYTES].decode("utf-8", "replace"))


def _kept(text: str) -> str:
    """Return a text without what a database refuses, NUL and halves of characters: one such row would stop the rest."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def latest(connection: Connection, *, sites: Sequence[str] | None = None, limit: int = 100) -> list[Rejection]:
    """Return the newest rejections, of some sites or of all (primary key, ix_rejections_site_id)."""
    query = select(t.rejections).order_by(t.rejections.c.id.desc()).limit(limit)
    if sites is not None:
        query = query.where(t.rejections.c.site.in_(sites))
    return [
        Rejection(row.at, row.topic, row.reason, row.payload, row.site, row.home) for row in connection.execute(query)
    ]


def count(connection: Connection) -> int:
    """Return how many messages were ever refused: the newest number (primary key)."""
    return int(connection.scalar(select(func.max(t.rejections.c.id))) or 0)

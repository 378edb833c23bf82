"""Questions to the care data about which devices last said that they are there."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from linli.store import tables as t
from linli.store.upsert import upsert


def put(connection: Connection, rows: Iterable[tuple[str, str, bool, datetime]]) -> None:
    """Store (home, device, online, at), the newest word of each device; rows come oldest first (primary key)."""
    latest = {(home, device): (online, at) for home, device, online, at in rows}
    upsert(
        connection,
        t.availability,
        [
            {"home": home, "device": device, "online": int(online), "at": at}
            for (home, device), (online, at) in latest.items()
        ],
    )


def all_known(connection: Connection) -> list[tuple[str, str, bool, datetime]]:
    """Return every device's last word as (home, device, online, at) (full scan at the start)."""
    return [(row.home, row.device, bool(row.online), row.at) for row in connection.execute(select(t.availability))]

"""Questions to the care data about the browsers that people let linli push to: channels of theirs that no import makes."""

from sqlalchemy import Connection, delete, func, select

from linli.people import WEB_PUSH, Channel
from linli.store import roster, roster_rows
from linli.store import tables as t

MOST = 10
"""How many browsers of one person are kept; with one more the oldest is forgotten."""
_IS_BROWSER = t.channels.c.kind == WEB_PUSH


def of(connection: Connection, person: str) -> list[Channel]:
    """Return a person's browsers, the oldest first (ix_channels_person)."""
    query = select(t.channels).where(_IS_BROWSER, t.channels.c.person == person).order_by(t.channels.c.position)
    return [
        Channel(row.channel, row.person, row.kind, row.address, row.secret, row.position)
        for row in connection.execute(query)
    ]


def add(connection: Connection, browser: Channel) -> None:
    """Put a browser behind all other channels of its person, also when it was somebody else's before.

    A phone that changes hands must not ring for its former owner (full scan of the channels, few rows).
    """
    roster.bump(connection)
    connection.execute(delete(t.channels).where(_IS_BROWSER, t.channels.c.address == browser.address))
    for old in of(connection, browser.person)[: -MOST + 1]:
        connection.execute(delete(t.channels).where(t.channels.c.channel == old.id))
    last = connection.scalar(select(func.max(t.channels.c.position)).where(t.channels.c.person == browser.person))
    row = {**roster_rows.channel_row(browser), "position": 0 if last is None else last + 1}
    connection.execute(t.channels.insert().values(row))


def forget(connection: Connection, browser: str) -> bool:
    """Remove a browser by its channel's id; False if there is none (primary key)."""
    gone = connection.execute(delete(t.channels).where(_IS_BROWSER, t.channels.c.channel == browser)).rowcount > 0
    if gone:
        roster.bump(connection)
    return gone

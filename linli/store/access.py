"""Questions to the care data about who may come in: users, sessions, tokens. Only hashes are kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from linli.people import Role
from linli.store import tables as t
from linli.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who has proved who they are: a role, and the person in the roster (none: staff of every site)."""

    role: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has signed in."""

    identity: Identity
    csrf: str
    expires_at: datetime
    sits: str = ""
    """Who of the staff says that they use a session of the whole office."""


def digest(secret: str) -> str:
    """Return what is kept of a secret that nobody can guess: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_token(connection: Connection, token: str, identity: Identity, now: datetime) -> None:
    """Store a token."""
    connection.execute(
        insert(t.tokens).values(hash=digest(token), role=identity.role, person=identity.person, created_at=now)
    )


def by_token(connection: Connection, token: str) -> Identity | None:
    """Return whose token this is, unless it was revoked (primary key)."""
    row = connection.execute(
        select(t.tokens).where(t.tokens.c.hash == digest(token), t.tokens.c.revoked_at.is_(None))
    ).one_or_none()
    return Identity(row.role, row.person) if row else None


def revoke_tokens(connection: Connection, identity: Identity, now: datetime) -> int:
    """Revoke all tokens of an identity; return how many (full scan, few rows)."""
    which = (t.tokens.c.role == identity.role) & (t.tokens.c.person == identity.person)
    done = connection.execute(update(t.tokens).where(which, t.tokens.c.revoked_at.is_(None)).values(revoked_at=now))
    return done.rowcount


def add_session(connection: Connection, secret: str, session: Session, now: datetime) -> None:
    """Store a session and drop those that have ended (ix_sessions_expires_at)."""
    connection.execute(delete(t.sessions).where(t.sessions.c.expires_at <= now))
    connection.execute(
        insert(t.sessions).values(
            hash=digest(secret),
            role=session.identity.role,
            person=session.identity.person,
            sits=session.sits,
            csrf=session.csrf,
            created_at=now,
            expires_at=session.expires_at,
        )
    )


def by_session(connection: Connection, secret: str, now: datetime) -> Session | None:
    """Return the session of a cookie, unless it has ended (primary key)."""
    row = connection.execute(
        select(t.sessions).where(t.sessions.c.hash == digest(secret), t.sessions.c.expires_at > now)
    ).one_or_none()
    return Session(Identity(row.role, row.person), row.csrf, row.expires_at, row.sits) if row else None


def sit(connection: Connection, secret: str, person: str) -> None:
    """Note who uses a session from now on; empty: nobody has said so (primary key)."""
    connection.execute(update(t.sessions).where(t.sessions.c.hash == digest(secret)).values(sits=person))


def add_link(connection: Connection, mark: str, identity: Identity, ends: datetime, now: datetime) -> None:
    """Store a link that lets somebody in; it stands among the sessions, under a role that opens nothing."""
    add_session(connection, f"link {mark}", Session(by_link(identity), "", ends), now)


def use_link(connection: Connection, mark: str) -> bool:
    """Use a link up; False if it was used or ended before (primary key)."""
    return connection.execute(delete(t.sessions).where(t.sessions.c.hash == digest(f"link {mark}"))).rowcount == 1


def is_link_unused(connection: Connection, mark: str) -> bool:
    """Tell whether a link was neither used nor ended so far (primary key)."""
    query = select(t.sessions.c.hash).where(t.sessions.c.hash == digest(f"link {mark}"))
    return connection.scalar(query) is not None


def by_link(identity: Identity) -> Identity:
    """Return as what a link for somebody is kept."""
    return Identity(f"link-{identity.role}", identity.person)


def end_session(connection: Connection, secret: str) -> None:
    """Sign a browser out (primary key)."""
    connection.execute(delete(t.sessions).where(t.sessions.c.hash == digest(secret)))


@dataclass(frozen=True, slots=True)
class WaysIn:
    """As whom somebody comes in: how many browsers are signed in, and how many links nobody has used yet."""

    browsers: int = 0
    links: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.browsers or self.links)


def ways_in(connection: Connection, people: Iterable[Identity], now: datetime) -> dict[Identity, WaysIn]:
    """Return how each of these can come in without a password (full scan, few rows)."""
    query = select(t.sessions.c.role, t.sessions.c.person, func.count().label("found"))
    rows = connection.execute(
        query.where(t.sessions.c.expires_at > now).group_by(t.sessions.c.role, t.sessions.c.person)
    )
    counts = {Identity(row.role, row.person): row.found for row in rows}
    return {one: WaysIn(counts.get(one, 0), counts.get(by_link(one), 0)) for one in people}


def end_sessions_of(connection: Connection, identity: Identity) -> None:
    """Sign all browsers out that are signed in as somebody, and end the links that would let one in (full scan, few rows)."""
    connection.execute(delete(t.sessions).where(_is_of(identity) | _is_of(by_link(identity))))


def _end_links_of(connection: Connection, identity: Identity) -> None:
    connection.execute(delete(t.sessions).where(_is_of(by_link(identity))))


def _is_of(identity: Identity) -> ColumnElement[bool]:
    return (t.sessions.c.role == identity.role) & (t.sessions.c.person == identity.person)


def put_user(connection: Connection, login: str, password_hash: str, identity: Identity, now: datetime) -> None:
    """Add a user, or change the password or the role; the hash is argon2's (primary key; full scan of the few sessions).

    What was signed in by the login as it was is signed out. With a password for staff, the links of the first start end.
    """
    _end_sessions_of_login(connection, login)
    if identity.role == Role.STAFF:
        _end_links_of(connection, Identity(Role.STAFF))
    upsert(
        connection,
        t.users,
        [
            {
                "login": login,
                "password_hash": password_hash,
                "role": identity.role,
                "person": identity.person,
                "created_at": now,
            }
        ],
    )


def _end_sessions_of_login(connection: Connection, login: str) -> None:
    """Sign all browsers out that may have come in by a login: all that are signed in as whoever it is for."""
    if known := by_login(connection, login):
        end_sessions_of(connection, known[1])


def remove_user(connection: Connection, login: str) -> bool:
    """Take a login away and sign out who came in by it; False if there is none of that name (primary key)."""
    _end_sessions_of_login(connection, login)
    return connection.execute(delete(t.users).where(t.users.c.login == login)).rowcount == 1


def by_login(connection: Connection, login: str) -> tuple[str, Identity] | None:
    """Return a user's password hash and identity (primary key)."""
    row = connection.execute(select(t.users).where(t.users.c.login == login)).one_or_none()
    return (row.password_hash, Identity(row.role, row.person)) if row else None


def has_users(connection: Connection) -> bool:
    """Tell whether anybody can sign in with a password (one row)."""
    return connection.scalar(select(t.users.c.login).limit(1)) is not None


def add_user(connection: Connection, login: str, password_hash: str, identity: Identity, now: datetime) -> bool:
    """Add a user; False, and nothing changes, where somebody signs in by this name already (primary key)."""
    if by_login(connection, login) is not None:
        return False
    put_user(connection, login, password_hash, identity, now)
    return True

"""Questions to the care data about who may come in: users, sessions, tokens. Only hashes are kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

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
    return Session(Identity(row.role, row.person), row.csrf, row.expires_at) if row else None


def end_session(connection: Connection, secret: str) -> None:
    """Sign a browser out (primary key)."""
    connection.execute(delete(t.sessions).where(t.sessions.c.hash == digest(secret)))


def count_sessions(connection: Connection, identity: Identity, now: datetime) -> int:
    """Return how many browsers are signed in as somebody (full scan, few rows)."""
    query = select(func.count()).where(_is_of(identity), t.sessions.c.expires_at > now)
    return connection.execute(query).scalar_one()


def signed_in(connection: Connection, now: datetime) -> dict[Identity, int]:
    """Return how many browsers are signed in as each person who is (full scan, few rows)."""
    query = select(t.sessions.c.role, t.sessions.c.person, func.count().label("browsers"))
    rows = connection.execute(
        query.where(t.sessions.c.expires_at > now).group_by(t.sessions.c.role, t.sessions.c.person)
    )
    return {Identity(row.role, row.person): row.browsers for row in rows}


def end_sessions_of(connection: Connection, identity: Identity) -> None:
    """Sign all browsers out that are signed in as somebody (full scan, few rows)."""
    connection.execute(delete(t.sessions).where(_is_of(identity)))


def _is_of(identity: Identity) -> ColumnElement[bool]:
    return (t.sessions.c.role == identity.role) & (t.sessions.c.person == identity.person)


def put_user(connection: Connection, login: str, password_hash: str, identity: Identity, now: datetime) -> None:
    """Add a user or change the password; the hash is argon2's (primary key)."""
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

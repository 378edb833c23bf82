"""Alerts and notices as tests of the care data need them: short to write, complete enough for the tables."""

from dataclasses import replace
from datetime import datetime, timedelta

from linli.alert import (
    Alert,
    AlertKind,
    AlertState,
    Ladder,
    Notice,
    NoticeType,
    Outcome,
    Rung,
    Severity,
)
from linli.finding import Finding
from linli.people import Home, Role
from linli.store import cases, outbox
from linli.store.care import CareStore
from linli.words import Sentence
from tests.cast import ANA, EIGHT, MEI, MINUTE

LADDER = Ladder(
    rungs=(
        Rung(timedelta(0), Role.VOLUNTEER, count=5),
        Rung(timedelta(seconds=30), Role.VOLUNTEER, second_channel=True),
        Rung(timedelta(seconds=90), Role.STAFF),
    ),
    lease=10 * MINUTE,
    reply_within=timedelta(seconds=20),
    again_every=5 * MINUTE,
)


def alert(id: str, home: Home = MEI, kind: AlertKind = AlertKind.SOS, *, at: datetime = EIGHT) -> Alert:  # noqa: A002
    """Return an open alert whose first step is due when it opens."""
    return Alert(
        id=id,
        site=home.site,
        home=home.home,
        kind=kind,
        severity=Severity.EMERGENCY if kind is AlertKind.SOS else Severity.URGENT,
        state=AlertState.OPEN,
        opened_at=at,
        evidence_at=at - MINUTE,
        why=Sentence("{who} pressed the button at {at}", {"who": "Mei", "at": at, "after": MINUTE}),
        ladder=LADDER,
        due_at=at,
        evidence={"device": "button-1", "battery": 80.5},
    )


def finding(home: Home = MEI, kind: AlertKind = AlertKind.SOS) -> Finding:
    """Return what would open such an alert."""
    return Finding(
        "key", home.home, home.site, kind, Severity.EMERGENCY, EIGHT, Sentence("Somebody pressed the button")
    )


def closed(open_one: Alert, at: datetime) -> Alert:
    """Return an alert as it is after somebody has closed it."""
    return replace(open_one, state=AlertState.CLOSED, due_at=None, closed_at=at, outcome=Outcome.SAFE, note="喝茶去了")


def opened(care: CareStore, id: str, home: Home = MEI, kind: AlertKind = AlertKind.SOS) -> Alert:  # noqa: A002
    """Store an open alert."""
    made = alert(id, home, kind)
    with care.begin() as connection:
        cases.add(connection, made)
    return made


def notice(key: str, of: str = "a-1", *, severity: Severity = Severity.URGENT, due_at: datetime = EIGHT) -> Notice:
    """Return a call to Ana."""
    return Notice(key, of, ANA.person, ANA.channels[0].id, NoticeType.CALL, severity, due_at)


def posted(care: CareStore, *notices: Notice, now: datetime = EIGHT) -> None:
    """Put notices in the outbox."""
    with care.begin() as connection:
        outbox.add(connection, notices, now)


def claimed(care: CareStore, now: datetime = EIGHT, *, limit: int = 100) -> list[str]:
    """Take what is due for a minute; return the keys in order."""
    with care.begin() as connection:
        return [taken.key for taken in outbox.claim(connection, now, lease=MINUTE, limit=limit)]

"""Who is called when: the default ladders (docs/architecture.md tells them in words)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from linli.alert import AlertKind, Ladder, Rung, Severity
from linli.people import Role


def _seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


EMERGENCY = Ladder(
    rungs=(
        Rung(_seconds(0), Role.VOLUNTEER, count=5),
        Rung(_seconds(30), Role.VOLUNTEER, second_channel=True),
        Rung(_seconds(60), Role.FAMILY),
        Rung(_seconds(90), Role.STAFF),
        Rung(_seconds(180), Role.PROFESSIONAL),
    ),
    lease=_minutes(10),
    reply_within=_seconds(20),
    again_every=_minutes(3),
    goal=_minutes(30),
    limit=_minutes(60),
)

ASK_FIRST = Ladder(
    rungs=(
        Rung(_minutes(0), Role.RESIDENT, asks=True),
        Rung(_minutes(5), Role.VOLUNTEER, count=3),
        Rung(_minutes(20), Role.FAMILY),
        Rung(_minutes(35), Role.STAFF),
    ),
    lease=_minutes(20),
    reply_within=_minutes(3),
    again_every=_minutes(15),
    goal=_minutes(35),
    limit=_minutes(60),
)

URGENT = Ladder(
    rungs=(
        Rung(_minutes(0), Role.VOLUNTEER, count=3),
        Rung(_minutes(15), Role.FAMILY),
        Rung(_minutes(30), Role.STAFF),
    ),
    lease=_minutes(20),
    reply_within=_minutes(3),
    again_every=_minutes(15),
    goal=_minutes(30),
    limit=_minutes(60),
)

NOTICE = Ladder(
    rungs=(Rung(_minutes(0), Role.STAFF),),
    lease=timedelta(days=1),
    reply_within=timedelta(days=1),
    again_every=timedelta(days=1),
)

SYSTEM = Ladder(
    rungs=(Rung(_minutes(0), Role.STAFF), Rung(_minutes(5), Role.STAFF, second_channel=True)),
    lease=timedelta(hours=4),
    reply_within=_minutes(15),
    again_every=_minutes(30),
)
"""For linli itself when it does not work: no neighbour can mend that."""

ASKED_ABOUT = frozenset({AlertKind.MISSED_CHECK_IN, AlertKind.INACTIVITY, AlertKind.BATHROOM})
"""What the elder can answer herself: by a sign of life, if it is no mere movement where she is feared to lie."""


class Section(StrEnum):
    """Which alerts climb the same ladder."""

    EMERGENCY = "emergency"
    ASK_FIRST = "ask_first"
    URGENT = "urgent"
    NOTICE = "notice"


def section_of(kind: AlertKind, severity: Severity) -> Section:
    """Return which ladder a kind of alert climbs."""
    if severity is Severity.EMERGENCY:
        return Section.EMERGENCY
    if severity is Severity.NOTICE:
        return Section.NOTICE
    return Section.ASK_FIRST if kind in ASKED_ABOUT else Section.URGENT


BUILT_IN: Mapping[Section, Ladder] = MappingProxyType(
    {
        Section.EMERGENCY: EMERGENCY,
        Section.ASK_FIRST: ASK_FIRST,
        Section.URGENT: URGENT,
        Section.NOTICE: NOTICE,
    }
)

LadderFor = Callable[[str, AlertKind, Severity], Ladder]
"""Answers which ladder a site's alerts of a kind and severity climb."""


def default_ladder(kind: AlertKind, severity: Severity) -> Ladder:
    """Return the ladder of a kind of alert where the site has none of its own."""
    return BUILT_IN[section_of(kind, severity)]


def built_in_ladder(_site: str, kind: AlertKind, severity: Severity) -> Ladder:
    """Return the built-in ladder, whatever the site."""
    return default_ladder(kind, severity)

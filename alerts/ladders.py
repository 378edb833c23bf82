"""Who is called when: the default ladders (docs/architecture.md tells them in words)."""

from datetime import timedelta

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
)

NOTICE = Ladder(
    rungs=(Rung(_minutes(0), Role.STAFF),),
    lease=timedelta(days=1),
    reply_within=timedelta(days=1),
    again_every=timedelta(days=1),
)

ASKED_ABOUT = frozenset({AlertKind.MISSED_CHECK_IN, AlertKind.INACTIVITY})
"""What the elder can answer herself, by any sign of life."""


def default_ladder(kind: AlertKind, severity: Severity) -> Ladder:
    """Return the ladder of a kind of alert where the site has none of its own."""
    if severity is Severity.EMERGENCY:
        return EMERGENCY
    if severity is Severity.NOTICE:
        return NOTICE
    return ASK_FIRST if kind in ASKED_ABOUT else URGENT

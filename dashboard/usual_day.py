"""Whether a home's day has been like any other, as far as linli can tell; where it cannot, it must not say so.

That she stirs now is no sign that the hours before were well: an alert that is over belongs to the day all the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dashboard.home_pictures import model_in_use
from dashboard.services import Services
from linli.alert import AlertKind
from linli.people import Home
from linli.store import absences, overview, unseen
from linli.store.cases import ended_since

UNKNOWN_FOR = timedelta(hours=1)
"""So long of a day nothing could be told of her: it is no longer known what the day was like."""
_OF_DEVICES = frozenset({AlertKind.LOW_BATTERY, AlertKind.SYSTEM})
"""Of these her day may be like any other."""
_MOST_OPEN = 50


def is_like_any_other(services: Services, home: Home, midnight: datetime, now: datetime) -> bool:
    """Tell whether the day since a local midnight was as her days are: they are known, and nothing came between."""
    model = model_in_use(services, home.home)
    return (
        model is not None
        and model.is_hers
        and not _had_alert(services, home, midnight)
        and _unknown(services, home, midnight, now) < UNKNOWN_FOR
    )


def _had_alert(services: Services, home: Home, midnight: datetime) -> bool:
    """Tell whether an alert about her is open, or was at any time of the day."""
    with services.care.read() as connection:
        running = overview.search(connection, state="open", home=home.home, limit=_MOST_OPEN)
        over = ended_since(connection, home.home, midnight)
    return any(not alert.drill and alert.kind not in _OF_DEVICES for alert in (*running, *over))


def _unknown(services: Services, home: Home, midnight: datetime, now: datetime) -> timedelta:
    """Return for how long of the day the home could not be judged: out of sight, empty, or not to be watched."""
    with services.care.read() as connection:
        spans = [
            *((one.since, one.until) for one in unseen.of_home(connection, home.home, midnight)),
            *((one.since, one.until) for one in absences.since(connection, home.home, midnight)),
        ]
    return _covered((max(since, midnight), min(until, now)) for since, until in spans)


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Return how much time lies in any of the spans."""
    covered, reached = timedelta(0), None
    for since, until in sorted(spans):
        begin = since if reached is None else max(since, reached)
        if until > begin:
            covered, reached = covered + (until - begin), until
    return covered

"""For how much of a time homes could be judged at all: a home that nobody could have seen was neither well nor in need. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from linli.duty import joined
from linli.home_state import HomeState, HomeView
from linli.store.unseen import EVERY_HOME, Unseen

KEPT = timedelta(days=100)
"""For so long it is surely known when homes could not be seen; what lies further back is forgotten bit by bit."""


def judged_share(
    homes: Iterable[str],
    unseen: Iterable[Unseen],
    views: Mapping[str, HomeView],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    heard_from: datetime | None,
) -> float | None:
    """Return the share of a time, 0 to 1, in which homes could be judged; None where nobody knows it (any more).

    Time before `heard_from`, the first signal of all, does not count: there was nothing to judge by. A blindness that
    still lasts is not written down yet: the homes' states tell of it.
    """
    end, listed = min(until, now), list(homes)
    if not listed or heard_from is None or since < now - KEPT:
        return None
    since = max(since, heard_from)
    if end <= since:
        return None
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in unseen:
        spans.setdefault(one.home, []).append((one.since, one.until))
    deaf = spans.get(EVERY_HOME, [])
    blind = sum(
        (_length([*deaf, *spans.get(home, []), *_lasting(views.get(home), since, now)], since, end) for home in listed),
        timedelta(0),
    )
    return 1 - blind / ((end - since) * len(listed))


def _lasting(view: HomeView | None, since: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    if view is None or view.state is not HomeState.UNMONITORED:
        return []
    return [(view.since or since, now)]


def _length(spans: Iterable[tuple[datetime, datetime]], since: datetime, end: datetime) -> timedelta:
    cut = [(max(begin, since), min(until, end)) for begin, until in spans if until > since and begin < end]
    return sum((until - begin for begin, until in joined(cut)), timedelta(0))

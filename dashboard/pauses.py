"""A helper's "not now": until when it can last, and what the page and the API do about it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dashboard.access import FAMILY, Reach, stood_by
from dashboard.problems import Problem, not_found
from dashboard.services import Services
from dashboard.standing import visible_alerts
from linli.alert import RequestState, Severity
from linli.errors import Conflict
from linli.store import pauses
from linli.store.pauses import Pause

LONGEST = timedelta(days=60)
EVENING, MORNING = time(18), time(8)
NIGHT_ENDS = time(4)
"""Until this local hour it is still the night before, and tomorrow morning is the one that comes."""
SOON = timedelta(hours=1)
"""An evening that is as near as this is not offered."""
_WAITED_FOR = frozenset({RequestState.ASKED, RequestState.SILENT})


class Until(StrEnum):
    """The ends that a helper can choose from."""

    SOON = "hours"
    EVENING = "evening"
    MORNING = "morning"
    NEXT_WEEK = "week"


WORDS = {
    Until.SOON: "2 hours",
    Until.EVENING: "until this evening",
    Until.MORNING: "until tomorrow morning",
    Until.NEXT_WEEK: "a week",
}


def end_of(until: Until, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that is meant by the clocks of a place; an evening may be over already."""
    local = now.astimezone(zone)
    if until is Until.SOON:
        return now + timedelta(hours=2)
    if until is Until.NEXT_WEEK:
        return now + timedelta(days=7)
    if until is Until.EVENING:
        return datetime.combine(local.date(), EVENING, zone).astimezone(UTC)
    day = local.date() + timedelta(days=0 if local.time() < NIGHT_ENDS else 1)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def choices(now: datetime, zone: ZoneInfo) -> Iterator[tuple[Until, str, datetime]]:
    """Yield the ends that can be chosen now, each with its words and its moment."""
    for until, words in WORDS.items():
        end = end_of(until, now, zone)
        if end > now + SOON:
            yield until, words, end


def begin(services: Services, asker: Reach, until: datetime) -> Pause:
    """Let nobody call a helper until a moment. Who waits for their answer hears that they cannot come.

    Raises 422 for an end that is not in the next 60 days, 404 for who is no helper of the roster any more.
    """
    _must_be_listed(services, asker)
    now = services.clock.now()
    if not now < until <= now + LONGEST:
        raise Problem(422, "The pause must end in the future and last for 60 days at most.")
    pause = Pause(asker.person, now, until.astimezone(UTC))
    with services.care.begin() as connection:
        pauses.begin(connection, pause)
    _decline_what_waits(services, asker)
    return pause


def _must_be_listed(services: Services, asker: Reach) -> None:
    person = services.roster().people.get(asker.person)
    if person is None or person.role != asker.role:
        raise not_found()


def _decline_what_waits(services: Services, asker: Reach) -> None:
    """Answer for the helper, so that the next is called at once and no second channel rings."""
    for one in visible_alerts(services, asker, state="open", limit=1000):
        request = stood_by(one.requests, asker.person)
        if asker.role == FAMILY and one.alert.severity is Severity.EMERGENCY:
            continue  # no emergency asks whether they are free
        if request is not None and request.state in _WAITED_FOR:
            with suppress(Conflict):  # closed in this very moment
                services.desk.decline(one.alert.id, asker.person)


def end(services: Services, asker: Reach) -> None:
    """Let a helper be called again; nothing changes where they could be."""
    with services.care.begin() as connection:
        pauses.end(connection, asker.person, services.clock.now())


def running(services: Services, asker: Reach) -> Pause | None:
    """Return the pause of a helper that runs now."""
    with services.care.read() as connection:
        return pauses.of(connection, asker.person, services.clock.now())

"""Who of the staff may read a home's page: whoever has said why in this shift, and anybody while an alert is open there.

Each look is written down, so that the resident can see it; of staff one line an hour and person is enough. Family are
asked nothing and stand there once a day, helpers once for each call that they have said yes to.
"""

import logging
from datetime import datetime, time, timedelta

from dashboard.access import FAMILY, RESIDENT, STAFF, Reach
from dashboard.services import Services
from dashboard.standing import Standing, standing_of
from linli.errors import StoreDown
from linli.home_state import HomeState
from linli.look import Look, LookReason
from linli.people import Home
from linli.store import looks
from linli.store.overview import Involved

SHIFT = timedelta(hours=12)
"""For so long a reason holds."""
PACE = timedelta(hours=1)
ASKED = (LookReason.VISIT, LookReason.FAMILY, LookReason.DEVICE, LookReason.OTHER)
MOST_WORDS = 80
_DAY = timedelta(days=1)
_REASONS: dict[str, LookReason] = {STAFF: LookReason.ALERT, FAMILY: LookReason.RELATIVE}

logger = logging.getLogger(__name__)


def reasons_for(standing: Standing) -> tuple[LookReason, ...]:
    """Return the reasons that somebody can choose from."""
    return (LookReason.QUIET, *ASKED) if standing.state is HomeState.QUIET else ASKED


def admitted(services: Services, standing: Standing, asker: Reach) -> Look | None:
    """Write down that somebody opens a home's page and return why they do; None where they have yet to say it.

    An open alert is reason enough, and holds nobody up, even while nothing can be written down.
    """
    now, home = services.clock.now(), standing.home.home
    before = [one for one in _lately(services, home, asker, SHIFT) if one.reason is not LookReason.PROGRAM]
    if standing.alerts:
        look = Look(home, now, asker.actor, LookReason.ALERT, alert=standing.alerts[0].alert.id)
        if not any(one.alert == look.alert and one.at > now - PACE for one in before):
            _write_if_possible(services, look)
        return look
    given = next((one for one in before if not one.is_again), None)
    if given is None:
        return None
    look = Look(home, now, asker.actor, given.reason, given.words, given.alert, is_again=True)
    if before[0].at <= now - PACE:
        _write(services, look)
    return look


def give_reason(services: Services, home: Home, asker: Reach, reason: LookReason, words: str) -> None:
    """Write down why somebody opens a home's page."""
    kept = words.strip() if reason is LookReason.OTHER else ""
    _write(services, Look(home.home, services.clock.now(), asker.actor, reason, kept))


def note_today(services: Services, home: Home, asker: Reach) -> None:
    """Write down, once a day, that one of the family or a helper sees how somebody is; what she herself reads is her own."""
    if asker.role == RESIDENT:
        return
    today = datetime.combine(services.clock.now().astimezone(home.zone), time(), home.zone)
    _note_once(services, home, asker, since=today)


def note_alert(services: Services, involved: Involved, asker: Reach) -> None:
    """Write down, once a day, that somebody sees whose alert it is and how to get in, while it is open."""
    home = services.roster().homes.get(involved.alert.home)
    if home is not None and involved.alert.closed_at is None and not involved.alert.drill:
        _note_once(services, home, asker, since=services.clock.now() - _DAY, alert=involved.alert.id)


def _note_once(services: Services, home: Home, asker: Reach, *, since: datetime, alert: str = "") -> None:
    """Write a look down unless it stands there since a moment; nobody is kept from a page that the store is too busy for."""
    now = services.clock.now()
    look = Look(home.home, now, asker.actor, _REASONS.get(asker.role, LookReason.HELPER), alert=alert)
    try:
        before = _lately(services, home.home, asker, now - since)
        if not any((one.reason, one.alert) == (look.reason, look.alert) for one in before):
            _write(services, look)
    except StoreDown:
        logger.warning("a look was not written down home=%s alert=%s", home.home, alert)


def note_program(services: Services, home: Home, asker: Reach) -> None:
    """Write down that a program reads a home for somebody."""
    if asker.role != STAFF:
        note_today(services, home, asker)
        return
    if any(one.reason is LookReason.PROGRAM for one in _lately(services, home.home, asker, PACE)):
        return
    look = Look(home.home, services.clock.now(), asker.actor, LookReason.PROGRAM)
    if standing_of(services, home).alerts:
        _write_if_possible(services, look)
    else:
        _write(services, look)


def _lately(services: Services, home: str, asker: Reach, within: timedelta) -> list[Look]:
    """Return somebody's own looks at a home, newest first."""
    since = services.clock.now() - within
    with services.care.read() as connection:
        return [one for one in looks.of_home(connection, home, since) if one.who == asker.actor and one.at > since]


def _write(services: Services, look: Look) -> None:
    with services.care.begin() as connection:
        looks.note(connection, look)


def _write_if_possible(services: Services, look: Look) -> None:
    try:
        _write(services, look)
    except StoreDown:
        logger.warning("a look during an alert was not written down home=%s alert=%s", look.home, look.alert)

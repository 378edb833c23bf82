"""What a busy day has brought by the moment it is looked at, beside the alerts: visits, consents, messages nobody understands."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.intake import Arrived
from linli.consent import Consent, ConsentChange
from linli.core import Core
from linli.people import Home, Role
from linli.store import consents, visits
from linli.visit import Visit, VisitPlan, VisitResult

FOUND = (VisitResult.WELL, VisitResult.WELL, VisitResult.NEEDS, VisitResult.NOT_MET)
VISITED_EVERY = 14
"""Days."""


def befall(core: Core, homes: Sequence[Home], visitor: str, now: datetime) -> None:
    """Write down what people did, and let devices say what linli refuses."""
    with core.care.begin() as connection:
        plans = [VisitPlan(home.home, VISITED_EVERY, now - timedelta(days=40), visitor, "first") for home in homes[:12]]
        visits.plan(connection, plans)
        for number, home in enumerate(homes[:10]):
            visit = Visit(home.home, now - timedelta(days=3 * number), visitor, FOUND[number % len(FOUND)])
            visits.write(connection, visit, now)
        for home, about in zip(homes, (Consent.ROOMS, Consent.LEAVE), strict=False):
            herself = core.roster.get().carers(home, Role.RESIDENT)
            by = herself[0].person if herself else Role.RESIDENT
            change = ConsentChange(home.home, about, is_given=True, at=now - timedelta(hours=20), by=by)
            consents.note(connection, change)
    core.pipeline.take_in(_strange(homes[0], now))


def _strange(home: Home, now: datetime) -> list[Arrived]:
    """Return messages that are refused: an unknown home, a value that cannot be, no message at all."""
    told = f"linli/v1/{home.site}"
    return [
        Arrived(f"{told}/nobody/door/contact", b"open", now - timedelta(minutes=50)),
        Arrived(f"{told}/{home.home}/watch/pulse", b"900", now - timedelta(minutes=20)),
        Arrived("zigbee2mqtt/hall", b"{", now - timedelta(minutes=5)),
    ]

"""What a resident allows and wishes: each change is written down, and what follows from it is done at once."""

from datetime import datetime, timedelta

from dashboard.access import Reach
from dashboard.problems import Problem
from dashboard.services import Services
from linli.alert import AlertKind, Severity
from linli.consent import Consent, ConsentChange
from linli.finding import Finding
from linli.people import Home
from linli.store import consents
from linli.store.absences import Absence
from linli.words import Sentence

LONGEST_PAUSE = timedelta(days=31)
ASKS_TO_LEAVE = Sentence("A resident asks to be taken out of linli; the page “Consents” says whose home it is.")


def running(services: Services, home: str, about: Consent) -> ConsentChange | None:
    """Return what she has given or wished for and not taken back."""
    with services.care.read() as connection:
        return consents.running(connection, home, about)


def history(services: Services, home: str) -> list[ConsentChange]:
    """Return every change, newest first."""
    with services.care.read() as connection:
        return consents.of_home(connection, home)


def note(
    services: Services, asker: Reach, home: str, about: Consent, *, given: bool, until: datetime | None = None
) -> bool:
    """Write a change down; False where it is so already."""
    change = ConsentChange(home, about, given, services.clock.now(), asker.actor, until)
    with services.care.begin() as connection:
        known = consents.running(connection, home, about)
        if (known is not None) == given and until is None:
            return False
        consents.note(connection, change)
    return True


def pause(services: Services, asker: Reach, home: Home, until: datetime) -> None:
    """Let linli not watch until a moment; raises 422 for one that is past or more than a month away."""
    now = services.clock.now()
    if not now < until <= now + LONGEST_PAUSE:
        raise Problem(422, "The pause must end in the future and last for a month at most.")
    services.homes.begin_absence(Absence(home.home, now, until, asker.actor, is_pause=True))
    note(services, asker, home.home, Consent.PAUSE, given=True, until=until)


def watch_again(services: Services, asker: Reach, home: Home) -> None:
    """End a pause before its time."""
    services.homes.end_absence(home.home)
    note(services, asker, home.home, Consent.PAUSE, given=False)


def ask_to_leave(services: Services, asker: Reach, home: Home) -> None:
    """Tell staff that she wishes to be taken out; it stays open until it is done or taken back."""
    note(services, asker, home.home, Consent.LEAVE, given=True)
    asked = running(services, home.home, Consent.LEAVE)
    if asked is None:  # taken back in this very moment
        return
    key, about = f"leave.{home.home}.{asked.at.isoformat()}", _about(home.home)
    wish = Finding(key, "", home.site, AlertKind.SYSTEM, Severity.NOTICE, asked.at, ASKS_TO_LEAVE, about=about)
    services.desk.open([wish])  # the same key opens nothing twice; asked again after a crash it opens what is missing


def stay(services: Services, asker: Reach, home: Home) -> None:
    """Take the wish back; what was opened about it is over."""
    note(services, asker, home.home, Consent.LEAVE, given=False)
    for alert in services.desk.open_alerts():
        if alert.kind is AlertKind.SYSTEM and alert.about == _about(home.home):
            services.desk.end_by_itself(alert.id)


def _about(home: str) -> str:
    return f"leave.{home}"

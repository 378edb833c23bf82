"""What explains the gaps in a home's weeks: absences with who said so, times without sight, alerts and how they ended."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from dashboard.access import Reach
from dashboard.actogram import Span
from dashboard.screens import Words
from dashboard.services import Services
from dashboard.standing import CALLING, Standing, visible_alerts
from dashboard.vocabulary import KINDS, OUTCOMES, ROLES
from linli.alert import Alert, Outcome
from linli.home_state import HomeState
from linli.people import Roster
from linli.store import absences, unseen
from linli.store.absences import Absence
from linli.store.unseen import EVERY_HOME, Unseen
from linli.words import translate

MOST_ALERTS = 200
MOST_NOTE = 24
"""Letters of a note that stand in the picture; all of it stands in the alert."""
_IN_VAIN = frozenset({Outcome.DEVICE_FAULT, Outcome.DRILL})


def names_of(roster: Roster, language: str) -> Mapping[str, str]:
    """Return what people are called by their ids; staff who are nobody in particular by their role."""
    named = {person.person: person.name for person in roster.people.values() if person.name}
    residents = {home.home: home.resident for home in roster.homes.values() if home.resident}
    return {**{role.value: translate(word, language) for role, word in ROLES.items()}, **residents, **named}


def spans_of(services: Services, asker: Reach, standing: Standing, words: Words, since: datetime) -> list[Span]:
    """Return what is to be laid over the weeks from a moment on."""
    home = standing.home.home
    with services.care.read() as connection:
        gone = absences.since(connection, home, since)
        blind = unseen.of_home(connection, home, since)
    alerts = [one.alert for one in visible_alerts(services, asker, home=home, limit=MOST_ALERTS)]
    names = names_of(services.roster(), words.language)
    return [
        *(_away(one, names, words) for one in gone if one.until > one.since),
        *(_unseen(one, words) for one in blind),
        *_unseen_now(standing, words),
        *(_alert(one, words) for one in alerts if one.severity in CALLING and not one.drill),
    ]


def _away(absence: Absence, names: Mapping[str, str], words: Words) -> Span:
    who = names.get(absence.by, absence.by)
    if absence.note:
        said = translate("Away: {note} (said {who})", words.language).format(note=absence.note, who=who)
    else:
        said = translate("Away (said {who})", words.language).format(who=who)
    return Span("away", absence.since, absence.until, said)


def _unseen(span: Unseen, words: Words) -> Span:
    deaf = translate("Unmonitored: linli heard no home", words.language)
    offline = translate("Unmonitored: offline", words.language)
    return Span("unseen", span.since, span.until, deaf if span.home == EVERY_HOME else offline)


def _unseen_now(standing: Standing, words: Words) -> Iterator[Span]:
    view = standing.view
    if view.state is HomeState.UNMONITORED and view.since is not None and view.since < words.now:
        yield Span("unseen", view.since, words.now, translate("Unmonitored", words.language))


def _alert(alert: Alert, words: Words) -> Span:
    until = min((moment for moment in (alert.door_at, alert.closed_at) if moment), default=words.now)
    said = translate(KINDS[alert.kind], words.language)
    if alert.outcome is None:
        return Span("alert", alert.opened_at, until, said)
    note = alert.note if len(alert.note) <= MOST_NOTE else f"{alert.note[: MOST_NOTE - 1]}…"
    ended = translate(OUTCOMES[alert.outcome][0], words.language)
    told = " · ".join(part for part in (said, ended, note) if part)
    return Span("alert", alert.opened_at, until, told, "cross" if alert.outcome in _IN_VAIN else "check")

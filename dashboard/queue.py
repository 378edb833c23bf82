"""The queue of the staff board: who needs somebody now, who is on it, and what linli will do by itself next."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.outlook import Planned, planned
from dashboard.places import zone_of
from dashboard.standing import CALLING, Standing
from linli.alert import Alert, AlertState, Request, RequestState, Severity
from linli.home_state import HomeState
from linli.people import Home, Role, Roster
from linli.store.overview import Involved
from linli.words import Sentence

AHEAD = timedelta(hours=12)
SOON_SHOWN = 6


@dataclass(frozen=True)
class Card:
    """An open alert in the queue."""

    alert: Alert
    home: Home | None
    who: Sentence
    steps: list[Planned]
    names: str = ""
    """Who has accepted or is at the door; empty while nobody has."""
    tried: str = ""
    """The volunteer whose messages a drill tries; empty elsewhere."""
    zone: ZoneInfo | None = None
    """In which its clock times are told; None where linli itself is meant."""

    @property
    def where(self) -> Home | None:
        """Return where people have to go: the home, or the stairwell of an incident; None where it is a whole site."""
        building = str(self.alert.evidence.get("building", ""))
        if self.home is not None or not building:
            return self.home
        return Home("", self.alert.site, building, str(self.alert.evidence.get("unit", "")))

    @property
    def goes(self) -> bool:
        """Tell whether somebody is on it."""
        return self.alert.state in {AlertState.ACCEPTED, AlertState.AT_DOOR}

    @property
    def lease(self) -> tuple[datetime, timedelta] | None:
        """Return until when whoever goes should be there, and how long they were given."""
        if self.alert.state is not AlertState.ACCEPTED or self.alert.lease_until is None:
            return None
        return self.alert.lease_until, self.alert.ladder.lease


@dataclass(frozen=True, slots=True)
class Soon:
    """Something that linli will do by itself."""

    at: datetime
    what: Sentence
    standing: Standing


@dataclass(frozen=True)
class Queue:
    """The two lists of the board: now, and next."""

    now: list[Card]
    notices: list[Card]
    soon: list[Soon]
    drills: list[Card] = field(default_factory=list)
    """Nobody is in need: they are shown apart, and counted nowhere."""

    @property
    def waiting(self) -> int:
        """Return how many cases nobody has said to go to yet."""
        return sum(not card.goes for card in self.now)


def queue_of(standings: list[Standing], involved: list[Involved], roster: Roster, now: datetime) -> Queue:
    """Return the queue: emergencies before what is urgent, the oldest first; then notices; then what comes next."""
    cards = [card_of(one, roster) for one in involved]
    calling = [card for card in cards if card.alert.severity in CALLING and not card.alert.drill]
    notices = [card for card in cards if card.alert.severity is Severity.NOTICE and not card.alert.drill]
    return Queue(calling, notices, _soon(standings, now), [card for card in cards if card.alert.drill])


def card_of(involved: Involved, roster: Roster) -> Card:
    """Return an alert as it stands in the queue."""
    alert = involved.alert
    who, names = who_goes(involved, roster), names_of_goers(involved, roster)
    tried = name_of(alert.about, roster) if alert.drill and not alert.home else ""
    return Card(alert, roster.homes.get(alert.home), who, planned(alert, roster), names, tried, zone_of(roster, alert))


def who_goes(involved: Involved, roster: Roster) -> Sentence:
    """Return in one sentence who is on an alert."""
    alert, names = involved.alert, names_of_goers(involved, roster)
    if alert.state is AlertState.AT_DOOR and names:
        return Sentence("{names} at the door", {"names": names})
    if alert.state is AlertState.ACCEPTED and names and alert.lease_until is not None:
        return Sentence("{names} on the way, due by {at}", {"names": names, "at": alert.lease_until})
    return _nobody_yet(alert, involved.requests)


def _nobody_yet(alert: Alert, requests: tuple[Request, ...]) -> Sentence:
    others = [request for request in requests if request.role is not Role.RESIDENT]
    if not requests:
        held = alert.severity is Severity.NOTICE and alert.climb_at is not None
        return Sentence("Waits for the morning") if held else Sentence("Nobody has been called yet")
    if not others:
        return Sentence("Asked the resident first, no answer yet")
    return Sentence("{count} called, nobody has said yes yet", {"count": len(others)})


def names_of_goers(involved: Involved, roster: Roster) -> str:
    """Return who is at the door, or else who is on the way."""
    state = {AlertState.AT_DOOR: RequestState.AT_DOOR}.get(involved.alert.state, RequestState.ACCEPTED)
    return " · ".join(name_of(request.person, roster) for request in involved.requests if request.state is state)


def name_of(person: str, roster: Roster) -> str:
    """Return what somebody is called: the name, or the id of who has none."""
    known = roster.people.get(person)
    return (known.name if known else "") or person


def _soon(standings: list[Standing], now: datetime) -> list[Soon]:
    found = [soon for standing in standings if (soon := _next_of(standing, now)) is not None]
    return sorted(found, key=lambda soon: soon.at)[:SOON_SHOWN]


def _next_of(standing: Standing, now: datetime) -> Soon | None:
    """Return when linli will ask about a home that is quieter than usual; homes of habit would only fill the list."""
    asks_at = standing.view.next.asks_at
    if standing.state is not HomeState.QUIET or asks_at is None or not now <= asks_at <= now + AHEAD:
        return None
    return Soon(asks_at, Sentence("she is asked first"), standing)

"""How homes stand: what is known of each, with the open alerts laid over it. What every screen begins with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import message
from dashboard.access import FAMILY, Reach, may_see_home, may_see_whose
from dashboard.guard import asked_now
from dashboard.services import Services
from linli.alert import Alert, AlertKind, Ladder, Severity
from linli.home_state import HomeState, HomeView, Next
from linli.people import Home, Role, Roster
from linli.store import cases, overview
from linli.store.overview import Involved
from linli.words import Sentence

CALLING = frozenset({Severity.EMERGENCY, Severity.URGENT})
"""The severities that send somebody to the door; a notice does not make a home one in alert."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A home, what is known of it, and its open alerts that call people, gravest first."""

    home: Home
    view: HomeView
    alerts: tuple[Involved, ...] = ()

    @property
    def state(self) -> HomeState:
        """Return the state that people are shown."""
        return HomeState.ALERT if self.alerts else self.view.state

    @property
    def since(self) -> datetime | None:
        """Return when the state began."""
        return self.alerts[0].alert.opened_at if self.alerts else self.view.since

    @property
    def reason(self) -> Sentence:
        """Return why the home stands as it does, for those who may know its rooms."""
        return self.alerts[0].alert.why if self.alerts else self.view.reason


def reason_for(standing: Standing, reach: Reach) -> Sentence:
    """Return why a home stands as it does, in words that fit who asks: a family is never told rooms."""
    if standing.alerts:
        return alert_reason(standing.alerts[0].alert, reach)
    return without_rooms(standing.view) if reach.role == FAMILY else standing.reason


def alert_reason(alert: Alert, reach: Reach) -> Sentence:
    """Return why there is an alert, as the messages about it say it to somebody of this role."""
    return message.reason_for(alert, Role(reach.role)) if reach.role in set(Role) else alert.why


def without_rooms(view: HomeView) -> Sentence:
    """Return a home's state in one sentence that names no room."""
    if view.state is HomeState.UNMONITORED:
        return Sentence("We cannot tell at the moment.")
    if view.is_paused:
        return view.reason
    if view.state is HomeState.AWAY:
        return Sentence("Away.")
    if view.last_sign_at is None:
        return Sentence("No sign of life yet.")
    if view.state is HomeState.QUIET:
        return Sentence("Quieter than usual; last sign of life {at}.", {"at": view.last_sign_at})
    return Sentence("Last sign of life {at}.", {"at": view.last_sign_at})


def open_alerts(services: Services) -> list[Involved]:
    """Return every open alert with everybody asked, gravest and oldest first."""
    with services.care.read() as connection:
        return overview.with_requests(connection, cases.open_ones(connection))


def all_standings(services: Services) -> list[Standing]:
    """Return how every home stands, in the roster's order."""
    return lay_over(services.roster(), services.homes.states(), open_alerts(services))


def lay_over(roster: Roster, views: Iterable[HomeView], involved: Iterable[Involved]) -> list[Standing]:
    """Lay open alerts over what is known of the homes."""
    calling: dict[str, list[Involved]] = {}
    for one in involved:
        if one.alert.severity in CALLING and not one.alert.drill:
            calling.setdefault(one.alert.home, []).append(one)
    return [
        Standing(roster.homes[view.home], view, tuple(calling.get(view.home, ())))
        for view in views
        if view.home in roster.homes
    ]


def standing_of(services: Services, home: Home) -> Standing:
    """Return how one home stands, with its devices and with the moment at which people would be called."""
    view = services.homes.state(home.home)
    view = replace(view, next=with_calls(view.next, home, services.roster(), ladder_about(services, home)))
    with services.care.read() as connection:
        alerts = overview.with_requests(connection, overview.search(connection, state="open", home=home.home))
    ranked = sorted(alerts, key=lambda one: (one.alert.severity.rank, one.alert.opened_at))
    return lay_over(services.roster(), [view], ranked)[0]


def ladder_about(services: Services, home: Home) -> Callable[[AlertKind], Ladder]:
    """Return which ladder would be climbed at a home, by what is asked about."""
    return lambda about: services.ladders(home.site, about, Severity.URGENT)


def with_calls(coming: Next, home: Home, roster: Roster, ladder_of: Callable[[AlertKind], Ladder]) -> Next:
    """Fill in when people are called: after the elder has had her time to answer, at once where nobody can ask her."""
    can_be_asked = any(person.ways for person in roster.carers(home, Role.RESIDENT))

    def called(asks_at: datetime, about: AlertKind) -> datetime:
        rungs = ladder_of(about).rungs
        wait = next((rung.after for rung in rungs if not rung.asks), rungs[-1].after)
        return asks_at + wait if can_be_asked else asks_at

    if coming.bathroom is not None:
        stay = replace(coming.bathroom, calls_at=called(coming.bathroom.asks_at, AlertKind.BATHROOM))
        coming = replace(coming, bathroom=stay)
    if coming.asks_at is None or coming.calls_at is not None:
        return coming
    return replace(coming, calls_at=called(coming.asks_at, coming.about or AlertKind.INACTIVITY))


def is_asked_first(coming: Next) -> bool:
    """Tell whether the elder is given time to answer before anybody is called."""
    return coming.asks_at is not None and coming.asks_at != coming.calls_at


def visible_homes(services: Services, reach: Reach) -> list[Home]:
    """Return the homes that somebody may see now, in the roster's order."""
    asked = asked_now(services, reach)
    return [home for home in services.roster().homes.values() if may_see_home(reach, home, asked)]


def visible_standings(services: Services, reach: Reach) -> list[Standing]:
    """Return how the homes stand that somebody may see now."""
    asked = asked_now(services, reach)
    return [standing for standing in all_standings(services) if may_see_home(reach, standing.home, asked)]


def visible_alerts(
    services: Services, reach: Reach, *, state: str = "all", home: str | None = None, limit: int = 100
) -> list[Involved]:
    """Return the alerts that somebody may see, newest first."""
    with services.care.read() as connection:
        if reach.is_helper:
            asked = overview.with_requests(connection, overview.asked(connection, reach.person, 1000))
            return _of_helper(asked, reach, state, home)[:limit]
        homes, sites = _scope(services.roster(), reach)
        found = overview.search(connection, state=state, homes=homes, site_wide=sites, home=home, limit=limit)
        return overview.with_requests(connection, found)


def _of_helper(asked: list[Involved], reach: Reach, state: str, home: str | None) -> list[Involved]:
    """Return a helper's alerts; asking for a home by name must not tell whose a masked one was."""
    kept = [
        one
        for one in asked
        if (state == "all" or (one.alert.closed_at is None) == (state == "open"))
        and (home is None or (one.alert.home == home and may_see_whose(reach, one.alert, one.requests)))
    ]
    return sorted(kept, key=lambda one: (one.alert.opened_at, one.alert.id), reverse=True)


def _scope(roster: Roster, reach: Reach) -> tuple[list[str] | None, list[str]]:
    """Return the homes of somebody, and for staff the sites whose own alerts they see too ("" is linli itself)."""
    if reach.everywhere:
        return None, []
    homes = [home for home in roster.homes.values() if reach.covers(home)]
    sites = sorted({home.site for home in homes} | {""}) if reach.role == Role.STAFF else []
    return [home.home for home in homes], sites

"""Who may do what: one table of every route, and how far each role reaches. A route that is not in it cannot be built.

A role that is missing from a route's row, and a home or an alert out of reach, are the same to the asker: 404.
"""

from dataclasses import dataclass
from enum import StrEnum

from linli.alert import Alert, Request, RequestState
from linli.people import Care, Home, Person, Role, Roster, Scope
from linli.store.access import Identity

STAFF, FAMILY, RESIDENT = Role.STAFF, Role.FAMILY, Role.RESIDENT
VOLUNTEER, PROFESSIONAL = Role.VOLUNTEER, Role.PROFESSIONAL
DEVICE, GATEWAY = "device", "gateway"
WALL = "wall"
"""A screen in the staff room, let in by a link for one site, or for all with none named; it is nobody."""

HELPERS: frozenset[str] = frozenset({VOLUNTEER, PROFESSIONAL})
"""Who sees a home only while an alert there has asked them."""
PEOPLE: frozenset[str] = frozenset(Role)
GOERS: frozenset[str] = frozenset({STAFF, FAMILY, VOLUNTEER, PROFESSIONAL})
"""Who can be called to a door."""


class Door(StrEnum):
    """How somebody proves who they are."""

    OPEN = "open"
    """Nobody has to; a signed link carries its own proof."""
    BEARER = "bearer"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Rule:
    """What it takes to use a route. `{home}` and `{alert}` in its path must moreover be within reach."""

    door: Door
    roles: frozenset[str] = frozenset()
    files: int = 0
    """How many files may be sent along."""


def _open() -> Rule:
    return Rule(Door.OPEN)


def _api(*roles: str) -> Rule:
    return Rule(Door.BEARER, frozenset(roles))


def _page(*roles: str, files: int = 0) -> Rule:
    return Rule(Door.SESSION, frozenset(roles), files)


TABLE: dict[str, Rule] = {
    "GET /manifest.webmanifest": _open(),
    "GET /worker.js": _open(),
    "GET /icons/{name}.png": _open(),
    "GET /offline": _open(),
    "GET /healthz": _open(),
    "GET /readyz": _open(),
    "GET /metrics": _open(),
    "GET /api/v1/openapi.json": _open(),
    "POST /canary": _open(),
    "GET /api/v1/homes": _api(*PEOPLE),
    "GET /api/v1/homes/{home}": _api(*PEOPLE),
    "GET /api/v1/homes/{home}/signals": _api(STAFF, RESIDENT),
    "POST /api/v1/homes/{home}/away": _api(STAFF, FAMILY, RESIDENT),
    "DELETE /api/v1/homes/{home}/away": _api(STAFF, FAMILY, RESIDENT),
    "GET /api/v1/alerts": _api(*PEOPLE),
    "GET /api/v1/alerts/{alert}": _api(*PEOPLE),
    "POST /api/v1/alerts/{alert}/accept": _api(*GOERS),
    "POST /api/v1/alerts/{alert}/decline": _api(*GOERS),
    "POST /api/v1/alerts/{alert}/arrive": _api(*GOERS),
    "POST /api/v1/alerts/{alert}/more_help": _api(*GOERS),
    "POST /api/v1/alerts/{alert}/close": _api(*GOERS),
    "POST /api/v1/signals": _api(STAFF, RESIDENT, DEVICE, GATEWAY),
    "POST /api/v1/meters/{platform}": _api(STAFF, DEVICE, GATEWAY),
    "POST /api/v1/people/me/pause": _api(*HELPERS),
    "DELETE /api/v1/people/me/pause": _api(*HELPERS),
    "GET /api/v1/rejections": _api(STAFF),
    "GET /api/v1/events": _api(*PEOPLE),
    "GET /signin": _open(),
    "POST /signin": _open(),
    "GET /enter/{token}": _open(),
    "POST /enter/{token}": _open(),
    "POST /signout": _page(*PEOPLE),
    "GET /who": _page(STAFF),
    "POST /who": _page(STAFF),
    "GET /go/{token}": _open(),
    "POST /go/{token}": _open(),
    "GET /": _page(*PEOPLE),
    "GET /live": _page(*PEOPLE, WALL),
    "GET /sites": _page(STAFF),
    "GET /wall": _page(STAFF, WALL),
    "GET /walls": _page(STAFF),
    "POST /walls": _page(STAFF),
    "POST /walls/end": _page(STAFF),
    "GET /queue": _page(STAFF),
    "GET /homes": _page(STAFF),
    "GET /homes/{home}": _page(STAFF),
    "POST /homes/{home}/look": _page(STAFF),
    "POST /homes/{home}/notes": _page(STAFF),
    "POST /homes/{home}/notes/{note}": _page(STAFF),
    "POST /homes/{home}/notes/{note}/back": _page(STAFF),
    "POST /homes/{home}/away": _page(STAFF, FAMILY, RESIDENT),
    "POST /homes/{home}/back": _page(STAFF, FAMILY, RESIDENT),
    "POST /homes/{home}/drill": _page(STAFF),
    "POST /homes/{home}/drill/cancel": _page(STAFF),
    "GET /drills": _page(STAFF),
    "POST /drills/volunteer": _page(STAFF),
    "POST /drills/{drill}/close": _page(STAFF),
    "POST /drills/{drill}/open": _page(STAFF),
    "GET /alerts": _page(STAFF),
    "GET /alerts/{alert}": _page(STAFF),
    "POST /alerts/{alert}/accept": _page(*GOERS),
    "POST /alerts/{alert}/decline": _page(*GOERS),
    "POST /alerts/{alert}/arrive": _page(*GOERS),
    "POST /alerts/{alert}/more_help": _page(*GOERS),
    "POST /alerts/{alert}/close": _page(*GOERS),
    "POST /alerts/{alert}/correct": _page(STAFF),
    "GET /visits": _page(STAFF),
    "POST /visits/plan": _page(STAFF),
    "POST /visits/plan/undo": _page(STAFF),
    "GET /homes/{home}/visits": _page(STAFF),
    "POST /homes/{home}/visits": _page(STAFF),
    "POST /homes/{home}/visits/plan": _page(STAFF),
    "POST /homes/{home}/visits/{visit}/undo": _page(STAFF),
    "GET /rota": _page(STAFF),
    "GET /rota/gap": _page(STAFF),
    "GET /devices": _page(STAFF),
    "GET /devices/found": _page(STAFF),
    "GET /devices/found/{stranger}": _page(STAFF),
    "POST /devices/found/{stranger}": _page(STAFF),
    "POST /devices/back": _page(STAFF),
    "GET /rejections": _page(STAFF),
    "GET /ways-in": _page(STAFF),
    "POST /ways-in": _page(STAFF),
    "POST /ways-in/end": _page(STAFF),
    "GET /start": _page(STAFF),
    "GET /start/connect": _page(STAFF),
    "POST /start/password": _page(STAFF),
    "GET /homes/{home}/connect": _page(STAFF),
    "GET /settings": _page(STAFF),
    "GET /settings/trial": _page(STAFF),
    "POST /settings/trial/stop": _page(STAFF),
    "POST /settings/{name}/try": _page(STAFF),
    "POST /settings/{name}/choose": _page(STAFF),
    "POST /settings/sites/{site}": _page(STAFF),
    "GET /ladders": _page(STAFF),
    "GET /ladders/edit": _page(STAFF),
    "POST /ladders/text": _page(STAFF),
    "POST /ladders/form": _page(STAFF),
    "GET /ladders/trial": _page(STAFF),
    "POST /ladders/trial/save": _page(STAFF),
    "POST /ladders/trial/stop": _page(STAFF),
    "POST /ladders/back/{change}": _page(STAFF),
    "GET /import": _page(STAFF),
    "POST /import": _page(STAFF, files=3),
    "GET /import/sample.xlsx": _page(STAFF),
    "GET /import/{draft}": _page(STAFF),
    "POST /import/{draft}": _page(STAFF),
    "POST /import/undo/{done}": _page(STAFF),
    "GET /reports": _page(STAFF),
    "GET /reports.csv": _page(STAFF),
    "GET /reports.xlsx": _page(STAFF),
    "GET /family": _page(FAMILY),
    "GET /family/{home}/calls": _page(FAMILY),
    "POST /family/{home}/order": _page(FAMILY),
    "POST /family/{home}/agree": _page(FAMILY),
    "POST /family/{home}/wish": _page(FAMILY),
    "POST /family/{home}/pause": _page(FAMILY),
    "POST /family/{home}/resume": _page(FAMILY),
    "GET /volunteer": _page(*HELPERS),
    "POST /volunteer/pause": _page(*HELPERS),
    "POST /volunteer/resume": _page(*HELPERS),
    "GET /notifications": _page(*GOERS),
    "POST /notifications": _page(*GOERS),
    "POST /notifications/try": _page(*GOERS),
    "POST /notifications/forget": _page(*GOERS),
    "GET /me": _page(RESIDENT),
    "POST /me/{home}/fine": _page(RESIDENT),
    "POST /me/{home}/help": _page(RESIDENT),
    "POST /me/{home}/cancel": _page(RESIDENT),
    "GET /me/data": _page(RESIDENT),
    "POST /me/{home}/rooms": _page(RESIDENT),
    "POST /me/{home}/pause": _page(RESIDENT),
    "POST /me/{home}/resume": _page(RESIDENT),
    "POST /me/{home}/leave": _page(RESIDENT),
    "POST /me/{home}/stay": _page(RESIDENT, STAFF),
    "GET /consents": _page(STAFF),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The homes that somebody is responsible for.

    `everywhere`: a login of the whole office, which is nobody's in particular; `sits` is who of the staff uses it.
    """

    role: str
    person: str
    cares: tuple[Care, ...] = ()
    everywhere: bool = False
    sits: str = ""

    @property
    def actor(self) -> str:
        """Return the name under which their acts are logged."""
        return self.person or self.sits or self.role

    @property
    def is_helper(self) -> bool:
        """Tell whether they see homes only while they are asked to come."""
        return self.role in HELPERS

    def covers(self, home: Home) -> bool:
        """Tell whether a home is on their list, which for a helper is not yet a reason to see it."""
        return self.everywhere or any(care.covers(home) for care in self.cares)

    def covers_site(self, site: str, roster: Roster) -> bool:
        """Tell whether they look after a site as a whole, or any part of it."""
        if self.everywhere or not site:
            return True
        return any(home.site == site and self.covers(home) for home in roster.homes.values())


def reach_of(identity: Identity, roster: Roster, sits: str = "") -> Reach:
    """Return how far somebody reaches; nowhere, once they have left the roster or changed their role there."""
    role, person = identity.role, identity.person
    if role == STAFF and not person:
        return Reach(role, person, everywhere=True, sits=sits if _is_staff(sits, roster) else "")
    if role == WALL:
        return Reach(role, person, (Care(Scope.SITE, person),) if person else (), everywhere=not person)
    if role == DEVICE:
        return Reach(role, person, (Care(Scope.HOME, person),))
    if role == GATEWAY:
        return Reach(role, person, (Care(Scope.SITE, person),))
    known = roster.people.get(person)
    if known is not None and known.role == role:
        return Reach(role, person, known.cares)
    if known is None and role == RESIDENT and person in roster.homes:
        return Reach(role, person, (Care(Scope.HOME, person),))
    return Reach(role, person)


def _is_staff(person: str, roster: Roster) -> bool:
    known = roster.people.get(person)
    return known is not None and known.role is Role.STAFF


def staff_of(roster: Roster) -> list[Person]:
    """Return the listed staff, by name."""
    staff = (one for one in roster.people.values() if one.role is Role.STAFF)
    return sorted(staff, key=lambda one: (one.name or one.person, one.person))


def is_nameless(reach: Reach, roster: Roster) -> bool:
    """Tell whether a login of the whole office has yet to say who sits there; nobody can where no staff are listed."""
    return (
        reach.role == STAFF
        and reach.everywhere
        and not reach.sits
        and any(_is_staff(one, roster) for one in roster.people)
    )


def stood_by(requests: tuple[Request, ...], person: str) -> Request | None:
    """Return where a person stands with an alert, None if nobody asked them."""
    return next((request for request in requests if request.person == person), None)


def goes(request: Request | None) -> bool:
    """Tell whether somebody was asked, and goes or is at the door."""
    return request is not None and request.state.goes


def may_see_home(reach: Reach, home: Home, asked_now: frozenset[str]) -> bool:
    """Tell whether somebody may see a home; `asked_now` are the homes whose open alerts have asked them and still do."""
    return reach.covers(home) and (not reach.is_helper or home.home in asked_now)


def may_see_alert(reach: Reach, alert: Alert, requests: tuple[Request, ...], roster: Roster) -> bool:
    """Tell whether somebody may see an alert: a helper only one that asked them, staff also those of a whole site.

    Who is no longer listed for its home may not; a helper who goes goes on, as they know already where. A family is
    asked about a part of a site where no staff look after it.
    """
    home = roster.homes.get(alert.home)
    if reach.is_helper:
        request = stood_by(requests, reach.person)
        return goes(request) or (request is not None and (home is None or reach.covers(home)))
    if home is not None:
        return reach.covers(home)
    if reach.role == FAMILY and not alert.home:
        return stood_by(requests, reach.person) is not None
    return reach.role in {STAFF, WALL} and reach.covers_site(alert.site, roster)


def may_know_key(reach: Reach, requests: tuple[Request, ...]) -> bool:
    """Tell whether somebody may know who holds the home's key: staff, and whoever has said that they go."""
    return reach.role == STAFF or goes(stood_by(requests, reach.person))


def may_see_whose(reach: Reach, alert: Alert, requests: tuple[Request, ...]) -> bool:
    """Tell whether somebody may know whose alert it is: a helper only while it is open and they have not refused."""
    if not reach.is_helper:
        return True
    request = stood_by(requests, reach.person)
    return request is not None and alert.closed_at is None and request.state is not RequestState.DECLINED

"""The one list of all pages: who sees which, and in which example worlds it is worth a picture.

Pictures, the check of accessibility and the walks are made over this list; a test fails when a page's route is missing.
A new page is a new line.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from bench.screens.worlds import World
from linli.people import Role

STAFF, FAMILY, VOLUNTEER, RESIDENT = Role.STAFF, Role.FAMILY, Role.VOLUNTEER, Role.RESIDENT
NOBODY = None
"""Whoever has not signed in."""

EVERY = ("empty", "calm", "busy", "alarmed")
BUSY = ("busy",)


@dataclass(frozen=True)
class Page:
    """One page as somebody sees it. `route` is its path in dashboard.access.TABLE, whose gaps a world fills."""

    name: str
    route: str
    who: Role | None
    worlds: tuple[str, ...] = BUSY
    query: tuple[tuple[str, str], ...] = ()
    home: str = "home"
    """Which place of a world is the home that it is about."""

    def path(self, world: World) -> str:
        """Return where the page is in a world."""
        places = {"token": world.places.get(self.name, ""), **world.places}
        filled = self.route.format(**{**places, "home": world.places[self.home]})
        return f"{filled}?{urlencode(self.query)}" if self.query else filled


GAP = (("site", "willow"), ("role", "volunteer"), ("since", "2026-11-23T00:00"), ("until", "2026-11-23T06:00"))

PAGES = (
    Page("board", "/", STAFF, EVERY),
    Page("building", "/", STAFF, query=(("building", "3"),)),
    Page("homes", "/homes", STAFF, ("empty", "busy")),
    Page("home", "/homes/{home}", STAFF, ("calm", "busy")),
    Page("reason", "/homes/{home}", STAFF, ("calm",), home="another"),
    Page("visited", "/homes/{home}/visits", STAFF, ("calm", "busy")),
    Page("sites", "/sites", STAFF, ("empty", "busy")),
    Page("wall", "/wall", STAFF, ("empty", "calm", "alarmed", "busy")),
    Page("walls", "/walls", STAFF),
    Page("alerts", "/alerts", STAFF, ("empty", "busy")),
    Page("alert", "/alerts/{alert}", STAFF, ("busy", "alarmed")),
    Page("drills", "/drills", STAFF, ("empty", "calm")),
    Page("visits", "/visits", STAFF, ("empty", "busy")),
    Page("rota", "/rota", STAFF, ("empty", "busy")),
    Page("gap", "/rota/gap", STAFF, query=GAP),
    Page("devices", "/devices", STAFF, ("empty", "busy")),
    Page("found", "/devices/found", STAFF, ("empty", "busy")),
    Page("list", "/devices/found/{stranger}", STAFF),
    Page("consents", "/consents", STAFF, ("empty", "busy")),
    Page("reports", "/reports", STAFF, ("empty", "busy")),
    Page("rejections", "/rejections", STAFF, ("empty", "busy")),
    Page("connect", "/homes/{home}/connect", STAFF, ("calm", "busy")),
    Page("start", "/start", STAFF, ("empty", "calm")),
    Page("who", "/who", STAFF, ("empty", "busy")),
    Page("ways-in", "/ways-in", STAFF, ("empty", "calm")),
    Page("import", "/import", STAFF, ("empty", "calm")),
    Page("settings", "/settings", STAFF, ("calm", "busy")),
    Page("trial", "/settings/trial", STAFF),
    Page("ladders", "/ladders", STAFF, ("empty", "busy")),
    Page("ladder", "/ladders/edit", STAFF, query=(("site", "willow"), ("section", "emergency"))),
    Page("ladder-text", "/ladders/edit", STAFF, query=(("site", "willow"),)),
    Page("ladder-trial", "/ladders/trial", STAFF),
    Page("family", "/family", FAMILY, ("calm", "alarmed")),
    Page("calls", "/family/{home}/calls", FAMILY, ("calm",)),
    Page("volunteer", "/volunteer", VOLUNTEER, ("calm", "alarmed")),
    Page("me", "/me", RESIDENT, ("calm", "alarmed")),
    Page("notifications", "/notifications", VOLUNTEER, ("calm",)),
    Page("data", "/me/data", RESIDENT, ("calm",)),
    Page("offline", "/offline", NOBODY, ("empty",)),
    Page("go", "/go/{token}", NOBODY, ("busy", "alarmed")),
    Page("signin", "/signin", NOBODY, ("empty",)),
    Page("enter", "/enter/{token}", NOBODY, ("empty",)),
)

NO_PAGES = {
    "/healthz": "for programs",
    "/readyz": "for programs",
    "/metrics": "for programs",
    "/live": "a stream of events",
    "/queue": "a part of the board",
    "/reports.csv": "a file",
    "/reports.xlsx": "a file",
    "/manifest.webmanifest": "for the browser",
    "/worker.js": "for the browser",
    "/icons/{name}.png": "a picture",
    "/import/sample.xlsx": "a file",
    "/start/connect": "leads on to the chosen home",
    "/import/{draft}": "needs an upload: the walk of the import looks at it",
}
"""Routes that answer to GET with no page of their own, and why."""

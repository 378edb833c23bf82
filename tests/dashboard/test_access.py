"""Who may do what: every route for every role, for a home of theirs and for one that is none of their business."""

import json
from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from dashboard.access import TABLE, Door
from dashboard.guard import GuardedRoute
from dashboard.live import Client, Live
from linli.alert import Alert
from linli.people import Role
from linli.store import drills, visits
from linli.store import roster as roster_store
from linli.store.drills import Drill, DrillKind
from linli.stranger import Stranger
from linli.tuning.beside import Beside
from linli.visit import Visit, VisitPlan, VisitResult
from tests.alerts.test_channel_kinds import GOOD
from tests.cast import MEI, OTHER_SITE
from tests.dashboard.world import World

OWN, FOREIGN = MEI.home, OTHER_SITE.home

ACTORS = {
    "clinic": (Role.PROFESSIONAL, "wu"),
    "office": (Role.STAFF, ""),
    "lin": (Role.STAFF, "lin"),
    "xu": (Role.STAFF, "xu"),
    "bo": (Role.FAMILY, "bo"),
    "ana": (Role.VOLUNTEER, "ana"),
    "kai": (Role.VOLUNTEER, "kai"),
    "mei": (Role.RESIDENT, "mei"),
    "device": ("device", "home-7"),
    "gateway": ("gateway", "garden"),
    "screen": ("wall", "garden"),
}
"""Ana is asked about Mei; Kai lives in another building and is not; the clinic, which comes first here, not yet."""

EVERYBODY = "office lin xu bo ana kai mei clinic"
STAFF = "office lin xu"
HELPERS = "ana kai clinic"

MEI_S = {
    "GET /api/v1/homes": EVERYBODY,
    "GET /api/v1/homes/{home}": "office lin bo ana mei",
    "GET /api/v1/homes/{home}/signals": "office lin mei",
    "POST /api/v1/homes/{home}/away": "office lin bo mei",
    "DELETE /api/v1/homes/{home}/away": "office lin bo mei",
    "GET /api/v1/alerts": EVERYBODY,
    "GET /api/v1/alerts/{alert}": "office lin bo ana mei",
    "POST /api/v1/alerts/{alert}/accept": "office lin bo ana",
    "POST /api/v1/alerts/{alert}/decline": "office lin bo ana",
    "POST /api/v1/alerts/{alert}/arrive": "office lin bo ana",
    "POST /api/v1/alerts/{alert}/more_help": "office lin bo ana",
    "POST /api/v1/alerts/{alert}/close": "office lin bo ana",
    "POST /api/v1/signals": "office lin mei device gateway",
    "POST /api/v1/meters/{platform}": "office lin xu device gateway",
    "POST /api/v1/people/me/pause": HELPERS,
    "DELETE /api/v1/people/me/pause": HELPERS,
    "GET /api/v1/rejections": STAFF,
    "GET /api/v1/events": EVERYBODY,
    "POST /signout": EVERYBODY,
    "GET /who": "office",
    "POST /who": "office",
    "GET /": EVERYBODY,
    "GET /live": f"{EVERYBODY} screen",
    "GET /wall": f"{STAFF} screen",
    "GET /walls": STAFF,
    "GET /sites": STAFF,
    "POST /walls": "office lin",
    "POST /walls/end": "office lin",
    "GET /queue": STAFF,
    "GET /homes": STAFF,
    "GET /homes/{home}": "office lin",
    "POST /homes/{home}/look": "office lin",
    "POST /homes/{home}/notes": "office lin",
    "POST /homes/{home}/notes/{note}": "office lin",
    "POST /homes/{home}/notes/{note}/back": "office lin",
    "POST /homes/{home}/away": "office lin bo mei",
    "POST /homes/{home}/back": "office lin bo mei",
    "GET /alerts": STAFF,
    "GET /alerts/{alert}": "office lin",
    "POST /homes/{home}/drill": "office lin",
    "POST /homes/{home}/drill/cancel": "office lin",
    "GET /drills": STAFF,
    "POST /drills/volunteer": "office lin",
    "POST /drills/{drill}/close": "office lin",
    "POST /drills/{drill}/open": "office lin",
    "POST /alerts/{alert}/accept": "office lin bo ana",
    "POST /alerts/{alert}/decline": "office lin bo ana",
    "POST /alerts/{alert}/arrive": "office lin bo ana",
    "POST /alerts/{alert}/more_help": "office lin bo ana",
    "POST /alerts/{alert}/close": "office lin bo ana",
    "POST /alerts/{alert}/correct": "office lin",
    "GET /visits": STAFF,
    "POST /visits/plan": "office lin",
    "POST /visits/plan/undo": "office lin",
    "GET /homes/{home}/visits": "office lin",
    "POST /homes/{home}/visits": "office lin",
    "POST /homes/{home}/visits/plan": "office lin",
    "POST /homes/{home}/visits/{visit}/undo": "office lin",
    "GET /rota": STAFF,
    "GET /rota/gap": "office lin",
    "GET /devices": STAFF,
    "GET /devices/found": "office",
    "GET /devices/found/{stranger}": "office",
    "POST /devices/found/{stranger}": "office",
    "POST /devices/back": "office",
    "GET /rejections": STAFF,
    "GET /ways-in": "office",
    "POST /ways-in": "office",
    "POST /ways-in/end": "office",
    "GET /start": "office",
    "GET /start/connect": "",
    "POST /start/password": "office",
    "GET /homes/{home}/connect": "office lin",
    "GET /settings": "office",
    "GET /settings/trial": "office",
    "POST /settings/trial/stop": "office",
    "POST /settings/{name}/try": "office",
    "POST /settings/{name}/choose": "office",
    "POST /settings/sites/{site}": "office",
    "GET /ladders": "office",
    "GET /ladders/edit": "office",
    "POST /ladders/text": "office",
    "POST /ladders/form": "office",
    "GET /ladders/trial": "office",
    "POST /ladders/trial/save": "office",
    "POST /ladders/trial/stop": "office",
    "POST /ladders/back/{change}": "office",
    "GET /import": "office",
    "POST /import": "office",
    "GET /import/sample.xlsx": "office",
    "GET /import/{draft}": "office",
    "POST /import/{draft}": "office",
    "POST /import/undo/{done}": "office",
    "GET /reports": STAFF,
    "GET /reports.csv": STAFF,
    "GET /reports.xlsx": STAFF,
    "GET /family": "bo",
    "GET /family/{home}/calls": "bo",
    "POST /family/{home}/order": "bo",
    "POST /family/{home}/agree": "bo",
    "POST /family/{home}/wish": "bo",
    "POST /family/{home}/pause": "bo",
    "POST /family/{home}/resume": "bo",
    "GET /volunteer": HELPERS,
    "POST /volunteer/pause": HELPERS,
    "POST /volunteer/resume": HELPERS,
    "GET /notifications": "office lin xu bo ana kai clinic",
    "POST /notifications": "lin xu bo ana kai clinic",
    "POST /notifications/try": "lin xu bo ana kai clinic",
    "POST /notifications/forget": "lin xu bo ana kai clinic",
    "GET /me": "mei",
    "POST /me/{home}/fine": "mei",
    "POST /me/{home}/help": "mei",
    "POST /me/{home}/cancel": "mei",
    "GET /me/data": "mei",
    "POST /me/{home}/rooms": "mei",
    "POST /me/{home}/pause": "mei",
    "POST /me/{home}/resume": "mei",
    "POST /me/{home}/leave": "mei",
    "POST /me/{home}/stay": "office lin mei",
    "GET /consents": STAFF,
}
"""Who gets an answer about Mei, whose call for help is open. Written by hand, so that the table is held to it."""

NOT_HERS = "office xu"
"""Whoever looks after the other compound, and nobody else, gets an answer about it."""


def _routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        original = getattr(route, "original_router", None)
        if isinstance(original, APIRouter):
            yield from _routes(original.routes)


def test_every_route_stands_in_the_table_and_every_row_is_a_route(world: World) -> None:
    found = list(_routes(world.app.routes))
    named = {f"{method} {route.path_format}" for route in found for method in route.methods or ()}

    assert named == set(TABLE)
    assert all(isinstance(route, GuardedRoute) for route in found)
    assert set(MEI_S) == {route for route, rule in TABLE.items() if rule.door is not Door.OPEN}


def test_a_route_that_is_not_in_the_table_cannot_be_built() -> None:
    router = APIRouter(route_class=GuardedRoute)

    with pytest.raises(LookupError, match="/forgotten"):
        router.add_api_route("/forgotten", lambda: "secret")


@pytest.fixture(autouse=True)
def nothing_is_rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may ask for a rehearsal is tried dozens of times here; a process for each would take minutes."""
    monkeypatch.setattr(Beside, "begin", lambda *_: None)


UNTIL_TOMORROW = {"until": "2026-11-24T00:00:00Z"}
UNLISTED = Stranger("zigbee2mqtt/button", "Zigbee2MQTT")
NAMELESS = {
    "draft": "x",
    "done": "x",
    "name": "day_line_hours",
    "stranger": UNLISTED.id,
    "platform": "utility",
    "site": "garden",
    "drill": "d-1",
    "change": 1,
}
"""What else stands in a path; none is about a home."""
BODIES = {"close": {"outcome": "safe"}, "away": UNTIL_TOMORROW, "pause": UNTIL_TOMORROW}


GAP = {"site": "garden", "role": "staff", "since": "2026-11-24T00:00", "until": "2026-11-24T08:00"}
VISIT = {"place": "garden", "every_days": "7", "change": "of-lin", "result": "well"}


def _visited(world: World, home: str) -> int:
    """Let a home have a plan and a visit, which can be taken back; return the visit's number."""
    now = world.clock.now()
    with world.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(home, 7, now, "lin", "of-lin")])
        return visits.write(connection, Visit(home, now, "lin", VisitResult.WELL), now)


def _tried(world: World, home: str) -> None:
    """Let a button of a home have been tried in vain."""
    then = world.clock.now() - timedelta(hours=1)
    drill = Drill("d-1", DrillKind.BUTTON, then, then, site=world.services.roster().homes[home].site, home=home)
    with world.services.care.begin() as connection:
        if drills.by_id(connection, drill.id) is None:
            drills.begin(connection, drill)


def _ask(world: World, actor: str, route: str, home: str, alert: Alert) -> httpx.Response:
    """Use a route as one of the actors, with a request that is right in itself."""
    method, _, path = route.partition(" ")
    if "{stranger}" in path:
        world.overhear(UNLISTED.topic, '{"action":"single"}')
    if "{drill}" in path:
        _tried(world, home)
    visit = _visited(world, home) if "/visits" in path else 0
    path = path.format(home=home, alert=alert.id, note=1, visit=visit, **NAMELESS)
    role, person = ACTORS[actor]
    last = path.rsplit("/", 1)[-1]
    if path.startswith("/api/"):
        token = {"device": world.keys.device_token, "gateway": world.keys.gateway_token}.get(role)
        client = world.client(token(person) if token else world.token(role, person))
        body: object = BODIES.get(last)
        if last == "signals" and method == "POST":
            body = {"home": home, "device": "button-1", "kind": "check_in", "value": "ok"}
        if last == NAMELESS["platform"]:
            body = {"data": [{"no": "7431", "sum": 118.2, "at": "2026-11-23T00:00:00Z"}]}
        told: httpx.Response = client.request(method, path, json=body)
        return told
    browser = world.browser(role, person)
    fields = {
        "csrf": world.csrf(browser),
        "hours": "2",
        "outcome": "safe",
        "end": "week",
        "person": "ana",
        "reason": "visit",
        "given": "true",
        "site": "garden",
        "login": actor,
        "value": "8",
        "password": "ten characters",
        **VISIT,
    }
    if path == "/who":
        fields["person"] = "xu"
    if path.startswith("/devices/"):
        fields |= {"home": home, "device": "button", "role": "sos"}
    if path == "/ladders/form":
        fields |= {"section": "notice", "who": "staff", "again": "1 day", "lease": "1 day"}
    if path.endswith("/order"):
        fields["by"] = "1"
    fields |= {"subscription": json.dumps(GOOD), "channel": "c-1"}
    asked = GAP if path == "/rota/gap" else None
    files = {"file": ("homes.csv", "home,site,building\n")} if (method, path) == ("POST", "/import") else None
    sent = fields if method == "POST" else None
    answer: httpx.Response = browser.request(method, path, params=asked, data=sent, files=files)
    return answer


def _admitted(answer: httpx.Response) -> bool:
    assert answer.status_code < 500, answer.text
    assert answer.status_code != 422, answer.text
    return answer.status_code not in {401, 403, 404}


def _takes_a_home(route: str) -> bool:
    return "{home}" in route or "{alert}" in route or route == "POST /api/v1/signals"


CHANGING = [route for route in MEI_S if route.startswith("POST") and ("{alert}" in route or "pause" in route)]
"""What changes an alert is tried on one of its own, so that no trial spoils the next."""


class Ended(Live):
    """A watch whose streams end at once: here it only matters who gets one."""

    async def stream(self, client: Client) -> AsyncGenerator[bytes, None]:  # noqa: ARG002
        """Yield one beat."""
        yield b": the end\n\n"


def _admitted_to(world: World, route: str, home: str, alert: Alert) -> set[str]:
    """Return who gets an answer."""
    world.app.state.live = Ended(world.services)
    return {actor for actor in ACTORS if _admitted(_ask(world, actor, route, home, alert))}


def test_about_mei_only_those_around_her_get_an_answer(world: World) -> None:
    alert = world.press_sos()
    routes = {route: set(allowed.split()) for route, allowed in MEI_S.items() if route not in CHANGING}

    admitted = {route: _admitted_to(world, route, OWN, alert) for route in routes}

    assert admitted == routes


@pytest.mark.parametrize("route", CHANGING)
def test_only_those_around_mei_can_change_her_alert(world: World, route: str) -> None:
    allowed = set(MEI_S[route].split())

    assert _admitted_to(world, route, OWN, world.press_sos()) == allowed


def test_about_another_compound_only_its_own_staff_get_an_answer(world: World) -> None:
    alert = world.press_sos(FOREIGN)
    routes = sorted((route for route in MEI_S if _takes_a_home(route)), key=lambda route: "close" in route)

    for route in routes:
        answers = {actor: _ask(world, actor, route, FOREIGN, alert) for actor in ACTORS}
        admitted = {actor for actor, answer in answers.items() if _admitted(answer)}
        staff_may = bool({"office", "lin"} & set(MEI_S[route].split()))
        assert admitted == (set(NOT_HERS.split()) if staff_may else set()), route
        assert {answers[actor].status_code for actor in set(ACTORS) - admitted} == {404}, route


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer nonsense", "Basic bGluOmxpbg==", f"Bearer {'x' * 5000}"])
def test_without_a_valid_token_the_api_says_401(world: World, sent: str) -> None:
    client = world.client(authorization=sent)
    for route in (route for route, rule in TABLE.items() if rule.door is Door.BEARER):
        method, _, path = route.partition(" ")

        answer = client.request(method, path.format(home=OWN, alert="a-1", note=1, visit=1, **NAMELESS), content=b"{")

        assert answer.status_code == 401, route
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_session_a_page_sends_to_the_sign_in(world: World) -> None:
    for route in (route for route, rule in TABLE.items() if rule.door is Door.SESSION):
        method, _, path = route.partition(" ")

        answer = world.browser().request(method, path.format(home=OWN, alert="a-1", note=1, visit=1, **NAMELESS))

        assert answer.status_code == 303, route
        assert answer.headers["location"].startswith("/signin")


def test_a_cookie_opens_no_door_of_the_api_and_a_token_none_of_the_pages(world: World) -> None:
    browser = world.browser(Role.STAFF)

    assert browser.get("/api/v1/homes").status_code == 401
    assert world.api(Role.STAFF).get("/homes").status_code == 303


def test_a_helper_sees_the_home_no_longer_once_the_alert_is_closed(world: World) -> None:
    alert = world.press_sos()
    ana = world.api(Role.VOLUNTEER, "ana")
    assert ana.get("/api/v1/homes").json()[0]["resident"] == "Mei Chen"

    ana.post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": "safe", "note": "she slept"})

    assert ana.get("/api/v1/homes").json() == []
    assert ana.get(f"/api/v1/homes/{OWN}").status_code == 404
    told = ana.get(f"/api/v1/alerts/{alert.id}")
    assert (told.json()["state"], told.json()["home"], told.json()["text"]) == ("closed", "", "一键呼叫")
    assert not {"Mei", OWN, "she slept", "502"} & set(told.text.replace('"', " ").split())
    assert [person["person"] for person in told.json()["people"]] == ["ana"]


def test_a_helper_who_refuses_does_not_see_whose_alert_it_was(world: World) -> None:
    alert = world.press_sos()
    ana = world.api(Role.VOLUNTEER, "ana")

    answer = ana.post(f"/api/v1/alerts/{alert.id}/decline").json()

    assert (answer["home"], answer["evidence"]) == ("", {})
    assert ana.get("/api/v1/alerts", params={"home": OWN}).json() == []
    assert ana.get(f"/api/v1/homes/{OWN}").status_code == 404


def test_who_has_left_the_roster_or_changed_role_sees_nothing(world: World) -> None:
    assert world.api(Role.STAFF, "gone").get("/api/v1/homes").json() == []
    assert world.api(Role.STAFF, "ana").get("/api/v1/homes").json() == []
    assert world.api(Role.STAFF, "ana").get(f"/api/v1/homes/{OWN}").status_code == 404


def test_staff_of_a_site_see_its_own_alerts_and_others_do_not(world: World) -> None:
    from linli.alert import AlertKind, Severity
    from linli.finding import Finding
    from linli.words import Sentence

    why = Sentence("Unmonitored")
    world.desk.open([Finding("k", "", "garden", AlertKind.SYSTEM, Severity.NOTICE, world.clock.now(), why)])
    (alert,) = world.desk.open_alerts()

    seen = {who for who in ACTORS if world.client(_bearer(world, who)).get(f"/api/v1/alerts/{alert.id}").is_success}

    assert seen == {"office", "lin"}
    assert len(world.api(Role.STAFF, "lin").get("/api/v1/alerts").json()) == 1
    assert world.api(Role.STAFF, "xu").get("/api/v1/alerts").json() == []
    assert world.api(Role.FAMILY, "bo").get("/api/v1/alerts").json() == []


def _bearer(world: World, who: str) -> str:
    role, person = ACTORS[who]
    if role == "device":
        return world.keys.device_token(person)
    return world.keys.gateway_token(person) if role == "gateway" else world.token(role, person)


def test_a_resident_who_is_not_in_the_people_table_is_her_home(world: World) -> None:
    answer = world.api(Role.RESIDENT, "home-8").get("/api/v1/homes").json()

    assert [home["home"] for home in answer] == ["home-8"]


def test_a_revoked_token_is_worth_nothing(world: World) -> None:
    from linli.store import access
    from linli.store.access import Identity

    client = world.api(Role.STAFF, "lin")
    assert client.get("/api/v1/homes").is_success

    with world.services.care.begin() as connection:
        access.revoke_tokens(connection, Identity(Role.STAFF, "lin"), world.clock.now())

    assert client.get("/api/v1/homes").status_code == 401


def test_the_name_of_a_site_is_read_from_the_care_data(world: World) -> None:
    with world.services.care.begin() as connection:
        roster_store.rename_site(connection, "garden", "Willow Garden")

    assert "Willow Garden" in world.browser(Role.STAFF, "lin").get("/").text

"""The pages: each is whole HTML without inline script or style, in both languages, and names nobody in an address."""

import re
from html.parser import HTMLParser

import pytest

from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import HomeState
from linli.people import Role
from linli.signals import Kind, Signal
from linli.store import visits
from linli.visit import Visit, VisitPlan, VisitResult
from linli.words import Sentence
from tests.cast import EIGHT, HOMES, MEI, MINUTE, PEOPLE
from tests.dashboard.world import TestClient, World

VOID = {"meta", "link", "input", "br", "img", "hr", "col"}
NAMES = {home.resident for home in HOMES} | {person.name for person in PEOPLE}


class Strict(HTMLParser):
    """Reads a page and notes whatever is not whole."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.faults += [f"id {one} twice" for one in {one for one in self.ids if self.ids.count(one) > 1}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.faults += [f"<{tag} {name}>" for name, _ in attrs if name == "style" or name.startswith("on")]
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.faults.append("a script in the page")
        if tag == "style":
            self.faults.append("a style in the page")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as those of a picture do."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Note an end."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> ends nothing")

    def handle_data(self, data: str) -> None:
        """Note what can be read."""
        self.texts.append(data)


def full_house(world: World) -> dict[str, str]:
    """Let everything be the case at once; return the addresses that need an id."""
    world.services.signals.append([])
    world.health.trouble("sender", Sentence("Messages may be late: a fault of linli; see the log."))
    world.homes.set("home-8", HomeState.QUIET)
    world.homes.set("home-9", HomeState.UNMONITORED)
    world.homes.set("home-40", HomeState.AWAY)
    closed = world.opens(AlertKind.FALL, Severity.EMERGENCY)
    world.desk.arrive(closed.id, "ana")
    world.desk.close(closed.id, "ana", Outcome.HELPED, "lifted up")
    world.advance(MINUTE)
    world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE)
    world.opens(AlertKind.INACTIVITY, Severity.URGENT)
    alert = world.press_sos()
    world.desk.accept(alert.id, "ana")
    world.api(Role.RESIDENT, "mei").post(
        "/api/v1/signals", json={"home": MEI.home, "device": "page", "kind": "check_in", "value": "ok"}
    )
    world.api(Role.STAFF).post(
        "/api/v1/signals",
        json={"home": MEI.home, "device": "<b>", "kind": "mood", "value": "<script>alert(1)</script>"},
    )
    with world.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(MEI.home, 7, world.clock.now(), "lin", "change")])
        visits.write(connection, Visit(MEI.home, world.clock.now(), "lin", VisitResult.WELL), world.clock.now())
    return {"open": alert.id, "closed": closed.id}


def every_page(world: World, language: str) -> dict[str, str]:
    """Return all pages that there are, drawn for those whose they are."""
    ids = full_house(world)
    staff = world.browser(Role.STAFF, "lin", language)
    world.gives_reason(staff, "home-9")
    stranger = world.browser("", "", language)
    links = world.services.links
    wanted: list[tuple[TestClient, str]] = [
        (staff, "/"),
        (staff, "/queue"),
        (staff, "/homes"),
        (staff, "/homes?q=nobody"),
        (staff, "/homes?state=quiet"),
        (staff, f"/homes/{MEI.home}"),
        (staff, "/homes/home-8"),
        (staff, "/homes/home-9"),
        (staff, "/alerts"),
        (staff, f"/alerts/{ids['open']}"),
        (staff, f"/alerts/{ids['closed']}"),
        (staff, "/rejections"),
        (staff, "/devices"),
        (staff, "/devices?show=rings"),
        (staff, "/visits"),
        (staff, "/reports"),
        (staff, "/reports?month=2026-01"),
        (staff, "/rota"),
        (staff, "/rota/gap?site=garden&role=staff&since=2026-11-24T00:00&until=2026-11-24T08:00"),
        (staff, "/visits?show=unplanned"),
        (staff, f"/homes/{MEI.home}/visits"),
        (world.browser(Role.STAFF, "xu", language), "/"),
        (world.browser(Role.FAMILY, "bo", language), "/family"),
        (world.browser(Role.FAMILY, "bo", language), "/family/home-7/calls"),
        (world.browser(Role.VOLUNTEER, "ana", language), "/volunteer"),
        (world.browser(Role.VOLUNTEER, "kai", language), "/volunteer"),
        (world.browser(Role.RESIDENT, "mei", language), "/me"),
        (world.browser(Role.RESIDENT, "mei", language), "/me/data"),
        (staff, "/consents"),
        (world.browser(Role.RESIDENT, "home-9", language), "/me"),
        (stranger, "/signin"),
        (stranger, "/nothing"),
        (stranger, links.accept(ids["open"], "ana")),
        (stranger, links.accept(ids["open"], "bo")),
        (stranger, links.accept(ids["closed"], "ana")),
    ]
    pages = {f"{number} {path[:40]}": client.get(path) for number, (client, path) in enumerate(wanted)}
    assert all(answer.status_code in {200, 404} for answer in pages.values())
    return {name: answer.text for name, answer in pages.items()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole_and_runs_nothing_inline(world: World, language: str) -> None:
    for name, page in every_page(world, language).items():
        read = Strict(page)

        assert read.faults == [], name
        assert "<script>alert" not in page, name
        assert not [address for address in read.addresses if address.startswith(("http", "//", "data:"))], name
        assert not [
            address for address in read.addresses if any(part in address for one in NAMES for part in one.split())
        ]
        if not name.endswith("/queue"):
            assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in page


@pytest.mark.parametrize(
    ("role", "person", "path", "kept"),
    [
        ("family", "bo", "/family?home=home-7", "/family?home=home-7&amp;"),
        ("staff", "lin", "/homes?state=well&q=Mei+Chen&lang=zh", "/homes?state=well&amp;q=Mei+Chen&amp;"),
        ("staff", "lin", "/reports?month=2026-10&lang=en", "/reports?month=2026-10&amp;"),
        ("staff", "lin", "/rota?site=garden", "/rota?site=garden&amp;"),
        ("resident", "mei", "/me", "/me?"),
    ],
    ids=str,
)
def test_a_page_stays_the_same_in_the_other_language(
    world: World, role: str, person: str, path: str, kept: str
) -> None:
    page = world.browser(role, person).get(path).text

    for language in ("zh", "en"):
        assert f'href="{kept}lang={language}"' in page


def test_a_chinese_page_speaks_chinese(world: World) -> None:
    """What is left in Latin letters are names, ids and linli's own; reasons of refusals are for who writes programs."""
    allowed = re.compile(
        "|".join([*NAMES, r"linli\b", r"home-\d+", "garden", "river", "east", "hall", WHY, r"lifted up", "EN"])
    )
    for name, page in every_page(world, "zh").items():
        if "rejections" not in name:
            text = allowed.sub("", " ".join(Strict(page).texts))
            assert re.findall(r"[A-Za-z]{3,}[A-Za-z ]*", text) == [], name


WHY = r"The call button was pressed at [\d:]+\.|Last sign of life [\d:]+, "
"""What this world's homes and alerts say in English only."""


def test_the_language_can_be_switched_and_is_kept(world: World) -> None:
    browser = world.browser(Role.STAFF, "", "zh")

    assert "没有人在等" in browser.get("/").text
    assert "Nobody is waiting" in browser.get("/?lang=en").text
    assert "Nobody is waiting" in browser.get("/").text
    assert "没有人在等" in browser.get("/?lang=zh").text


@pytest.mark.parametrize(
    ("role", "person", "leads_to"),
    [
        (Role.FAMILY, "bo", "/family"),
        (Role.VOLUNTEER, "ana", "/volunteer"),
        (Role.PROFESSIONAL, "wu", "/volunteer"),
        (Role.RESIDENT, "mei", "/me"),
    ],
)
def test_everybody_begins_on_their_own_page(world: World, role: str, person: str, leads_to: str) -> None:
    assert world.browser(role, person).get("/").headers["location"] == leads_to


def test_the_board_shows_each_home_as_it_stands(world: World) -> None:
    world.homes.set("home-8", HomeState.QUIET)
    world.homes.set("home-9", HomeState.UNMONITORED)
    world.homes.set("home-40", HomeState.AWAY)
    world.desk.accept(world.press_sos().id, "ana")

    page = world.browser(Role.STAFF).get("/").text

    looks = dict(re.findall(r'id="w-([\w-]+)" class="w ([\w ]+)"', page))
    assert looks == {
        "home-7": "alert emergency",
        "home-8": "quiet d3",
        "home-9": "unmonitored",
        "home-40": "away",
    }
    assert "Ana Li on the way, due by 08:10" in page
    assert "Call for help, somebody is on the way" in page


def test_the_board_says_what_is_wrong_with_linli(world: World) -> None:
    assert 'id="troubles" hidden' in world.browser(Role.STAFF).get("/").text

    world.health.trouble("broker", Sentence("The connection to the broker is lost; trying again."))

    page = world.browser(Role.STAFF).get("/").text
    assert 'id="troubles" hidden' not in page
    assert "The connection to the broker is lost; trying again." in page


def test_staff_write_an_absence_in_the_homes_own_time(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")

    answer = lin.post(
        f"/homes/{MEI.home}/away", data={"csrf": world.csrf(lin), "until": "2026-11-24T09:30", "note": "hospital"}
    )

    assert answer.headers["location"] == f"/homes/{MEI.home}"
    (absence,) = world.homes.absences
    assert (absence.until.isoformat(), absence.by) == ("2026-11-24T01:30:00+00:00", "lin")
    assert lin.post(f"/homes/{MEI.home}/back", data={"csrf": world.csrf(lin)}).status_code == 303
    assert world.homes.state(MEI.home).state is HomeState.WELL


@pytest.mark.parametrize(
    "fields", [{}, {"until": "soon"}, {"hours": "0"}, {"hours": "99999"}, {"until": "2020-01-01T00:00"}]
)
def test_an_absence_that_is_not_right_is_refused(world: World, fields: dict[str, str]) -> None:
    bo = world.browser(Role.FAMILY, "bo")

    assert bo.post(f"/homes/{MEI.home}/away", data={"csrf": world.csrf(bo), **fields}).status_code == 422
    assert world.homes.absences == []


def test_the_family_sees_one_sentence_and_no_room(world: World) -> None:
    world.api(Role.RESIDENT, "mei").post(
        "/api/v1/signals", json={"home": MEI.home, "device": "bath", "kind": "motion", "value": "on"}
    )

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "There are signs of life from Mei Chen." in page
    assert not any(word in page for word in ("kitchen", "bathroom", "bedroom", "hall"))
    assert "11:00" in page


def test_a_blind_home_is_never_called_fine(world: World) -> None:
    world.homes.set(MEI.home, HomeState.UNMONITORED)

    page = world.browser(Role.FAMILY, "bo").get("/family").text

    assert "We cannot tell at the moment how Mei Chen is." in page
    assert "like any other" not in page


def test_the_resident_says_that_she_is_fine(world: World) -> None:
    mei = world.browser(Role.RESIDENT, "mei")
    fields = {"csrf": world.csrf(mei), "press": "press-1"}

    for _ in range(2):
        assert mei.post(f"/me/{MEI.home}/fine", data=fields).headers["location"] == "/me"

    (signal,) = world.services.signals.recent(MEI.home)
    assert (signal.kind, signal.value, signal.device) == (Kind.CHECK_IN, "ok", "page")
    assert "Today at 08:00 you told us that you are well" in mei.get("/me").text


@pytest.mark.parametrize(("button", "value"), [("help", "pressed"), ("cancel", "cancelled")])
def test_the_resident_calls_somebody_and_calls_them_off(world: World, button: str, value: str) -> None:
    mei = world.browser(Role.RESIDENT, "mei")

    mei.post(f"/me/{MEI.home}/{button}", data={"csrf": world.csrf(mei)})

    (signal,) = world.services.signals.recent(MEI.home)
    assert (signal.kind, signal.value) == (Kind.SOS, value)


def test_the_resident_sees_who_is_on_the_way(world: World) -> None:
    world.desk.accept(world.press_sos().id, "ana")

    page = world.browser(Role.RESIDENT, "mei").get("/me").text

    assert "Ana Li is on the way" in page
    assert "I am fine, nobody need come" in page


def test_a_press_that_cannot_be_stored_is_not_called_sent(world: World) -> None:
    world.intake.down = True
    mei = world.browser(Role.RESIDENT, "mei")

    answer = mei.post(f"/me/{MEI.home}/help", data={"csrf": world.csrf(mei)})

    assert answer.status_code == 503
    assert "or telephone" in answer.text


def test_the_volunteer_sees_the_request_and_afterwards_only_that_they_helped(world: World) -> None:
    alert = world.press_sos()
    ana = world.browser(Role.VOLUNTEER, "ana")
    fields = {"csrf": world.csrf(ana)}
    assert "Mei Chen" in ana.get("/volunteer").text

    for verb in ("accept", "arrive"):
        assert ana.post(f"/alerts/{alert.id}/{verb}", data=fields).headers["location"] == "/volunteer"
    ana.post(f"/alerts/{alert.id}/close", data={**fields, "outcome": "safe"})

    page = ana.get("/volunteer").text
    assert "Where you have helped" in page
    assert "Mei Chen" not in page
    assert "502" not in page


def test_a_note_with_control_characters_is_refused(world: World) -> None:
    alert = world.press_sos()
    lin = world.browser(Role.STAFF, "lin")
    fields = {"csrf": world.csrf(lin), "outcome": "safe", "note": "a\x00b"}

    assert lin.post(f"/alerts/{alert.id}/close", data=fields).status_code == 422
    assert world.desk.open_alerts() != []


def test_a_room_may_be_called_anything(world: World) -> None:
    odd = "{room} <b>"
    world.services.signals.append(
        [Signal(MEI.home, "d", Kind.MOTION, "on", EIGHT - MINUTE, EIGHT - MINUTE, "k", room=odd)]
    )
    alert = world.press_sos()
    lin = world.browser(Role.STAFF, "lin")

    for page in (lin.get(f"/homes/{MEI.home}"), lin.get(f"/alerts/{alert.id}")):
        assert page.status_code == 200
        assert "{room} &lt;b&gt;" in page.text


def test_a_home_without_floors_has_its_windows_all_the_same(world: World) -> None:
    page = world.browser(Role.STAFF, "xu").get("/").text

    assert 'id="w-home-40"' in page
    assert "Nobody is waiting" in page

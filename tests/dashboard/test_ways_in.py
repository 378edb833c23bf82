"""How people come in without a terminal: a link each, made by the office, used once, and ended when a phone is lost."""

from html import unescape

import pytest

from linli.people import Role
from tests.dashboard.world import TestClient, World, csrf_in


@pytest.fixture
def office(world: World) -> TestClient:
    return world.browser(Role.STAFF)


def link_for(world: World, office: TestClient, person: str) -> str:
    """Have the office make a link; return it."""
    page = unescape(office.post("/ways-in", data={"csrf": world.csrf(office), "person": person}).text)
    return page.partition('readonly value="')[2].partition('"')[0]


def come_in(world: World, link: str) -> TestClient:
    browser = world.browser()
    browser.post(link, data={"csrf": csrf_in(browser.get(link).text)})
    return browser


@pytest.mark.parametrize(("person", "where"), [("bo", "/family"), ("ana", "/volunteer"), ("mei", "/me")])
def test_the_office_lets_everybody_in_to_their_own_page(
    world: World, office: TestClient, person: str, where: str
) -> None:
    link = link_for(world, office, person)

    assert come_in(world, link).get("/").headers["location"] == where
    assert link not in office.get("/ways-in").text


def test_a_lost_phone_is_signed_out_and_the_others_stay(world: World, office: TestClient) -> None:
    lost, other = (come_in(world, link_for(world, office, person)) for person in ("bo", "ana"))
    assert ">1</td>" in office.get("/ways-in?q=bo").text

    office.post("/ways-in/end", data={"csrf": world.csrf(office), "person": "bo"})

    assert lost.get("/family").status_code != 200
    assert other.get("/volunteer").status_code == 200


def test_a_link_that_nobody_has_used_ends_with_everything_else(world: World, office: TestClient) -> None:
    link, other = link_for(world, office, "bo"), link_for(world, office, "ana")
    assert "links not used yet: 1" in office.get("/ways-in?q=bo").text

    office.post("/ways-in/end", data={"csrf": world.csrf(office), "person": "bo"})

    ended = world.browser().get(link)
    assert (ended.status_code, "<form" in ended.text) == (404, False)
    assert "links not used yet" not in office.get("/ways-in?q=bo").text
    assert come_in(world, other).get("/volunteer").status_code == 200


def test_somebody_is_found_by_name_and_nobody_else_stands_there(office: TestClient) -> None:
    page = office.get("/ways-in?q=ana").text

    assert "Ana Li" in page
    assert "Bo Chen" not in page
    assert "Nobody of that name." in office.get("/ways-in?q=zzz").text


def test_nobody_is_let_in_who_is_not_in_the_roster(world: World, office: TestClient) -> None:
    for path in ("/ways-in", "/ways-in/end"):
        assert office.post(path, data={"csrf": world.csrf(office), "person": "nobody"}).status_code == 404


@pytest.mark.parametrize("person", ["lin", "xu"])
def test_staff_of_one_compound_let_nobody_in(world: World, person: str) -> None:
    browser = world.browser(Role.STAFF, person)

    assert browser.get("/ways-in").status_code == 404
    assert browser.post("/ways-in", data={"csrf": world.csrf(browser), "person": "bo"}).status_code == 404

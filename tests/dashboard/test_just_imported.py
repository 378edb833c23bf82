"""A home that was imported a moment ago is there: no page leads to it and then says that there is nothing."""

from collections.abc import Iterator

import pytest

from bench.screens import worlds
from dashboard.sessions import COOKIE
from linli.people import Role
from linli.store import roster as roster_store
from tests.cast import MEI
from tests.dashboard.test_imports import revision_in
from tests.dashboard.world import TestClient, csrf_in

HOMES = "home,site,building,door\nhome-50,garden,3,601\n"
DEVICES = "device,home,kind\nbutton-1,home-50,sos\n"


@pytest.fixture
def empty() -> Iterator[worlds.World]:
    """Give a whole linli that nobody is listed in and whose pipeline does not turn."""
    with worlds.world("empty", "http://testserver") as made:
        yield made


@pytest.fixture
def office(empty: worlds.World) -> TestClient:
    """Give a browser of staff of all sites."""
    client = TestClient(empty.app, headers={"accept": "text/html"}, follow_redirects=False)
    client.cookies.set(COOKIE, empty.cookie(Role.STAFF))
    return client


def imported(office: TestClient) -> None:
    """Import one home with one button."""
    csrf = csrf_in(office.get("/import").text)
    files = [("file", ("homes.csv", HOMES)), ("file", ("devices.csv", DEVICES))]
    where = office.post("/import", data={"csrf": csrf}, files=files).headers["location"]
    answer = office.post(where, data={"csrf": csrf, "revision": revision_in(office.get(where).text)})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/homes/home-50", "/homes/home-50/connect", "/start/connect?home=home-50"])
def test_what_was_just_imported_can_be_opened(office: TestClient, path: str) -> None:
    imported(office)

    assert office.get(path).status_code in {200, 303}


def test_what_was_just_imported_is_on_the_list_and_the_board(office: TestClient) -> None:
    imported(office)

    assert "/homes/home-50" in office.get("/homes").text
    assert "home-50" in office.get("/").text


@pytest.mark.parametrize(
    "path", [f"/homes/{MEI.home}", f"/homes/{MEI.home}/connect", f"/start/connect?home={MEI.home}"]
)
def test_what_another_program_has_imported_can_be_opened(empty: worlds.World, office: TestClient, path: str) -> None:
    assert office.get(path).status_code == 404
    with empty.core.care.begin() as connection:
        roster_store.save(connection, [MEI], [], [])

    assert office.get(path).status_code in {200, 303}


def test_a_page_that_was_first_does_not_keep_the_broker_from_hearing_of_it(
    empty: worlds.World, office: TestClient
) -> None:
    imported(office)

    assert empty.core.refresh()
    assert not empty.core.refresh()

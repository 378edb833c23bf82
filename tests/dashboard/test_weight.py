"""What a helper's phone has to fetch over a poor line: all of it is counted, as it goes over the wire."""

import re

import pytest

from linli.people import Role
from tests.dashboard.world import TestClient, World

MOST_BYTES = 30 * 1024
FIRST_BYTES = 14 * 1024
"""What must be there before anything can be tapped: within the first packets that a server may send unasked."""
_NAMED = re.compile(r'(?:href|src)="(/(?:static|icons)/[^"]+|/manifest[^"]+)"|from "([./\w]+\.js)"')


def weight(client: TestClient, path: str) -> int:
    """Return the bytes of an answer on the wire."""
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200, path
    count: int = answer.num_bytes_downloaded
    return count


def named_in(client: TestClient, path: str) -> set[str]:
    """Return what a page or a script names that a browser fetches with it."""
    found = {href or source for href, source in _NAMED.findall(client.get(path).text)}
    return {name.replace("./", "/static/") for name in found}


def all_of(client: TestClient, path: str) -> set[str]:
    """Return a page, and all that is fetched with it."""
    known, fresh = {path}, {path}
    while fresh:
        fresh = set().union(*(named_in(client, one) for one in fresh if not one.endswith((".png", ".svg")))) - known
        known |= fresh
    return known


@pytest.fixture
def request_page(world: World) -> str:
    return world.services.links.accept(world.press_sos().id, "ana").removeprefix("http://testserver")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_request_weighs_thirty_kilobytes_with_all_that_comes_with_it(
    world: World, request_page: str, language: str
) -> None:
    phone = world.browser(language=language)
    files = all_of(phone, request_page) | all_of(phone, "/worker.js") | all_of(phone, "/offline")

    assert {"/static/linli.css", "/static/hand.js", "/static/taps.js", "/worker.js"} <= files
    assert sum(weight(phone, file) for file in files) < MOST_BYTES


@pytest.mark.parametrize("verb", ["", "accept", "arrive"])
def test_what_can_be_tapped_needs_the_page_and_its_styles_only(world: World, request_page: str, verb: str) -> None:
    phone = world.browser(language="zh")
    if verb:
        phone.post(request_page, data={"verb": verb})
    styles = {file for file in named_in(phone, request_page) if file.endswith(".css")}

    assert len(styles) == 2
    assert sum(weight(phone, file) for file in {request_page, *styles}) < FIRST_BYTES


def test_the_volunteers_own_page_weighs_no_more(world: World) -> None:
    ana = world.browser(Role.VOLUNTEER, "ana", "zh")
    world.press_sos()
    files = all_of(ana, "/volunteer") | all_of(ana, "/worker.js") | all_of(ana, "/offline")

    assert sum(weight(ana, file) for file in files) < MOST_BYTES

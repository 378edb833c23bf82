"""Whoever starts linli on an empty folder comes in by the link that it prints, once, and needs it only until then."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bench.program import Program
from tests.dashboard.world import csrf_in

LINK = re.compile(r"http://127\.0\.0\.1:\d+/enter/\S+")


def printed(program: Program) -> list[str]:
    """Return the links that linli has printed since its folder is there."""
    return LINK.findall("".join(path.read_text("utf-8") for path in program.folder.glob("*.log")))


def stranger() -> httpx.Client:
    """Return a browser that has not signed in."""
    return httpx.Client(follow_redirects=True, headers={"accept": "text/html", "accept-language": "en"}, timeout=30)


def coming_in(link: str) -> httpx.Client:
    """Open a link and press its button, as a browser does."""
    client = stranger()
    client.post(link, data={"csrf": csrf_in(client.get(link).text)})
    return client


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """Return a linli on an empty folder."""
    made = Program(tmp_path, broker="demo")
    yield made
    made.stop()


def test_whoever_starts_an_empty_linli_is_led_from_its_link_to_a_password(program: Program) -> None:
    program.start()
    (link,) = printed(program)
    start = f"{program.url}/start"

    with closing(coming_in(link)) as first:
        fields = {"csrf": csrf_in(first.get(start).text), "login": "office", "password": "a long password"}
        first.post(f"{start}/password", data=fields)
        assert "You can sign in with a name and a password." in first.get(start).text

    with closing(stranger()) as second:
        assert "linli user NAME" in second.get(link).text
        assert second.get(start).url.path == "/signin"
    program.stop()
    program.start()
    assert printed(program) == [link]

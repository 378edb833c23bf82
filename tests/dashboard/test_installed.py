"""linli on the home screen: what a browser asks for before it puts it there, and what it may keep, which names nobody."""

import re
import struct
import zlib

import pytest

from dashboard.headers import POLICY
from linli.people import Role
from tests.cast import HOMES, MEI, PEOPLE
from tests.dashboard.world import World


def test_the_manifest_is_all_that_a_browser_wants_to_install(world: World) -> None:
    answer = world.browser().get("/manifest.webmanifest?lang=zh")

    told = answer.json()
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (told["short_name"], told["start_url"], told["scope"], told["display"]) == ("邻里", "/", "/", "standalone")
    assert {"192x192", "512x512", "any"} == {icon["sizes"] for icon in told["icons"]}
    assert "maskable" in {icon.get("purpose") for icon in told["icons"]}
    assert all(world.browser().get(icon["src"]).status_code == 200 for icon in told["icons"])
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("name", "size"), [("180", 180), ("192", 192), ("512", 512), ("badge", 96)])
def test_each_icon_is_a_whole_picture_of_its_size(world: World, name: str, size: int) -> None:
    answer = world.browser().get(f"/icons/{name}.png")

    assert answer.headers["content-type"] == "image/png"
    content = answer.content
    assert struct.unpack(">II", content[16:24]) == (size, size)
    packed = content[content.index(b"IDAT") + 4 : content.index(b"IEND") - 8]
    points = zlib.decompress(packed)
    assert len(points) == size * (4 * size + 1)
    lit = points[(4 * size + 1) * (size * 17 // 48) + 1 + 4 * (size * 17 // 48) :][:4]
    ground = points[1:5]
    assert lit != ground
    assert len(content) < 3000


def test_there_are_no_other_icons(world: World) -> None:
    assert world.browser().get("/icons/64.png").status_code == 422


def test_the_worker_serves_every_page_and_the_policy_lets_it_run(world: World) -> None:
    answer = world.browser().get("/worker.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert "script-src 'self'" in POLICY
    assert "manifest-src 'self'" in POLICY


def test_everything_that_the_worker_keeps_is_there(world: World) -> None:
    worker = world.browser().get("/worker.js").text
    parts = re.findall(r'"(/(?:static/[\w.]+|offline))"', worker)

    assert len(set(parts)) >= 6
    assert [part for part in parts if world.browser().get(part).status_code != 200] == []
    shell = world.browser().get("/offline").text
    assert set(re.findall(r'(?:src|href)="(/static/[\w.]+)"', shell)) <= set(parts)


def test_the_page_without_a_line_is_the_same_for_everybody_and_names_nobody(world: World) -> None:
    world.press_sos()
    pages = {
        re.sub(r'data-now="[^"]+"', "", world.browser(role, person).get("/offline?lang=en").text)
        for role, person in (("", ""), (Role.VOLUNTEER, "ana"), (Role.STAFF, "lin"))
    }

    (shell,) = pages
    assert "We cannot tell at the moment whether somebody needs you" in shell
    assert not any(
        word in shell for word in (MEI.phone, *(h.resident for h in HOMES), *(p.name for p in PEOPLE if p.name))
    )
    assert "tel:120" in shell


@pytest.mark.parametrize(
    ("role", "person", "path", "times"),
    [
        (Role.VOLUNTEER, "ana", "/volunteer", 1),
        (Role.FAMILY, "bo", "/family", 1),
        (Role.STAFF, "lin", "/notifications", 1),
        (Role.RESIDENT, "mei", "/me", 0),
    ],
)
def test_the_pages_of_who_is_called_can_be_put_on_the_home_screen(
    world: World, role: str, person: str, path: str, times: int
) -> None:
    """Not the resident's: what stands there without a line would be about helpers, and hers must ask for help."""
    assert world.browser(role, person).get(path).text.count('rel="manifest"') == times

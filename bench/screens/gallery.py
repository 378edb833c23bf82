"""Takes the pictures: a chosen few for the repository, with a page that shows them, or all there are."""

import base64
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page as Tab

from bench.screens.camera import EYES, WIDTHS, Look, browser, free_socket, open_page, served, url_of
from bench.screens.pages import PAGES, Page
from bench.screens.worlds import NAMES, world
from tests.needs import find

DAYS = {"calm": 28}
"""How much of a past a world needs for its pictures: a home's four weeks are looked at on a calm day."""
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
INDEX = ROOT / "docs" / "screens.md"
MOST_BYTES = 1_500_000
"""What all committed pictures may weigh together."""


@dataclass(frozen=True)
class Shot:
    """One picture to take."""

    page: Page
    world: str
    look: Look

    @property
    def name(self) -> str:
        """Return the picture's name without a suffix."""
        parts = [self.page.name, self.world, str(self.look.width), self.look.language, self.look.scheme, self.look.eyes]
        return "-".join(part for part in parts if part)


def every(pages: Iterable[Page] = PAGES) -> Iterator[Shot]:
    """Yield every picture there is: all widths, languages and lights; the eyes at one width."""
    for page in pages:
        for name, width, language, scheme in itertools.product(page.worlds, WIDTHS, ("zh", "en"), ("light", "dark")):
            yield Shot(page, name, Look(width, language, scheme))
        for name, eyes in itertools.product(page.worlds, EYES):
            yield Shot(page, name, Look(1440 if page.who == "staff" else 360, "zh", "light", eyes))


CHOSEN = (
    ("board", "busy", Look(1440, "zh", "light")),
    ("board", "alarmed", Look(1440, "en", "dark")),
    ("board", "calm", Look(360, "zh", "light")),
    ("board", "busy", Look(1440, "zh", "light", "achromatopsia")),
    ("home", "calm", Look(1440, "zh", "light")),
    ("alert", "busy", Look(1440, "en", "light")),
    ("family", "calm", Look(360, "zh", "light")),
    ("family", "alarmed", Look(360, "en", "dark")),
    ("go", "alarmed", Look(360, "zh", "light")),
    ("me", "calm", Look(768, "zh", "light")),
    ("drills", "calm", Look(1440, "en", "light")),
    ("start", "empty", Look(1440, "zh", "light")),
    ("connect", "calm", Look(1440, "en", "light")),
    ("import", "empty", Look(768, "zh", "light")),
    ("settings", "calm", Look(1440, "zh", "light")),
    ("building", "busy", Look(360, "en", "dark")),
    ("homes", "busy", Look(360, "en", "light")),
    ("reason", "calm", Look(360, "zh", "light")),
    ("visited", "busy", Look(360, "en", "dark")),
    ("sites", "busy", Look(768, "en", "light")),
    ("wall", "alarmed", Look(768, "zh", "dark")),
    ("walls", "busy", Look(360, "zh", "light")),
    ("alerts", "busy", Look(768, "zh", "dark")),
    ("visits", "busy", Look(768, "en", "light")),
    ("rota", "busy", Look(768, "zh", "light")),
    ("gap", "busy", Look(360, "en", "light")),
    ("devices", "busy", Look(768, "en", "dark")),
    ("found", "busy", Look(768, "zh", "light")),
    ("list", "busy", Look(360, "en", "light")),
    ("consents", "busy", Look(360, "zh", "dark")),
    ("reports", "busy", Look(768, "en", "light")),
    ("rejections", "busy", Look(360, "en", "dark")),
    ("who", "busy", Look(360, "zh", "light")),
    ("ways-in", "calm", Look(360, "en", "light")),
    ("trial", "busy", Look(768, "zh", "light")),
    ("ladders", "busy", Look(768, "en", "dark")),
    ("ladder", "busy", Look(360, "zh", "light")),
    ("ladder-text", "busy", Look(360, "en", "light")),
    ("ladder-trial", "busy", Look(360, "zh", "dark")),
    ("calls", "calm", Look(360, "en", "light")),
    ("volunteer", "alarmed", Look(360, "zh", "dark")),
    ("notifications", "calm", Look(360, "en", "dark")),
    ("data", "calm", Look(360, "zh", "light")),
    ("enter", "empty", Look(360, "en", "light")),
    ("signin", "empty", Look(360, "zh", "dark")),
    ("offline", "empty", Look(360, "en", "light")),
)
"""What the repository shows: each page once or twice, both languages, both lights, all widths."""


def chosen() -> Iterator[Shot]:
    """Yield the pictures that the repository shows."""
    by_name = {page.name: page for page in PAGES}
    for name, place, look in CHOSEN:
        yield Shot(by_name[name], place, look)


def take(names: Sequence[str], folder: Path | None) -> int:
    """Take pictures; 1 if those for the repository weigh too much."""
    wanted = [shot for shot in (every() if folder else chosen()) if _is_named(shot, names)]
    target = folder or PICTURES
    target.mkdir(parents=True, exist_ok=True)
    for shot, content in _taken(wanted, for_keeps=folder is None):
        suffix = "png" if folder else "webp"
        (target / f"{shot.name}.{suffix}").write_bytes(content)
        sys.stdout.write(f"{shot.name}.{suffix} {len(content) // 1024} KB\n")
    if folder:
        return 0
    INDEX.write_text(index([shot for shot in chosen() if (PICTURES / f"{shot.name}.webp").exists()]), encoding="utf-8")
    weight = sum(path.stat().st_size for path in PICTURES.iterdir())
    sys.stdout.write(f"all pictures: {weight // 1024} KB\n")
    return 1 if weight > MOST_BYTES else 0


def _is_named(shot: Shot, names: Sequence[str]) -> bool:
    pages = [name for name in names if name not in NAMES]
    worlds = [name for name in names if name in NAMES]
    return (not pages or shot.page.name in pages) and (not worlds or shot.world in worlds)


def _picture(tab: Tab, *, for_keeps: bool) -> bytes:
    """Return what is seen: the whole page for looking through, one screen and less weight for the repository."""
    if for_keeps:
        # Playwright itself writes PNG and JPEG only
        asked = {"format": "webp", "quality": 70}
        return base64.b64decode(tab.context.new_cdp_session(tab).send("Page.captureScreenshot", asked)["data"])
    return tab.screenshot(type="png", full_page=True)


def _taken(shots: Sequence[Shot], *, for_keeps: bool) -> Iterator[tuple[Shot, bytes]]:
    program = find("browser")
    if program is None:
        raise SystemExit("pictures need Chromium, which is not installed")
    for name in NAMES:
        some = [shot for shot in shots if shot.world == name]
        if not some:
            continue
        listening = free_socket()
        url = url_of(listening)
        with (
            world(name, url, days=DAYS.get(name, 10)) as made,
            served(made.app, listening),
            browser(program) as chromium,
        ):
            for shot in some:
                tab, _ = open_page(chromium, made, shot.page, shot.look, url)
                yield shot, _picture(tab, for_keeps=for_keeps)
                tab.context.close()


def index(shots: Sequence[Shot]) -> str:
    """Return the page that shows the pictures."""
    rows = [_row(shot) for shot in shots]
    return "\n".join([HEAD, *rows, ""])


HEAD = """\
# What linli looks like

Pictures of the pages with made-up homes, taken by `python3 dev.py screenshots`, which finds the pages in one list,
[bench/screens/pages.py](../bench/screens/pages.py). `python3 dev.py screenshots --all FOLDER` takes every page in every example
world (empty, calm, busy, alarmed), at 360, 768 and 1440 pixels, in both languages, light and dark, in greyscale and as
people with three kinds of colour blindness see it.

Last looked at by eye on 2026-11-27: every page of that list in each of its worlds, at 360, 768 and 1440 pixels, each in
both languages; at each width one language in light and the other in dark. The board, the wall, an alert, a home and the devices also in greyscale and as the three kinds of colour
blindness show them: each state could be told by its shape, frame or word alone. On paper, as PDF: the report, a home, the
rota, visits, ladders, an alert and the family's page. In high contrast: board, home, alert, visits, first steps, the pages
of family, resident and helper. Not by eye: the other of light and dark at each width, and other pages on paper.
"""


def _row(shot: Shot) -> str:
    look = shot.look
    seen = [f"{look.width} px", {"zh": "中文", "en": "English"}[look.language], look.scheme, look.eyes]
    told = f"{shot.page.name}, {shot.world}: {', '.join(part for part in seen if part)}"
    return f"\n## {told}\n\n![{told}](pictures/{shot.name}.webp)"

"""A browser that looks at pages as people do: their screen, language, light, and eyes."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

from bench.screens.pages import Page
from bench.screens.worlds import World
from dashboard.language import COOKIE as LANGUAGE
from dashboard.sessions import COOKIE as SESSION

WIDTHS = {360: 780, 768: 1024, 1440: 900}
"""A phone, a tablet, a desk: width and height in pixels."""
EYES = ("achromatopsia", "deuteranopia", "protanopia", "tritanopia")
"""Ways of seeing colour that the browser can show: the first is greyscale."""


@dataclass(frozen=True)
class Look:
    """How somebody looks: `eyes` empty for all colours."""

    width: int = 1440
    language: str = "zh"
    scheme: str = "light"
    eyes: str = ""


@contextmanager
def browser(program: Path) -> Iterator[Browser]:
    """Start Debian's Chromium, and close it after use."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield started
        finally:
            started.close()


def open_page(chromium: Browser, world: World, page: Page, look: Look, url: str) -> tuple[Tab, list[str]]:
    """Open a page as its reader, and return it with what the browser complains about."""
    if page.route == "/settings/trial":
        world.rehearse()
    if page.route == "/ladders/trial":
        world.rehearse_ladder()
    tab = context_for(chromium, world, page, look, url).new_page()
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{url}{page.path(world)}", wait_until="load")
    if look.eyes:
        tab.context.new_cdp_session(tab).send("Emulation.setEmulatedVisionDeficiency", {"type": look.eyes})
    tab.evaluate("document.fonts.ready")
    return tab, complaints


def context_for(chromium: Browser, world: World, page: Page, look: Look, url: str) -> BrowserContext:
    """Return a browser of one person: signed in, if the page asks for it."""
    wishes: dict[str, Any] = {
        "viewport": {"width": look.width, "height": WIDTHS.get(look.width, 780)},
        "color_scheme": look.scheme,
        "locale": "zh-CN" if look.language == "zh" else "en-GB",
        "reduced_motion": "reduce",
    }
    context = chromium.new_context(**wishes)
    cookies: list[Any] = [{"name": LANGUAGE, "value": look.language, "url": url}]
    if page.who is not None:
        cookies.append({"name": SESSION, "value": world.cookie(page.who), "url": url})
    context.add_cookies(cookies)
    return context


def free_socket() -> socket.socket:
    """Return a socket on a free port of this machine."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the address of the pages behind a socket."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def served(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """Serve the pages in a thread, and stop after use."""
    started = threading.Event()
    server = _Server(app, started)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web")
    thread.start()
    try:
        if not started.wait(30):
            raise TimeoutError("the pages were not served within 30 s")
        yield
    finally:
        app.state.live.close()
        server.should_exit = True
        thread.join(30)


class _Server(uvicorn.Server):
    """Says when it has started, and lets go of every connection when it stops."""

    def __init__(self, app: FastAPI, started: threading.Event) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        self._has_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._has_started.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):  # what a busy machine has not closed in time
            connection.transport.abort()
        await asyncio.sleep(0)

"""How long a helper on a poor line waits: from a tap on the link until "I go" can be tapped, and from there to the way.

linli and a browser stand in two networks of their own, with a slow and lossy line between them; each visit is a first one.
"""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from alerts.links import Links
from bench.poor_line import Quality, join, open_end
from bench.program import Neighbourhood, Program, wait_for
from linli.data_dir import DataDir
from linli.keys import Keys

VISITS = 25
SERVER, PHONE = "10.9.0.1", "10.9.0.2"
SEED = 1
QUALITIES = {
    "400 kbit/s, 100 ms each way, 1 packet in 20 lost": Quality(seconds=0.1),
    "400 kbit/s, 200 ms each way, 1 packet in 20 lost": Quality(seconds=0.2),
}
_IN_A_NETWORK = "BENCH_IN_A_NETWORK"
_CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    """Measure; everything runs in networks of its own."""
    if _IN_A_NETWORK not in os.environ:
        words = ["unshare", "-Urn", sys.executable, "-m", "bench", "phone"]
        return subprocess.run(words, env={**os.environ, _IN_A_NETWORK: "server"}, check=False).returncode
    if os.environ[_IN_A_NETWORK] == "server":
        for name, quality in QUALITIES.items():
            _measure(name, quality)
        return 0
    _visit(sys.stdin.read().split())
    return 0


def _measure(name: str, quality: Quality) -> None:
    """Serve in this network, and let a browser visit from another one."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder, _line(quality) as phone:
        program = Program(Path(folder), broker="demo", host=SERVER)
        program.settle(Neighbourhood(2 * VISITS, extra_channels=[("inbox", "x")]))
        program.start()
        try:
            links = "\n".join(_press_all(program))
            words = ["nsenter", f"--net=/proc/{phone}/ns/net", sys.executable, "-m", "bench", "phone"]
            print(f"phone: {name}", flush=True)
            subprocess.run(words, input=links, text=True, env={**os.environ, _IN_A_NETWORK: "phone"}, check=True)
        finally:
            program.stop()


@contextlib.contextmanager
def _line(quality: Quality) -> Iterator[int]:
    """Lay a line to a network of the phone's own; yield the process that keeps that network."""
    ours, theirs = socket.socketpair()
    words = ["unshare", "-n", sys.executable, "-c", _KEEPER.format(end=theirs.fileno(), address=PHONE)]
    with subprocess.Popen(words, pass_fds=[theirs.fileno()]) as keeper:
        _, (far, *_), _, _ = socket.recv_fds(ours, 1, 1)
        join(open_end(SERVER, "line"), far, quality, SEED)
        try:
            yield keeper.pid
        finally:
            keeper.kill()
            subprocess.run(["ip", "link", "delete", "line"], check=True)


_KEEPER = """
import socket, time
from bench.poor_line import open_end
socket.send_fds(socket.socket(fileno={end}), [b"1"], [open_end("{address}", "line")])
time.sleep(86400)
"""


def _press_all(program: Program) -> Iterator[str]:
    """Press every button, and yield the link of each home's helper."""
    links = Links(Keys(DataDir(program.data).secret()).bytes_for("links"), program.url)
    api = program.api()
    for number, home in enumerate(Neighbourhood(2 * VISITS).ids):
        api.post("/signals", json={"home": home, "device": "button", "kind": "sos", "value": "pressed"})
        wait_for("the alert", lambda home=home: bool(_alerts(api, home)), 10)  # type: ignore[misc]  # of this turn
        yield links.accept(_alerts(api, home)[0], f"v-{number}")


def _alerts(api: httpx.Client, home: str) -> list[str]:
    return [alert["id"] for alert in api.get("/alerts", params={"home": home}).json()]


def _visit(links: list[str]) -> None:
    """Open each link as on a phone that has never been here, with scripts and without, and tap."""
    origin = links[0].partition("/go/")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", f"--unsafely-treat-insecure-origin-as-secure={origin}"],
        )
        for words, part in (("with scripts", links[:VISITS]), ("without", links[VISITS:])):
            times = [_one(browser, link, scripts=words == "with scripts") for link in part]
            for what, seconds in zip(
                ("until it can be tapped", "from the tap to the way"), zip(*times, strict=True), strict=True
            ):
                told = sorted(seconds)
                print(
                    f"  {words:12} {what}: median {statistics.median(told):.1f} s, "
                    f"9 of 10 within {told[len(told) * 9 // 10 - 1]:.1f} s, longest {told[-1]:.1f} s, n {len(told)}",
                    flush=True,
                )
        browser.close()


def _one(browser: Browser, link: str, *, scripts: bool) -> tuple[float, float]:
    context = browser.new_context(java_script_enabled=scripts, locale="zh-CN", viewport={"width": 390, "height": 844})
    context.set_default_timeout(120_000)
    page = context.new_page()
    begun = time.monotonic()
    page.goto(link, wait_until="commit")
    page.get_by_role("button", name="我去", exact=True).wait_for()
    seen = time.monotonic()
    page.get_by_role("button", name="我去", exact=True).click()
    page.get_by_role("button", name="我到门口了").wait_for()
    there = time.monotonic()
    context.close()
    return seen - begun, there - seen

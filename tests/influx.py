"""A throw-away InfluxDB for tests: one of Debian's 1.6 for the whole run on a free port, a fresh database for each test.

Another `influxd` of 1.8 that stands first in the path is taken as it is, without the proxy's rewriting.
`LINLI_INFLUX="PORT ORGANISATION TOKEN"` (the organisation without spaces) lets them run against an InfluxDB 2.x that
listens on this machine instead; what is only true of 1.x is skipped.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.store.influx_signals import Address
from tests.influx_proxy import Proxy
from tests.needs import need

START_WITHIN_S = 60
_WITHOUT_V2 = ("1.6.", "1.7.")
_CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[logging]
  level = "error"
"""


@dataclass(frozen=True, slots=True)
class Influx:
    """A running server; `org` and `token` of one of 2.x, `takes_v2` of one that knows `/api/v2/write` (from 1.8 on)."""

    port: int
    names: Iterator[int]
    org: str = ""
    token: str = ""
    takes_v2: bool = True

    def database(self) -> str:
        """Return a name that was not used before."""
        return f"test-{os.getpid()}-{next(self.names)}"

    def drop(self, database: str) -> None:
        """Drop a database, and the one with the hours."""
        for name in (database, f"{database}_long"):
            if self.org:
                self._drop_bucket(name)
            else:
                self.say(f'DROP DATABASE "{name}"')

    def _drop_bucket(self, name: str) -> None:
        url, headers = f"http://127.0.0.1:{self.port}/api/v2/buckets", {"authorization": f"Token {self.token}"}
        found = httpx.get(url, params={"org": self.org, "name": name}, headers=headers, timeout=60).json()
        for bucket in found.get("buckets", []):
            httpx.delete(f"{url}/{bucket['id']}", headers=headers, timeout=60).raise_for_status()

    def say(self, statement: str) -> None:
        """Have a statement carried out by a server of 1.x."""
        if self.org:
            pytest.skip("is true of InfluxDB 1 alone")
        httpx.post(f"http://127.0.0.1:{self.port}/query", params={"q": statement}, timeout=60).raise_for_status()


@contextmanager
def running_influx(program: Path) -> Iterator[Influx]:
    """Run a server, and take it away in the end."""
    folder = Path(tempfile.mkdtemp(prefix="linli-influx-"))
    port = free_port()
    (folder / "influxdb.conf").write_text(_CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFLUXDB_")}
    with (folder / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [program, "-config", folder / "influxdb.conf"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=environment,
        )  # fmt: skip
    try:
        version = _wait_for(port, server, folder / "log")
        yield Influx(port, count(1), takes_v2=not version.startswith(_WITHOUT_V2))
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def reaching(address: Address) -> dict[str, Any]:
    """Return the settings by which linli reaches a server."""
    url = address.url.replace("http://", "influxdb://") + f"/{address.bucket}"
    return {"signals": url, "influxdb_org": address.org, "influxdb_token": address.token}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the server's version once it answers."""
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/ping", timeout=1)
        except httpx.HTTPError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"InfluxDB did not start: {log.read_text('utf-8')}", pytrace=False)
            time.sleep(0.05)
        else:
            return str(answer.headers.get("X-Influxdb-Version", ""))


@pytest.fixture(scope="session")
def influx_server() -> Iterator[Influx]:
    """Start a server of its own, and take it away when the run ends."""
    foreign = os.environ.get("LINLI_INFLUX")
    if foreign:
        port, org, token = foreign.split()
        yield Influx(int(port), count(1), org, token)
        return
    with running_influx(need("influx")) as server:
        yield server


@pytest.fixture
def influx_proxy(influx_server: Influx) -> Iterator[Proxy]:
    """Stand in front of the server."""
    proxy = Proxy(influx_server.port, rewrites=not influx_server.takes_v2)
    yield proxy
    proxy.stop()


@pytest.fixture
def influx_address(influx_server: Influx, influx_proxy: Proxy) -> Iterator[Address]:
    """Give a test a database of its own, which linli has to make."""
    name = influx_server.database()
    yield Address(f"http://127.0.0.1:{influx_proxy.port}", name, influx_server.org, influx_server.token)
    influx_server.drop(name)

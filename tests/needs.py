"""The real programs some tests run against, and what to do where one is missing.

A test marked `broker`, `postgres`, `browser` or `influx` is skipped where its program is not installed. The
environment variable LINLI_REQUIRE names the parts (comma list) whose absence is a failure instead: what CI is
meant to prove cannot be skipped by mistake.
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

PROGRAMS = {
    "broker": ("mosquitto",),
    "postgres": ("initdb",),
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "headless": ("chromium-headless-shell",),
    "influx": ("influxd",),
}

BESIDE_THE_PATH = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/homebrew/bin")
"""Where servers are installed that an ordinary account has not on its PATH."""


def need(part: str) -> Path:
    """Return the part's program; without it skip the test, or fail it if LINLI_REQUIRE names the part."""
    program = find(part)
    if program is not None:
        return program
    names = " or ".join(PROGRAMS[part])
    if part in required(os.environ):
        pytest.fail(f"LINLI_REQUIRE names {part}, but there is no {names} on this machine", pytrace=False)
    pytest.skip(f"needs {names} ({part}), which is not installed")


def browser_for_pages() -> Path:
    """Return Chromium's headless shell, or where there is none the whole browser, which takes thrice as long.

    The shell draws and runs pages as the whole does, and rings no phone: it knows no push and no notifications.
    """
    return find("headless") or need("browser")


def find(part: str) -> Path | None:
    """Return where the part's program is, if it is anywhere."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *BESIDE_THE_PATH, *_postgres_folders()])
    for name in PROGRAMS[part]:
        program = shutil.which(name, path=path)
        if program is not None:
            return Path(program).resolve()
    return None


def required(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the parts LINLI_REQUIRE names; a name that is none of them is an error, not a part nobody needs."""
    parts = frozenset(environment.get("LINLI_REQUIRE", "").replace(",", " ").split())
    unknown = ", ".join(sorted(parts - PROGRAMS.keys()))
    if unknown:
        raise pytest.UsageError(f"LINLI_REQUIRE does not know {unknown}; it knows {', '.join(PROGRAMS)}")
    return parts


def _postgres_folders() -> list[str]:
    """Return where Debian keeps PostgreSQL's own programs, the newest version first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(map(str, found), key=lambda folder: [int(n) for n in re.findall(r"\d+", folder)], reverse=True)

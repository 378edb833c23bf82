"""What holds for every test: a mark that names a real program is kept or explained."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests import needs

pytest_plugins = ("pytester", "tests.care_file", "tests.influx", "tests.postgres")


settings.register_profile("random", deadline=None)
settings.register_profile("gate", derandomize=True, deadline=None)
"""The gate tries the same examples each time: what it lets in today it lets in tomorrow. At home they are random."""


IN_MEMORY = Path("/dev/shm")  # noqa: S108 - tests make folders of their own in it
ROOM = 4 << 30
"""How many bytes must be free there before tests take it."""


def pytest_configure() -> None:
    """Refuse a LINLI_REQUIRE that names nothing we know, before any test runs, and choose where files are put."""
    needs.required(os.environ)
    if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        # a kill loses nothing there either, and no test waits for the disk, which all of them would share
        os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)
    settings.load_profile("gate" if os.environ.get("CI") else "random")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Ask for the programs behind a test's marks before its fixtures start them."""
    for part in needs.PROGRAMS:
        if item.get_closest_marker(part) is not None:
            needs.need(part)

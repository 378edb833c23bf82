"""Each test gets a world of its own; the tables are made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.screens import camera
from tests import needs
from tests.dashboard.served import free_socket, served
from tests.dashboard.world import World, furnish, make_world


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the stores once, with the cast in them; each world takes a copy."""
    folder = tmp_path_factory.mktemp("dashboard")
    furnish(folder)
    return folder


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Path:
    """Return a folder with stores of its own."""
    for file in furnished.iterdir():
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    """Return a world with the cast in it."""
    made = make_world(home)
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser."""
    with camera.browser(needs.browser_for_pages()) as started:
        yield started


@pytest.fixture
def online(home: Path) -> Iterator[World]:
    """Serve a world."""
    listening = free_socket()
    world = make_world(home, base_url=camera.url_of(listening), demo=True)
    with served(world, listening):
        yield world
    world.close()

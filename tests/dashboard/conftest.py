"""Each test gets a world of its own; the tables are made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.store.care import CareStore
from tests.dashboard.world import World, make_world


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables in a file once; each world takes a copy."""
    path = tmp_path_factory.mktemp("dashboard") / "care.db"
    store = CareStore(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def world(tables: Path, tmp_path: Path) -> Iterator[World]:
    """Return a world with the cast in it."""
    shutil.copy(tables, tmp_path / "care.db")
    made = make_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path)
    yield made
    made.services.signals.close()
    made.services.care.close()

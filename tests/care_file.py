"""A care database with all tables and nothing in them, made once for the whole run: making them is slow, copying is not."""

import shutil
from pathlib import Path

import pytest

from linli.store.care import CareStore


def migrate(url: str) -> None:
    """Make the tables."""
    store = CareStore(url)
    store.migrate()
    store.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name a file with the tables; never write to it, copy it."""
    path = tmp_path_factory.mktemp("care") / "care.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def care_file(tmp_path: Path, migrated_file: Path) -> Path:
    """Name such a file of the test's own: `care.db` in its folder."""
    return Path(shutil.copy(migrated_file, tmp_path))

"""A care database with all tables and nothing in them, made once for the whole run: making them is slow, copying is not."""

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

"""A sender with people whose webhooks lead to a gateway of the test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linli.people import Person
from linli.store.care import CareStore
from tests.alerts.far_end import Gateway
from tests.alerts.post import Post


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("care") / "care.db"
    store = CareStore(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def office(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Post]]:
    shutil.copy(empty_database, tmp_path / "care.db")
    opened: list[Post] = []

    def make(*people: Person, **wishes: object) -> Post:
        opened.append(Post(tmp_path / "care.db", *people, **wishes))  # type: ignore[arg-type]  # handed on as given
        return opened[-1]

    yield make
    for post in opened:
        post.close()

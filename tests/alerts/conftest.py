"""A sender with people whose webhooks lead to a gateway of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linli.people import Person
from tests.alerts.far_end import Gateway
from tests.alerts.post import Post


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway()
    yield opened
    opened.close()


@pytest.fixture
def office(care_file: Path) -> Iterator[Callable[..., Post]]:
    opened: list[Post] = []

    def make(*people: Person, **wishes: object) -> Post:
        opened.append(Post(care_file, *people, **wishes))  # type: ignore[arg-type]  # handed on as given
        return opened[-1]

    yield make
    for post in opened:
        post.close()

"""Whatever a program sends to the API, linli does not break: requests made up from its own description."""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from linli.people import Role
from linli.store.care import CareStore
from tests.dashboard.world import World, make_world

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own dependencies
    import schemathesis
    from schemathesis import Case
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

EXAMPLES = int(os.environ.get("LINLI_SCHEMA_EXAMPLES", "12"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, tables: Path) -> Iterator[World]:
    """Keep one world for all requests, with an alert in it."""
    folder = tmp_path_factory.mktemp("schema")
    shutil.copy(tables, folder / "care.db")
    world = make_world(f"sqlite:///{folder / 'care.db'}", folder)
    world.press_sos()
    yield world
    world.services.signals.close()
    store: CareStore = world.services.care
    store.close()


@pytest.fixture(scope="module")
def described(shared: World) -> "schemathesis.BaseSchema":
    """Read the description, without the stream that never ends."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", shared.app)
    return schema.exclude(path="/api/v1/events")


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)
def test_no_request_breaks_the_api(shared: World, case: Case) -> None:
    headers = {"authorization": f"Bearer {shared.token(Role.STAFF)}"}

    case.call_and_validate(
        headers=headers, checks=[not_a_server_error, content_type_conformance, status_code_conformance]
    )

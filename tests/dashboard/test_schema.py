"""Whatever a program sends to the API, linli does not break: requests made up from its own description."""

import os
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from linli.people import Role
from tests.cast import MEI
from tests.dashboard.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own dependencies
    import schemathesis
    from schemathesis import Case
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.result import Ok
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
EXAMPLES = int(os.environ.get("LINLI_SCHEMA_EXAMPLES", "12"))


def test_no_request_breaks_the_api(world: World) -> None:
    """Each call gets its own round; the stream that never ends is left out."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", world.app).exclude(path="/api/v1/events")
    headers = {"authorization": f"Bearer {world.token(Role.STAFF)}"}
    world.press_sos()
    known = {"home": MEI.home, "alert": world.desk.open_alerts()[0].id, "platform": "utility"}
    tried = 0

    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @seed(tried)
        def call(case: Case[Any]) -> None:
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
            case.call_and_validate(headers=headers, checks=CHECKS)

        call()
        tried += 1

    assert tried == 17

"""How linli itself is: alive, ready, and in numbers. Open to everybody, so nothing here names a person or a home."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboard.api.shapes import ProblemOut
from dashboard.guard import GuardedRoute, Web
from dashboard.problems import MEDIA_TYPE
from dashboard.services import Services
from linli.errors import StoreDown
from linli.store import cases
from linli.words import say

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

BESIDES = ("channel", "canary", "backup", "disk", "ladders", "influxdb", "signals-before", "care-before")
"""Parts without which alerts still go out: their trouble is shown, but linli is ready."""


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(services: Web) -> Response:
    """Every part that alerts rest on works, or which does not."""
    parts: dict[str, dict[str, object]] = {part: {"ok": ok} for part, ok in services.health.parts().items()}
    for trouble in services.health.troubles():
        why = say(trouble.why, "en", ZoneInfo("UTC"))
        parts[trouble.part] = {"ok": False, "since": trouble.since.isoformat(), "why": why}
    parts["care"] = {"ok": _care_answers(services)}
    bad = [part for part, state in parts.items() if not state["ok"] and not part.startswith(BESIDES)]
    return JSONResponse({"status": "trouble" if bad else "ready", "parts": parts}, 503 if bad else 200)


def _care_answers(services: Services) -> bool:
    try:
        with services.care.read() as connection:
            cases.last_seq(connection)
    except StoreDown:
        return False
    return True


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Everything that is counted, for Prometheus."""
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


@router.get("/api/v1/openapi.json")
def openapi(request: Request) -> Response:
    """The API's own description."""
    return JSONResponse(described(request.app))


def described(app: FastAPI) -> dict[str, object]:
    """Return the OpenAPI document: bearer tokens, and problems as every call's answer when something is wrong."""
    document = get_openapi(
        title="linli",
        version="1",
        summary="Homes, alerts and signals of a neighbourhood that looks after its elders.",
        description="Ask with a bearer token from `linli token`. What is outside a token's role is not found.",
        routes=app.routes,
    )
    parts = document["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["schemas"]["Problem"] = ProblemOut.model_json_schema()
    parts["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"bearer": []}]
    answer = {
        "description": "What is wrong, as RFC 9457 says it.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = answer
    return document

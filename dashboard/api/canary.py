"""Where the canary's own messages arrive: a signed POST by linli to itself, which proves the way as far as here."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from alerts.probe import NotOurs
from dashboard.guard import GuardedRoute, Web
from dashboard.problems import not_found

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


async def _raw(request: Request) -> bytes:
    return await request.body()


@router.post("/canary")
def arrived(services: Web, request: Request, body: Annotated[bytes, Depends(_raw)]) -> Response:
    """A round's message is here; one that nobody waits for any more is taken too, so that it is not sent again."""
    try:
        services.probe(request.headers, body)
    except NotOurs:
        raise not_found() from None
    return Response(status_code=204)

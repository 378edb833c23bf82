"""The API about whoever asks: volunteers and professionals say when they cannot be called."""

from fastapi import APIRouter
from starlette.responses import Response

from dashboard import pauses
from dashboard.api.shapes import PauseIn, PauseOut
from dashboard.guard import Asker, GuardedRoute, Web

router = APIRouter(prefix="/api/v1/people", route_class=GuardedRoute, tags=["people"])


@router.post("/me/pause")
def pause(services: Web, asker: Asker, body: PauseIn) -> PauseOut:
    """You are not called until a moment; it takes the place of a pause that runs."""
    noted = pauses.begin(services, asker, body.until)
    return PauseOut(person=noted.person, since=noted.since, until=noted.until)


@router.delete("/me/pause", status_code=204)
def resume(services: Web, asker: Asker) -> Response:
    """You can be called again; the same answer if you could be."""
    pauses.end(services, asker)
    return Response(status_code=204)

"""What is told when something cannot be done: problem+json (RFC 9457) for programs, a plain page for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """A request that cannot be answered as asked; `detail` is one sentence without anybody's name."""

    def __init__(self, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail or HTTPStatus(status).phrase, headers)


class SeeOther(Exception):
    """The browser is sent to another page."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def not_found() -> Problem:
    """Return what is told of things that are not there and of things that are none of the asker's business."""
    return Problem(404, "There is nothing here for you.")


def problem(
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """Return a problem as JSON; `errors` names each part of the request that is not right."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def wants_page(request: Request) -> bool:
    """Tell whether a person is looking: a page of ours, and not a program that asks for JSON."""
    path = request.url.path
    if path.startswith(("/api/", "/metrics", "/healthz", "/readyz", "/static/")):
        return False
    accept = request.headers.get("accept", "*/*")
    return "text/html" in accept or ("json" not in accept and "*/*" in accept)

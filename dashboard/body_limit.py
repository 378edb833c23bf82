"""How long a request may be: who sends more is told so when the body would be read, and no more of it is."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.problems import Problem

MAX_BODY_BYTES = 1024 * 1024
LARGER = {"/import": 20 * 1024 * 1024}
"""Where more is taken: the roster of a city's district is a file of some megabytes."""


class LimitBody:
    """Counts what is received; a stranger is turned away before anything is, and hears nothing of limits."""

    def __init__(self, app: ASGIApp, most: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        received = 0
        most = max(self._most, LARGER.get(scope["path"], 0))

        async def receive_within_limit() -> Message:
            nonlocal received
            if announced.isdecimal() and int(announced[:20]) > most:
                raise self._too_long(most)
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise self._too_long(most)
            return message

        await self._app(scope, receive_within_limit, send)

    @staticmethod
    def _too_long(most: int) -> Problem:
        return Problem(413, f"A request may have {most} bytes at most.")

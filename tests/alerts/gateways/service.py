"""What the services share: each request is checked, and answered with a yes, with one of the real refusals, or badly."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

from alerts.channels.base import Verdict
from tests.alerts.far_end import Gateway, Got


@dataclass(frozen=True)
class Refusal:
    """An answer that the real service gives instead of taking a message, and what it must come down to."""

    verdict: Verdict
    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Misused(Exception):
    """A request is not one that the real service would understand."""


class Service(Gateway):
    """A strict service. `mode`: empty for a yes, the name of a refusal, or a way of `Gateway` to answer badly."""

    refusals: ClassVar[Mapping[str, Refusal]]
    yes: ClassVar[Refusal]
    """What a message that was taken is answered; its verdict is accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = ""
        self.misused: list[str] = []
        self.texts: list[str] = []
        """What its people have been shown, of each message that was taken."""

    @abstractmethod
    def read(self, got: Got) -> str:
        """Return what a person is shown; raises Misused for a request that the real service would not understand."""

    @abstractmethod
    def misuse(self) -> Refusal:
        """Return what the real service answers to a request that it does not understand."""

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        got = Got(request.path, {name.lower(): value for name, value in request.headers.items()}, raw)
        with self._changed:
            self.got.append(got)
            self._changed.notify_all()
        try:
            text = self.read(got)
        except Misused as why:
            self.misused.append(str(why))
            self._say(request, self.misuse())
            return
        mode, _, argument = self.mode.partition(" ")
        if mode in self.refusals:
            self._say(request, self.refusals[mode])
        elif mode:
            getattr(self, f"_{mode}")(request, argument)
        else:
            self.texts.append(text)
            self._say(request, self.yes)

    def _say(self, request: BaseHTTPRequestHandler, what: Refusal) -> None:
        body = what.body.encode()
        request.send_response(what.status)
        for name, value in {"Content-Type": "application/json", **what.headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _page(self, request: BaseHTTPRequestHandler, status: str) -> None:
        """Answer with a page for people, as a hotel's network does."""
        self._say(request, Refusal(Verdict.UNKNOWN, "<html>Please sign in</html>", int(status)))

    def _empty(self, request: BaseHTTPRequestHandler, status: str) -> None:
        self._say(request, Refusal(Verdict.UNKNOWN, "", int(status)))

    def _other(self, request: BaseHTTPRequestHandler, _: str) -> None:
        """Answer in JSON that is of something else: DingTalk's own guard says this where it suspects an attack."""
        self._say(request, Refusal(Verdict.UNKNOWN, '{"status": 1111, "wait": 5, "punish": "deny"}'))

    def _deep(self, request: BaseHTTPRequestHandler, _: str) -> None:
        self._say(request, Refusal(Verdict.UNKNOWN, "[" * 50_000))

    def _half_sign(self, request: BaseHTTPRequestHandler, _: str) -> None:
        """Answer with half a Chinese character."""
        request.send_response(200)
        request.send_header("Content-Length", "1")
        request.end_headers()
        request.wfile.write("看".encode()[:1])


def demand(is_so: object, what: str) -> None:
    """Refuse a request in which something is not so."""
    if not is_so:
        raise Misused(what)


def read_json(got: Got) -> dict[str, object]:
    """Return the JSON object of a request; its type must be said."""
    demand(got.headers.get("content-type", "").startswith("application/json"), "the content type is not JSON")
    try:
        said = json.loads(got.raw.decode("utf-8"))
    except ValueError as why:
        raise Misused("the body is not JSON") from why
    demand(isinstance(said, dict), "the body is not an object")
    return dict(said)

"""An ntfy server whose topic asks for a token. What it answers: server/errors.go of binwiederhier/ntfy."""

import json
import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json

TOPIC = "private-topic"
TOKEN = "tk_private0000000000000000000000"
_KNOWN = {"topic", "title", "message", "priority", "tags", "click", "icon", "actions", "attach", "markdown", "delay"}


def _error(verdict: Verdict, code: int, text: str, **headers: str) -> Refusal:
    body = json.dumps({"code": code, "http": code // 100, "error": text, "link": "https://ntfy.sh/docs/publish/"})
    return Refusal(verdict, body, code // 100, headers)


class NtfyServer(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "bad_topic": _error(Verdict.NEVER, 40009, "invalid request: topic invalid"),
        "no_token": _error(Verdict.NEVER, 40101, "unauthorized"),
        "forbidden": _error(Verdict.NEVER, 40301, "forbidden"),
        "no_server": _error(Verdict.NEVER, 40401, "page not found"),
        "too_long": _error(Verdict.NEVER, 41303, "JSON body too large"),
        "too_many": _error(Verdict.LATER, 42901, "limit reached: too many requests"),
        "daily_quota": _error(Verdict.LATER, 42908, "limit reached: daily message quota reached"),
        "fault": _error(Verdict.LATER, 50001, "internal server error"),
        "nobody_yet": _error(
            Verdict.LATER, 50701, "cannot publish to UnifiedPush topic without previously active subscriber"
        ),
        "no_message": Refusal(Verdict.UNKNOWN, '{"id":"x","event":"keepalive"}'),
    }
    yes = Refusal(Verdict.ACCEPTED, '{"id":"hwQ2YpKdmg","time":1763857200,"event":"message","topic":"private-topic"}')

    def __init__(self) -> None:
        super().__init__()
        self.priorities: list[object] = []
        self.clicks: list[str] = []

    @property
    def address(self) -> str:
        return self.url(TOPIC)

    def read(self, got: Got) -> str:
        demand(got.path == "/", "JSON is published to the server, not to the topic")
        demand(got.headers.get("authorization") == f"Bearer {TOKEN}", "no token")
        said = read_json(got)
        demand(set(said) <= _KNOWN, "a field that the server does not know")
        demand(re.fullmatch(r"[-_A-Za-z0-9]{1,64}", str(said.get("topic"))), "the topic is none")
        demand(said.get("topic") == TOPIC, "another topic")
        title, message = said.get("title"), said.get("message")
        demand(isinstance(title, str) and isinstance(message, str), "title or message is no text")
        demand(0 < len(str(message).encode()) <= 4096, "a message over 4096 bytes becomes an attachment")
        demand(said.get("priority") in {1, 2, 3, 4, 5}, "the priority is none")
        self.priorities.append(said["priority"])
        self._check_links(said.get("click"), said.get("actions", []))
        return f"{title}\n{message}"

    def _check_links(self, click: object, actions: object) -> None:
        demand(click is None or urlsplit(str(click)).scheme in {"http", "https"}, "the click leads nowhere")
        demand(isinstance(actions, list) and len(actions) <= 3, "more than three actions")
        for action in actions if isinstance(actions, list) else []:
            demand(
                action.get("action") == "view" and action.get("label") and action.get("url"), "an action is incomplete"
            )
        self.clicks.append(str(click))

    def misuse(self) -> Refusal:
        return _error(Verdict.NEVER, 40017, "invalid request: request body must be message JSON")

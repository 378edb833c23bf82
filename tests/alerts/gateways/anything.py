"""Some service that only Apprise knows: it takes Apprise's own JSON, and refuses by its HTTP status."""

from collections.abc import Mapping
from typing import ClassVar

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json


class AnyService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "forbidden": Refusal(Verdict.LATER, "{}", 403),
        "gone": Refusal(Verdict.LATER, "{}", 410),
        "too_many": Refusal(Verdict.LATER, "{}", 429, {"Retry-After": "7"}),
        "fault": Refusal(Verdict.LATER, "{}", 500),
    }
    yes = Refusal(Verdict.ACCEPTED, "{}")

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/private-path"

    def read(self, got: Got) -> str:
        demand(got.path.rstrip("/") == "/private-path", "the address is wrong")
        said = read_json(got)
        demand(said.get("title") and said.get("message"), "there is nothing to show")
        return f"{said['title']}\n{said['message']}"

    def misuse(self) -> Refusal:
        return Refusal(Verdict.LATER, "{}", 400)

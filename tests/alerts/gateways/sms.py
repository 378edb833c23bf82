"""An SMS gateway that answers like Aliyun and takes a bearer token."""

import re
from collections.abc import Mapping
from typing import ClassVar

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json

SECRET = "private-sms-key"
NUMBER = "13800000001"
LONGEST_LINK = 130


class SmsService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "too_many": Refusal(
            Verdict.LATER,
            f'{{"Message":"{NUMBER} triggers the day limit","RequestId":"C0A0","Code":"isv.BUSINESS_LIMIT_CONTROL"}}',
        ),
        "no_number": Refusal(Verdict.LATER, '{"Message":"not a number","Code":"isv.MOBILE_NUMBER_ILLEGAL"}'),
        "tells_the_number": Refusal(Verdict.LATER, f'{{"Code":"{NUMBER}"}}'),
        "nearly_ok": Refusal(Verdict.LATER, '{"Code":"OK."}'),
        "code_elsewhere": Refusal(Verdict.UNKNOWN, '{"Result":{"Code":"OK"}}'),
        "null": Refusal(Verdict.UNKNOWN, '{"Code":null}'),
        "not_an_object": Refusal(Verdict.UNKNOWN, '["OK"]'),
        "no_money": Refusal(Verdict.LATER, '{"Code":"OK"}', 402),
        "wrong_key": Refusal(Verdict.LATER, '{"Code":"Forbidden"}', 403),
        "too_fast": Refusal(Verdict.LATER, '{"Code":"Throttling"}', 429, {"Retry-After": "7"}),
    }
    yes = Refusal(Verdict.ACCEPTED, '{"Message":"OK","RequestId":"873043ac","Code":"OK","BizId":"134523^435"}')

    @property
    def address(self) -> str:
        return NUMBER

    def read(self, got: Got) -> str:
        demand(got.path == "/send", "the address is wrong")
        demand(got.headers.get("authorization") == f"Bearer {SECRET}", "no token")
        said = read_json(got)
        demand(set(said) == {"to", "text"}, "other fields than to and text")
        demand(re.fullmatch(r"\+?[0-9]{3,15}", str(said["to"])), "the number has more in it than digits")
        text = str(said["text"])
        short, _, link = text.partition(" http")
        demand(len(link) <= LONGEST_LINK, "the link is a long one")
        demand(len(short) <= (160 if short.isascii() else 70), "the text is longer than one message")
        return text

    def misuse(self) -> Refusal:
        return Refusal(Verdict.LATER, '{"Code":"InvalidParameter"}', 400)

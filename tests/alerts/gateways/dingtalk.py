"""DingTalk's group bots, signed. What it answers: its page on custom bots, and what others have got from it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json

TOKEN = "private-token-0c23"
SECRET = "SECprivate-secret"


class DingTalkService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "wrong_sign": Refusal(Verdict.NEVER, '{"errcode":310000,"errmsg":"sign not match, more: [https://ding-doc]"}'),
        "key_words": Refusal(Verdict.NEVER, '{"errcode":310000,"errmsg":"keywords not in content"}'),
        "not_white": Refusal(Verdict.NEVER, '{"errcode":310000,"errmsg":"ip 192.0.2.7 not in whitelist"}'),
        "wrong_clock": Refusal(Verdict.LATER, '{"errcode":310000,"errmsg":"invalid timestamp"}'),
        "no_token": Refusal(Verdict.NEVER, '{"errcode":300005,"errmsg":"token is not exist"}'),
        "no_token_once": Refusal(Verdict.NEVER, '{"errcode":300001,"errmsg":"token is not exist"}'),
        "stopped": Refusal(Verdict.NEVER, '{"errcode":400102,"errmsg":"bot is stopped"}'),
        "too_many": Refusal(Verdict.LATER, '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'),
        "too_many_by_the_book": Refusal(Verdict.LATER, '{"errcode":410100,"errmsg":"sending too fast"}'),
        "too_many_again": Refusal(Verdict.LATER, '{"errcode":660026,"errmsg":"sending too many messages per minute"}'),
        "busy": Refusal(Verdict.LATER, '{"errcode":-1,"errmsg":"system busy"}'),
        "as_text": Refusal(Verdict.NEVER, '{"errcode":"300005","errmsg":"token is not exist"}'),
        "unknown_code": Refusal(Verdict.LATER, '{"errcode":999999,"errmsg":"something new"}'),
    }
    yes = Refusal(Verdict.ACCEPTED, '{"errcode":"0","errmsg":"ok"}')
    """As its page shows it: the code is text."""

    now: datetime

    @property
    def address(self) -> str:
        return self.url(f"robot/send?access_token={TOKEN}")

    def read(self, got: Got) -> str:
        url = urlsplit(got.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        demand(url.path == "/robot/send" and asked.get("access_token") == TOKEN, "the address is wrong")
        self._check(asked.get("timestamp", ""), asked.get("sign", ""))
        said = read_json(got)
        text = said.get("text")
        content = text.get("content") if isinstance(text, dict) else None
        demand(said.get("msgtype") == "text" and isinstance(content, str) and content, "it is not a text")
        demand(len(str(content).encode()) <= 20_000, "the text is over 20000 bytes")
        demand(isinstance(said.get("msgUuid"), str) and said["msgUuid"], "a resend would be shown twice")
        return str(content)

    def _check(self, stamp: str, sign: str) -> None:
        demand(stamp.isdecimal() and len(stamp) == 13, "the time is not in milliseconds")
        demand(abs(int(stamp) / 1000 - self.now.timestamp()) < 3600, "the time is over an hour off")
        right = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        demand(hmac.compare_digest(base64.b64encode(right).decode(), sign), "the signature does not match")

    def misuse(self) -> Refusal:
        return Refusal(Verdict.NEVER, '{"errcode":310000,"errmsg":"sign not match"}')

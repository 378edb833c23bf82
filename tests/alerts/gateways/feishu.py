"""Feishu's group bots, signed. What it answers: its guide to custom bots, and what others have got from it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json

TOKEN = "f19private-token"
SECRET = "zs0Tprivate-secret"


class FeishuService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "no_token": Refusal(
            Verdict.NEVER, '{"code":19001,"data":{},"msg":"param invalid: incoming webhook access token invalid"}'
        ),
        "wrong_sign": Refusal(
            Verdict.NEVER,
            '{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}',
        ),
        "not_white": Refusal(Verdict.NEVER, '{"code":19022,"msg":"Ip Not Allowed"}'),
        "key_words": Refusal(Verdict.NEVER, '{"code":19024,"msg":"Key Words Not Found"}'),
        "too_many": Refusal(
            Verdict.LATER,
            '{"code":11232,"data":{},"msg":"frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}',
        ),
        "too_many_at_the_door": Refusal(
            Verdict.LATER, '{"code":99991400,"msg":"request trigger frequency limit"}', status=400
        ),
        "not_taken": Refusal(Verdict.NEVER, '{"code":9499,"msg":"Bad Request","data":{}}', status=400),
        "too_many_by_the_other_name": Refusal(Verdict.LATER, '{"code":9499,"msg":"too many request","data":{}}'),
        "old_form": Refusal(Verdict.NEVER, '{"Extra":null,"StatusCode":19001,"StatusMessage":"param invalid"}'),
        "two_minds": Refusal(
            Verdict.NEVER, '{"StatusCode":0,"StatusMessage":"success","code":19024,"msg":"Key Words"}'
        ),
        "two_minds_the_other_way": Refusal(Verdict.NEVER, '{"StatusCode":19001,"StatusMessage":"invalid","code":0}'),
        "unknown_code": Refusal(Verdict.LATER, '{"code":19999,"msg":"something new"}'),
    }
    yes = Refusal(Verdict.ACCEPTED, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}')

    now: datetime

    @property
    def address(self) -> str:
        return self.url(f"open-apis/bot/v2/hook/{TOKEN}")

    def read(self, got: Got) -> str:
        demand(got.path == f"/open-apis/bot/v2/hook/{TOKEN}", "the address is wrong")
        demand(len(got.raw) <= 20 * 1024, "the request is over 20 KiB")
        said = read_json(got)
        self._check(said.get("timestamp"), said.get("sign"))
        content = said.get("content")
        text = content.get("text") if isinstance(content, dict) else None
        demand(said.get("msg_type") == "text" and isinstance(text, str) and text, "it is not a text")
        return str(text)

    def _check(self, stamp: object, sign: object) -> None:
        demand(isinstance(stamp, str) and stamp.isdecimal() and len(stamp) == 10, "the time is not text in seconds")
        demand(abs(int(str(stamp)) - self.now.timestamp()) < 3600, "the time is over an hour off")
        right = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        demand(isinstance(sign, str) and base64.b64decode(sign) == right, "the signature does not match")

    def misuse(self) -> Refusal:
        return self.refusals["wrong_sign"]

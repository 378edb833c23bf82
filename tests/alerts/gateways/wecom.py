"""WeCom's group bots. What it answers: issues 175 of wes-lin/Cloud189Checkin and 48 of WecomTeam/wecom-openclaw-plugin."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Refusal, Service, demand, read_json

KEY = "693a91f6-7000-4bc4-97a0-private"
_MORE = "hint: [1755605200056773468916791], from ip: 192.0.2.7, more info at https://open.work.weixin.qq.com/devtool"


class WeComService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "gone": Refusal(Verdict.NEVER, f'{{"errcode":93000,"errmsg":"invalid webhook url, {_MORE}"}}'),
        "too_many": Refusal(Verdict.LATER, f'{{"errcode":45009,"errmsg":"api freq out of limit, {_MORE}"}}'),
        "at_once": Refusal(Verdict.LATER, f'{{"errcode":45033,"errmsg":"api concurrent out of limit, {_MORE}"}}'),
        "busy": Refusal(Verdict.LATER, '{"errcode":-1,"errmsg":"system error"}'),
        "unknown_code": Refusal(Verdict.LATER, '{"errcode":40999,"errmsg":"something new"}'),
        "true": Refusal(Verdict.UNKNOWN, '{"errcode":true,"errmsg":"ok"}'),
        "ok_without_code": Refusal(Verdict.UNKNOWN, '{"errmsg":"ok"}'),
        "zero_but_500": Refusal(Verdict.LATER, '{"errcode":0,"errmsg":"ok"}', status=500),
    }
    yes = Refusal(Verdict.ACCEPTED, '{"errcode":0,"errmsg":"ok"}')

    @property
    def address(self) -> str:
        return self.url(f"cgi-bin/webhook/send?key={KEY}")

    def read(self, got: Got) -> str:
        url = urlsplit(got.path)
        demand(url.path == "/cgi-bin/webhook/send" and parse_qs(url.query) == {"key": [KEY]}, "the address is wrong")
        said = read_json(got)
        text = said.get("text")
        demand(said.get("msgtype") == "text" and isinstance(text, dict), "it is not a text")
        content = text.get("content") if isinstance(text, dict) else None
        demand(isinstance(content, str) and 0 < len(content.encode()) <= 2048, "the text is empty or over 2048 bytes")
        return str(content)

    def misuse(self) -> Refusal:
        return Refusal(Verdict.LATER, '{"errcode":44004,"errmsg":"empty content"}')

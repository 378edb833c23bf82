"""Whether an answer that nobody has explained to us says no, in one of the ways in which SMS gateways say it with HTTP 200.

Codes and words as in the public pages of Aliyun, Tencent, Huawei, Yunpian, Submail, Chuanglan, Luosimao, Vonage, Twilio,
Clickatell, Infobip and Textbelt. A code that is a yes to few is taken for a no: `sms_success` says it better.
"""

import re
from collections.abc import Iterator

from alerts.channels.exchange import json_value
from alerts.channels.http import Reply

_FAULTS = frozenset({"error", "errors"})
_COUNTS = frozenset({"success", "successful", "accepted", "ok"})
_CODE_NAMES = re.compile(
    r"(err|error|result|resp|response|ret|return|status)?code|(return)?status|state|ret|result|groupname"
)
_YES = re.compile(
    r"ok|succe(ss|ssful|ed|eded)|true|yes|none|null|sen[dt]|sending|queued?|submitted|scheduled|pending|accepted|enroute"
    r"|delivered|done|(发送|提交)?成功"
)
_NO = re.compile(r"err(or)?|fail(ed|ure)?|faild|false|rejected|refused|denied|invalid|undeliverable")
_TAG = re.compile(r"<(\w+)>([^<>]*)</")
_PAGE = re.compile(r"\s*<(!doctype|html)", re.IGNORECASE)
_CODE = re.compile(r"-?[0-9]{1,8}\Z")
"""More digits are the number of a message, or a telephone's."""
_BARE_CODE = re.compile(r"-[0-9]{1,8}\Z|[0-9]{2,3}\Z|[2-9]\Z")
_TAKEN = {0, 200, 201, 202}


def refusal_in(reply: Reply) -> str | None:
    """Return the value by which an answer says no, empty if there is no single one; None if it says nothing like that."""
    text = reply.body.decode(errors="replace").strip()
    if _PAGE.match(text):  # of a proxy, or of a hotel
        return ""
    return next((_shown(value) for name, value in _said(reply, text) if _is_no(name, value)), None)


def _said(reply: Reply, text: str) -> Iterator[tuple[str, object]]:
    """Yield all names and values in an answer: of JSON, of XML, or a word or a number without a name."""
    said = json_value(reply)
    waiting: list[tuple[str, object]] = [("", said)] if said is not None else _TAG.findall(text) or [("", text)]
    while waiting:
        name, one = waiting.pop()
        yield name and (re.sub(r"[^a-z]", "", name.lower()) or "-"), one
        if isinstance(one, dict):
            waiting.extend(reversed(one.items()))
        elif isinstance(one, list):
            waiting.extend((name, each) for each in reversed(one))


def _is_no(name: str, value: object) -> bool:
    if value is None or isinstance(value, dict | list):
        return name in _FAULTS and bool(value)
    text = str(value).strip().lower()
    words = re.findall(r"[^\W\d_]+", text)
    if name in _FAULTS:
        return text.strip("0") not in {"", "false", "none", "null", "ok", "success"}
    says_no = bool(words) and _NO.fullmatch(words[0]) is not None
    if name in _COUNTS:
        return says_no or not text.strip("0")
    if _CODE_NAMES.fullmatch(name):
        return _is_bad(_CODE, text) or not all(map(_YES.fullmatch, words))
    return (name in {"", "type"} and says_no) or (name == "" and _is_bad(_BARE_CODE, text))


def _is_bad(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.match(text) is not None and int(text) not in _TAKEN


def _shown(value: object) -> str:
    return "" if isinstance(value, dict | list | bool) else str(value)

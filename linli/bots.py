"""Bots of chat groups: one address reaches many people, and who of them answers cannot be told apart."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from linli.people import Channel, Person

ADDRESSES: Mapping[str, str] = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token={}",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/{}",
}
"""The kinds of channel that are such bots, and where each is posted to."""
_TOKENS: Mapping[str, re.Pattern[str]] = {
    "wecom": re.compile(r"[?&]key=([^&#]+)"),
    "dingtalk": re.compile(r"[?&]access_token=([^&#]+)"),
    "feishu": re.compile(r"/hook/([^/?#]+)"),
}
"""Where in its URL the bot's own secret stands; the rest can be written in many ways."""


def whole_address(kind: str, text: str) -> str:
    """Return a bot's URL; who has pasted only the key gets the rest."""
    return text if "://" in text else ADDRESSES[kind].format(quote(text, safe=""))


def bot_of(channel: Channel) -> str:
    """Return what tells one bot from another, empty for a channel that reaches one person alone.

    That is the server and the token: `http`, a port or a further parameter make no other bot of it.
    """
    if channel.kind not in ADDRESSES:
        return ""
    address = whole_address(channel.kind, channel.address)
    token = _TOKENS[channel.kind].search(address)
    return f"{urlsplit(address).hostname} {token[1]}" if token else address


def shared_bots(people: Iterable[Person]) -> Mapping[tuple[str, str], list[str]]:
    """Return by (kind, bot) who is reached by the same bot, where it is more than one person."""
    found: dict[tuple[str, str], list[str]] = {}
    for person in people:
        for bot in {(way.kind, bot_of(way)) for way in person.channels if way.kind in ADDRESSES}:
            found.setdefault(bot, []).append(person.person)
    return {bot: named for bot, named in found.items() if len(named) > 1}

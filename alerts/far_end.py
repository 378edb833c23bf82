"""What stands behind an address: the gateway, the mail server, or the host; many people may be reached through one."""

from urllib.parse import urlsplit

import msgspec

from alerts.channels.ntfy import PUBLIC_SERVER
from linli.bots import ADDRESSES, whole_address
from linli.people import WEB_PUSH, Channel

_WEB = {"webhook", "ntfy", WEB_PUSH, *ADDRESSES}
"""Kinds whose addresses lead to hosts of their own; any other kind is one gateway, or one service of Apprise."""


class _Subscription(msgspec.Struct):
    endpoint: str


def far_end_of(channel: Channel) -> str:
    """Return host and port of a web address, for any other channel its kind."""
    if channel.kind not in _WEB:
        return channel.kind
    address = _address(channel)
    try:
        return urlsplit(address).netloc.lower() or address
    except ValueError:
        return address


def _address(channel: Channel) -> str:
    if channel.kind in ADDRESSES:
        return whole_address(channel.kind, channel.address)
    if channel.kind == "ntfy" and "://" not in channel.address:
        return PUBLIC_SERVER
    if channel.kind == WEB_PUSH:
        try:
            return msgspec.json.decode(channel.address, type=_Subscription).endpoint
        except msgspec.MsgspecError:
            return channel.address
    return channel.address

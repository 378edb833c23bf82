"""One file per channel, and the table of which adapter serves which kind."""

from collections.abc import Mapping

from alerts.channels.base import ChannelAdapter
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email import Email, SmtpSettings
from alerts.channels.extra import Extra, is_service
from alerts.channels.feishu import Feishu
from alerts.channels.inbox import Inbox
from alerts.channels.ntfy import Ntfy
from alerts.channels.sms import Sms, SmsGateway
from alerts.channels.unusable import Unusable
from alerts.channels.vapid import Vapid
from alerts.channels.webhook import Webhook
from alerts.channels.webpush import WebPush
from alerts.channels.wecom import WeCom

NO_ADAPTER = "linli cannot send by this kind of channel"
NO_MAIL_SERVER = "no mail server is set; see docs/settings.md"
NO_SMS_GATEWAY = "no SMS gateway is set; see docs/channels.md"
NO_PUSH_KEY = "no key for web push is set"
NOT_SET = frozenset({NO_ADAPTER, NO_MAIL_SERVER, NO_SMS_GATEWAY, NO_PUSH_KEY})
"""Reasons that no second try and no second person can tell more about."""

ANYTHING_ELSE = "apprise"
"""What serves the kinds that have no adapter of their own."""

_NO_ADAPTER = Unusable(NO_ADAPTER)


def adapters_for(
    smtp: SmtpSettings | None, sms: SmsGateway | None = None, push: Vapid | None = None
) -> Mapping[str, ChannelAdapter]:
    """Return the adapter of each kind of channel; None means that the mail server, gateway or key is not set."""
    return {
        "webhook": Webhook(),
        "email": Email(smtp) if smtp else Unusable(NO_MAIL_SERVER),
        "sms": Sms(sms) if sms else Unusable(NO_SMS_GATEWAY),
        "wecom": WeCom(),
        "dingtalk": DingTalk(),
        "feishu": Feishu(),
        "ntfy": Ntfy(),
        "webpush": WebPush(push) if push else Unusable(NO_PUSH_KEY),
        "inbox": Inbox(),
        ANYTHING_ELSE: Extra(),
    }


def adapter_of(adapters: Mapping[str, ChannelAdapter], kind: str) -> ChannelAdapter:
    """Return what serves a kind of channel; for an unknown kind Apprise, and without that something that says so."""
    return adapters.get(kind) or adapters.get(ANYTHING_ELSE, _NO_ADAPTER)


def can_send(adapters: Mapping[str, ChannelAdapter], kind: str) -> bool:
    """Tell whether a kind of channel works here at all; Apprise takes a second the first time it is asked."""
    if kind in adapters:
        return not isinstance(adapters[kind], Unusable)
    return ANYTHING_ELSE in adapters and is_service(kind)

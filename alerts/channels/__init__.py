"""One file per channel, and the table of which adapter serves which kind."""

from collections.abc import Mapping

from alerts.channels.base import ChannelAdapter
from alerts.channels.email import Email, SmtpSettings
from alerts.channels.inbox import Inbox
from alerts.channels.unusable import Unusable
from alerts.channels.webhook import Webhook

NO_ADAPTER = "linli cannot send by this kind of channel"
NO_MAIL_SERVER = "no mail server is set; see docs/settings.md"

_NO_ADAPTER = Unusable(NO_ADAPTER)


def adapters_for(smtp: SmtpSettings | None) -> Mapping[str, ChannelAdapter]:
    """Return the adapter of each kind of channel; `smtp` None means that no mail server is set."""
    return {
        "webhook": Webhook(),
        "email": Email(smtp) if smtp else Unusable(NO_MAIL_SERVER),
        "inbox": Inbox(),
    }


def adapter_of(adapters: Mapping[str, ChannelAdapter], kind: str) -> ChannelAdapter:
    """Return what serves a kind of channel; for an unknown kind something that says so."""
    return adapters.get(kind, _NO_ADAPTER)

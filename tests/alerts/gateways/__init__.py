"""The services that channels speak to, as strict as the real ones: one small real server on loopback for each."""

from tests.alerts.gateways.anything import AnyService
from tests.alerts.gateways.dingtalk import DingTalkService
from tests.alerts.gateways.feishu import FeishuService
from tests.alerts.gateways.ntfy import NtfyServer
from tests.alerts.gateways.push import PushService
from tests.alerts.gateways.service import Refusal, Service
from tests.alerts.gateways.sms import SmsService
from tests.alerts.gateways.wecom import WeComService

__all__ = [
    "AnyService",
    "DingTalkService",
    "FeishuService",
    "NtfyServer",
    "PushService",
    "Refusal",
    "Service",
    "SmsService",
    "WeComService",
]

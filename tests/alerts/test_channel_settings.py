"""From the roster and the settings to a channel: what may be written there, and what `linli check` says of it."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from alerts import channels, rates
from alerts.channels import ANYTHING_ELSE, adapters_for, bot, dingtalk, exchange, extra, feishu, ntfy, webpush, wecom
from alerts.channels import sms as sms_channel
from alerts.channels.base import Answer
from alerts.channels.unusable import Unusable
from linli.checkup import _channels
from linli.configured import push_contact, sms, smtp, vapid
from linli.errors import LinliError
from linli.keys import Keys
from linli.people import Channel, Person, Role, Roster
from linli.roster_file.channels import _CHECKS, address_of
from linli.settings import Settings, load
from linli.words import translate
from tests.alerts.far_end import nobody_listens
from tests.alerts.test_channel_kinds import GOOD

DOCS = Path(__file__).parents[2] / "docs" / "channels.md"
KEYS = Keys(b"an installation's secret")


def settings(**given: str) -> Settings:
    return load(given, {})


def faults(*kinds: str, **given: str) -> list[str]:
    """Return what `linli check` says where one person has these kinds of channel."""
    channels = tuple(Channel(f"c-{kind}", "ana", kind, "x") for kind in kinds)
    return list(_channels(settings(**given), Roster(people={"ana": Person("ana", Role.STAFF, channels=channels)})))


def test_each_kind_that_the_roster_takes_has_an_adapter() -> None:
    adapters = adapters_for(None, None, vapid(settings(), KEYS))

    assert set(adapters) == {*_CHECKS, ANYTHING_ELSE}
    assert [kind for kind, adapter in adapters.items() if isinstance(adapter, Unusable)] == ["email", "sms"]


def test_each_kind_is_told_of_in_the_docs() -> None:
    headings = [line[3:] for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]

    assert [kind for kind in _CHECKS if not any(f"`{kind}`" in heading for heading in headings)] == []


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("ntfy", "a-topic"),
        ("ntfy", "https://ntfy.example/a-topic"),
        ("ntfy", "http://10.0.0.7:8080/a-topic/"),
        ("wecom", "693a91f6-7000-4bc4-97a0-0ec2sifa5aaa"),
        ("feishu", "https://open.larksuite.com/open-apis/bot/v2/hook/x"),
        ("webpush", json.dumps(GOOD)),
        ("tgram", "tgram://1:a/2"),
    ],
)
def test_an_address_that_its_channel_can_use_is_taken(kind: str, address: str) -> None:
    assert address_of(kind, address) == address


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("ntfy", "https://ntfy.example"),
        ("ntfy", "https://ntfy.example/"),
        ("ntfy", "a topic"),
        ("ntfy", "x" * 65),
        ("ntfy", "ntfy://ntfy.example/topic"),
        ("ntfy", "ftp://ntfy.example/topic"),
        ("wecom", "wecombot://x"),
        ("webpush", "https://push.example/1"),
        ("webpush", json.dumps({"endpoint": "https://push.example/1"})),
        ("webpush", json.dumps({**GOOD, "endpoint": "x"})),
        ("webpush", json.dumps({**GOOD, "endpoint": "http://push.example/1"})),
        ("webpush", json.dumps({**GOOD, "keys": {"p256dh": "BTBZ", "auth": "BTBZ"}})),
        ("webpush", json.dumps({**GOOD, "keys": {"p256dh": "看", "auth": "BTBZ"}})),
    ],
)
def test_an_address_that_its_channel_could_not_use_is_refused(kind: str, address: str) -> None:
    with pytest.raises(ValueError, match="address|subscription"):
        address_of(kind, address)


def test_what_is_not_set_up_is_said_where_somebody_relies_on_it() -> None:
    assert faults("webhook", "wecom", "dingtalk", "feishu", "ntfy", "inbox", "tgram") == []
    assert faults("sms") == [
        "1 channels are of the kind sms, which does not work here; set sms_url, docs/channels.md has examples"
    ]
    assert [fault[:36] for fault in faults("email", "nosuch")] == [
        "1 channels are of the kind email, wh",
        "1 channels are of the kind nosuch, w",
    ]
    assert faults(sms_url="http://127.0.0.1:1/") == []


def test_a_gateway_that_cannot_be_reached_is_said() -> None:
    (fault,) = faults("sms", sms_url=f"http://127.0.0.1:{nobody_listens()}/send")

    assert fault.startswith("the SMS gateway at 127.0.0.1:")


def test_an_address_that_apple_would_refuse_is_said() -> None:
    assert "set push_contact" in faults("webpush")[0]
    assert faults("webpush", push_contact="staff@garden.example") == []
    assert faults("webpush", smtp_sender="staff@garden.example") == []


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ({}, "linli@localhost"),
        ({"smtp_sender": "a@b.example"}, "a@b.example"),
        ({"smtp_sender": "a@b.example", "push_contact": "c@d.example"}, "c@d.example"),
    ],
)
def test_push_services_are_told_whom_to_write_to(given: Mapping[str, str], contact: str) -> None:
    assert push_contact(settings(**given)) == contact


def test_the_settings_reach_the_gateway() -> None:
    given = {
        "sms_url": "http://x.example/",
        "sms_body": "m={to}",
        "sms_format": "form",
        "sms_headers": "{}",
        "sms_secret": "hush",
        "sms_success": "/c=0",
    }
    gateway = sms(settings(**given))

    assert gateway is not None
    assert (gateway.url, gateway.body, gateway.format) == ("http://x.example/", "m={to}", "form")
    assert (gateway.headers, gateway.secret, gateway.success) == ("{}", "hush", "/c=0")
    assert sms(settings()) is None
    with pytest.raises(LinliError, match="setting sms_success"):
        adapters_for(smtp(settings()), sms(settings(**{**given, "sms_success": "ok"})))


def test_the_examples_in_the_docs_can_be_used() -> None:
    blocks = DOCS.read_text(encoding="utf-8").split("```toml\n")[1:]

    assert blocks
    for block in blocks:
        gateway = sms(Settings(**tomllib.loads(block.split("```", 1)[0])))
        assert gateway is not None
        assert adapters_for(None, gateway)


def _texts(name: str, value: object) -> list[str]:
    """Return the reasons in a module's constant: the sentences among its texts, answers and tables."""
    if not name.isupper():
        return []
    texts = [value.reason] if isinstance(value, Answer) else value.values() if isinstance(value, dict) else [value]
    return [text for text in texts if isinstance(text, str) and " " in text]


REASONS = [
    text
    for module in (channels, bot, dingtalk, exchange, extra, feishu, ntfy, rates, sms_channel, webpush, wecom)
    for name, value in vars(module).items()
    for text in _texts(name, value)
]


@pytest.mark.parametrize("reason", sorted(set(REASONS)))
def test_each_reason_can_be_said_in_chinese(reason: str) -> None:
    assert translate(reason, "zh") != reason

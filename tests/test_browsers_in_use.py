"""Browsers in the running linli: what a push service says of one is heeded wherever the push came from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.channels.base import Answer, Verdict
from alerts.channels.webpush import GONE
from alerts.message import Message
from linli.alert import AlertKind, Outcome, Severity
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.finding import Finding
from linli.people import Channel
from linli.settings import load
from linli.store import roster as roster_store
from linli.words import Sentence
from tests.cast import DEVICES, EIGHT, HOMES, MEI, MINUTE, PEOPLE


class PushService:
    """Says of one browser that it is gone, and takes what is for all others."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.tried: list[str] = []

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002 - the words are tested elsewhere
        self.tried.append(channel.id)
        return Answer(Verdict.NEVER, GONE) if channel.id in self.gone else Answer(Verdict.ACCEPTED)


@pytest.fixture
def service() -> PushService:
    return PushService()


@pytest.fixture
def core(tmp_path: Path, service: PushService) -> Iterator[Core]:
    channels = dict.fromkeys(("webhook", "sms", "email", "inbox", "webpush"), service)
    made = build(load({"data": tmp_path}, {}), DataDir(tmp_path), VirtualClock(EIGHT), "http://linli.example", channels)
    with made.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
    for number in (1, 2):
        made.browsers.add(Channel(f"ana-b{number}", "ana", "webpush", f"https://push.example/{number}"))
    made.refresh()
    made.desk.start()
    yield made
    made.close()


def press(core: Core, key: str) -> None:
    why = Sentence("The call button was pressed at {at}.", {"at": core.clock.now()})
    core.desk.open([Finding(key, MEI.home, MEI.site, AlertKind.SOS, Severity.EMERGENCY, core.clock.now(), why)])
    core.sender.deliver_due(core.clock.now())


def test_a_call_rings_on_every_phone_and_one_that_is_gone_is_not_tried_again(core: Core, service: PushService) -> None:
    service.gone.add("ana-b1")

    press(core, "one")
    core.refresh()

    assert {"ana-0", "ana-b1", "ana-b2"} <= set(service.tried)
    assert [way.id for way in core.roster.get().people["ana"].channels] == ["ana-0", "ana-1", "ana-b2"]
    service.tried.clear()
    core.desk.close(core.desk.open_alerts()[0].id, "lin", Outcome.SAFE)
    assert isinstance(core.clock, VirtualClock)
    core.clock.advance(MINUTE)
    press(core, "two")
    assert "ana-b1" not in service.tried
    assert "ana-b2" in service.tried

"""Browsers that people let linli push to: they ring with the first other way, all at once, and are forgotten when gone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.browsers import Browsers
from alerts.channels.base import Verdict
from alerts.channels.network import Network
from alerts.channels.webpush import WebPush
from linli.alert import NoticeType
from linli.clock import VirtualClock
from linli.people import Channel, Person, Role
from linli.store import browsers as store
from linli.store import roster as roster_store
from linli.store.care import CareStore
from tests.alerts.gateways.push import PushService
from tests.alerts.test_channel_contract import VAPID, a_message
from tests.alerts.test_climbing import due, going
from tests.alerts.test_escalation import SOS, M, S
from tests.alerts.town import EVERYBODY, SEVEN, begun, volunteer
from tests.cast import EIGHT, HOMES, PEOPLE


def browser(person: str, number: int, address: str = "") -> Channel:
    return Channel(
        f"{person}-b{number}", person, "webpush", address or f"https://push.example/{person}/{number}", order=9
    )


def with_browsers(person: Person, count: int = 2) -> Person:
    return replace(person, channels=(*person.channels, *(browser(person.person, n) for n in range(count))))


V1 = with_browsers(SEVEN[0])


def test_all_browsers_ring_at_once_beside_the_first_other_way() -> None:
    _, step = begun(*SOS, V1, *EVERYBODY[1:])

    assert [n.channel for n in step.notices if n.person == "v1"] == ["v1-webhook", "v1-b0", "v1-b1"]
    assert len({n.key for n in step.notices}) == len(step.notices)


def test_the_second_way_is_none_of_the_browsers_that_rang_before() -> None:
    case, _ = begun(*SOS, V1, *EVERYBODY[1:])
    step = due(case, 30 * S, V1, *EVERYBODY[1:])
    assert [n.channel for n in step.notices if n.person == "v1"] == ["v1-sms"]


@pytest.mark.parametrize("position", [0, 2], ids=["listed first", "listed last"])
def test_wherever_it_is_listed_a_browser_takes_the_place_of_no_other_way(position: int) -> None:
    ways = [*volunteer(1).channels]
    ways.insert(position, browser("v1", 0))
    person = replace(SEVEN[0], channels=tuple(ways))

    called = [*person.first_ways, person.second_way]

    assert {way.kind for way in person.first_ways} >= {"webpush"}
    assert {way.kind for way in called if way} == (
        {"webpush", "webhook", "sms"} if position else {"webpush", "webhook"}
    )


def test_who_has_only_browsers_is_called_on_all_of_them_and_has_no_second_way() -> None:
    person = with_browsers(replace(SEVEN[0], channels=()))

    assert [way.id for way in person.first_ways] == ["v1-b0", "v1-b1"]
    assert person.second_way is None


def test_who_is_late_is_reminded_on_the_browsers_too() -> None:
    case, _ = begun(*SOS, V1, *EVERYBODY[1:])
    step = due(going(10 * S, case), 10 * M + 10 * S, V1, *EVERYBODY[1:])
    assert [n.channel for n in step.notices if n.type is NoticeType.REMIND] == ["v1-webhook", "v1-b0", "v1-b1"]


@pytest.fixture
def care(care_file: Path) -> Iterator[CareStore]:
    store_ = CareStore(f"sqlite:///{care_file}")
    with store_.begin() as connection:
        roster_store.save(connection, HOMES, (), PEOPLE)
    yield store_
    store_.close()


@pytest.fixture
def service() -> Iterator[PushService]:
    opened = PushService()
    opened.now, opened.trusted_key = EIGHT, VAPID.public_key
    yield opened
    opened.close()
    assert opened.misused == []


@pytest.fixture
def browsers(care: CareStore) -> Browsers:
    adapter = WebPush(VAPID, schemes=("http",), network=Network())
    return Browsers(care, adapter, VAPID.public_key, VirtualClock(EIGHT), "https://linli.example")


def known(care: CareStore, person: str = "ana") -> list[str]:
    with care.read() as connection:
        return [channel.id for channel in roster_store.load(connection).people[person].channels]


def test_a_browser_comes_behind_the_other_ways_and_the_running_linli_hears_of_it(
    care: CareStore, browsers: Browsers
) -> None:
    with care.read() as connection:
        before = roster_store.revision(connection)

    browsers.add(browser("ana", 1))

    assert known(care) == ["ana-0", "ana-1", "ana-b1"]
    with care.read() as connection:
        assert roster_store.revision(connection) == before + 1


def test_a_phone_that_changes_hands_rings_for_its_new_owner_only(care: CareStore, browsers: Browsers) -> None:
    browsers.add(browser("ana", 1, "https://push.example/phone"))
    browsers.add(browser("jun", 1, "https://push.example/phone"))

    assert known(care) == ["ana-0", "ana-1"]
    assert known(care, "jun") == ["jun-0", "jun-b1"]


def test_with_one_browser_too_many_the_oldest_is_forgotten(browsers: Browsers) -> None:
    for number in range(store.MOST + 1):
        browsers.add(browser("ana", number))

    assert [one.id for one in browsers.of("ana")] == [f"ana-b{number}" for number in range(1, store.MOST + 1)]


def test_nothing_but_a_browser_can_be_forgotten_here(care: CareStore, browsers: Browsers) -> None:
    browsers.forget(Channel("ana-0", "ana", "webhook", "x"))

    assert known(care) == ["ana-0", "ana-1"]


def test_a_try_out_reaches_the_locked_screen_and_says_what_it_is(browsers: Browsers, service: PushService) -> None:
    browsers.add(browser("ana", 1, service.address))

    answer = browsers.try_out(browsers.of("ana")[0], "zh")

    assert answer.verdict is Verdict.ACCEPTED
    (shown,) = service.shown
    assert (shown["title"], shown["body"]) == ("试一试：通知能到这里。", "您什么都不用做。")
    assert (shown["url"], shown["acts"], shown["over"]) == ("https://linli.example/notifications", [], False)


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("gone", []),
        ("no_such", []),
        ("other_key_apple", []),
        ("too_long", ["ana-b1"]),
        ("fault", ["ana-b1"]),
        ("", ["ana-b1"]),
    ],
)
def test_a_browser_is_forgotten_only_when_nothing_will_ever_arrive_there_again(
    care: CareStore, browsers: Browsers, service: PushService, mode: str, kept: list[str]
) -> None:
    browsers.add(browser("ana", 1, service.address))
    service.mode = mode

    browsers.try_out(browsers.of("ana")[0], "en")

    assert known(care) == ["ana-0", "ana-1", *kept]


def test_what_is_pushed_names_the_place_and_the_buttons_and_nobody(service: PushService) -> None:
    WebPush(VAPID, schemes=("http",), network=Network()).send(a_message(), browser("ana", 1, service.address))

    (shown,) = service.shown
    assert shown["body"] == "3号楼 2单元 5层 502，08:00 起"
    assert shown["acts"] == [{"verb": "accept", "label": "我去"}, {"verb": "decline", "label": "我去不了"}]
    assert "Mei" not in json.dumps(shown)


def test_the_thanks_go_to_every_browser_that_rang() -> None:
    from alerts.thanks import thanks
    from linli.alert import NoticeState

    _, step = begun(*SOS, V1, *EVERYBODY[1:])
    sent = [replace(n, state=NoticeState.SENT) for n in step.notices if n.person == "v1"]

    assert [n.channel for n in thanks(sent, [], EIGHT)] == ["v1-webhook", "v1-b0", "v1-b1"]


def test_only_people_have_browsers() -> None:
    assert Person("mei", Role.RESIDENT).first_ways == ()

"""linli on a helper's phone, in a real browser: what is pushed is shown and withdrawn, and no tap is lost without a line."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from alerts.channels.inbox import Inbox
from alerts.sender import Sender
from bench.screens import camera
from dashboard.pages.signin import entry_link
from linli.alert import Alert, AlertState, Outcome
from linli.people import Channel, Role
from linli.store.access import Identity
from tests import needs
from tests.alerts.gateways.push import PushService
from tests.alerts.test_channel_kinds import GOOD
from tests.cast import ANA, EIGHT, MEI
from tests.dashboard.looking import is_cut
from tests.dashboard.test_browser import PHONE, SECONDS
from tests.dashboard.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the whole browser: the headless shell has no notifications."""
    with camera.browser(needs.need("browser")) as started:
        yield started


@pytest.fixture
def phone(browser: Browser, online: World) -> Iterator[BrowserContext]:
    """Return a phone that allows notifications."""
    context = browser.new_context(locale="en-GB", viewport=PHONE)  # type: ignore[arg-type]  # a TypedDict by structure
    context.grant_permissions(["notifications"], origin=online.services.settings.base_url)
    yield context
    context.close()


@pytest.fixture
def service(online: World) -> Iterator[PushService]:
    """Return a push service that opens each message as the browser would."""
    opened = PushService()
    opened.now, opened.trusted_key = EIGHT, online.services.browsers.public_key
    yield opened
    opened.close()
    assert opened.misused == []


def request_of(online: World, phone: BrowserContext) -> tuple[Alert, Page]:
    """Call Ana to Mei's door, and open the request on her phone with its worker at hand."""
    alert = online.press_sos()
    page = phone.new_page()
    page.goto(online.services.links.request_page(alert.id, "ana"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return alert, page


def pushing(page: Page, online: World) -> Callable[[dict[str, object]], None]:
    """Return what lets the browser itself hand a push to the worker."""
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []

    def heed(told: dict[str, Any]) -> None:
        registrations.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"])

    session.on("ServiceWorker.workerRegistrationUpdated", heed)
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    assert registrations

    def push(told: dict[str, object]) -> None:
        session.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": online.services.settings.base_url,
                "registrationId": registrations[-1],
                "data": json.dumps(told),
            },
        )

    return push


SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
    ({ title, body, tag, data, silent, requireInteraction, actions }) =>
        ({ title, body, tag, data, silent, requireInteraction, actions: actions.map(one => [one.action, one.title]) }))"""


def shown_on(page: Page, count: int = 1) -> list[dict[str, Any]]:
    """Return what lies on the locked screen, once so many lie there."""
    found: list[dict[str, Any]] = []

    def lie_there() -> bool:
        found[:] = page.evaluate(SHOWN)
        return len(found) == count

    _wait(page, lie_there, found)
    return found


@pytest.fixture
def deliver(online: World, service: PushService) -> Callable[[], list[dict[str, Any]]]:
    """List Ana's phone, and return what sends all that waits and tells what her browser has made of it."""
    people, world = online.services.roster().people, online.services
    browser_of_ana = Channel("ana-b1", "ana", "webpush", service.address)
    people["ana"] = replace(ANA, channels=(*ANA.channels, browser_of_ana))
    adapters = {"webpush": world.browsers._adapter, **dict.fromkeys(("webhook", "sms", "email"), Inbox())}
    sender = Sender(world.care, world.roster, adapters, world.links, online.clock, online.health)

    def deliver_() -> list[dict[str, Any]]:
        before = len(service.shown)
        sender.deliver_due(online.clock.now())
        return service.shown[before:]

    return deliver_


def test_a_call_rings_on_the_locked_screen_and_names_nobody(
    online: World, phone: BrowserContext, deliver: Callable[[], list[dict[str, Any]]]
) -> None:
    alert, page = request_of(online, phone)
    push = pushing(page, online)

    (told,) = deliver()
    push(told)

    (shown,) = shown_on(page)
    assert shown["title"] == "紧急：请去邻居家里看看"
    assert shown["actions"] == [["accept", "我去"], ["decline", "我去不了"]]
    assert shown["requireInteraction"] is True
    assert shown["data"].startswith("/go/")
    assert page.request.get(online.services.settings.base_url + shown["data"]).ok
    assert not any(word in json.dumps(shown, ensure_ascii=False) for word in (MEI.resident, MEI.phone, alert.home))


def test_when_it_is_over_the_call_is_taken_back_without_a_sound(
    online: World, phone: BrowserContext, deliver: Callable[[], list[dict[str, Any]]]
) -> None:
    alert, page = request_of(online, phone)
    push = pushing(page, online)
    for told in deliver():
        push(told)
    (call,) = shown_on(page)
    assert page.evaluate("caches.open('linli-calls').then(calls => calls.keys()).then(keys => keys.length)") == 1

    online.desk.close(alert.id, "lin", Outcome.SAFE)
    for told in deliver():
        push(told)

    _wait(page, lambda: shown_on(page)[0]["silent"])
    (over,) = shown_on(page)
    assert over["tag"] == call["tag"]
    assert (over["data"], over["actions"], over["requireInteraction"]) == ("/", [], False)
    assert page.evaluate("caches.open('linli-calls').then(calls => calls.keys()).then(keys => keys.length)") == 0


def test_a_tap_on_the_locked_screen_is_an_answer(
    online: World, phone: BrowserContext, deliver: Callable[[], list[dict[str, Any]]]
) -> None:
    _, page = request_of(online, phone)
    push = pushing(page, online)
    push(deliver()[0])
    shown_on(page)

    (worker,) = phone.service_workers
    worker.evaluate(
        """async () => { const [notification] = await registration.getNotifications();
            try { dispatchEvent(new NotificationEvent("notificationclick", { notification, action: "accept" })); }
            catch { /* a made-up event cannot be waited for */ } }"""
    )

    shown_on(page, 0)
    _wait(page, lambda: online.desk.open_alerts()[0].state is AlertState.ACCEPTED)


def test_who_has_answered_finds_no_call_on_the_locked_screen_any_more(
    online: World, phone: BrowserContext, deliver: Callable[[], list[dict[str, Any]]]
) -> None:
    _, page = request_of(online, phone)
    pushing(page, online)(deliver()[0])
    shown_on(page)

    page.get_by_role("button", name="I go").click()

    expect(page.get_by_role("button", name="I am at the door")).to_be_visible(timeout=SECONDS)
    shown_on(page, 0)


def test_a_tap_without_a_line_is_kept_shown_and_sent_once_there_is_one(online: World, phone: BrowserContext) -> None:
    _, page = request_of(online, phone)
    phone.set_offline(True)

    page.get_by_role("button", name="I go").click()

    expect(page.get_by_text("Not yet sent")).to_be_visible(timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.OPEN
    phone.set_offline(False)
    expect(page.get_by_role("button", name="I am at the door")).to_be_visible(timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.ACCEPTED
    assert _kept(page) == 0


def test_opened_without_a_line_the_page_says_what_it_does_not_know_and_keeps_the_answer(
    online: World, phone: BrowserContext, deliver: Callable[[], list[dict[str, Any]]]
) -> None:
    _, page = request_of(online, phone)
    push = pushing(page, online)
    push(told := deliver()[0])
    (shown,) = shown_on(page)
    phone.set_offline(True)

    page.goto(online.services.settings.base_url + shown["data"])

    expect(page.get_by_role("heading", name="We cannot tell at the moment")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("heading", name=str(told["title"]))).to_be_visible()
    assert MEI.resident not in page.content()
    page.get_by_role("button", name="I cannot").click()
    expect(page.get_by_text("Not yet sent: I cannot")).to_be_visible()
    page.get_by_role("button", name="I go").click()
    expect(page.get_by_text("Not yet sent: I go")).to_be_visible()
    expect(page.get_by_text("Not yet sent: I cannot")).to_be_hidden()
    assert not is_cut(page)

    phone.set_offline(False)
    expect(page.get_by_role("button", name="I am at the door")).to_be_visible(timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.ACCEPTED


def test_a_tap_of_long_ago_is_not_sent_any_more_and_the_page_says_so(online: World, phone: BrowserContext) -> None:
    """Whoever tapped an hour ago has gone, or goes no more: nobody must wait at a door for them."""
    _, page = request_of(online, phone)
    page.evaluate(
        """() => caches.open("linli-taps").then(taps => taps.put(location.pathname, new Response(JSON.stringify(
            { path: location.pathname, body: "verb=accept", at: Date.now() - 11 * 60 * 1000 }))))"""
    )

    page.reload()

    expect(page.get_by_text("Your last tap was not sent")).to_be_visible(timeout=SECONDS)
    assert online.desk.open_alerts()[0].state is AlertState.OPEN
    assert _kept(page) == 0


def _kept(page: Page) -> int:
    count: int = page.evaluate("caches.open('linli-taps').then(taps => taps.keys()).then(keys => keys.length)")
    return count


def _wait(page: Page, is_so: Callable[[], bool], saw: object = "") -> None:
    for _ in range(SECONDS // 50):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come about; in the end there was {saw}")


FAKE = """
    const given = { ...SUBSCRIPTION, unsubscribe: async () => !localStorage.removeItem("key") };
    PushManager.prototype.getSubscription = async () => (localStorage.getItem("key") ? given : null);
    PushManager.prototype.subscribe = async (wish) => {
        localStorage.setItem("key", btoa(String.fromCharCode(...wish.applicationServerKey)));
        return given;
    };
"""
"""A browser's own push service, which cannot be had without the network of its maker."""


def test_a_phone_is_asked_for_leave_by_a_tap_only_and_then_knows_itself(online: World, phone: BrowserContext) -> None:
    page = phone.new_page()
    told = {**GOOD, "endpoint": "https://web.push.apple.com/ana"}
    page.add_init_script(FAKE.replace("SUBSCRIPTION", json.dumps(told)))
    page.add_init_script(
        "Notification.requestPermission = async () => { localStorage.asked = 'yes'; return 'granted'; };"
    )
    page.goto(entry_link(online.services, Identity(Role.VOLUNTEER, "ana")))
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("link", name="Let this phone ring").click()
    button = page.get_by_role("button", name="Let this device ring")
    expect(button).to_be_visible(timeout=SECONDS)
    assert page.evaluate("localStorage.asked") is None

    button.click()

    expect(page.get_by_text("This device rings when you are needed.")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("· this device")).to_be_visible()
    (kept,) = online.services.browsers.of("ana")
    assert json.loads(kept.address) == told
    key = base64.b64decode(page.evaluate("localStorage.getItem('key')")).hex()
    assert key == base64.urlsafe_b64decode(online.services.browsers.public_key + "=").hex()

    page.get_by_role("button", name="Ring here no more").click()
    expect(button).to_be_visible(timeout=SECONDS)
    assert online.services.browsers.of("ana") == []

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible(timeout=SECONDS)
    assert page.evaluate("localStorage.getItem('key')") is None


def test_the_button_that_more_people_are_needed_is_whole_at_the_door(online: World, phone: BrowserContext) -> None:
    _, page = request_of(online, phone)
    page.get_by_role("button", name="I go").click()
    page.get_by_role("button", name="I am at the door").click()
    needed = page.get_by_role("button", name="Somebody is still needed")
    expect(needed).to_be_visible()

    box = needed.bounding_box()

    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    assert middle[1] < PHONE["height"]
    covered = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.closest('button')?.innerText", list(middle))
    assert "Somebody is still needed" in covered
    assert not is_cut(page)

"""Coming in: passwords, links, sessions, and the secrets that keep others from sending our forms."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from dashboard import sessions
from dashboard.pages.signin import (
    ENTRY_DAYS,
    IN_LINE,
    TRIES_PER_ADDRESS,
    TRIES_PER_LOGIN,
    Doorman,
    entry_link,
    hashed,
)
from dashboard.throttle import WINDOW, Throttle
from linli.people import Role
from linli.store import access
from linli.store import tables as t
from linli.store.access import Identity
from tests.cast import EIGHT, MINUTE
from tests.dashboard.world import TestClient, World, csrf_in, make_world

WORD = "correct horse battery staple"


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As little work as argon2 can do, so that many tries cost a test nothing."""


@pytest.fixture
def lin(world: World) -> World:
    """Give Lin a login."""
    with world.services.care.begin() as connection:
        access.put_user(connection, "lin", QUICK.hash(WORD), Identity(Role.STAFF, "lin"), EIGHT)
    world.app.state.doorman = Doorman(world.services, QUICK)
    return world


def test_a_password_is_kept_as_a_hash_that_takes_work() -> None:
    assert hashed(WORD).startswith("$argon2id$v=19$m=65536,t=3,")


def try_it(browser: TestClient, login: str, password: str, **more: str) -> tuple[int, str]:
    """Fill in the form; return the status and where it leads."""
    secret = csrf_in(browser.get("/signin").text)
    answer = browser.post("/signin", data={"csrf": secret, "login": login, "password": password, **more})
    return answer.status_code, answer.headers.get("location", "")


def test_who_knows_the_password_comes_in_and_goes_out_again(lin: World) -> None:
    browser = lin.browser()

    assert try_it(browser, "lin", WORD) == (303, "/")
    assert browser.get("/").status_code == 200

    secret = csrf_in(browser.get("/").text)
    old = browser.cookies[sessions.COOKIE]
    assert browser.post("/signout", data={"csrf": secret}).headers["location"] == "/signin"
    browser.cookies.set(sessions.COOKIE, old)
    assert browser.get("/").headers["location"] == "/signin?next=/"


@pytest.mark.parametrize(
    ("login", "password"), [("lin", "wrong"), ("nobody", WORD), ("", ""), ("lin\x00", WORD), ("l" * 200, "x")]
)
def test_a_wrong_login_and_a_wrong_password_are_told_in_the_same_words(lin: World, login: str, password: str) -> None:
    browser = lin.browser()
    page = browser.get("/signin").text

    answer = browser.post("/signin", data={"csrf": csrf_in(page), "login": login, "password": password})

    assert answer.status_code == 403
    assert "The name or the password is not right." in answer.text
    assert sessions.COOKIE not in browser.cookies


@pytest.mark.parametrize(
    ("wish", "leads_to"),
    [
        ("/alerts", "/alerts"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nset-cookie: x", "/"),
    ],
)
def test_after_the_sign_in_one_stays_on_this_site(lin: World, wish: str, leads_to: str) -> None:
    assert try_it(lin.browser(), "lin", WORD, next=wish) == (303, leads_to)


def test_the_cookie_is_out_of_reach_of_scripts_and_only_its_hash_is_kept(lin: World) -> None:
    browser = lin.browser()
    secret = csrf_in(browser.get("/signin").text)
    answer = browser.post("/signin", data={"csrf": secret, "login": "lin", "password": WORD})

    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{sessions.COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    value = browser.cookies[sessions.COOKIE]
    with lin.services.care.read() as connection:
        stored = connection.execute(select(t.sessions)).one()
    assert value not in str(stored)
    assert len(value) >= 43


def test_over_https_the_cookie_is_sent_only_there(home: Path) -> None:
    world = make_world(home, base_url="https://linli.example")

    assert "Secure" in world.browser().get("/signin").headers["set-cookie"]


def test_a_session_ends_by_itself(world: World) -> None:
    browser = world.browser(Role.STAFF)
    world.clock.advance(timedelta(days=world.services.settings.session_days))

    assert browser.get("/").status_code == 303


def test_who_wrote_something_when_the_session_had_ended_is_told_that_it_was_not_kept(world: World) -> None:
    browser = world.browser(Role.STAFF)
    secret = world.csrf(browser)
    world.clock.advance(timedelta(days=world.services.settings.session_days))

    sent_to = browser.post("/homes/mei/notes", data={"csrf": secret, "text": "The key is with Ana."}).headers[
        "location"
    ]

    assert "was not kept" in browser.get(f"{sent_to}&lang=en").text
    assert "was not kept" not in browser.get("/signin?lang=en").text


def test_no_form_can_be_sent_from_elsewhere(lin: World) -> None:
    alert = lin.press_sos()
    browser = lin.browser(Role.STAFF)
    for secret in ({}, {"csrf": ""}, {"csrf": "guess"}, {"csrf": lin.csrf(lin.browser(Role.STAFF))}):
        assert browser.post(f"/alerts/{alert.id}/accept", data=secret).status_code == 403
    assert lin.desk.open_alerts()[0].state == "open"

    stranger = lin.browser()
    stranger.get("/signin")
    assert stranger.post("/signin", data={"login": "lin", "password": WORD}).status_code == 403
    assert stranger.post("/signin", data={"csrf": "guess", "login": "lin", "password": WORD}).status_code == 403
    assert sessions.COOKIE not in stranger.cookies


def test_who_tries_too_often_has_to_wait_even_with_the_right_password(lin: World) -> None:
    browser = lin.browser()
    for _ in range(TRIES_PER_LOGIN):
        assert try_it(browser, "lin", "wrong")[0] == 403

    assert try_it(browser, "lin", WORD)[0] == 429

    lin.clock.advance(WINDOW)
    assert try_it(browser, "lin", WORD)[0] == 303


def test_a_crowd_at_the_door_is_sent_away_and_keeps_no_helper_waiting(lin: World) -> None:
    doorman: Doorman = lin.app.state.doorman
    with ExitStack() as crowd:
        for _ in range(IN_LINE):
            assert crowd.enter_context(doorman.in_line())

        assert try_it(lin.browser(), "lin", WORD)[0] == 429

    assert try_it(lin.browser(), "lin", WORD)[0] == 303


def test_an_address_that_tries_many_names_has_to_wait() -> None:
    throttle = Throttle(TRIES_PER_ADDRESS)
    for number in range(TRIES_PER_ADDRESS):
        assert throttle.wait("10.0.0.1", EIGHT + number * MINUTE / 60) is None
        throttle.failed("10.0.0.1", EIGHT + number * MINUTE / 60)

    assert throttle.wait("10.0.0.1", EIGHT + MINUTE) == WINDOW - MINUTE
    assert throttle.wait("10.0.0.2", EIGHT + MINUTE) is None


def test_trying_many_names_does_not_fill_the_memory() -> None:
    throttle = Throttle(1, max_keys=3)
    for name in "abcd":
        throttle.failed(name, EIGHT)

    assert [throttle.wait(name, EIGHT) is None for name in "abcd"] == [True, False, False, False]


def test_a_link_lets_in_once_and_only_by_its_button(world: World) -> None:
    link = entry_link(world.services, Identity(Role.FAMILY, "bo"))
    first, second = world.browser(), world.browser()

    page = first.get(link)
    assert page.status_code == 200
    assert sessions.COOKIE not in first.cookies
    other = csrf_in(second.get(link).text)

    assert first.post(link, data={"csrf": csrf_in(page.text)}).headers["location"] == "/"
    assert first.get("/").headers["location"] == "/family"
    assert second.post(link, data={"csrf": other}).status_code == 404
    assert sessions.COOKIE not in second.cookies


def test_the_very_first_one_in_begins_with_the_first_steps(world: World) -> None:
    def comes_in() -> str:
        link, browser = entry_link(world.services, Identity(Role.STAFF)), world.browser()
        return str(browser.post(link, data={"csrf": csrf_in(browser.get(link).text)}).headers["location"])

    assert comes_in() == "/start"

    with world.services.care.begin() as connection:
        access.add_user(connection, "office", "hash", Identity(Role.STAFF), EIGHT)

    assert comes_in() == "/"


def test_a_link_of_the_demo_can_be_opened_again(home: Path) -> None:
    world = make_world(home, demo=True)
    link = entry_link(world.services, Identity(Role.STAFF))

    for browser in (world.browser(), world.browser()):
        assert browser.post(link, data={"csrf": csrf_in(browser.get(link).text)}).status_code == 303


def test_a_link_that_is_old_or_forged_lets_nobody_in(world: World) -> None:
    link = entry_link(world.services, Identity(Role.STAFF))

    assert world.browser().get(f"{link}x").status_code == 404
    assert world.browser().get("/enter/" + "x" * 50).status_code == 404
    world.clock.advance(timedelta(days=ENTRY_DAYS, seconds=1))
    assert world.browser().get(link).status_code == 404


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        (Identity(Role.STAFF), "linli run"),
        (Identity(Role.STAFF, "lin"), "ask the community office for a new link"),
        (Identity(Role.FAMILY, "bo"), "ask the community office for a new link"),
    ],
    ids=["the office", "a colleague", "the family"],
)
def test_a_link_that_is_over_says_so_and_what_to_do(world: World, identity: Identity, says: str) -> None:
    used, old, browser = entry_link(world.services, identity), entry_link(world.services, identity), world.browser()
    secret = csrf_in(browser.get(used).text)
    browser.post(used, data={"csrf": secret})
    for page in (browser.get(used), browser.post(used, data={"csrf": secret})):
        assert "This link was used, or is too old." in page.text
        assert says in page.text

    world.clock.advance(timedelta(days=ENTRY_DAYS, seconds=1))

    assert says in world.browser().get(old).text
    assert "too old" not in world.browser().get(f"{old}x").text, "no link of ours"


def test_what_is_kept_of_a_link_opens_nothing_and_goes_with_its_use(world: World) -> None:
    def kept() -> list[str]:
        with world.services.care.read() as connection:
            return [row.role for row in connection.execute(select(t.sessions))]

    link = entry_link(world.services, Identity(Role.STAFF))
    assert kept() == ["link-staff"]
    assert world.browser("link-staff").get("/").status_code == 404

    browser = world.browser()
    browser.post(link, data={"csrf": csrf_in(browser.get(link).text)})

    assert sorted(kept()) == ["link-staff", "staff"], "the first is the thief's"


def test_a_try_that_was_right_does_not_count() -> None:
    throttle = Throttle(1)
    throttle.failed("10.0.0.1", EIGHT)
    throttle.forgive("10.0.0.1")
    assert throttle.wait("10.0.0.1", EIGHT) is None

"""Who may do what at a broker."""

import logging

import pytest

from ingest.accounts import LINLI_USER, Account, by_user, covers, gateway_account, home_account, linli_account
from linli.errors import LinliError

TOKEN = "d.home-7.a-token-of-high-entropy"


def test_a_home_speaks_for_itself_and_hears_nothing() -> None:
    home = home_account("elm", "home-7", TOKEN)

    assert home.may_publish("linli/v1/elm/home-7/button/sos")
    assert not home.may_publish("linli/v1/elm/home-8/button/sos")
    assert not home.may_publish("linli/v1/elm/home-77/button/sos")
    assert not home.may_publish("linli/v1/oak/home-7/button/sos")
    assert not home.may_subscribe("linli/v1/elm/home-7/button/sos")


def test_a_home_speaks_on_the_topics_of_its_other_devices() -> None:
    home = home_account("elm", "home-7", TOKEN, ["zigbee2mqtt/home-7/#"])

    assert home.may_publish("zigbee2mqtt/home-7/bedroom")
    assert not home.may_publish("zigbee2mqtt/home-8/bedroom")


def test_a_gateway_speaks_for_every_home_of_its_site_and_of_no_other() -> None:
    gateway = gateway_account("elm", TOKEN)

    assert gateway.may_publish("linli/v1/elm/home-7/button/sos")
    assert gateway.may_publish("linli/v1/elm/home-8/button/sos")
    assert not gateway.may_publish("linli/v1/oak/home-9/button/sos")
    assert not gateway.may_subscribe("linli/v1/elm/#")


def test_a_home_that_bears_the_id_of_a_site_gets_none_of_the_rights_of_that_site() -> None:
    home = home_account("elm", "oak", TOKEN)

    assert not home.may_publish("linli/v1/oak/home-9/button/sos")


def test_linli_hears_everything_and_its_name_can_be_no_home() -> None:
    linli = linli_account(TOKEN)

    assert linli.may_subscribe("#")
    assert linli.may_subscribe("zigbee2mqtt/+/availability")
    assert linli.may_publish("linli/v1/canary/canary/canary/sos")
    assert not linli.may_publish("zigbee2mqtt/home-7/bedroom/set")
    assert LINLI_USER.startswith("_")


def test_a_topic_with_wildcards_is_published_by_nobody() -> None:
    assert not linli_account(TOKEN).may_publish("linli/v1/+/home-7/button/sos")
    assert not linli_account(TOKEN).may_publish("linli/#")


@pytest.mark.parametrize(
    ("allowed", "wanted", "is_covered"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a", False),
        ("a/b", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/+/c", True),
        ("a/#", "ab", False),
        ("a/#", "#", False),
        ("a/#", "+/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a/+", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("+/b", "a/b", True),
        ("#", "a/#", True),
        ("#", "$SYS/broker", False),
        ("+/broker", "$SYS/broker", False),
        ("$SYS/#", "$SYS/broker", True),
    ],
)
def test_a_filter_covers_what_it_lets_through(allowed: str, wanted: str, *, is_covered: bool) -> None:
    assert covers(allowed, wanted) is is_covered


@pytest.mark.parametrize(
    "topic_filter",
    [
        "",
        " zigbee2mqtt/a",
        "zigbee2mqtt/a\nuser _linli",
        "zigbee2mqtt/a\r",
        "zigbee2mqtt/\0",
        "zigbee2mqtt/a\u2028b",
        "zigbee2mqtt/#/a",
        "zigbee2mqtt/a#",
        "zigbee2mqtt/a+/b",
        "x" * 65536,
    ],
)
def test_a_topic_that_would_break_out_of_its_line_or_is_no_filter_is_refused(topic_filter: str) -> None:
    with pytest.raises(LinliError, match="not an MQTT topic filter"):
        home_account("elm", "home-7", TOKEN, [topic_filter])


@pytest.mark.parametrize("user", ["", "Home-7", "home:7", "home 7", "-7", "#home", "_other", "home-7\n", "a" * 64])
def test_a_user_name_is_the_id_of_a_home_or_a_site(user: str) -> None:
    with pytest.raises(LinliError, match="cannot be a user name"):
        Account(user=user, password=TOKEN)


def test_an_account_has_a_password_that_is_never_shown() -> None:
    with pytest.raises(LinliError, match="no password"):
        home_account("elm", "home-7", "")

    home = home_account("elm", "home-7", TOKEN)
    assert home.has_password(TOKEN)
    assert not home.has_password("")
    assert not home.has_password(TOKEN[:-1])
    assert TOKEN not in repr(home)


def test_a_name_used_twice_is_said_and_silences_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    first, second = gateway_account("oak", "of the site"), home_account("elm", "oak", "of the home")
    other = home_account("elm", "home-7", TOKEN)

    with caplog.at_level(logging.ERROR):
        known = by_user([first, second, other])

    assert known == {"oak": first, "home-7": other}
    assert "user=oak" in caplog.text

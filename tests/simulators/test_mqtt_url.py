"""The address of a broker, and what an error may tell of it."""

import pytest

from linli.errors import LinliError
from linli.mqtt_url import MqttUrl, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mqtt://broker", MqttUrl("broker", 1883)),
        ("mqtts://broker", MqttUrl("broker", 8883, tls=True)),
        ("mqtt://127.0.0.1:1884/", MqttUrl("127.0.0.1", 1884)),
        ("mqtt://willow:secret@broker:1", MqttUrl("broker", 1, "willow", "secret")),
        ("mqtt://willow@broker", MqttUrl("broker", 1883, "willow")),
        ("mqtt://w:p%40ss%2Fword%3A@broker", MqttUrl("broker", 1883, "w", "p@ss/word:")),
        ("mqtts://[::1]:8884", MqttUrl("::1", 8884, tls=True)),
        (" mqtt://Broker ", MqttUrl("broker", 1883)),
    ],
)
def test_an_address_is_read_into_its_parts(text: str, expected: MqttUrl) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("broker:1883", "must begin with mqtt://"),
        ("", "must begin with mqtt://"),
        ("http://broker", "must begin with mqtt://"),
        ("mqtt://", "names no host"),
        ("mqtt://user:pass@", "names no host"),
        ("mqtt://broker:0", "from 1 to 65535"),
        ("mqtt://broker:70000", "from 1 to 65535"),
        ("mqtt://broker:abc", "from 1 to 65535"),
        ("mqtt://[::1", "cannot be read"),
        ("mqtt://broker/topic", "nothing may follow the port"),
        ("mqtt://broker?x=1", "nothing may follow the port"),
        ("mqtt://:secret@broker", "a password but no user"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(LinliError, match="the broker's address cannot be used") as caught:
        parse(text)
    assert why in str(caught.value)


@pytest.mark.parametrize("text", ["mqtt://w:top-secret@broker:70000", "mqtt://w:top-secret/@broker"])
def test_no_error_tells_the_password(text: str) -> None:
    with pytest.raises(LinliError) as caught:
        parse(text)
    assert "top-secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["mqtts://willow:top-secret@[::1]:8884", "mqtt://willow:top-secret@broker:1883"])
def test_an_address_in_a_log_tells_neither_user_nor_password(text: str) -> None:
    url = parse(text)
    assert "top-secret" not in f"{url} {url!r}"
    assert "willow" not in str(url)
    assert parse(str(url)) == MqttUrl(url.host, url.port, tls=url.tls)

"""From a published message to an open alert and a neighbour's phone, on the real program with either broker."""

import secrets
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from bench.kill import run
from bench.program import LINLI, Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from tests.hostile import hostile_messages
from tests.needs import need
from tests.program.conftest import Running


def published(running: Running, user: str, password: str, topic: str, payload: bytes) -> None:
    """Publish one message and wait until the broker has taken it."""
    publisher = Publisher(running.program.mqtt_port, user, password)
    publisher.wait_connected()
    publisher.publish(topic, payload)
    wait_for("the broker takes it", lambda: publisher.is_done, 10)
    publisher.close()


def token(running: Running, home: str) -> str:
    """Return the password of a home's devices."""
    return running.program.command("token", "--role", "device", "--person", home)


def test_a_pressed_button_is_an_open_alert_and_rings_the_nearest_volunteer(running: Running) -> None:
    published(running, "home-1", token(running, "home-1"), "linli/v1/garden/home-1/button/sos", b"pressed")
    wait_for("the alert", lambda: bool(running.alerts("home-1")), 10)
    wait_for("the phone", lambda: running.sink.first_for("home-1") is not None, 10)
    (alert,) = running.alerts("home-1")
    assert (alert["kind"], alert["severity"], alert["state"]) == ("sos", "emergency", "open")
    assert running.sink.unsigned == 0


@pytest.mark.broker
def test_a_port_that_was_asked_for_and_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.settle(Neighbourhood(1))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", program.mqtt_port))
        taken.listen()
        with pytest.raises(RuntimeError, match="linli ended"):
            program.start()

    (line,) = (tmp_path / "linli.log").read_text(encoding="utf-8").splitlines()
    assert f"{program.mqtt_port} is taken by another program" in line


def test_the_signed_link_accepts_by_post_and_looking_changes_nothing(running: Running) -> None:
    published(running, "home-2", token(running, "home-2"), "linli/v1/garden/home-2/button/sos", b"pressed")
    wait_for("the phone", lambda: bool(running.sink.links_for("home-2")), 10)
    link = running.sink.links_for("home-2")["accept"]
    assert httpx.get(link).status_code == 200
    assert running.alerts("home-2")[0]["state"] == "open"
    assert httpx.post(link).status_code == 200
    assert running.alerts("home-2")[0]["state"] == "accepted"


def test_a_device_gets_nothing_through_to_another_home(running: Running) -> None:
    publisher = Publisher(running.program.mqtt_port, "home-3", token(running, "home-3"))
    publisher.wait_connected()
    publisher.publish("linli/v1/garden/home-4/button/sos", b"pressed")
    publisher.publish("linli/v1/garden/home-3/button/sos", b"pressed")
    wait_for("its own alert", lambda: bool(running.alerts("home-3")), 10)
    publisher.close()
    assert running.alerts("home-4") == []


def test_a_thousand_hostile_messages_change_nothing_but_the_rejections(running: Running) -> None:
    marker = secrets.token_hex(4)
    messages = [(topic, payload) for topic, payload in hostile_messages(1000, seed=7) if len(payload) < 200_000]
    before = len(running.api.get("/alerts", params={"limit": 1000}).json())
    stored = _counter(running, "linli_signals_total")
    publisher = Publisher(running.program.mqtt_port, "garden", running.password)
    publisher.wait_connected()
    for topic, payload in messages:
        if "#" not in topic and "+" not in topic and topic.startswith("linli/v1/garden/"):
            publisher.publish(topic, payload)
    publisher.publish("linli/v1/garden/home-5/pir/motion", b'{"value":"on","id":"%s"}' % marker.encode())
    wait_for("the stream goes on", lambda: _counter(running, "linli_signals_total") == stored + 1, 60)
    publisher.close()
    assert _counter(running, "linli_rejections_total") > 0
    assert len(running.api.get("/alerts", params={"limit": 1000}).json()) == before


def _counter(running: Running, name: str) -> float:
    text = httpx.get(f"{running.program.url}/metrics", timeout=10).text
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])


def test_signals_by_http_share_the_same_way_in(running: Running) -> None:
    headers = {"Authorization": f"Bearer {token(running, 'home-6')}"}
    url = f"{running.program.url}/api/v1/signals"
    taken = httpx.post(
        url, headers=headers, json={"home": "home-6", "device": "button", "kind": "sos", "value": "pressed"}
    )
    assert taken.status_code == 202
    assert running.alerts("home-6")[0]["kind"] == "sos"
    refused = httpx.post(
        url, headers=headers, json={"home": "home-7", "device": "button", "kind": "sos", "value": "pressed"}
    )
    assert refused.status_code == 404


def test_a_home_imported_while_linli_runs_is_let_in_within_seconds(with_demo_broker: Running) -> None:
    roster = with_demo_broker.program.folder / "more"
    roster.mkdir()
    (roster / "homes.csv").write_text("home,site,building\nnewcomer,garden,b0\n", encoding="utf-8")
    with_demo_broker.program.command("import", str(roster))
    password = token(with_demo_broker, "newcomer")
    wait_for("the roster is read", lambda: with_demo_broker.api.get("/homes/newcomer").status_code == 200, 10)
    published(with_demo_broker, "newcomer", password, "linli/v1/garden/newcomer/button/sos", b"pressed")
    wait_for("the alert", lambda: bool(with_demo_broker.alerts("newcomer")), 10)


@pytest.mark.broker
@pytest.mark.slow
def test_killed_twice_in_a_stream_every_message_is_there_once_and_every_press_rang() -> None:
    need("broker")
    result = run(count=6000, kills=2, presses=20, seed=3, rate=1500)
    assert result.is_right, result


def test_a_zigbee_button_that_is_listed_while_linli_runs_calls_for_help(running: Running) -> None:
    roster = running.program.folder / "zigbee"
    roster.mkdir()
    (roster / "homes.csv").write_text("home,site,building\nhome-zigbee,garden,b0\n", encoding="utf-8")
    (roster / "devices.csv").write_text(
        "device,home,room,kind,topic\nbutton,home-zigbee,bedroom,sos,zigbee2mqtt/button of the flat\n", encoding="utf-8"
    )
    running.program.command("import", str(roster))
    wait_for("the roster is read", lambda: running.api.get("/homes/home-zigbee").status_code == 200, 10)
    publisher = Publisher(running.program.mqtt_port, "home-zigbee", token(running, "home-zigbee"))
    publisher.wait_connected()

    def rings() -> bool:  # the broker learns of the topic a moment after the roster
        publisher.publish("zigbee2mqtt/a stranger's button", b'{"action":"emergency"}')
        publisher.publish("zigbee2mqtt/button of the flat", b'{"battery":80}', qos=0)  # as most ecosystems do
        publisher.publish("zigbee2mqtt/button of the flat", b'{"action":"single","battery":80}')
        return bool(running.alerts("home-zigbee"))

    wait_for("the alert", rings, 20)
    publisher.close()
    assert {alert["kind"] for alert in running.alerts("home-zigbee")} == {"sos"}
    signals = running.api.get("/homes/home-zigbee/signals").json()
    assert {(one["device"], one["room"], one["kind"]) for one in signals} == {
        ("button", "bedroom", "sos"),
        ("button", "bedroom", "battery"),
    }


def test_linli_check_finds_the_pages_of_the_linli_that_runs_wherever_they_are(with_demo_broker: Running) -> None:
    """The program listens on a port of its own, and nothing in the environment says which."""
    program = with_demo_broker.program
    assert (program.data / "pages.address").read_text("ascii").split()[1] == program.url
    assert "does not answer" not in _check(program)


def _check(program: Program) -> str:
    words = [*LINLI, "check", "--data", str(program.data)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stderr

"""A linli that shares its broker with others hears the sites of its own roster and no other."""

from pathlib import Path

import pytest

from bench.broker import ExternalMosquitto
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher


@pytest.mark.broker
def test_only_listed_sites_are_heard_also_one_that_is_listed_later(tmp_path: Path) -> None:
    broker = ExternalMosquitto(tmp_path / "broker")
    program = Program(tmp_path, mqtt=broker.url, environment={"LINLI_MQTT_SITES": "listed"})
    program.settle(Neighbourhood(1))
    broker.start()
    program.start()
    publisher = Publisher(broker.port, "bench", "")
    try:
        publisher.wait_connected()
        with program.api() as api:

            def pressed_in() -> set[str]:
                return {alert["site"] for alert in api.get("/alerts?state=open").json()}

            for site in ("river", "garden"):
                publisher.publish(f"linli/v1/{site}/home-0/button/sos", b"pressed")
            wait_for("the alert", lambda: pressed_in() == {"garden"}, 15)
            assert api.get("/rejections").json() == []

            program.settle(Neighbourhood(1, site="river"))

            def is_heard() -> bool:  # the broker is asked for it within a second
                publisher.publish("linli/v1/river/home-0/button/sos", b"pressed")
                return "river" in pressed_in()

            wait_for("the alert", is_heard, 15, 0.5)
    finally:
        publisher.close()
        program.stop()
        broker.stop()

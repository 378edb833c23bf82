"""Broker restarted and stopped, mail and webhook receivers down: nothing lost, nothing sent twice, and the board says so."""

import tempfile
import time
from pathlib import Path

import httpx

from bench.broker import ExternalMosquitto
from bench.mail import Mailbox
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink

HOMES = 40
BROKER_MINUTES = 2.0
RECEIVER_MINUTES = 10.0


def troubles(program: Program) -> list[str]:
    """Return the parts that linli itself says do not work."""
    parts = httpx.get(f"{program.url}/readyz", timeout=10).json()["parts"]
    return sorted(name for name, state in parts.items() if not state["ok"])


def main(broker_minutes: float = BROKER_MINUTES, receiver_minutes: float = RECEIVER_MINUTES) -> None:
    """Run both outages and print what was found."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder, sink, mailbox = Path(name), Sink(), Mailbox()
        broker = ExternalMosquitto(folder / "broker")
        broker.start()
        program = Program(folder, mqtt=broker.url, environment=mailbox.environment)
        program.settle(Neighbourhood(HOMES, webhook=sink.url, extra_channels=[("email", "neighbour@example.org")]))
        program.start()
        publisher = Publisher(broker.port, "garden", "")
        publisher.wait_connected()
        try:
            _broker_outage(program, broker, publisher, sink, broker_minutes)
            _receiver_outage(program, publisher, sink, mailbox, receiver_minutes)
        finally:
            publisher.close()
            program.stop()
            broker.stop()
            sink.close()
            mailbox.stop()


def press(publisher: Publisher, number: int) -> None:
    """Press the button of a home."""
    publisher.publish(f"linli/v1/garden/home-{number}/button/sos", b'{"value":"pressed","id":"p%d"}' % number)


def _broker_outage(
    program: Program, broker: ExternalMosquitto, publisher: Publisher, sink: Sink, minutes: float
) -> None:
    for number in range(10):
        press(publisher, number)
        if number == 5:
            broker.restart()
    broker.stop()
    for number in range(10, 20):
        press(publisher, number)
    wait_for("linli says that the broker is gone", lambda: "broker" in troubles(program), 30)
    print(f"outage: broker gone, readyz names {troubles(program)}")
    time.sleep(minutes * 60)
    broker.start()
    wait_for("the broker is back", lambda: troubles(program) == [], 90)
    wait_for("everybody is told", lambda: len(sink.told) >= 20, 60)
    api = program.api()
    alerts = [a for a in api.get("/alerts", params={"limit": 1000}).json() if a["kind"] == "sos"]
    print(
        f"outage: 20 presses around a broker gone for {minutes:g} min: {len(alerts)} alerts, "
        f"{len(sink.told)} homes told"
    )


def _receiver_outage(program: Program, publisher: Publisher, sink: Sink, mailbox: Mailbox, minutes: float) -> None:
    sink.is_down = True
    mailbox.stop()
    before, mailed = sink.told, set(mailbox.keys)
    for number in range(20, 40):
        press(publisher, number)
    wait_for("linli says that channels fail", lambda: len(troubles(program)) >= 2, 60)
    print(f"outage: receivers down, readyz names {troubles(program)}")
    time.sleep(minutes * 60)
    sink.is_down = False
    mailbox.start()
    wait_for("everybody is told", lambda: len(sink.told - before) >= 20, 90)
    wait_for("everybody has mail", lambda: len(set(mailbox.keys) - mailed) >= 20, 120)
    wait_for("no channel fails", lambda: troubles(program) == [], 90)
    twice = {key: count for key, count in (sink.keys + mailbox.keys).items() if count > 1}
    print(
        f"outage: 20 presses while receivers were down for {minutes:g} min: "
        f"{len(sink.told - before)} homes told, {len(set(mailbox.keys) - mailed)} mails, keys seen twice: {len(twice)}"
    )

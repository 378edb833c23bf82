"""How long from a published SOS to an open alert, and to the nearest volunteer's gateway."""

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink

PRESSES = 100


def measure(broker: str) -> None:
    """Press a hundred buttons, one after the other, and print the delays."""
    sink = Sink()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder), broker=broker)
        program.settle(Neighbourhood(PRESSES, webhook=sink.url))
        program.start()
        try:
            publisher = Publisher(
                program.mqtt_port, "garden", program.command("token", "--role", "gateway", "--person", "garden")
            )
            publisher.wait_connected()
            api = program.api()
            to_webhook, to_alert = [], []
            for home in Neighbourhood(PRESSES).ids:
                begun = time.time()
                publisher.publish(f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed"}')
                wait_for("the webhook", partial(_is_told, sink, home), 10, 0.001)
                wait_for("the alert", partial(_is_open, api, home), 10, 0.001)
                to_alert.append(time.time() - begun)
                to_webhook.append((sink.first_for(home) or 0) - begun)
            publisher.close()
            for name, delays in (("webhook", to_webhook), ("alert in the API", to_alert)):
                told = sorted(delay * 1000 for delay in delays)
                print(
                    f"sos {broker:9} → {name:16} median {statistics.median(told):6.1f} ms   "
                    f"p99 {told[98]:6.1f} ms   max {told[-1]:6.1f} ms   n {len(told)}   unsigned {sink.unsigned}"
                )
        finally:
            program.stop()
            sink.close()


def _is_told(sink: Sink, home: str) -> bool:
    return sink.first_for(home) is not None


def _is_open(api: httpx.Client, home: str) -> bool:
    return bool(api.get("/alerts", params={"home": home}).json())


def main() -> None:
    """Measure with both brokers."""
    for broker in ("mosquitto", "demo"):
        measure(broker)

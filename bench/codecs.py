"""What one message of another ecosystem costs, from its bytes to readings, and whether linli's own pay for the others.

Every sample of the tests is read on its own; of each the best of several rounds counts, spread over the whole run, so that
a busy machine does not decide. Its topic was heard before, as a device's is. A large list of a bridge and a message that repeats forty devices stand for the large ones.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from statistics import median

from ingest.reading import read
from linli.wire import read as read_own
from tests.cast import EIGHT
from tests.ingest.codec_samples import SAMPLES, Sample

PASSES, ROUNDS, CALLS = 8, 8, 20
GOAL_IN_THE_MIDDLE, GOAL_AT_WORST = 10.0, 50.0
OWN = ("linli/v1/garden/home-7/hall/motion", b'{"value": "on", "at": "2026-11-23T00:00:00+00:00", "id": "m-1"}')


def main() -> int:
    """Measure and print; 1 if a goal is missed."""
    passes = [{name: [_cost(*_told(sample)) for sample in SAMPLES[name]] for name in SAMPLES} for _ in range(PASSES)]
    best = {name: list(map(min, zip(*(one[name] for one in passes), strict=True))) for name in SAMPLES}
    everything = [cost for some in best.values() for cost in some]
    for name, some in (*best.items(), ("all", everything)):
        _tell(f"codecs: {name:16} middle {median(some):5.1f} µs, worst {max(some):5.1f} µs, {len(some)} messages")
    for told, topic, payload in _large():
        _tell(f"codecs: {told}: {_cost(topic, payload):.0f} µs for {len(payload) / 1024:.0f} KiB")
    alone, through = _own()
    _tell(f"codecs: linli's own message: {alone:.2f} µs by linli.wire, {through:.2f} µs by ingest.reading")
    return int(median(everything) > GOAL_IN_THE_MIDDLE or max(everything) > GOAL_AT_WORST)


def _told(sample: Sample) -> tuple[str, bytes]:
    return sample.topic, sample.payload.encode()


def _cost(topic: str, payload: bytes) -> float:
    return _best(lambda: read(topic, payload, EIGHT))


def _own() -> tuple[float, float]:
    topic, payload = OWN
    return _best(lambda: read_own(topic, payload, EIGHT)), _best(lambda: read(topic, payload, EIGHT))


def _best(call: Callable[[], object]) -> float:
    """Return microseconds a call."""
    gc.disable()
    try:
        return min(_round(call) for _ in range(ROUNDS))
    finally:
        gc.enable()


def _round(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS * 1e6


def _large() -> list[tuple[str, str, bytes]]:
    devices = [{"friendly_name": f"lamp {number}", "definition": {"exposes": ["x" * 300]}} for number in range(110)]
    sensors = {f"0x{number:04X}": {"Occupancy": 1, "BatteryPercentage": 80} for number in range(40)}
    return [
        ("a bridge's list of devices", "zigbee2mqtt/bridge/devices", json.dumps(devices).encode()),
        ("forty sensors in one message", "tele/zb/SENSOR", json.dumps({"ZbReceived": sensors}).encode()),
    ]


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")

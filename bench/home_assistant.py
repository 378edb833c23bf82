"""Home Assistant as many keep signals with it: an MQTT sensor for each of ours, and its recorder on SQLite.

The recorder keeps a state only when it changes: so the id of each message is the state. It commits once a second here,
which is as often as it can, and acknowledges a message when it comes, before the row is there.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.flood import SENSORS, Flood, site_of
from bench.program import free_port, wait_for
from bench.stored import count, when_stored
from linli.wire import signal_topic

_START_SECONDS = 180
_PROBE = "probe"
_QUESTION = "states WHERE metadata_id IN (SELECT metadata_id FROM states_meta WHERE entity_id LIKE 'sensor.bench%') AND state LIKE '%-%'"


@contextmanager
def home_assistant(port: int, folder: Path, program: str, homes: int) -> Iterator[Callable[[int], float]]:
    """Run it; `program` is its `hass`."""
    home = folder / "hass"
    (home / ".storage").mkdir(parents=True)
    (home / "configuration.yaml").write_text(_configuration(homes), encoding="utf-8")
    (home / ".storage" / "core.config_entries").write_text(json.dumps(_entries(port)), encoding="utf-8")
    with (folder / "hass.log").open("wb") as log:
        process = subprocess.Popen([program, "--config", str(home), "--skip-pip"], stdout=log, stderr=log)
    try:
        wait_for("Home Assistant has subscribed", lambda: _has_heard(home, port, homes), _START_SECONDS, 1.0)
        yield lambda wanted: when_stored(home / "home-assistant_v2.db", _QUESTION, wanted)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _has_heard(home: Path, port: int, homes: int) -> bool:
    """Tell whether what was said to the last of its sensors is stored: it subscribes some seconds after its start."""
    device, kind = SENSORS[-1]
    payload = b'{"id":"%s"}' % _PROBE.encode()
    Flood([(signal_topic(site_of(homes - 1), f"home-{homes - 1}", device, kind), payload)]).pour(port)
    database = home / "home-assistant_v2.db"
    return database.exists() and count(database, f"states WHERE state = '{_PROBE}'") > 0


def _configuration(homes: int) -> str:
    sensors = [
        {
            "name": f"bench {home} {device}",
            "state_topic": signal_topic(site_of(home), f"home-{home}", device, kind),
            "value_template": "{{ value_json.id }}",
            "qos": 1,
        }
        for home in range(homes)
        for device, kind in SENSORS
    ]
    return (
        f"http:\n  server_host: 127.0.0.1\n  server_port: {free_port()}\n"
        "recorder:\n  commit_interval: 1\nlogger:\n  default: warning\n  logs:\n    homeassistant.bootstrap: info\n"
        f"mqtt:\n  sensor: {json.dumps(sensors)}\n"
    )


def _entries(port: int) -> dict[str, object]:
    entry = {
        "entry_id": "bench", "version": 1, "minor_version": 1, "domain": "mqtt", "title": "bench", "source": "user",
        "data": {"broker": "127.0.0.1", "port": port}, "options": {}, "unique_id": None, "disabled_by": None,
        "pref_disable_new_entities": False, "pref_disable_polling": False,
    }  # fmt: skip
    return {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [entry]}}

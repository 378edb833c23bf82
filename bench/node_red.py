"""Node-RED as many keep signals with it: MQTT in, a function, the SQLite node. The file is put into WAL beforehand.

It acknowledges a message when it comes, before the row is there.
"""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.flood import SENSORS, Flood, site_of
from bench.program import free_port, wait_for
from bench.stored import count, when_stored
from linli.wire import signal_topic, write_payload

_ROW = """
const said = JSON.parse(msg.payload);
msg.params = {$topic: msg.topic, $id: said.id, $value: String(said.value), $at: said.at};
return msg;
"""
_POURED = "signal WHERE id LIKE '%-%'"


@contextmanager
def node_red(port: int, folder: Path, installed: Path) -> Iterator[Callable[[int], float]]:
    """Run it; `installed` is the folder in which npm has put node-red and node-red-node-sqlite."""
    store, home = folder / "node-red.db", folder / "node-red"
    home.mkdir()
    (home / "node_modules").symlink_to(installed / "node_modules")
    (home / "package.json").write_text('{"dependencies": {"node-red-node-sqlite": "*"}}', encoding="ascii")
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE signal (topic TEXT, id TEXT, value TEXT, at TEXT)")
    flows = home / "flows.json"
    flows.write_text(json.dumps(_flow(port, store)), encoding="utf-8")
    program = installed / "node_modules" / "node-red" / "red.js"
    words = ["node", str(program), "--userDir", str(home), "--port", str(free_port()), str(flows)]
    with (folder / "node-red.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, "NODE_RED_ENABLE_TOURS": "false"})
    try:
        wait_for("Node-RED has subscribed", lambda: _has_heard(store, port), 60, 1.0)
        yield lambda wanted: when_stored(store, _POURED, wanted)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _has_heard(store: Path, port: int) -> bool:
    """Tell whether what was said is stored: it subscribes a moment after it says that it is connected."""
    Flood([(signal_topic(site_of(0), "home-0", *SENSORS[0]), write_payload("on", id="probe"))]).pour(port)
    return count(store, "signal") > 0


def _flow(port: int, store: Path) -> list[dict[str, object]]:
    return [
        {"id": "flow", "type": "tab", "label": "bench"},
        {
            "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(port), "clientid": "node-red",
            "protocolVersion": "4", "keepalive": "60", "cleansession": False, "usetls": False,
        },
        {
            "id": "in", "type": "mqtt in", "z": "flow", "topic": "linli/v1/#", "qos": "1", "datatype": "utf8",
            "broker": "broker", "wires": [["row"]],
        },
        {"id": "row", "type": "function", "z": "flow", "func": _ROW, "outputs": 1, "wires": [["store"]]},
        {"id": "file", "type": "sqlitedb", "db": str(store), "mode": "RWC"},
        {
            "id": "store", "type": "sqlite", "z": "flow", "mydb": "file", "sqlquery": "prepared",
            "sql": "INSERT INTO signal VALUES ($topic, $id, $value, $at)", "wires": [[]],
        },
    ]  # fmt: skip

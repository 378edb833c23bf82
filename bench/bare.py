"""The bare script that linli is held against: it subscribes, commits each message to SQLite and posts each call for help.

What it leaves out is what linli is for: who is called, whether it got through, what happens after a crash in between.
`python -m bench.bare`.
"""

import json
import sqlite3
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion


def main() -> None:
    """Serve until it is ended: arguments are the broker's port, the database and the address to post to."""
    port, database, url = sys.argv[1:]
    target = urlsplit(url)
    store = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    store.execute("CREATE TABLE signals (topic TEXT, payload BLOB)")
    connection = HTTPConnection(target.hostname or "", target.port)

    def post(home: str) -> None:
        body = json.dumps({"type": "alert.notice", "home": {"home": home}, "links": {}}).encode()
        connection.request("POST", "/bare", body, {"webhook-id": f"bare-{home}", "webhook-signature": "none"})
        connection.getresponse().read()

    def on_message(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        store.execute("INSERT INTO signals VALUES (?, ?)", (message.topic, message.payload))
        if message.topic.endswith("/sos"):
            post(message.topic.split("/")[3])
        client.ack(message.mid, message.qos)

    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        "bare",
        clean_session=False,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
    )

    def on_connect(client: paho.Client, *_: object) -> None:
        client.subscribe("linli/v1/#", 1)

    client.on_message = on_message
    client.on_connect = on_connect
    client.connect("127.0.0.1", int(port))
    client.loop_forever()


if __name__ == "__main__":
    main()

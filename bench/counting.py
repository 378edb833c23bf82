"""The paho subscriber that ingest is held against: MQTT 5, takes every message at QoS 1, counts it, keeps nothing.

`python -m bench.counting PORT WARM COUNT` prints a line when the broker has let it in, and the moment of the last
message of each portion, in seconds since 1970.
"""

import sys
import time

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion


def main() -> None:
    """Count both portions and end."""
    port, *counts = (int(word) for word in sys.argv[1:])
    left = iter(counts)
    ends, seen = next(left), 0

    def on_message(client: paho.Client, _: object, __: paho.MQTTMessage) -> None:
        nonlocal ends, seen
        seen += 1
        if seen == ends:
            _say_now()
            ends += next(left, 0)
            if seen == ends:
                client.disconnect()

    client = paho.Client(CallbackAPIVersion.VERSION2, "counting-paho", protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = on_message
    client.on_connect = lambda client, *_: client.subscribe("linli/v1/#", 1)
    client.on_subscribe = lambda *_: _say_now()
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _say_now() -> None:
    print(time.time(), flush=True)


if __name__ == "__main__":
    main()

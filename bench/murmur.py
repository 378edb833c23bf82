"""What homes say all day, as a load beside a measurement: `python -m bench.murmur PORT USER HOMES EACH`.

The password comes on stdin; `EACH` says how many messages a home sends in a minute.
"""

import json
import sys
import time

from bench.publisher import Publisher


def main() -> None:
    """Publish movements of all homes, evenly, until it is ended."""
    port, user, homes, each = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    publisher = Publisher(port, user, sys.stdin.readline().strip(), name="murmur")
    publisher.wait_connected()
    begun, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - begun) * homes * each / 60)
        for number in range(sent, due):
            payload = json.dumps({"value": "on", "id": f"m-{number}"}).encode()
            publisher.publish(f"linli/v1/{user}/home-{number % homes}/pir/motion", payload)
        sent = due
        time.sleep(0.05)


if __name__ == "__main__":
    main()

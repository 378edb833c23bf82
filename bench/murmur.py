"""What homes say all day, as a load beside a measurement: `python -m bench.murmur PORT USER HOMES`, the password on stdin."""

import json
import sys
import time

from bench.publisher import Publisher


def main() -> None:
    """Publish one movement a minute for each home, evenly, until it is ended."""
    port, user, homes = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    publisher = Publisher(port, user, sys.stdin.readline().strip(), name="murmur")
    publisher.wait_connected()
    begun, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - begun) * homes / 60)
        for number in range(sent, due):
            payload = json.dumps({"value": "on", "id": f"m-{number}"}).encode()
            publisher.publish(f"linli/v1/{user}/home-{number % homes}/pir/motion", payload)
        sent = due
        time.sleep(0.05)


if __name__ == "__main__":
    main()

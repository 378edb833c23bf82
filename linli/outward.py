"""Keeps at the broker what Home Assistant is told, no more and no less: what no longer holds is taken back, also after a restart."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from dashboard.standing import Standing
from ingest.outward import OutwardClient
from linli.every import Every
from linli.files import replacing
from linli.home_assistant import Told

EVERY_SECONDS = 2.0


class Outward:
    """What was told is remembered by topic in a file, so that a site that is switched off is taken back at the next start."""

    def __init__(
        self, client: OutwardClient, told: Told, standings: Callable[[], Sequence[Standing]], remembered: Path
    ) -> None:
        self._client = client
        self._told = told
        self._standings = standings
        self._file = remembered
        self._at_the_broker: dict[str, bytes] = {}
        self._topics = read_topics(remembered)
        self._connection = 0
        self._every = Every(EVERY_SECONDS, self.turn, name="outward")

    def start(self) -> None:
        """Begin."""
        self._client.start()
        self._every.start()

    def stop(self) -> None:
        """End; linli is then told to be gone."""
        self._every.stop()
        self._client.stop()

    def turn(self) -> None:
        """Publish what has changed and take back what holds no more; what fails is tried at the next turn."""
        if not self._client.is_connected:
            return
        if self._client.connections != self._connection:  # a broker that has begun anew knows nothing
            self._connection, self._at_the_broker = self._client.connections, {}
        wanted = self._told.messages(self._standings()) if self._told.sites else {}
        gone = self._topics - wanted.keys()
        changed = {topic: payload for topic, payload in wanted.items() if self._at_the_broker.get(topic) != payload}
        self._remember(self._topics | wanted.keys())  # first: what is published and forgotten would stay for ever
        if not self._client.publish({**changed, **dict.fromkeys(gone, b"")}):
            self._at_the_broker = {}
            return
        self._at_the_broker = wanted
        self._remember(frozenset(wanted))

    def _remember(self, topics: frozenset[str]) -> None:
        if topics == self._topics:
            return
        with replacing(self._file) as part:
            part.write_bytes(msgspec.json.encode(sorted(topics)))
        self._topics = topics


def read_topics(path: Path) -> frozenset[str]:
    """Return which topics were published before; none where nothing is remembered."""
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=list[str]))
    except (OSError, msgspec.DecodeError):
        return frozenset()

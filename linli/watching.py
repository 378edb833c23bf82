"""Who watches linli itself, wired together: the canary with its connection, the watchman, the dead man's switch."""

from datetime import timedelta

from alerts.alarm import Alarm
from alerts.round_book import RoundBook
from ingest.canary import CanaryClient
from linli.core import Core
from linli.deadman import EVERY_SECONDS, DeadMan
from linli.every import Every
from linli.loop import Loop
from linli.mqtt_url import MqttUrl
from linli.settings import Settings
from linli.watchman import Pace, Watched, Watchman

_SECONDS_A_MINUTE = 60


class Watching:
    """The canary of one linli; only made where it is wanted."""

    def __init__(self, settings: Settings, core: Core, loop: Loop, url: MqttUrl) -> None:
        pace = Pace(settings.canary_minutes * _SECONDS_A_MINUTE, settings.canary_within_seconds)
        self._client = CanaryClient(url, core.keys.client_id(f"{url.user}-canary"), settings.mqtt_ca)
        self.watchman = Watchman(
            core.canaries.rounds,
            Watched(lambda: core.sender.turned_at, lambda: loop.ticked_at, core.canaries.homes),
            self._client.publish,
            core.health,
            RoundBook(core.care, core.clock, timedelta(seconds=pace.within)),
            Alarm(core.desk, core.roster.get, core.channels, core.links, core.clock),
            pace,
        )
        deadman = DeadMan(settings.deadman_url, lambda: self.watchman.is_well)
        self._deadman = Every(EVERY_SECONDS, deadman.turn, name="deadman") if settings.deadman_url else None

    def start(self) -> None:
        """Begin: everything that is watched must run by now."""
        self._client.start()
        self.watchman.start()
        if self._deadman is not None:
            self._deadman.start()

    def stop(self) -> None:
        """End before what is watched ends."""
        if self._deadman is not None:
            self._deadman.stop()
        self.watchman.stop()
        self._client.stop()

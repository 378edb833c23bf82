"""The broker whose accounts are linli's: which one, where it listens, whom it lets in, and whether it works."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingest.accounts import Account, gateway_account, home_account, linli_account
from ingest.broker import Broker
from ingest.broker_elsewhere import BrokerElsewhere
from ingest.demo_broker import DemoBroker
from ingest.listed import topics_of, unlisted_topics_of
from ingest.mosquitto import Mosquitto, find_mosquitto
from linli.core import Core
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.home_assistant import readable
from linli.keys import Keys
from linli.mqtt_url import MqttUrl, parse
from linli.ports import free_port, reachable
from linli.settings import Settings, address
from linli.words import Sentence

logger = logging.getLogger(__name__)

OWN_USER = "_linli"


class OwnBroker:
    """A broker that lets in whom the roster names, started and stopped with linli where it does not run elsewhere."""

    def __init__(self, broker: Broker, core: Core) -> None:
        self._broker = broker
        self._core = core
        self._told_of = core.given.home_assistant
        self._prefix = core.given.home_assistant_prefix

    @property
    def durable(self) -> bool:
        """Tell whether what it was given survives a restart."""
        return self._broker.durable

    def start(self) -> None:
        """Start it and return once it accepts connections; LinliError says why it cannot."""
        self._broker.apply(self._accounts())
        self._broker.start()
        logger.info("broker started name=%s durable=%s", self._broker.name, self._broker.durable)

    def look_after(self, *, roster_changed: bool) -> None:
        """Let in who has come and no longer who has gone, and say on the board if it does not work."""
        if roster_changed:
            self._broker.apply(self._accounts())
        wrong = self._broker.check()
        if wrong is None:
            self._core.health.well("own-broker")
        else:
            self._core.health.trouble("own-broker", Sentence("The broker does not work: {why}", {"why": wrong}))

    def stop(self) -> None:
        """Stop it in good order."""
        self._broker.stop()

    def _accounts(self) -> list[Account]:
        """Return who may do what: each home's devices, each site's gateways, and linli itself."""
        roster, keys = self._core.roster.get(), self._core.keys
        sites = {site: [h.home for h in roster.homes.values() if h.site == site] for site in roster.sites}
        homes = [
            home_account(h.site, h.home, keys.device_token(h.home), topics_of(roster, [h.home]))
            for h in roster.homes.values()
        ]
        gateways = [
            gateway_account(
                site,
                keys.gateway_token(site),
                (*topics_of(roster, on), *unlisted_topics_of(roster, site)),
                readable(site, self._prefix) if site in self._told_of else (),
            )
            for site, on in sites.items()
        ]
        return [linli_account(keys.own_password(), [f"{self._prefix}/#"]), *homes, *gateways]


def choose(
    settings: Settings, data: DataDir, core: Core, *, asked_for: bool, say: Callable[[str], None]
) -> tuple[OwnBroker | None, MqttUrl]:
    """Return the broker whose accounts are linli's, None if one elsewhere has its own, and how linli reaches it.

    `asked_for`: the address was named, so that another port is no answer if it is taken; else `say` tells of one.
    """
    if settings.mqtt_accounts:
        return OwnBroker(BrokerElsewhere(Path(settings.mqtt_accounts)), core), elsewhere(settings, core.keys)
    if settings.mqtt:
        return None, elsewhere(settings, core.keys)
    host, port = address(settings.mqtt_listen, "mqtt_listen")
    is_demo = settings.broker == "demo" or (settings.broker == "auto" and find_mosquitto() is None)
    if not asked_for:
        if not is_demo:
            Mosquitto.end_left_over(data.path / "mosquitto")
        port = _free_default(host, port, say)
    data.note_own_broker(host, port)
    broker: Broker = (
        DemoBroker(host=host, port=port) if is_demo else Mosquitto(data.path / "mosquitto", host=host, port=port)
    )
    return OwnBroker(broker, core), MqttUrl(reachable(host), port, OWN_USER, core.keys.own_password())


def elsewhere(settings: Settings, keys: Keys) -> MqttUrl:
    """Return how linli reaches a broker elsewhere: by its own account, where it writes the accounts and none is named."""
    if not settings.mqtt:
        raise LinliError("setting mqtt_accounts is for a broker elsewhere: say in mqtt where that one is")
    url = parse(settings.mqtt)
    if not settings.mqtt_accounts or url.user:
        return url
    return replace(url, user=OWN_USER, password=keys.own_password())


def _free_default(host: str, wanted: int, say: Callable[[str], None]) -> int:
    port = free_port(host, wanted, asked_for=False, setting="--mqtt-listen")
    if port != wanted:
        say(f"port {wanted} is taken; the broker is on {host}:{port}")
    return port

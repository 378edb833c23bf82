"""What Home Assistant is told of homes, by its MQTT discovery: how a home stands, and whether somebody is being called.

No kind of alert, no room, no reading and no time of a sign of life: how she is stays in linli. Source: Home Assistant's
pages "MQTT", "MQTT sensor" and "MQTT binary sensor".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from dashboard.places import address
from dashboard.standing import Standing
from linli.alert import AlertState
from linli.home_state import HomeState
from linli.people import Home
from linli.words import translate

ROOT = "linli/out"
STATUS = f"{ROOT}/status"
"""Retained `online` or `offline`: whether linli itself is there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of which homes. `prefix` is Home Assistant's discovery prefix, `installation` tells one linli from another."""

    sites: frozenset[str]
    prefix: str
    installation: str
    names: bool

    def messages(self, standings: Iterable[Standing]) -> dict[str, bytes]:
        """Return all retained messages that should be at the broker, by topic."""
        found: dict[str, bytes] = {}
        for standing in standings:
            if standing.home.site in self.sites:
                found.update(self._configs(standing.home))
                found[_state_topic(standing.home)] = msgspec.json.encode(_state(standing))
        return found

    def _configs(self, home: Home) -> dict[str, bytes]:
        entities: Mapping[tuple[str, str], Mapping[str, object]] = {
            ("sensor", "state"): {
                "name": translate("How the home stands", home.language),
                "device_class": "enum",
                "options": [str(state) for state in HomeState],
                "value_template": "{{ value_json.state }}",
                "json_attributes_topic": _state_topic(home),
            },
            ("binary_sensor", "alert"): {
                "name": translate("Somebody is needed", home.language),
                "device_class": "safety",
                "value_template": "{{ value_json.alert }}",
            },
        }
        return {
            f"{self.prefix}/{component}/{node(home.site)}/{home.home}-{what}/config": msgspec.json.encode(
                {**entity, **self._common(home, what)}
            )
            for (component, what), entity in entities.items()
        }

    def _common(self, home: Home, what: str) -> Mapping[str, object]:
        name = f"{address(home, home.language)} {home.resident}" if self.names else address(home, home.language)
        id_ = f"linli-{self.installation}-{home.home}"
        return {
            "unique_id": f"{id_}-{what}",
            "state_topic": _state_topic(home),
            "availability_topic": STATUS,
            "device": {"identifiers": [id_], "name": name.strip(), "manufacturer": "linli", "model": "home"},
            "origin": {"name": "linli"},
        }


def _state_topic(home: Home) -> str:
    return f"{ROOT}/{home.site}/{home.home}/state"


def _state(standing: Standing) -> Mapping[str, object]:
    """Return how a home stands; of an alert that it is one, how grave, and how far help has come."""
    alert = standing.alerts[0].alert if standing.alerts else None
    return {
        "state": standing.state,
        "alert": "ON" if alert else "OFF",
        "since": standing.since.isoformat() if alert and standing.since else None,
        "severity": alert.severity if alert else None,
        "help": _HELP[alert.state] if alert else None,
    }


_HELP = {
    AlertState.OPEN: "called",
    AlertState.ACCEPTED: "on_the_way",
    AlertState.AT_DOOR: "at_door",
    AlertState.CLOSED: "over",
}


def node(site: str) -> str:
    """Return under which name Home Assistant's topics hold a site."""
    return f"linli-{site}"


def readable(site: str, prefix: str) -> tuple[str, ...]:
    """Return what whoever speaks for a site may read: what is told of its own homes."""
    return (f"{prefix}/+/{node(site)}/+/config", f"{ROOT}/{site}/#", STATUS)

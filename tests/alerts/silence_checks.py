"""What must hold of homes that fall silent: each is in one alert, common causes are one incident, nothing else waits."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from linli.alert import AlertKind
from linli.clock import millis
from tests.alerts.engine import Heard, Row
from tests.alerts.engine_look import Look, ms
from tests.alerts.engine_town import STAIRWELLS

STAIRWELL = STAIRWELLS[0]
NOTICED = timedelta(seconds=95)
"""Ninety seconds for a router to restart, and a tick."""
ENDS = timedelta(seconds=10)
"""How long after the last home is heard again an incident may go on: it is looked after every five seconds."""
SPEAKS_FOR = timedelta(hours=20)
"""How long a home's word is taken for it; after 25 hours without any it is silent whatever its hub said last."""
OF_SILENCE = frozenset({"paced", "merged_into", "ended", "heard_again"})
"""Lines of the log that only an alert about silence may have."""


def silence_violations(look: Look) -> Iterator[str]:
    """Yield what is wrong with silences and incidents, in one sentence each."""
    for alert in look.tables["alerts"]:
        if alert["kind"] != AlertKind.UNMONITORED:
            for what in sorted(OF_SILENCE & {line["what"] for line in look.log[alert["id"]]}):
                yield f"silence: the {alert['kind']} {alert['id']} was {what}"
    yield from _one_incident_a_site(look)
    yield from _together(look)
    for home, hub in look.engine.hubs.items():
        yield from _one_alert(look, home)
        if look.engine.is_settled and not look.engine.clock_was_set:
            yield from _is_over(look, home, hub) if hub.is_there else _is_told(look, home, hub)


def _about(look: Look, home: str) -> list[Row]:
    """Return the alerts about a home's silence, alone or with others."""
    silences = [alert for alert in look.tables["alerts"] if alert["kind"] == AlertKind.UNMONITORED]
    return [alert for alert in silences if home in _homes(alert)]


def _homes(alert: Row) -> set[str]:
    if alert["home"]:
        return {alert["home"]}
    return set(str(msgspec.json.decode(alert["evidence"]).get("homes", "")).split(", "))


def _one_alert(look: Look, home: str) -> Iterator[str]:
    standing = [alert["id"] for alert in _about(look, home) if alert["state"] != "closed"]
    if len(standing) > 1:
        yield f"silence: {home} is in {standing}"


def _one_incident_a_site(look: Look) -> Iterator[str]:
    open_ones = [alert for alert in look.tables["alerts"] if alert["state"] != "closed" and not alert["home"]]
    sites = Counter(alert["site"] for alert in open_ones if alert["kind"] == AlertKind.UNMONITORED)
    for site, times in sites.items():
        if times > 1:
            yield f"silence: {site} has {times} incidents"


def _together(look: Look) -> Iterator[str]:
    """Of a whole stairwell that fell silent in one moment an incident tells."""
    hubs = {look.engine.hubs.get(home) for home in STAIRWELL}
    hub = hubs.pop()
    if (
        not look.engine.is_settled
        or look.engine.clock_was_set
        or hubs
        or hub is None
        or hub.is_there
        or hub.is_repeated
    ):
        return
    is_time = look.now - millis(hub.since) >= ms(NOTICED)
    incidents = [alert for alert in _about(look, STAIRWELL[0]) if not alert["home"]]
    if is_time and not any(set(STAIRWELL) <= _homes(alert) for alert in incidents):
        yield f"silence: {STAIRWELL} fell silent together, and it is told of each"


def _is_told(look: Look, home: str, hub: Heard) -> Iterator[str]:
    """A home that is not heard has an alert, unless a person has closed it since."""
    if look.now - millis(hub.since) < ms(NOTICED):
        return
    if not any(alert["state"] != "closed" or _closed_by_hand(look, alert, hub) for alert in _about(look, home)):
        yield f"silence: nobody knows that {home} is silent for {(look.now - millis(hub.since)) / 1000} s"


def _closed_by_hand(look: Look, alert: Row, hub: Heard) -> bool:
    return any(
        line["what"] == "closed" and line["who"] != "linli" and line["seq"] > hub.log_seq
        for line in look.log[alert["id"]]
    )


def _is_over(look: Look, home: str, hub: Heard) -> Iterator[str]:
    """Of a home that is heard again no alert is open, if those that were silent with it are heard too."""
    if not ms(ENDS) <= look.now - millis(hub.since) < ms(SPEAKS_FOR):
        return
    hubs = look.engine.hubs
    for alert in _about(look, home):
        there = [hubs[one] for one in _homes(alert)]
        if alert["state"] != "closed" and all(one.is_there and _long_enough(look, one) for one in there):
            yield f"silence: {alert['id']} goes on, though {home} is heard"


def _long_enough(look: Look, hub: Heard) -> bool:
    return ms(ENDS) <= look.now - millis(hub.since) < ms(SPEAKS_FOR)

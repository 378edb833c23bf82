"""Stairwells that fell silent for one cause, as the façade frames them. Pure: open alerts in, stairwells out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from linli.alert import Alert, AlertKind
from linli.people import Home, Roster
from linli.store.overview import Involved

Stairwell = tuple[str, str, str]

FEWEST = 2
"""One silent home is a window, not a stairwell."""
LEAST_SHARE = 0.5
"""The share of a stairwell's homes, 0 to 1, that an incident must hold for the whole column to be framed."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A stairwell of which most homes are not heard, the alert that stands for them, and since when."""

    stairwell: Stairwell
    alert: str
    since: datetime
    zone: ZoneInfo
    """Of its homes."""

    @property
    def id(self) -> str:
        """Return what names the stairwell among all sites; ids of sites hold no slash."""
        return "/".join(self.stairwell)


def outages(involved: Iterable[Involved], roster: Roster) -> list[Outage]:
    """Return the stairwells that open incidents have struck, each once."""
    lived_in = Counter(stairwell_of(home) for home in roster.homes.values())
    found: dict[Stairwell, Outage] = {}
    for one in involved:
        members = _members(one.alert, roster)
        zones = {stairwell_of(home): home.zone for home in members}
        struck = Counter(stairwell_of(home) for home in members)
        for stairwell, count in struck.items():
            if count >= max(FEWEST, LEAST_SHARE * lived_in[stairwell]):
                found.setdefault(stairwell, Outage(stairwell, one.alert.id, one.alert.evidence_at, zones[stairwell]))
    return list(found.values())


def _members(alert: Alert, roster: Roster) -> list[Home]:
    """Return the homes for which an alert about silence stands, none for any other alert."""
    if alert.home or alert.kind is not AlertKind.UNMONITORED:
        return []
    ids = str(alert.evidence.get("homes", "")).split(", ")
    return [roster.homes[id_] for id_ in ids if id_ in roster.homes]


def stairwell_of(home: Home) -> Stairwell:
    """Return where a home's stairs are."""
    return home.site, home.building, home.unit

"""Incidents: what homes that fell silent together have in common. Pure: losses and open incidents in, groups out.

Nothing is stored here: who is silent since when is known from the signals, and what is open from the alerts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.incident import Group, Incident, Loss
from linli.people import Home
from linli.words import Field, Sentence, dated
from models import sentences

GATHER = timedelta(seconds=60)
"""How long losses are gathered before anybody is told what they have in common."""
TOGETHER = timedelta(minutes=2)
"""Homes that fell silent within this time fell silent together: two keep-alives of a minute."""
STAIRWELL_ENOUGH = 3
SITE_ENOUGH = 5
SITE_PART = 5
"""One home in so many of a site is a matter of the whole site."""
ENOUGH_BACK = 0.9
"""The share of an incident's homes, 0 to 1, that must be heard again for it to be over."""
_WHOLE_SITE = ""

Stairwell = tuple[str, str, str]
_NUMBER = re.compile(r"[0-9]{1,4}[a-zA-Z]?\Z")


@dataclass(frozen=True, slots=True)
class Census:
    """How many homes there are that have ever been heard, by site and by stairwell (site, building, unit)."""

    sites: Mapping[str, int]
    stairwells: Mapping[Stairwell, int]

    def enough_of_site(self, site: str) -> int:
        """Return how many silent homes are a matter of the whole site."""
        return max(SITE_ENOUGH, _part(self.sites.get(site, 0), SITE_PART))

    def enough_of_stairwell(self, stairwell: Stairwell) -> int:
        """Return how many silent homes are a matter of the stairwell: three, or half of a small one."""
        return max(2, min(STAIRWELL_ENOUGH, _part(self.stairwells.get(stairwell, 0), 2)))


def _part(count: int, of: int) -> int:
    return -(-count // of)


def stairwell_of(home: Home) -> Stairwell:
    """Return where a home's stairs are; a building whose stairwells have no names is one."""
    return home.site, home.building, home.unit


def decide(
    losses: Iterable[Loss],
    incidents: Collection[Incident],
    homes: Mapping[str, Home],
    census: Callable[[], Census],
    now: datetime,
) -> list[Group]:
    """Return which losses join an open incident or make one. Who is in no group stands alone.

    `silences`: the homes not heard now for which no incident stands. There is one open incident a site: whatever
    else goes silent together while it lasts makes it one of the whole site, so that people follow one thread.
    """
    by_site: dict[str, list[Loss]] = defaultdict(list)
    for loss in losses:
        by_site[loss.home.site].append(loss)
    open_ = {incident.site: incident for incident in sorted(incidents, key=lambda one: one.opened, reverse=True)}
    found = [
        _of_site(sorted(fallen, key=_order), open_.get(site), homes, census, now) for site, fallen in by_site.items()
    ]
    return [group for group in found if group is not None]


def _order(loss: Loss) -> tuple[datetime, str]:
    return loss.fell, loss.home.home


def _of_site(
    fallen: list[Loss],
    incident: Incident | None,
    homes: Mapping[str, Home],
    census: Callable[[], Census],
    now: datetime,
) -> Group | None:
    joining = [loss for loss in fallen if incident and _joins(loss, incident)]
    others = [loss for loss in fallen if loss not in joining] if joining else fallen
    about, common = _common(others, census()) if len(others) > 1 else (_WHOLE_SITE, [])
    ripe = common if common and common[0].fell + GATHER <= now else []
    if incident is None:
        return _group(about, ripe, None, homes, now) if ripe else None
    joining = [loss for loss in joining if loss.fell + GATHER <= now]
    if not ripe and not joining:
        return None
    return _group(_WHOLE_SITE if ripe else incident.about, [*joining, *ripe], incident, homes, now)


def _joins(loss: Loss, incident: Incident) -> bool:
    """Tell whether a home's loss is of an incident's cause: in its part of the site, and not from before it."""
    if loss.fell < incident.opened - GATHER - TOGETHER:
        return False
    if incident.about == _WHOLE_SITE:
        return True
    if loss.gateway and incident.about == about_gateway(loss.gateway):
        return True
    return incident.about == about_stairwell(loss.home)


def _common(fallen: Sequence[Loss], census: Census) -> tuple[str, list[Loss]]:
    """Return what part of the site the losses have in common, and which of them; none where it is chance."""
    groups = [*_by_gateway(fallen), *_by_stairwell([s for s in fallen if not s.gateway], census)]
    grouped = {loss.key for _, group in groups for loss in group}
    wide = _together(fallen, census.enough_of_site(fallen[0].home.site))
    outside = [loss for loss in wide if loss.key not in grouped]
    # one more that is silent somewhere else may be chance: a flat battery
    if len(groups) > 1 or len(outside) > (1 if groups else 0):
        keys = grouped | {loss.key for loss in wide}
        return _WHOLE_SITE, [loss for loss in fallen if loss.key in keys]
    return groups[0] if groups else (_WHOLE_SITE, [])


def _by_gateway(fallen: Sequence[Loss]) -> list[tuple[str, list[Loss]]]:
    behind: dict[str, list[Loss]] = defaultdict(list)
    for loss in fallen:
        if loss.gateway:
            behind[loss.gateway].append(loss)
    found = ((about_gateway(gateway), _together(group, 2)) for gateway, group in behind.items())
    return [(about, group) for about, group in found if group]


def _by_stairwell(fallen: Sequence[Loss], census: Census) -> list[tuple[str, list[Loss]]]:
    stairs: dict[Stairwell, list[Loss]] = defaultdict(list)
    for loss in fallen:
        stairs[stairwell_of(loss.home)].append(loss)
    found = (
        (about_stairwell(group[0].home), _together(group, census.enough_of_stairwell(where)))
        for where, group in stairs.items()
    )
    return [(about, group) for about, group in found if group]


def _together(fallen: Sequence[Loss], enough: int) -> list[Loss]:
    """Return the losses from the first moment on at which enough fell together; none if they never did."""
    for start in range(len(fallen) - enough + 1):
        if fallen[start + enough - 1].fell - fallen[start].fell <= TOGETHER:
            return list(fallen[start:])
    return []


def about_stairwell(home: Home) -> str:
    """Return what an incident of a home's stairwell is about, in the words that alerts keep."""
    return f"{home.building}/{home.unit}"


def about_gateway(gateway: str) -> str:
    """Return what an incident of a gateway is about."""
    return f"gateway:{gateway}"


def _group(
    about: str, fallen: list[Loss], incident: Incident | None, homes: Mapping[str, Home], now: datetime
) -> Group:
    first = fallen[0]
    known = incident.homes if incident else frozenset()
    members = known | {loss.home.home for loss in fallen}
    since = min([loss.since for loss in fallen] + ([incident.since] if incident else []))
    where = [homes[home] for home in sorted(members) if home in homes] or [first.home]
    back = len(incident.back - {loss.home.home for loss in fallen}) if incident else 0
    finding = Finding(
        key=f"{first.key}@{first.home.site}:{about}",
        home="",
        site=first.home.site,
        kind=AlertKind.UNMONITORED,
        # A single blind home waits for the morning. Of a dozen, one may fall tonight and nobody would know; and a
        # common cause is mostly one that somebody can end within the hour: a fuse, a switch, a gateway.
        severity=Severity.URGENT,
        at=since,
        why=tells(about, where, since=since, now=now, back=back),
        evidence=_evidence(about, members, since, where),
        about=about,
    )
    return Group(finding, {loss.home.home: loss.key for loss in fallen}, incident.alert if incident else "")


def _evidence(about: str, members: Collection[str], since: datetime, where: Sequence[Home]) -> dict[str, str | float]:
    evidence: dict[str, str | float] = {
        "homes": ", ".join(sorted(members)),
        "count": len(members),
        "since": since.isoformat(),
    }
    if len({stairwell_of(home) for home in where}) == 1 and about != _WHOLE_SITE:
        evidence |= {"building": where[0].building, "unit": where[0].unit}
    return evidence


def tells(about: str, where: Sequence[Home], *, since: datetime, now: datetime, back: int) -> Sentence:
    """Return what is said of an incident: which part, how many homes, since when, and how many are heard again.

    Of sensors, since a button may be pressed all the while; `since`: when those of the first home were last heard.
    """
    place = _place(about, where)
    fields: dict[str, Field | Sentence] = {"place": place, "count": len(where), "since": since}
    told = Sentence(sentences.TOGETHER, fields)
    if back:
        told = Sentence(sentences.TOGETHER_SOME_BACK, {**fields, "back": back})
    return dated(told, now, where[0].zone)


def _place(about: str, where: Sequence[Home]) -> Sentence:
    if about == _WHOLE_SITE:
        return Sentence(
            sentences.PLACE_SITE, {"site": where[0].site, "stairwells": len({stairwell_of(home) for home in where})}
        )
    if about.startswith("gateway:"):
        return Sentence(sentences.PLACE_GATEWAY, {"gateway": about.removeprefix("gateway:")})
    building = _named(where[0].building, "Building {number}")
    if not where[0].unit:
        return building
    return Sentence(sentences.PLACE_STAIRWELL, {"building": building, "unit": _named(where[0].unit, "Unit {number}")})


def _named(part: str, template: str) -> Sentence:
    return Sentence(template, {"number": part}) if _NUMBER.match(part) else Sentence("{name}", {"name": part})


def is_nearly_over(incident: Incident, silent: int) -> bool:
    """Tell whether enough of an incident's homes are heard again; `silent`: how many are not."""
    return len(incident.homes) - silent >= ENOUGH_BACK * len(incident.homes)

"""What an incident that lasts for days does to habits: how she eats, sleeps, goes out. Sizes and sources: docs/simulation.md."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from simulators.incidents import Incident, IncidentKind
from simulators.persona import Persona, weakened
from simulators.sensors import frame_around

_DECLINE_TAKES = 0.8
_FEVER_TAKES = 0.4
_CRISIS_SYSTOLIC = 185.0
"""mmHg; a hypertensive crisis begins at 180."""


def ailing(persona: Persona, incident: Incident, day: date, zone: ZoneInfo) -> Persona:
    """Return her habits on a day: an incident changes them from the day after it begins."""
    change = _CHANGES.get(incident.kind)
    share = _share(incident, day, zone) if change is not None else 0.0
    return change(persona, share) if change is not None and share > 0 else persona


def _share(incident: Incident, day: date, zone: ZoneInfo) -> float:
    """Return how much of the incident is to be seen on a day, 0 to 1."""
    days = (day - frame_around(incident.at, zone).day).days
    ends = incident.ends
    if days <= 0 or ends is None:
        return 0.0
    if incident.kind is IncidentKind.SLOW_DECLINE:
        return min(1.0, timedelta(days=days) / (ends - incident.at))
    return 1.0 if day <= frame_around(ends, zone).day else 0.0


def _declining(persona: Persona, share: float) -> Persona:
    return weakened(persona, _DECLINE_TAKES * share)


def _feverish(persona: Persona, share: float) -> Persona:
    return weakened(persona, _FEVER_TAKES * share)


def _forgetting_meals(persona: Persona, _share: float) -> Persona:
    return replace(persona, skips_meals=0.7)


def _housebound(persona: Persona, _share: float) -> Persona:
    """She goes out hardly ever; guests still come."""
    return replace(persona, errands=frozenset(), outings=persona.outings * 0.05, travels_per_week=0.0)


def _restless(persona: Persona, _share: float) -> Persona:
    return replace(persona, night_trips=persona.night_trips + 4, roams=0.5, restlessness=persona.restlessness + 0.5)


def _infected(persona: Persona, _share: float) -> Persona:
    return replace(persona, bladder=0.5, night_trips=persona.night_trips + 2.5)


def _rising_late(persona: Persona, _share: float) -> Persona:
    return replace(persona, rises=persona.rises + 2)


def _hypertensive(persona: Persona, _share: float) -> Persona:
    return replace(persona, systolic=max(persona.systolic + 40, _CRISIS_SYSTOLIC))


_CHANGES: dict[IncidentKind, Callable[[Persona, float], Persona]] = {
    IncidentKind.SLOW_DECLINE: _declining,
    IncidentKind.FEVER: _feverish,
    IncidentKind.MEALS_FORGOTTEN: _forgetting_meals,
    IncidentKind.HOUSEBOUND: _housebound,
    IncidentKind.RESTLESS_NIGHTS: _restless,
    IncidentKind.INFECTION: _infected,
    IncidentKind.LATE_RISING: _rising_late,
    IncidentKind.VITALS_HIGH: _hypertensive,
}

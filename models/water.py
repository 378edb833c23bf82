"""Water: so little in twelve hours that somebody should ask, and water that never stands still, a leak that nobody sees.

A report says what was used since the one before, so both are judged when a report comes. A pipe that runs and runs says
nothing of her: what its meter tells is no sign of life then.
"""

from datetime import timedelta

from linli.alert import AlertKind, Severity
from linli.clock import from_millis
from linli.finding import Finding
from linli.words import Sentence
from models import sentences
from models.absences import Absences
from models.flow import Used
from models.habits.presence import Presence
from models.habits.water import NO_LIFE_AFTER
from models.homes import Dwelling, Homes
from models.sensor import NEVER, NONE, in_millis

_SECOND = 1000
_WHOLE_DAY = in_millis(timedelta(hours=18))
_BY_DAY = range(8, 23)
_FRESH = in_millis(timedelta(hours=26))
"""What a platform hands over once a day is a day old."""


class Water:
    """Keeps what the meters told, and finds what staff should know of."""

    def __init__(self, homes: Homes, absences: Absences) -> None:
        self._homes = homes
        self._absences = absences
        self._news: set[str] = set()
        self._offered: dict[str, tuple[str, AlertKind, int]] = {}
        self._least_span = in_millis(homes.rules.water_span)
        self._endless = in_millis(homes.rules.water_stops_within)

    def see(self, row: int, at: int, meter: str, litres: float) -> bool:
        """Take in a report, in any order, any number of times; tell whether it can be a sign of life."""
        dwelling = self._homes.dwellings[row]
        at -= at % _SECOND
        dwelling.flow.take(meter, at, litres)
        self._news.add(dwelling.home.home)
        return at - dwelling.flow.running_since(meter) < NO_LIFE_AFTER

    def take_homes(self) -> None:
        """Forget homes that are no longer there."""
        self._news &= self._homes.index.keys()

    def untold(self, now: int) -> list[Finding]:
        """Return what the newest reports say that was not told yet; homes without news cost nothing."""
        found = []
        for home in sorted(self._news):
            row = self._homes.index[home]
            untold = [one for one in (self._little(row, now), self._never_still(row, now)) if one is not None]
            if not untold:
                self._news.discard(home)
            found += untold
        return found

    def _little(self, row: int, now: int) -> Finding | None:
        dwelling, rules = self._homes.dwellings[row], self._homes.rules
        used = dwelling.flow.used(self._least_span) if self._least_span else None
        if used is None or used.litres >= rules.water_least_litres:
            dwelling.flow.told_little = NONE if used is not None else dwelling.flow.told_little
            return None
        if dwelling.flow.told_little > NONE or not self._can_be_judged(row, used, now):
            return None
        return self._offer(dwelling, AlertKind.ROUTINE_CHANGE, used, "little", sentences.LITTLE_WATER)

    def _can_be_judged(self, row: int, used: Used, now: int) -> bool:
        """Tell whether she should have been there and up, and the report is no old one. The meter saw what it saw."""
        dwelling = self._homes.dwellings[row]
        ended = from_millis(used.until).astimezone(dwelling.home.zone)
        return (
            now - used.until < _FRESH
            and dwelling.personal.trace.presence is not Presence.OUT
            and not self._absences.is_away(row, used.since, now)
            and (ended.hour in _BY_DAY or used.until - used.since >= _WHOLE_DAY)
        )

    def _never_still(self, row: int, now: int) -> Finding | None:
        dwelling = self._homes.dwellings[row]
        used = dwelling.flow.endless(self._endless) if self._endless else None
        if used is None:
            dwelling.flow.told_endless = NONE
            return None
        if dwelling.flow.told_endless > NONE or now - used.until >= _FRESH:
            return None
        return self._offer(dwelling, AlertKind.LEAK, used, "flow", sentences.ENDLESS_WATER)

    def _offer(self, dwelling: Dwelling, kind: AlertKind, used: Used, about: str, template: str) -> Finding:
        home, since = dwelling.home, from_millis(used.since)
        length = from_millis(used.until) - since
        finding = Finding(
            key=f"{kind}:{home.home}:{about}:{used.until}",
            home=home.home,
            site=home.site,
            kind=kind,
            severity=Severity.NOTICE,
            at=since,
            why=Sentence(template, {"litres": used.litres, "since": since, "length": length}),
            evidence={
                "litres": used.litres,
                "since": since.isoformat(),
                "hours": round(length / timedelta(hours=1), 1),
            },
            about=about,  # an alarm of water on the floor must not join a notice
        )
        self._offered[finding.key] = (home.home, kind, used.until)
        return finding

    def told(self, key: str) -> None:
        """Note that it was told: not again before enough was used, or before the water has stood still."""
        offer = self._offered.pop(key, None)
        row = None if offer is None else self._homes.index.get(offer[0])
        if offer is None or row is None:
            return
        flow = self._homes.dwellings[row].flow
        if offer[1] is AlertKind.LEAK:
            flow.told_endless = offer[2]
        else:
            flow.told_little = offer[2]

    def next_due(self, now: int) -> int:
        """Return now while there is news, else never: reports say nothing new by growing old."""
        return now if self._news else NEVER

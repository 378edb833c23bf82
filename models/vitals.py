"""The vital signs, live: keeps the latest readings of each home and has them judged when one comes (`judged_readings`)."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import replace

from linli.alert import AlertKind, Severity
from linli.clock import from_millis
from linli.finding import Finding
from linli.signals import Kind, Value
from linli.words import Sentence
from models import sentences
from models.absences import Absences
from models.habits.ranges import number_of
from models.homes import Dwelling, Homes
from models.judged_readings import SECOND_AFTER, About, Taken, Verdict, judge
from models.sensor import NEVER

_KEPT = 16
"""Readings of each kind."""


class Vitals:
    """Keeps the readings of all homes, and finds those that somebody should know of."""

    def __init__(self, homes: Homes, absences: Absences) -> None:
        self._homes = homes
        self._absences = absences
        self._news: set[str] = set()
        self._offered: dict[str, tuple[str, About, str, Severity]] = {}

    def see(self, row: int, at: int, kind: Kind, value: Value) -> None:
        """Take in a reading, in any order, any number of times."""
        number = number_of(value)
        if number is None:
            return
        dwelling = self._homes.dwellings[row]
        taken = dwelling.body.readings.setdefault(kind, [])
        if (at, number) in taken:
            return
        insort(taken, (at, number))
        if len(taken) > _KEPT:
            del taken[_dispensable(taken)]
        self._news.add(dwelling.home.home)

    def take_homes(self) -> None:
        """Forget homes that are no longer there."""
        self._news &= self._homes.index.keys()

    def untold(self, now: int) -> list[Finding]:
        """Return what the newest readings say that was not told yet; homes without news cost nothing."""
        found = []
        for home in sorted(self._news):
            untold = self._of(self._homes.index[home], now)
            if not untold:
                self._news.discard(home)
            found += untold
        return found

    def _of(self, row: int, now: int) -> list[Finding]:
        dwelling = self._homes.dwellings[row]
        found = []
        for verdict in judge(dwelling.body.readings, dwelling.personal.customs.ranges, now):
            heeded = self._heeding_absence(row, verdict, now)
            day = f"{from_millis(heeded.at).astimezone(dwelling.home.zone):%Y-%m-%d}"
            if _is_news(dwelling.body.told.get(heeded.about), day, heeded.severity):
                found.append(self._report(dwelling, heeded, day))
        return found

    def _heeding_absence(self, row: int, verdict: Verdict, now: int) -> Verdict:
        """Of who is declared away staff are told, who can ring up: nobody is sent to an empty home."""
        if not self._absences.is_away(row, now, now):
            return verdict
        why = Sentence(sentences.WHILE_AWAY, {"why": verdict.why})
        return replace(verdict, severity=Severity.NOTICE, why=why)

    def _report(self, dwelling: Dwelling, verdict: Verdict, day: str) -> Finding:
        home = dwelling.home
        finding = Finding(
            key=f"vitals:{home.home}:{verdict.about}:{verdict.severity}:{day}",
            home=home.home,
            site=home.site,
            kind=AlertKind.VITALS,
            severity=verdict.severity,
            at=from_millis(verdict.at),
            why=verdict.why,
            evidence=verdict.evidence,
            about=f"{verdict.about}:{verdict.severity}",  # what is worse must not join a notice that is open still
        )
        self._offered[finding.key] = (home.home, verdict.about, day, verdict.severity)
        return finding

    def told(self, key: str) -> None:
        """Note that it was told."""
        offer = self._offered.pop(key, None)
        row = None if offer is None else self._homes.index.get(offer[0])
        if offer is not None and row is not None:
            _, about, day, severity = offer
            self._homes.dwellings[row].body.told[about] = (day, severity)

    def next_due(self, now: int) -> int:
        """Return now while there is news, else never: readings say nothing new by growing old."""
        return now if self._news else NEVER


def _dispensable(taken: Sequence[Taken]) -> int:
    """Return which of a home's readings of one kind is missed least: one within a sitting, else the oldest.

    A clip that speaks each second would otherwise leave nothing that is old enough to bear out the latest reading.
    """
    within = (i for i in range(1, len(taken) - 1) if taken[i + 1][0] - taken[i - 1][0] < SECOND_AFTER)
    return next(within, 0)


def _is_news(told: tuple[str, Severity] | None, day: str, severity: Severity) -> bool:
    """Tell whether something was not told yet on its day, or has become worse since."""
    return told is None or day > told[0] or (day == told[0] and severity.rank < told[1].rank)

"""Too long in the bathroom: she went in, and no other room has told of her since.

A stay counts from the first sign there until a sign elsewhere, whatever moves meanwhile: who lies on the floor moves
too. What she does on purpose, such as a check-in, begins it anew. How long it may last: `models.habits.stays`.
"""

from datetime import timedelta
from functools import lru_cache

import numpy as np

from linli.alert import AlertKind, Severity
from linli.clock import from_millis
from linli.finding import Finding
from linli.people import Home
from linli.signals import Kind
from linli.words import Field, Sentence
from models import sentences
from models.absences import Absences
from models.deafness import Deafness
from models.detector import Deadlines, after_seen
from models.habits.customs import BathroomLine
from models.habits.place import Place, place_of
from models.habits.presence import Presence
from models.habits.stays import is_night
from models.homes import Dwelling, Homes
from models.sensor import NEVER, SIGHT, Sight, in_millis
from models.silence import Silence

_SECOND, _MINUTE = 1000, 60_000

_place = lru_cache(4096)(place_of)


def is_still_there(kind: Kind, room: str) -> bool:
    """Tell whether a sign of life says no more than that somebody is in the bathroom."""
    return SIGHT[kind] is Sight.MOVEMENT and _place(room) is Place.WASHING


class Bathroom:
    """Keeps the stays of all homes, and finds those that last too long."""

    def __init__(self, homes: Homes, absences: Absences, deafness: Deafness, silence: Silence) -> None:
        self._homes = homes
        self._absences = absences
        self._deafness = deafness
        self._silence = silence
        self._deadlines = Deadlines()
        self._offered: dict[str, tuple[str, int]] = {}
        self._least = in_millis(homes.rules.bathroom_least)

    def see(self, row: int, at: int, kind: Kind, room: str) -> None:
        """Take in a sign of life, in any order, any number of times."""
        dwelling, at = self._homes.dwellings[row], at - at % _SECOND
        stay = dwelling.stay
        begins = stay.enter(at) if is_still_there(kind, room) else stay.leave(at)
        if begins:
            self._plan(dwelling)

    def take_model(self, row: int) -> None:
        """Take in that another line holds from now on."""
        dwelling = self._homes.dwellings[row]
        if dwelling.stay.signs:
            self._plan(dwelling)

    def take_homes(self) -> None:
        """Forget homes that are no longer there."""
        self._deadlines.keep(set(self._homes.index))

    def _plan(self, dwelling: Dwelling) -> None:
        """Have the stay looked at when the first line could be crossed: most are over by then, and cost nothing more."""
        if self._least:
            self._deadlines.put(dwelling.home.home, dwelling.stay.since + self._least)

    def _line(self, dwelling: Dwelling) -> BathroomLine:
        if not self._least:
            return BathroomLine(0)
        customs = dwelling.personal.customs
        went_in = from_millis(dwelling.stay.since).astimezone(dwelling.home.zone)
        minute = np.array([went_in.hour * 60.0 + went_in.minute])
        return customs.bathroom_by_night if is_night(minute).item() else customs.bathroom_by_day

    def _limit(self, line: BathroomLine) -> int:
        return max(self._least, line.limit * _MINUTE)

    def untold(self, now: int) -> list[Finding]:
        """Return the stays that have lasted too long."""
        found = []
        for home in self._deadlines.due(now):
            row = self._homes.index[home]
            due = self._due(row)
            if due == NEVER:
                self._deadlines.drop(home)
            elif due > now:
                self._deadlines.drop(home)
                self._deadlines.put(home, due)
            elif self._can_be_judged(row, now, now):
                found.append(self._report(row, now))
        return found

    def _due(self, row: int) -> int:
        """Return when the stay has lasted too long as far as it could be seen, NEVER if there is nothing to ask about.

        In a shared home it is nobody's stay for certain.
        """
        dwelling = self._homes.dwellings[row]
        stay = dwelling.stay
        if not stay.signs or stay.told == stay.since or dwelling.is_shared:
            return NEVER
        line = self._line(dwelling)
        return after_seen(dwelling.blind, stay.since, self._limit(line)) if line.limit else NEVER

    def foretold(self, row: int, now: int) -> tuple[int, int] | None:
        """Return since when a stay has been running and when it will be found, unless she is heard of elsewhere.

        None where nothing will be: nobody is there, it was told, or silence is asked about first.
        """
        due = max(now, self._due(row))
        if due == NEVER or not self._can_be_judged(row, now, due):
            return None
        return self._homes.dwellings[row].stay.since, due

    def _can_be_judged(self, row: int, now: int, due: int) -> bool:
        """Tell whether another room would have told that she has left, and nobody asks about this silence before."""
        homes, dwelling = self._homes, self._homes.dwellings[row]
        return (
            min(homes.seen_until.item(row), self._deafness.since) > now
            and dwelling.personal.trace.presence is Presence.IN
            and homes.told_sign.item(row) != homes.last_sign.item(row)
            and homes.due.item(row) > due
            and not self._absences.is_away(row, dwelling.stay.since, due)
            and any(_place(room) is not Place.WASHING for room in dwelling.rooms_seen(now))
        )

    def _report(self, row: int, now: int) -> Finding:
        dwelling = self._homes.dwellings[row]
        since, line = dwelling.stay.since, self._line(dwelling)
        finding = report(dwelling.home, since, now, timedelta(milliseconds=self._limit(line)), line.usual)
        self._offered[finding.key] = (dwelling.home.home, since)
        return finding

    def told(self, key: str) -> None:
        """Note that a stay was told: the silence that it is made of is told as well."""
        offer = self._offered.pop(key, None)
        row = None if offer is None else self._homes.index.get(offer[0])
        if offer is not None and row is not None:
            self._homes.dwellings[row].stay.told = offer[1]
            self._silence.tell(row, self._homes.last_sign.item(row))
            self._deadlines.drop(offer[0])

    def next_due(self, now: int) -> int:
        """Return when the next stay is to be looked at."""
        if any(self._is_findable(self._homes.index[home], now) for home in self._deadlines.due(now)):
            return now
        return self._deadlines.next()

    def _is_findable(self, row: int, now: int) -> bool:
        return self._due(row) <= now and self._can_be_judged(row, now, now)


def report(home: Home, since: int, now: int, limit: timedelta, usual: int) -> Finding:
    """Report a stay. `usual`: minutes that she is seldom there for longer than; 0: not known."""
    fields: dict[str, Field] = {"since": from_millis(since), "length": from_millis(now) - from_millis(since)}
    fields |= {"usual": timedelta(minutes=usual)} if usual else {"limit": limit}
    return Finding(
        key=f"bathroom:{home.home}:{since}",
        home=home.home,
        site=home.site,
        kind=AlertKind.BATHROOM,
        severity=Severity.URGENT,
        at=from_millis(since),
        why=Sentence(sentences.IN_BATHROOM if usual else sentences.IN_BATHROOM_FOR_ANYBODY, fields),
        evidence={
            "since": from_millis(since).isoformat(),
            "minutes": round((now - since) / _MINUTE, 1),
            "limit_minutes": limit / timedelta(minutes=1),
            "usual_minutes": usual,
        },
    )

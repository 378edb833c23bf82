"""How the homes stand at a moment, in records and words for the screens. `well` only on evidence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from itertools import repeat

import numpy as np

from linli.alert import AlertKind
from linli.clock import from_millis
from linli.home_state import HomeState, HomeView, Next, Observed, Stay
from linli.words import Field, Sentence, dated
from models import sentences
from models.bathroom import Bathroom
from models.check_ins import CheckIns
from models.deafness import Deafness
from models.habits.presence import Presence
from models.hearing import Hearing
from models.homes import Flags, Homes, Moments
from models.reports import LONE_FOR
from models.sensor import NEVER, NONE, Sight, in_millis

OWN_SIGN_HOLDS = in_millis(timedelta(hours=24))
"""How long a sign that nobody gives but she says that she is well, where others move too."""


class _Case(IntEnum):
    """What can be said of a home; the first that holds is said."""

    AWAY = 0
    NEVER_HEARD = 1
    NO_WATCHER = 2
    BLIND = 3
    NO_LIFE = 4
    QUIET = 5
    NOT_HERS = 6
    WELL = 7


_STATES = {
    _Case.AWAY: HomeState.AWAY,
    _Case.NEVER_HEARD: HomeState.UNMONITORED,
    _Case.NO_WATCHER: HomeState.UNMONITORED,
    _Case.BLIND: HomeState.UNMONITORED,
    _Case.NO_LIFE: HomeState.UNMONITORED,
    _Case.QUIET: HomeState.QUIET,
    _Case.NOT_HERS: HomeState.UNMONITORED,
    _Case.WELL: HomeState.WELL,
}
_ABOUT = (AlertKind.INACTIVITY, AlertKind.MISSED_CHECK_IN, AlertKind.BATHROOM)
"""In the order in which `_ahead` stacks them; of two at one moment the first is said."""
_NOT_CERTAIN = {Presence.DOUBT: sentences.IS_IN_DOUBT, Presence.ARRIVING: sentences.IS_ARRIVING}
_WORDS = {
    _Case.NEVER_HEARD: sentences.NEVER_HEARD,
    _Case.NO_WATCHER: sentences.NO_WATCHER,
    _Case.NO_LIFE: sentences.NO_LIFE_SEEN,
}


class Views:
    """Draws the picture of homes; changes nothing. Column by column, since a board shows thousands."""

    def __init__(
        self, homes: Homes, hearing: Hearing, deafness: Deafness, check_ins: CheckIns, bathroom: Bathroom
    ) -> None:
        self._homes = homes
        self._hearing = hearing
        self._deafness = deafness
        self._check_ins = check_ins
        self._bathroom = bathroom
        self._supervision = in_millis(homes.rules.supervision)

    def all(self, now: int) -> list[HomeView]:
        """Return every home, without its devices."""
        return self._draw(np.arange(len(self._homes.dwellings)), now)

    def one(self, row: int, now: int) -> HomeView:
        """Return one home, with its devices."""
        (view,) = self._draw(np.array([row]), now)
        return replace(view, observed=tuple(self._observed(row, now)))

    def _draw(self, rows: Moments, now: int) -> list[HomeView]:
        homes, moment = self._homes, from_millis(now)
        quiet_from = self._quiet_from(rows)
        cases = self._cases(rows, quiet_from, now)
        columns = (
            rows.tolist(),
            cases.tolist(),
            _moments(homes.last_sign[rows]),
            _moments(quiet_from),
            self._shares(rows, now).tolist(),
            self._ahead(rows, cases, quiet_from, now),
        )
        views = []
        for row, case, sign, quiet_since, share, ahead in zip(*columns, strict=True):
            dwelling = homes.dwellings[row]
            if case == _Case.QUIET:
                since, reason = quiet_since, self._why_quiet(row, sign, ahead.asks_at)
            else:
                since, reason = self._why(row, case, sign, now)
            reason = dated(reason, moment, dwelling.home.zone)
            views.append(HomeView(dwelling.home.home, _STATES[case], since, sign, dwelling.room, reason, ahead, share))
        return views

    def _cases(self, rows: Moments, quiet_from: Moments, now: int) -> Moments:
        homes = self._homes
        return np.select(
            [
                (homes.away_since[rows] <= now) & (homes.away_until[rows] > now),
                homes.first_heard[rows] == NEVER,
                homes.sight[rows] == Sight.NOTHING,
                np.minimum(homes.seen_until[rows], self._deafness.since) <= now,
                homes.last_sign[rows] == NONE,
                quiet_from <= now,
                self._is_shared(rows) & (homes.last_own[rows] + OWN_SIGN_HOLDS <= now),
            ],
            [_Case.AWAY, _Case.NEVER_HEARD, _Case.NO_WATCHER, _Case.BLIND, _Case.NO_LIFE, _Case.QUIET, _Case.NOT_HERS],
            _Case.WELL,
        )

    def _is_shared(self, rows: Moments) -> Flags:
        return np.fromiter((self._homes.dwellings[row].is_shared for row in rows.tolist()), np.bool_, len(rows))

    def _quiet_from(self, rows: Moments) -> Moments:
        """Return when each home becomes quiet; one that sees only deeds is quiet when a day has none."""
        homes = self._homes
        by_deeds = homes.last_sign[rows] + self._supervision
        by_deeds[homes.last_sign[rows] == NONE] = NEVER
        return np.where(homes.sight[rows] == Sight.MOVEMENT, homes.quiet_at[rows], by_deeds)

    def _shares(self, rows: Moments, now: int) -> np.typing.NDArray[np.float64]:
        """Return how much of its line each silence has used up, as far as it could be seen; 0 without a line."""
        homes = self._homes
        base, asks_at = homes.base[rows], homes.asks_at[rows]
        seen = np.minimum(homes.seen_until[rows], min(now, self._deafness.since))
        used = np.maximum(0, seen - base) / np.maximum(1, asks_at - base)
        return np.where(asks_at == NEVER, 0.0, used)

    def _ahead(self, rows: Moments, cases: Moments, quiet_from: Moments, now: int) -> Iterator[Next]:
        """Return what is expected of each home; of who is away, nothing.

        Nobody is asked about a silence twice, nor about one that reaches into a declared absence; and while linli hears
        nothing nobody is asked at all.
        """
        homes = self._homes
        slots, deadlines = (column[rows] for column in self._check_ins.expected(now))
        is_excused = (homes.away_since[rows] <= deadlines) & (homes.away_until[rows] > slots)
        slots[is_excused] = deadlines[is_excused] = NEVER
        is_seen = cases >= _Case.QUIET
        expected_by = np.where(is_seen & (homes.asks_at[rows] < NEVER), quiet_from, NEVER)
        leaves_before = (homes.away_since[rows] > now) & (homes.away_since[rows] <= homes.asks_at[rows])
        stays = [self._stay(row, now) if seen else None for row, seen in zip(rows.tolist(), is_seen, strict=True)]
        asked = np.stack(
            [
                np.where(is_seen & ~leaves_before, homes.due[rows], NEVER),
                deadlines if self._deafness.since > now else np.full_like(deadlines, NEVER),
                np.array([NEVER if stay is None else stay[1] for stay in stays], dtype=np.int64),
            ]
        )
        # what comes after an absence that is yet to begin hangs on what comes before it
        asked[leaves_before & (asked > homes.away_since[rows])] = NEVER
        for column in (slots, *asked):
            column[cases == _Case.AWAY] = NEVER
        about = np.where(asked.min(axis=0) == NEVER, len(_ABOUT), asked.argmin(axis=0)).tolist()
        return map(
            Next,
            _moments(expected_by),
            _moments(slots),
            _moments(asked.min(axis=0)),
            repeat(None),
            ((*_ABOUT, None)[number] for number in about),
            (None if at == NEVER else stay and _stay(*stay) for stay, at in zip(stays, asked[2].tolist(), strict=True)),
        )

    def _stay(self, row: int, now: int) -> tuple[int, int] | None:
        """Return since when she has been in the bathroom and when that is asked about; most homes cost nothing."""
        return self._bathroom.foretold(row, now) if self._homes.dwellings[row].stay.signs else None

    def _why(self, row: int, case: int, sign: datetime | None, now: int) -> tuple[datetime | None, Sentence]:
        """Return since when a home has been as it is, and why that is said."""
        if sign is not None and case == _Case.WELL:
            return sign, self._why_well(row, sign)
        if sign is not None and case == _Case.NOT_HERS:
            return self._why_not_hers(row, sign)
        if case == _Case.AWAY:
            return self._why_away(row)
        if case == _Case.BLIND:
            return self._why_blind(row, now)
        return None, Sentence(_WORDS[_Case(case)])

    def _why_well(self, row: int, sign: datetime) -> Sentence:
        """Return on what evidence a home is well, and how sure that is."""
        personal = self._homes.dwellings[row].personal
        fields: dict[str, Field | Sentence] = {"since": sign, "room": self._room(row)}
        if self._homes.dwellings[row].is_shared:
            own = from_millis(self._homes.last_own.item(row))
            return Sentence(sentences.IS_WELL_SHARED, {**fields, "own": own})
        if personal.holds and personal.trace.presence in _NOT_CERTAIN:
            return Sentence(_NOT_CERTAIN[personal.trace.presence], fields)
        if self._homes.is_out[row]:
            return Sentence(sentences.IS_OUT, {"since": sign})
        if personal.holds and self._homes.last_sign[row] - personal.sure_at >= in_millis(LONE_FOR):
            return Sentence(sentences.IS_LONE, {**fields, "sure": from_millis(personal.sure_at)})
        return Sentence(sentences.IS_WELL, fields)

    def _why_not_hers(self, row: int, sign: datetime) -> tuple[datetime | None, Sentence]:
        """Return why nothing can be said of her, though somebody moves."""
        own = self._homes.last_own.item(row)
        fields: dict[str, Field | Sentence] = {"since": sign, "room": self._room(row)}
        if own == NONE:
            return None, Sentence(sentences.IS_NEVER_HERS, fields)
        return from_millis(own), Sentence(sentences.IS_NOT_HERS, {**fields, "own": from_millis(own)})

    def _room(self, row: int) -> str:
        return self._homes.dwellings[row].room or sentences.UNKNOWN_ROOM

    def _why_quiet(self, row: int, sign: datetime | None, asks_at: datetime | None) -> Sentence:
        fields: dict[str, Field] = {"room": self._room(row)}
        if sign is not None:
            fields["since"] = sign
        if asks_at is None:
            return Sentence(sentences.IS_QUIET, fields)
        return Sentence(sentences.IS_QUIET_WE_ASK, {**fields, "asks_at": asks_at})

    def _why_away(self, row: int) -> tuple[datetime, Sentence]:
        homes, zone = self._homes, self._homes.dwellings[row].home.zone
        since = from_millis(int(homes.away_since[row]))
        if homes.away_until[row] == NEVER:
            return since, Sentence(sentences.IS_AWAY, {"since": since, "day": f"{since.astimezone(zone):%Y-%m-%d}"})
        until = from_millis(int(homes.away_until[row]))
        return since, Sentence(sentences.IS_AWAY_UNTIL, {"until": until, "day": f"{until.astimezone(zone):%Y-%m-%d}"})

    def _why_blind(self, row: int, now: int) -> tuple[datetime, Sentence]:
        deaf_since, seen_until = self._deafness.since, int(self._homes.seen_until[row])
        if deaf_since <= min(now, seen_until):
            since = from_millis(deaf_since)
            return since, Sentence(sentences.IS_UNHEARD, {"since": since})
        since = from_millis(seen_until)
        if self._hearing.is_offline(row):
            return since, Sentence(sentences.IS_OFFLINE, {"since": since})
        heard = from_millis(int(self._homes.last_heard[row]))
        return since, Sentence(sentences.IS_LOST, {"since": heard, "span": from_millis(now) - heard})

    def _observed(self, row: int, now: int) -> Iterator[Observed]:
        dwelling = self._homes.dwellings[row]
        for name in sorted(dwelling.sensors):
            sensor = dwelling.sensors[name]
            is_online = self._deafness.since > now and sensor.seen_until(dwelling.bridge_down) > now
            heard = None if sensor.heard == NONE else from_millis(sensor.heard)
            yield Observed(name, heard, is_online, sensor.battery)


def _stay(since: int, asks_at: int) -> Stay:
    return Stay(from_millis(since), from_millis(asks_at))


def _moments(values: Moments) -> list[datetime | None]:
    known = {NONE: None, NEVER: None}
    make = datetime.fromtimestamp
    return [None if value in known else make(value / 1000, UTC) for value in values.tolist()]

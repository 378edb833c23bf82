"""Silence: how long each home has shown no sign of life that it could have shown, and when that crosses its line."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import from_millis
from linli.signals import EXIT_ROOM, Kind, Value
from models.absences import Absences
from models.deafness import Deafness
from models.detector import after_seen
from models.habits.line import QUIET_SHARE
from models.habits.model import HomeModel
from models.homes import Homes, Moments, Span
from models.line import Line, fixed_line
from models.sensor import NEVER, NONE, Sight, in_millis

_REDRAW = in_millis(timedelta(days=1))
_MOST_SPANS = 64
"""A home that comes and goes all the time: its shortest blind spans count as seen, which can only call sooner."""

PLACELESS = frozenset(Kind) - {Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.CONTACT, Kind.WATER, Kind.BUTTON}
"""Kinds that may come from a pocket or a wrist: without a room they do not say that somebody is at home."""


class Silence:
    """Keeps the signs of life, and where each home's silence crosses its line.

    The silence that counts begins with the last sign of life, or where a declared absence was to end; time in which
    nobody could see the home is added to its line. So a fall cannot hide behind a gateway that comes and goes.
    """

    def __init__(self, homes: Homes, absences: Absences, deafness: Deafness) -> None:
        self._homes = homes
        self._absences = absences
        self._deafness = deafness
        self._lines: list[Line] = []
        self._drawn_at = NONE

    def take_zones(self) -> None:
        """Draw the lines anew for the zones that the homes have now."""
        self._drawn_at = NONE

    def take_model(self, row: int, model: HomeModel | None) -> None:
        """Take over what was learned of a home, or that it has the fixed line again; it holds from the next sign on."""
        personal = self._homes.dwellings[row].personal
        if personal.model is None or model is None:
            self._homes.is_dirty[row] = True
        personal.model = model

    def see_life(self, row: int, at: int, device: str, room: str, kind: Kind, value: Value) -> bool:
        """Take in a sign of life; an older one than is known changes nothing. Tells whether it is believed."""
        homes = self._homes
        is_placed = bool(room) or kind not in PLACELESS
        if not homes.dwellings[row].personal.see(at, device, f"{kind} {value}", room, is_placed=is_placed):
            return False
        if at > homes.last_sign.item(row):
            homes.last_sign[row] = at
        homes.is_dirty[row] = True
        if is_placed:
            self._see_place(row, at, room)
        if kind is Kind.CONTACT and room == EXIT_ROOM:
            homes.sensor(homes.dwellings[row], device).say_contact(str(value), at)
        return True

    def _see_place(self, row: int, at: int, room: str) -> None:
        homes, dwelling = self._homes, self._homes.dwellings[row]
        inside, outside = homes.last_inside.item(row), homes.last_exit.item(row)
        latest = max(inside, outside)
        # of two rooms at one moment the one inside is believed: the shorter line
        if at > latest or (at == latest and _rank(room) > _rank(dwelling.room)):
            dwelling.room = room
        if room == EXIT_ROOM:
            homes.last_exit[row] = max(at, outside)
        else:
            homes.last_inside[row] = max(at, inside)

    @property
    def is_behind(self) -> bool:
        """Tell whether any home has changed since it was last reckoned."""
        return bool(self._homes.is_dirty.any())

    def refresh(self, now: int, at_most: int | None = None) -> None:
        """Work out anew where the silence of every home that changed, or of so many of them, will cross its line."""
        self._redraw(now)
        self._absences.begin(now)
        rows = np.flatnonzero(self._homes.is_dirty)[:at_most]
        if rows.size:
            self._reckon(rows, now)

    def _redraw(self, now: int) -> None:
        if abs(now - self._drawn_at) < _REDRAW:
            return
        self._lines = [fixed_line(self._homes.rules, ZoneInfo(zone), from_millis(now)) for zone in self._homes.zones]
        self._drawn_at = now
        self._homes.is_dirty[:] = True

    def _reckon(self, rows: Moments, now: int) -> None:
        homes = self._homes
        homes.is_dirty[rows] = False
        back_by = self._absences.back_by(rows, now)
        homes.is_out[rows] = homes.last_exit[rows] > np.maximum(homes.last_inside[rows], back_by)
        begins = np.maximum(np.maximum(homes.last_sign[rows], back_by), homes.first_watched[rows])
        base, asks_at = self._cross(rows, begins)
        quiet_at = base + ((asks_at - base) * QUIET_SHARE).astype(np.int64)
        self._cross_personal(rows, begins, back_by, base, quiet_at, asks_at)
        asks_at[(homes.last_sign[rows] == NONE) | (homes.sight[rows] != Sight.MOVEMENT)] = NEVER
        asks_at = np.minimum(asks_at, NEVER)
        quiet_at[asks_at == NEVER] = NEVER
        homes.base[rows], homes.quiet_at[rows], homes.asks_at[rows] = base, quiet_at, asks_at
        homes.due[rows] = np.where(homes.told_sign[rows] == homes.last_sign[rows], NEVER, asks_at)

    def _cross_personal(
        self, rows: Moments, begins: Moments, back_by: Moments, base: Moments, quiet_at: Moments, asks_at: Moments
    ) -> None:
        """Put the lines of homes that have a model in place of the fixed ones, unless she is expected back from away."""
        homes = self._homes
        for at, row in enumerate(rows.tolist()):
            personal, last_sign = homes.dwellings[row].personal, homes.last_sign.item(row)
            personal.holds = personal.model is not None and NONE < begins.item(at) <= last_sign
            if not personal.holds:
                continue
            limit = personal.fix(homes.dwellings[row].room, back_by.item(at))
            homes.is_out[row] = personal.is_out
            blind = homes.dwellings[row].blind
            quiet_at[at] = after_seen(blind, last_sign, personal.expected)
            asks_at[at] = after_seen(blind, last_sign, limit)
            base[at] = asks_at[at] - limit

    def _cross(self, rows: Moments, begins: Moments) -> tuple[Moments, Moments]:
        """Return where each silence counts from, once the time that nobody could see is left out, and its crossing.

        A line that was crossed before the home fell blind stays crossed.
        """
        base, seen_from = begins.copy(), begins.copy()
        asks_at = self._crossings(rows, base, seen_from)
        blind = self._blind(rows, begins)
        while blind:
            blind = {at: spans for at, spans in blind.items() if spans and asks_at[at] > spans[0][0]}
            ats = np.fromiter(blind, dtype=np.int64)
            first = [spans.pop(0) for spans in blind.values()]
            base[ats] += np.array([end - start for start, end in first], dtype=np.int64)
            seen_from[ats] = [end for _, end in first]
            asks_at[ats] = self._crossings(rows[ats], base[ats], seen_from[ats])
        return base, asks_at

    def _blind(self, rows: Moments, begins: Moments) -> dict[int, list[Span]]:
        dwellings = self._homes.dwellings
        blind = {}
        for at, row in enumerate(rows.tolist()):
            if dwellings[row].blind:
                dwellings[row].blind = blind[at] = _merged(dwellings[row].blind, begins.item(at))
        return {at: list(spans) for at, spans in blind.items()}

    def _crossings(self, rows: Moments, base: Moments, seen_from: Moments) -> Moments:
        crossings = np.maximum(base + in_millis(self._homes.rules.out_line), seen_from)
        zones, is_home = self._homes.zone[rows], ~self._homes.is_out[rows]
        for number, line in enumerate(self._lines):
            here = is_home & (zones == number)
            crossings[here] = line.crossings(base[here], seen_from[here])
        return crossings

    def crossed(self, now: int) -> Moments:
        """Return the homes, not told yet, whose silence had crossed its line while they could still be seen."""
        homes = self._homes
        rows = np.flatnonzero(homes.due <= min(now, self._deafness.since))
        return rows[homes.due[rows] <= homes.seen_until[rows]]

    def tell(self, row: int, last_sign: int) -> None:
        """Note that a silence has been told."""
        self._homes.told_sign[row] = last_sign
        self._homes.dwellings[row].personal.tell()
        self._homes.is_dirty[row] = True

    def next_crossing(self) -> int:
        """Return when the next silence will cross its line, unless its home falls blind first."""
        homes = self._homes
        seen_until = np.minimum(homes.seen_until, self._deafness.since)
        return int(np.where(homes.due <= seen_until, homes.due, NEVER).min(initial=NEVER))

    def limit(self, row: int, at: int) -> timedelta:
        """Return how long silence may last in a home at a moment."""
        homes = self._homes
        if homes.dwellings[row].personal.holds:
            return timedelta(milliseconds=homes.asks_at.item(row) - homes.base.item(row))
        if homes.is_out[row]:
            return homes.rules.out_line
        return self._lines[int(self._homes.zone[row])].limit_at(at)

    def was_expected(self, row: int, now: int) -> datetime | None:
        """Return the end of the absence from which the silence counts, None where it counts from a sign of life."""
        back_by = int(self._absences.back_by(np.array([row]), now)[0])
        return from_millis(back_by) if back_by > self._homes.last_sign[row] else None


def _rank(room: str) -> tuple[bool, str]:
    return room != EXIT_ROOM, room


def _merged(spans: list[Span], begins: int) -> list[Span]:
    """Return what of the spans lies after a moment, in order, none touching another."""
    if len(spans) > _MOST_SPANS:
        spans = sorted(spans, key=lambda span: span[1] - span[0])[-_MOST_SPANS:]
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > begins:
            merged.append((max(start, begins), end))
    return merged

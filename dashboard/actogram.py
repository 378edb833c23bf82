"""A home's weeks as a picture for staff: a row for each day, newest on top, a cell for each quarter of an hour.

Over the cells lie what explains a gap: absences, times in which nobody could see the home, and alerts with their outcome.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.day_axis import BIN, LEAD, MINUTES, UNIT, WIDTH, begin_of, day_of, end_of, minute_on, pieces, place
from linli.signals import Signal

ROW = 16
GAP = 6
"""Between a mark and its words."""
_FIRST_HOUR = 4
"""A sign before four in the morning is one of the night, not the first of the day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted. `look`: away, unseen or alert; `words` stand beside it, `end` is the shape at its end."""

    look: str
    since: datetime
    until: datetime
    words: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a span that lies on one row."""

    look: str
    row: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words beside a span, or over it; `anchor` as in SVG."""

    look: str
    row: int
    x: float
    anchor: str
    words: str
    begin: float
    width: float
    """Of the ground on which they stand."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row in numbers: signs of life between its midnights, those before four, the first, the last, the longest gap."""

    day: date
    count: int
    by_night: int
    first: datetime | None
    last: datetime | None
    longest: timedelta
    said: tuple[str, ...]


@dataclass(frozen=True)
class Actogram:
    """`cells` are SVG paths by how dark they are, (evening before, the day itself) of each."""

    days: tuple[Day, ...]
    cells: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...] = ()
    labels: tuple[Label, ...] = ()
    ends: tuple[tuple[float, int, str], ...] = ()
    """Place, row and shape of what stands at the end of an alert."""

    @property
    def height(self) -> int:
        """Return how high the picture is."""
        return len(self.days) * ROW


def actogram_of(
    signs: Sequence[Signal], count: int, now: datetime, zone: ZoneInfo, spans: Iterable[Span] = ()
) -> Actogram:
    """Return the last days, today included; `signs` are signs of life, oldest first."""
    today = day_of(now, zone)
    days = tuple(today - timedelta(days=back) for back in range(count))
    within = sorted((span for span in spans if span.until > begin_of(days[-1], zone)), key=lambda span: span.since)
    laid = _Laid(days, zone)
    for span in within:
        laid.lay(span)
    heard = [sign.at.astimezone(zone) for sign in signs]
    return Actogram(
        _numbers(heard, days, zone, within),
        _cells(heard, today, count),
        tuple(laid.pieces),
        tuple(laid.labels),
        tuple(laid.ends),
    )


def _cells(heard: Sequence[datetime], today: date, count: int) -> tuple[tuple[str, str], ...]:
    found: Counter[tuple[int, int]] = Counter()
    for local in heard:
        row, minute = (today - local.date()).days, local.hour * 60 + local.minute
        found[row, (minute + LEAD) // BIN] += 1
        if minute >= 24 * 60 - LEAD:  # an evening stands before the day that follows it too
            found[row - 1, (minute - 24 * 60 + LEAD) // BIN] += 1
    paths = [["", ""] for _ in range(3)]
    for (row, column), number in sorted(found.items()):
        if 0 <= row < count:
            paths[min(number, 3) - 1][column >= LEAD // BIN] += f"M{column * UNIT} {row * ROW + 2}h7v{ROW - 4}h-7z"
    return tuple((early, own) for early, own in paths)


def _numbers(heard: Sequence[datetime], days: Sequence[date], zone: ZoneInfo, spans: Sequence[Span]) -> tuple[Day, ...]:
    moments: dict[date, list[datetime]] = {}
    longest: dict[date, timedelta] = {}
    before = None
    for local in heard:
        day, at = local.date(), local.astimezone(UTC)  # between local moments a clock that changes would count
        moments.setdefault(day, []).append(local)
        longest[day] = max(longest.get(day, timedelta(0)), at - (before or at))
        before = at
    return tuple(
        _day(day, moments.get(day, []), longest.get(day, timedelta(0)), _said(spans, day, zone)) for day in days
    )


def _day(day: date, moments: Sequence[datetime], longest: timedelta, said: tuple[str, ...]) -> Day:
    awake = [moment for moment in moments if moment.hour >= _FIRST_HOUR]
    last = moments[-1] if moments else None
    return Day(day, len(moments), len(moments) - len(awake), awake[0] if awake else None, last, longest, said)


def _said(spans: Sequence[Span], day: date, zone: ZoneInfo) -> tuple[str, ...]:
    begin, end = begin_of(day, zone) + timedelta(minutes=LEAD), end_of(day, zone)
    return tuple(span.words for span in spans if span.words and span.since < end and span.until > begin)


@dataclass
class _Laid:
    """Spans laid over the rows, and their words where there is room for them."""

    days: tuple[date, ...]
    zone: ZoneInfo
    pieces: list[Piece] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    ends: list[tuple[float, int, str]] = field(default_factory=list)
    _taken: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    def lay(self, span: Span) -> None:
        """Lay a span over its rows; an alert only over the days themselves, so that it is not counted twice."""
        found = [Piece(span.look, *one) for one in pieces(span.since, span.until, self.days, self.zone)]
        if span.look == "alert":
            found = [one for one in (_of_day(one) for one in found) if one is not None]
        if not found:
            return
        self.pieces += found
        for one in found:
            self._taken.setdefault(one.row, []).append((one.x, one.x + one.width))
        if span.end:
            self._end(span, found)
        if span.words:
            self._label(span, max(found, key=lambda one: one.width))

    def _end(self, span: Span, found: Sequence[Piece]) -> None:
        row = next((number for number, day in enumerate(self.days) if day == day_of(span.until, self.zone)), None)
        if row is not None:
            self.ends.append((place(minute_on(self.days[row], span.until, self.zone)), row, span.end))
        elif found:
            self.ends.append((found[0].x + found[0].width, found[0].row, span.end))

    def _label(self, span: Span, widest: Piece) -> None:
        width, right = width_of(span.words), widest.x + widest.width
        gap = GAP + (8 if span.end else 0)
        if span.look != "alert" and width + 2 * GAP <= widest.width:
            self._put(span, widest.row, widest.x + widest.width / 2, "middle", width)
        elif self._is_free(widest.row, right + gap, right + gap + width):
            self._put(span, widest.row, right + gap, "start", width)
        elif self._is_free(widest.row, widest.x - GAP - width, widest.x - GAP):
            self._put(span, widest.row, widest.x - GAP, "end", width)

    def _is_free(self, row: int, begin: float, end: float) -> bool:
        inside = begin >= 0 and end <= WIDTH
        return inside and all(end <= first or begin >= last for first, last in self._taken.get(row, []))

    def _put(self, span: Span, row: int, x: float, anchor: str, width: float) -> None:
        begin = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        self._taken.setdefault(row, []).append((begin, begin + width))
        self.labels.append(
            Label(span.look, row, round(x, 1), anchor, span.words, round(begin - 3, 1), round(width + 6, 1))
        )


def _of_day(piece: Piece) -> Piece | None:
    """Return the part of a piece that lies on the day itself, None if it lies in the evening before."""
    begin, end = max(piece.x, place(LEAD)), min(piece.x + piece.width, place(MINUTES))
    return Piece(piece.look, piece.row, begin, round(end - begin, 1)) if end > begin else None


def width_of(words: str) -> float:
    """Return about how wide words are drawn: a Han character twice a Latin letter."""
    return sum(13.0 if ord(character) > 0x2E80 else 7.0 for character in words)

"""The line of a home after a sign of life: one look into the table, the same for the live keeper and for evaluation."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from models.habits.arrays import DAY, SLOT, Floats, Ints
from models.habits.bins import LOOKS_AHEAD, judged_by_weekend
from models.habits.model import HomeModel
from models.habits.place import place_of
from models.habits.presence import Presence, Trace, Whereabouts
from models.habits.signs import Signs

_LOOKS_AHEAD = timedelta(minutes=LOOKS_AHEAD)
_SATURDAY = 5
QUIET_SHARE = 2 / 3
"""The part of a line after which silence is longer than usual where her own silences do not say it."""


def line_of(model: HomeModel, last_sign: datetime, room: str, presence: Presence) -> int:
    """Return how many minutes silence may last after a sign of life in a room, before the elder is asked.

    What `lines_of` says of many; this is on the way of every signal, and an array of one costs ten times as much.
    """
    if presence is not Presence.IN:
        return {Presence.OUT: model.out, Presence.ARRIVING: model.arriving}.get(presence, model.doubt)
    return int(model.table[_cell_of(model, last_sign, room)])


def _cell_of(model: HomeModel, last_sign: datetime, room: str) -> tuple[int, int, int]:
    """Return where in the tables a sign stands."""
    local = last_sign.astimezone(ZoneInfo(model.timezone))
    slot = (local.hour * 60 + local.minute) // SLOT
    kind = (local.replace(tzinfo=None) + _LOOKS_AHEAD).weekday() >= _SATURDAY
    return int(kind), place_of(room), slot


def lines_of(model: HomeModel, minute: Floats, place: Ints, presence: Ints) -> Ints:
    """Return the lines, minutes, after many signs of one home: local minutes since 1970, Place and Presence of each."""
    kind = judged_by_weekend(minute).astype(np.int64)
    slot = ((minute % DAY) // SLOT).astype(np.int64)
    inside: Ints = model.table[kind, place, slot]
    elsewhere = {Presence.OUT: model.out, Presence.DOUBT: model.doubt, Presence.ARRIVING: model.arriving}
    return np.select([presence == where for where in elsewhere], list(elsewhere.values()), inside)


def ceiling_of(model: HomeModel, trace: Trace, back_by: int) -> tuple[int, int]:
    """Return from which second on the ceiling counts, and how many seconds may pass: the later of two.

    From the latest sure sign on, for the line for being out if she was out then; and from when she came home, or was to
    be back (`back_by`) from a declared absence: the time away is no silence at home.
    """
    sure = trace.sure_at, 60 * (model.out if trace.sure_presence is Presence.OUT else model.ceiling)
    return max(sure, (max(trace.home_at, back_by), 60 * model.ceiling), key=sum)


def limits_of(model: HomeModel, trace: Trace, room: str, back_by: int) -> tuple[int, int]:
    """Return how many seconds silence may last after the trace's latest sign: by the line, and by the ceiling.

    The ceiling does not count from lone signs, so that a pulse now and then cannot put it off; but it never lies before
    the latest sign.
    """
    last = datetime.fromtimestamp(trace.last_at, UTC)
    by_ceiling = max(0, sum(ceiling_of(model, trace, back_by)) - trace.last_at)
    return 60 * line_of(model, last, room, trace.presence), by_ceiling


def expected_within(model: HomeModel, trace: Trace, room: str) -> int:
    """Return after how many seconds of silence it is longer than usual: where she is in, by her own silences.

    Out or in doubt it is a part of the line, of which her silences at home say nothing.
    """
    last = datetime.fromtimestamp(trace.last_at, UTC)
    if trace.presence is not Presence.IN:
        return int(60 * QUIET_SHARE * line_of(model, last, room, trace.presence))
    return 60 * int(model.seldom[_cell_of(model, last, room)])


@dataclass(frozen=True, slots=True)
class Asked:
    """When the elder would be asked after each sign of a history if it were the last: seconds since 1970."""

    by_line: Ints
    by_ceiling: Ints
    """Never before the sign itself. Once it has called, it does not count again until another sure sign."""

    @property
    def at(self) -> Ints:
        """The earlier of the two."""
        return np.minimum(self.by_line, self.by_ceiling)


def asked_after(model: HomeModel, signs: Signs, whereabouts: Whereabouts) -> Asked:
    """Return what `limits_of` comes to for every sign of a history without declared absences, under one model."""
    by_line = signs.at + 60 * lines_of(model, signs.minute, signs.place, whereabouts.presence)
    most = np.where(whereabouts.sure_presence == Presence.OUT, model.out, model.ceiling)
    by_ceiling = np.maximum(whereabouts.sure_at + 60 * most, whereabouts.home_at + 60 * model.ceiling)
    return Asked(by_line, np.maximum(signs.at, by_ceiling))

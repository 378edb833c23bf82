"""Doubts about a model that was learned tonight: it is not taken into use while there are any.

A night's learning changes a line by minutes. What changes it by hours was no habit of hers: sensors that were moved,
a clock that was wrong, an outage that nobody knows of.
"""

from enum import StrEnum

from models.habits.comparing import asks
from models.habits.evidence import History
from models.habits.model import SETTLED_DAYS, HomeModel

LOOKS_BACK = 30 * 86400
"""Seconds."""
MORE_THAN_ASKED_FOR = 3.0
"""How many times its budget a line may ring over the days that it was learned from, besides what anybody may."""
MOST_LONGER = 180.0
"""Minutes, over the whole table: so much longer than the line in use a new one of the same kind may be."""


class Doubt(StrEnum):
    """What speaks against a model."""

    RINGS = "rings"
    LONGER = "longer"


def doubts_about(new: HomeModel, present: HomeModel, history: History, until: int) -> tuple[Doubt, ...]:
    """Return what speaks against taking a new model in place of the present one; `until` in seconds since 1970.

    Before the present one is hers it may change as it likes.
    """
    if present.days < SETTLED_DAYS:
        return ()
    by_new, by_present = asks((new, present), history, until - LOOKS_BACK, until)
    found = {
        Doubt.RINGS: by_new > max(by_present, MORE_THAN_ASKED_FOR * (1 + new.budget)),
        Doubt.LONGER: new.kind == present.kind and float((new.table - present.table).mean()) > MOST_LONGER,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)

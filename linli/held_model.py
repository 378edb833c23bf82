"""A held model: which line a home has where it is not the newest, why, and what the newer one would have done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why a newer model is not in use."""

    NEW_KIND = "new_kind"
    """It was learned in another way, on another prior or for another budget: it runs beside the old one first."""
    DOUBTED = "doubted"
    """It rings too often over the days that it was learned from, or is longer by hours."""
    ROLLED_BACK = "rolled_back"
    """Staff have said so."""


@dataclass(frozen=True, slots=True)
class Held:
    """A home has the model that was learned at a moment until this is let go.

    `difference`: numbers by the names of `models.habits.comparing.Difference`; empty before the first night.
    """

    home: str
    learned_at: datetime
    since: datetime
    why: Why
    difference: Mapping[str, float] = field(default_factory=dict)

"""A look: somebody opened what is known of a home, and why. The resident can see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LookReason(StrEnum):
    """Why somebody looked."""

    ALERT = "alert"
    """An alert was open; nobody is asked then."""
    QUIET = "quiet"
    """The home was quieter than usual."""
    VISIT = "visit"
    FAMILY = "family"
    DEVICE = "device"
    OTHER = "other"
    PROGRAM = "program"
    """Through the API, by a program that acts for staff."""
    RELATIVE = "relative"
    """One of her family, who need not say why."""
    HELPER = "helper"
    """Somebody who was called to her and saw how to get in."""


OF_STAFF = frozenset(LookReason) - {LookReason.RELATIVE, LookReason.HELPER}


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at which home. `words` are their own, for `other`; `alert` is the one that was open.

    `is_again`: another look within a shift, for the reason that was given at its first.
    """

    home: str
    at: datetime
    who: str
    reason: LookReason
    words: str = ""
    alert: str = ""
    is_again: bool = False

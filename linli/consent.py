"""What a resident allows, in her own words: each change is kept, with who made it and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """What she can allow, wish for, and take back."""

    ROOMS = "rooms"
    """Her family may see in which room she was last up and about."""
    PAUSE = "pause"
    """linli does not watch for some time."""
    LEAVE = "leave"
    """She wishes to be taken out, with everything that is kept about her."""


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One change: given or wished for, or taken back. `until` is when it ends by itself."""

    home: str
    about: Consent
    is_given: bool
    at: datetime
    by: str
    until: datetime | None = None

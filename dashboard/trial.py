"""A rehearsal on the past as the pages know it, of a setting or of a ladder: how far it has come, what it has found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Trial(Generic[Found]):
    """A rehearsal that runs (`result` None, `fault` empty), has found something, or could not be made."""

    name: str
    before: str
    value: str
    by: str
    begun_at: datetime
    done: int = 0
    total: int = 0
    result: Found | None = None
    fault: str = ""

    @property
    def is_running(self) -> bool:
        """Tell whether it is still under way."""
        return self.result is None and not self.fault

    @property
    def percent(self) -> int:
        """Return how far it has come, 0..100."""
        return round(100 * self.done / self.total) if self.total else 0

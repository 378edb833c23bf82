"""Which homes are not watched for now, because their resident wishes it so. Her calls for help are heard all the same."""

from datetime import datetime

from linli.signals import Kind, Signal

HEARD = frozenset({Kind.SOS, Kind.CHECK_IN, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.LEAK, Kind.BUTTON, Kind.BATTERY})
"""What is kept also while she has paused: what she says herself, what puts her in danger, and how a device is."""


class Paused:
    """The pauses that run. Safe to ask from every thread."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def begin(self, home: str, until: datetime) -> None:
        """Take in that a home is not to be watched until a moment."""
        self._until[home] = until

    def end(self, home: str) -> None:
        """Take in that a home is watched again."""
        self._until.pop(home, None)

    def runs_anywhere(self) -> bool:
        """Tell whether any home has to be asked about at all."""
        return bool(self._until)

    def until(self, home: str, now: datetime) -> datetime | None:
        """Return until when a home is not watched, None where it is."""
        until = self._until.get(home)
        return until if until is not None and now < until else None

    def keeps(self, signal: Signal, now: datetime) -> bool:
        """Tell whether a signal may be written down."""
        return signal.kind in HEARD or self.until(signal.home, now) is None

"""The exit of a home, as its sensors tell of it in whatever order."""

from dataclasses import dataclass, field

from models.sensor import NEVER, NONE


@dataclass(slots=True)
class Leaf:
    """One contact at the exit: when it last opened and closed, and since when it stands open; whole seconds in milliseconds."""

    closed: int = NONE
    open_since: int = NONE
    opened: int = NONE
    """When it opened last: a closing that comes late lies between two openings, and the second still counts."""

    def open(self, at: int) -> None:
        """Take in that it opened; said again, it is open since the first time."""
        self.opened = max(self.opened, at)
        if at > self.closed:
            self.open_since = min(self.open_since, at) if self.is_open() else at

    def close(self, at: int) -> None:
        """Take in that it closed."""
        self.closed = max(self.closed, at)
        if self.open_since <= self.closed < self.opened:
            self.open_since = self.opened

    def is_open(self) -> bool:
        """Tell whether it stands open. One that never says `closed` only tells of openings."""
        return self.open_since > self.closed > NONE


@dataclass(slots=True)
class Door:
    """The exit of a home. `used`: by its contacts; `passed`: by movement before it, which counts where there is none."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    used: int = NONE
    passed: int = NONE
    told: int = NONE

    @property
    def left(self) -> int:
        """The latest moment at which somebody may have gone out."""
        return self.used if self.leaves else self.passed

    def open_since(self) -> int:
        """Return since when the door stands open, NEVER if it does not."""
        return min((leaf.open_since for leaf in self.leaves.values() if leaf.is_open()), default=NEVER)

"""The settings that staff may choose, as the pages know them: what each is, what holds, and a rehearsal on the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from dashboard.ladder_tuning import LadderTuning
from dashboard.trial import Trial
from linli.store.setting_choices import Choice
from linli.words import Sentence


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `fixed`: set at the start of linli, so not to be chosen. `rehearsed`: its past can be lived again."""

    name: str
    text: str
    unit: str
    default: str
    value: str
    low: float
    high: float
    fixed: bool
    rehearsed: bool

    @property
    def is_default(self) -> bool:
        """Tell whether nobody has set it otherwise."""
        return self.value == self.default


@dataclass(frozen=True, slots=True)
class Call:
    """One cause for which somebody is called: when under the old value, when under the new one; None: nobody is."""

    home: str
    kind: str
    zone: ZoneInfo
    old: datetime | None
    new: datetime | None
    why: Sentence


@dataclass(frozen=True, slots=True)
class HomeRate:
    """How many calls a month a home has under the old value and under the new one."""

    home: str
    days: float
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a rehearsal found. `days`: of all homes together."""

    days: float
    homes: Sequence[HomeRate]
    calls: Sequence[Call]

    @property
    def new(self) -> list[Call]:
        """Return the calls that only the new value makes."""
        return [call for call in self.calls if call.old is None]

    @property
    def gone(self) -> list[Call]:
        """Return the calls that only the old value made."""
        return [call for call in self.calls if call.new is None]

    @property
    def moved(self) -> list[Call]:
        """Return the calls that come at another moment."""
        return [call for call in self.calls if call.old and call.new and call.old != call.new]

    def a_month(self) -> tuple[float, float]:
        """Return how many calls a home and month there were, and would be."""
        if not self.days:
            return 0.0, 0.0
        share = 30.44 / self.days
        return (
            sum(call.old is not None for call in self.calls) * share,
            sum(call.new is not None for call in self.calls) * share,
        )


class Tuning(Protocol):
    """The settings of a running linli, and its ladders. Safe to use from every thread."""

    @property
    def ladders(self) -> LadderTuning:
        """Return the ladders that staff may change."""
        ...

    def settings(self) -> Sequence[Setting]:
        """Return all that staff may choose."""
        ...

    def choose(self, name: str, value: str | None, *, by: str) -> None:
        """Let a value hold from now on, None for the default; raises LinliError where it cannot."""
        ...

    def history(self) -> Sequence[Choice]:
        """Return what was chosen, newest first."""
        ...

    def rehearse(self, name: str, value: str, *, by: str) -> None:
        """Begin to live the past again under a value, or join who does so already.

        Takes the place of a rehearsal that has ended. Raises Conflict while another one runs, LinliError where it cannot.
        """
        ...

    def trial(self) -> Trial[Result] | None:
        """Return the latest rehearsal."""
        ...

    def stop(self) -> None:
        """End the rehearsal that runs, and forget what it found."""
        ...

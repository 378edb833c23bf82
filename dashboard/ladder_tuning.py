"""The ladders that staff may change, as the pages know them: what holds, who changed it, and a rehearsal on the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.ladder_file import BadLadder, Ladders
from alerts.ladders import Section
from alerts.rehearsal import Sums
from dashboard.trial import Trial
from linli.alert import AlertKind
from linli.store.ladder_changes import LadderChange


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved under a name. `text` None: there is no file. `ladders` are all that hold, from wherever they come.

    `own` are the sections that the file itself names; with a `fault` none of it is heeded.
    """

    name: str
    text: str | None
    ladders: Ladders
    own: frozenset[Section] = frozenset()
    fault: BadLadder | None = None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One past alert that would have gone otherwise. Lengths of time since it opened; None: nobody ever."""

    alert: str
    home: str
    site: str
    kind: AlertKind
    opened_at: datetime
    person: tuple[timedelta | None, timedelta | None]
    door: tuple[timedelta | None, timedelta | None]
    messages: tuple[int, int]
    called: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One kind of ladder, all its alerts together, as it was and as it would be."""

    section: Section
    count: int
    old: Sums
    new: Sums


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal found. `faithful` of `count` alerts come out as they truly were when played as they were."""

    count: int
    faithful: int
    sides: Sequence[Side]
    otherwise: Sequence[Otherwise]
    left_out: Mapping[str, int] = field(default_factory=dict)


class LadderTuning(Protocol):
    """The ladder files of a running linli. Safe to use from every thread."""

    def saved(self, name: str) -> Saved:
        """Return what is saved for a site, or for all that have none of their own (`default`)."""
        ...

    def save(self, name: str, text: str | None, *, before: str | None, by: str) -> None:
        """Put a text in the place of what was there (`before`); None: no file any more.

        Raises BadLadder, and Conflict where something else is there by now.
        """
        ...

    def history(self, name: str) -> Sequence[LadderChange]:
        """Return who changed what, newest first."""
        ...

    def rehearse(self, name: str, text: str | None, *, by: str) -> None:
        """Begin to play the last weeks' alerts again under a text; takes the place of another. Raises BadLadder."""
        ...

    def trial(self) -> Trial[Rehearsed] | None:
        """Return the latest rehearsal; its values are texts, empty for no file."""
        ...

    def stop(self) -> None:
        """End the rehearsal that runs, and forget what it found."""
        ...

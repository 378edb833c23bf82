"""Nervous sensors: those that go on speaking while nobody is at home. At home they are believed only close after another.

Such a sensor would put off every line by its pulses, so what it says alone while she is in begins no silence anew. It is
known by the absences that begin and end at the exit: whatever speaks in them is not she. In an empty home it begins
a doubt as any sensor does (`presence`): she may have come in unseen.
"""

from collections.abc import Collection

import numpy as np

from models.habits.arrays import Flags, Ints
from models.habits.presence import START, SURE_WITHIN, Presence, Trace, whereabouts_of
from models.habits.signs import Signs

WINDOW_DAYS = 14
"""A sensor that was mended is believed again after so long at most."""
ENOUGH_AWAY = 12 * 3600
"""Seconds of absences without which nothing is said."""
ENOUGH_PULSES = 8
OFTEN = 3 * 3600
"""Seconds of absence for each pulse, or fewer: lone ghosts come far more seldom."""
APART = 600
"""Seconds from which two signs of a sensor are two pulses."""
OTHERS = 2
"""Sensors inside that must be left to see her by, each on half of the days."""


def nervous_of(signs: Signs, today: int) -> tuple[str, ...]:
    """Return the sensors that were nervous during the last days before a local day (since 1970), by name."""
    lately = slice(int(np.searchsorted(signs.day, today - WINDOW_DAYS)), int(np.searchsorted(signs.day, today)))
    signs = signs.during(lately)
    is_away, away = _absences(signs, whereabouts_of(signs).presence)
    if away < ENOUGH_AWAY:
        return ()
    inside = is_away & ~signs.is_exit & signs.is_placed
    pulses = {
        int(device): _pulses(signs.at[inside & (signs.device == device)]) for device in np.unique(signs.device[inside])
    }
    pulses = {device: count for device, count in pulses.items() if signs.names[device]}
    found = {device for device, count in pulses.items() if count >= ENOUGH_PULSES and count * OFTEN >= away}
    return tuple(signs.names[device] for device in sorted(found)) if len(_steady(signs) - found) >= OTHERS else ()


def _absences(signs: Signs, presence: Ints) -> tuple[Flags, int]:
    """Return which signs came while she was out for certain, and how long that was in all, seconds.

    An absence is told by both of its ends being at the exit; where something inside ended it, she may have been in.
    """
    gone = np.isin(presence, (Presence.OUT, Presence.DOUBT))
    begins = np.flatnonzero(gone & ~np.append(False, gone[:-1]))
    ends = np.flatnonzero(~gone & np.append(False, gone[:-1]))
    is_away, away = np.zeros(len(signs), dtype=np.bool_), 0
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=False):
        if presence[end] == Presence.ARRIVING:
            is_away[begin:end] = True
            away += int(signs.at[end] - signs.at[begin])
    return is_away, away


def _pulses(at: Ints) -> int:
    return int((np.diff(at, prepend=at[0] - APART) >= APART).sum())


def _steady(signs: Signs) -> set[int]:
    """Return the sensors inside that spoke on half of the days."""
    inside = ~signs.is_exit & signs.is_placed
    days = len(np.unique(signs.day))
    return {
        int(device)
        for device in np.unique(signs.device[inside])
        if 2 * len(np.unique(signs.day[inside & (signs.device == device)])) >= days
    }


def calm(signs: Signs, nervous: Collection[str]) -> Signs:
    """Return the signs that are believed."""
    return signs.where(believed(signs, nervous)) if nervous else signs


def believed(signs: Signs, nervous: Collection[str]) -> Flags:
    """Tell which signs are believed: not those of nervous sensors that came, while she was in, long after any that is."""
    is_nervous = np.isin(signs.device, [number for number, name in enumerate(signs.names) if name in nervous])
    presence = whereabouts_of(signs).presence  # what is left out never changes it
    is_doubtful = is_nervous & np.append(False, presence[:-1] == Presence.IN)
    found: Flags = ~is_doubtful
    latest = -SURE_WITHIN
    for row, (at, doubtful) in enumerate(zip(signs.at.tolist(), is_doubtful.tolist(), strict=True)):
        if not doubtful or at - latest <= SURE_WITHIN:
            found[row], latest = True, at
    return found


def may_be_her(trace: Trace, at: int) -> bool:
    """Tell of what a nervous sensor says after a trace whether it may be she; seconds."""
    return trace is START or trace.presence is not Presence.IN or at - trace.last_at <= SURE_WITHIN

"""Presence: whether somebody is at home, as far as the exit and the signs inside tell. Pure, one sign at a time.

Used for learning, live and in evaluation alike. What it protects from, both ways: an elder who is out does not lie on
the floor, and a nervous sensor in an empty home is not an elder who came back.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from models.habits.arrays import Flags, Ints
from models.habits.signs import Signs

GONE_AFTER = 15 * 60
"""Seconds of silence after a sign at the exit from which she is believed to have left."""
BACK_AFTER = 5 * 60
"""Seconds between two uses of the exit, with nothing stirring inside, from which the second is believed to be a coming
home: she brought the rubbish down. Opening, closing and locking a door takes less."""
TWO_DEVICES_WITHIN = 30 * 60
SIX_SIGNS_WITHIN = 60 * 60
MANY = 6
SURE_WITHIN = 10 * 60
"""Seconds: a sign is sure when another bears it out that came no longer before it."""
BURST = 90
"""Seconds: one device that repeats one word faster than this has not been borne out."""

_LONG_AGO = -(1 << 50)


class Presence(IntEnum):
    """Where the elder is after a sign."""

    IN = 0
    OUT = 1
    DOUBT = 2
    """Something stirred in a home that she had left, and nothing bears it out: she may be back."""
    ARRIVING = 3
    """The exit was used after she had been out; nothing stirred inside yet. She may lie behind the door."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What must be known of the past to understand the next sign. Moments in seconds; those inside are the latest."""

    presence: Presence = Presence.IN
    last_at: int = _LONG_AGO
    was_exit: bool = False
    doubted: tuple[tuple[int, Hashable, Hashable], ...] = ()
    """The latest signs since the doubt began, with their devices and words; what is delivered twice stands here once."""
    words: Hashable = None
    """Device and word of the latest sign, and since when no other was among those near it."""
    alone_since: int = _LONG_AGO
    is_sure: bool = False
    sure_at: int = _LONG_AGO
    """The latest sign that another bore out, and where she was then."""
    sure_presence: Presence = Presence.IN
    home_at: int = _LONG_AGO
    """When she came home after that sign, if she was surely out and nothing has borne out since that she is back."""


START = Trace()


def follow(trace: Trace, at: int, device: Hashable, word: Hashable, *, is_exit: bool, is_placed: bool = True) -> Trace:
    """Return the trace after one more sign; one that is older than the latest changes nothing."""
    if at < trace.last_at:
        return trace
    place = _moved(trace, at, device, word, is_exit=is_exit) if is_placed else _placed(trace)
    return _weighed(trace, place, at, (device, word), is_certain=not is_placed)


_Doubted = tuple[tuple[int, Hashable, Hashable], ...]
_Place = tuple[Presence, bool, _Doubted]
"""What of a trace tells where she is: presence, whether the latest sign was at the exit, and the signs in doubt."""


def _placed(trace: Trace) -> _Place:
    return trace.presence, trace.was_exit, trace.doubted


def _moved(trace: Trace, at: int, device: Hashable, word: Hashable, *, is_exit: bool) -> _Place:
    had_gone = trace.was_exit and at - trace.last_at >= GONE_AFTER
    if is_exit:
        is_again = at - trace.last_at >= BACK_AFTER
        return _at_the_exit(trace, is_again=is_again), True, ()
    if trace.presence is Presence.DOUBT or (had_gone and trace.presence is Presence.OUT):
        sign = (at, device, word)
        doubted = trace.doubted if sign in trace.doubted else (*trace.doubted, sign)[-MANY:]
        return (Presence.IN, False, ()) if _is_borne_out(doubted, at) else (Presence.DOUBT, False, doubted)
    return Presence.IN, False, ()


def _at_the_exit(trace: Trace, *, is_again: bool) -> Presence:
    if trace.was_exit:
        if not is_again:
            return trace.presence
        return Presence.ARRIVING if trace.presence is Presence.OUT else Presence.OUT
    return Presence.ARRIVING if trace.presence is Presence.DOUBT else Presence.OUT


def _is_borne_out(doubted: _Doubted, at: int) -> bool:
    near = {device for moment, device, _ in doubted if at - moment <= TWO_DEVICES_WITHIN}
    return len(near) >= 2 or (len(doubted) >= MANY and at - doubted[-MANY][0] <= SIX_SIGNS_WITHIN)


def _weighed(trace: Trace, place: _Place, at: int, words: tuple[Hashable, Hashable], *, is_certain: bool) -> Trace:
    is_near = at - trace.last_at <= SURE_WITHIN
    alone_since = trace.alone_since if is_near else at
    counts = trace.sure_at == _LONG_AGO  # nothing older is known that could bear the first sign out
    is_sure = is_certain or (is_near and (trace.is_sure or words != trace.words or at - alone_since >= BURST))
    known = (trace.sure_at, trace.sure_presence, _home_at(trace, place[0], at))
    sure = (at, place[0], _LONG_AGO) if is_sure or counts else known
    return Trace(place[0], at, place[1], place[2], words, alone_since, is_sure, *sure)


def _home_at(trace: Trace, presence: Presence, at: int) -> int:
    """Return when she came home; the first time counts, or a nervous contact would put off the ceiling for ever."""
    if trace.home_at != _LONG_AGO or trace.sure_presence is not Presence.OUT:
        return trace.home_at
    is_arriving = presence is Presence.ARRIVING and trace.presence is not Presence.ARRIVING
    return at if is_arriving else _LONG_AGO


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Presence after each sign, the latest sure sign up to it, where she was then, and when she came home since: as in `Trace`."""

    presence: Ints
    sure_at: Ints
    sure_presence: Ints
    home_at: Ints

    def during(self, rows: slice) -> "Whereabouts":
        """Return those after some of the signs, next to each other."""
        return Whereabouts(self.presence[rows], self.sure_at[rows], self.sure_presence[rows], self.home_at[rows])


def whereabouts_of(signs: Signs) -> Whereabouts:
    """Return what `follow` says after each sign; the first sign counts as sure, since nothing older is known."""
    presence = _presences(signs)
    is_sure = _are_sure(signs)
    at = np.maximum.accumulate(np.where(is_sure, np.arange(len(signs)), 0)) if len(signs) else signs.at
    return Whereabouts(presence, signs.at[at], presence[at], _homecomings(signs.at, presence, at))


def _homecomings(at: Ints, presence: Ints, sure: Ints) -> Ints:
    """Return what `_home_at` says after each sign, by the number of the latest sure one up to it."""
    is_arriving = presence == Presence.ARRIVING
    came = np.flatnonzero(is_arriving & ~np.append(False, is_arriving[:-1])[: len(at)])
    first = np.append(came, len(at))[np.searchsorted(came, sure, side="right")]
    counts = (first <= np.arange(len(at))) & (presence[sure] == Presence.OUT)
    return np.where(counts, np.append(at, _LONG_AGO)[first], _LONG_AGO)


def _presences(signs: Signs) -> Ints:
    """Follow the signs from each at the exit until she is in again; between those nothing can change."""
    count = len(signs)
    presence = np.full(count, int(Presence.IN), dtype=np.int64)
    exits = np.flatnonzero(signs.is_exit).tolist()
    at, device, word = signs.at.tolist(), signs.device.tolist(), signs.word.tolist()
    is_exit, is_placed = signs.is_exit.tolist(), signs.is_placed.tolist()
    done = 0
    for first in exits:
        if first < done:
            continue
        trace, number = START, first
        while number < count:
            place = _placed(trace)
            if is_placed[number]:
                place = _moved(trace, at[number], device[number], word[number], is_exit=is_exit[number])
            trace = Trace(place[0], at[number], place[1], place[2])
            if trace.presence is Presence.IN:
                break
            presence[number] = trace.presence
            number += 1
        done = number
    return presence


def _are_sure(signs: Signs) -> Flags:
    """Say of each sign whether it is borne out; the loop runs over what is not plain at once."""
    count = len(signs)
    is_sure = ~signs.is_placed
    if count == 0:
        return is_sure
    near = np.append(False, np.diff(signs.at) <= SURE_WITHIN)
    same = np.append(False, (signs.device[1:] == signs.device[:-1]) & (signs.word[1:] == signs.word[:-1]))
    begins = np.maximum.accumulate(np.where(near, 0, np.arange(count)))
    is_sure |= near & (~same | (signs.at - signs.at[begins] >= BURST))
    # once one of a cluster is sure, those that follow within it are
    latest = np.maximum.accumulate(np.where(is_sure, np.arange(count), -1))
    sure: Flags = is_sure | (near & (latest >= begins))
    return sure

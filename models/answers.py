"""What a sign of life answers: who is asked whether she is well in her bathroom has not answered by moving in it."""

from linli.alert import AlertKind
from linli.signals import Kind, Signal
from models.bathroom import is_still_there
from models.habits.ranges import VITALS

HERS_ALONE = VITALS | {Kind.CHECK_IN, Kind.BUTTON, Kind.MOOD}
"""What others who move in her home do not do for her."""

_NOTHING: frozenset[AlertKind] = frozenset()
_NOT_THE_BATHROOM = frozenset({AlertKind.BATHROOM})
_NOT_HER_WORD = frozenset({AlertKind.MISSED_CHECK_IN})


def leaves_open(signal: Signal, *, is_shared: bool = False) -> frozenset[AlertKind]:
    """Return which kinds of question a sign of life does not answer; in a shared home others do not answer for her."""
    is_still = is_still_there(signal.kind, signal.room)
    is_anybody = is_shared and signal.kind not in HERS_ALONE
    return (_NOT_THE_BATHROOM if is_still else _NOTHING) | (_NOT_HER_WORD if is_anybody else _NOTHING)

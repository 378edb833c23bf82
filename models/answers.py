"""What a sign of life answers: who is asked whether she is well in her bathroom has not answered by moving in it."""

from linli.alert import AlertKind
from linli.signals import Signal
from models.bathroom import is_still_there

_NOTHING: frozenset[AlertKind] = frozenset()
_NOT_THE_BATHROOM = frozenset({AlertKind.BATHROOM})


def leaves_open(signal: Signal) -> frozenset[AlertKind]:
    """Return which kinds of question a sign of life does not answer."""
    return _NOT_THE_BATHROOM if is_still_there(signal.kind, signal.room) else _NOTHING

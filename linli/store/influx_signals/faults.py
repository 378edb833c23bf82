"""What can go wrong with the server, one class per thing that is done about it."""

import re

from linli.errors import LinliError, StoreDown

_PIECES = re.compile(r"'.*'|\b(signal|hourly),.*", re.DOTALL)
_LONGEST = 200


class Away(StoreDown):
    """The server cannot take or tell anything now: later it can. `after`: the seconds it asked for, if it did."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Misfit(StoreDown):
    """Server and settings do not fit: somebody has to do something. Until then nothing is sent, and nothing is lost."""


class Refused(LinliError):
    """The server will not take what was sent, however often it comes; in its own words."""


class TooBig(LinliError):
    """The server wants less at once."""


def without_readings(words: str) -> str:
    """Return a server's words without the lines that it repeats in them: these are somebody's."""
    return _PIECES.sub("…", words)[:_LONGEST]

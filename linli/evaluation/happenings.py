"""What really happened in the homes of a recording, as far as the truth lies beside it: `FILE.truth.json`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from linli.errors import LinliError
from simulators.truth import truth_path

UNLESS_TOLD = timedelta(hours=48)
"""How long after its end something can be answered, where the file does not say."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that befell one home. An alert of a kind in `expects`, from `began` until `answered_until`, answers it.

    Those in `follows` may ring besides. Where it `stops_life`, nothing that comes later in the recording is judged.
    """

    home: str
    kind: str
    began: datetime
    answered_until: datetime
    expects: frozenset[str]
    follows: frozenset[str] = frozenset()
    stops_life: bool = False


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Incident(msgspec.Struct):
    homes: list[str]
    kind: str
    began: _Moment
    ended: _Moment | None
    expects: list[str]
    stops_life: bool
    follows: list[str] = []
    answered_until: _Moment | None = None


class _Truth(msgspec.Struct):
    incidents: list[_Incident]


def happenings_beside(recordings: Iterable[Path]) -> list[Happening] | None:
    """Return what happened in the homes of recordings, by time; None where no truth lies beside any of them."""
    files = [truth_path(path) for path in recordings]
    known = [file for file in files if file.is_file()]
    if not known:
        return None
    return sorted((one for file in known for one in _read(file)), key=lambda one: (one.began, one.home, one.kind))


def _read(file: Path) -> Iterator[Happening]:
    try:
        truth = msgspec.json.decode(file.read_bytes(), type=_Truth)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        raise LinliError(f"{file.name} is not the truth about a recording: {why}") from why
    except OSError as why:
        raise LinliError(f"{file.name} cannot be read: {why.strerror}") from why
    for incident in truth.incidents:
        until = incident.answered_until or _long_after(incident.ended or incident.began)
        for home in incident.homes:
            yield Happening(
                home,
                incident.kind,
                incident.began,
                until,
                frozenset(incident.expects),
                frozenset(incident.follows),
                incident.stops_life,
            )


def _long_after(moment: datetime) -> datetime:
    try:
        return moment + UNLESS_TOLD
    except OverflowError:  # calendars end with the year 9999
        return moment

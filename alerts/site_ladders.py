"""The ladders in force: a folder with `default.txt` and `SITE.txt`, looked at again and again while linli runs.

A site's own file wins; what it does not name comes from `default.txt`, then from what is built in. A file that breaks
while linli runs changes nothing: the last good one stays in force, and the board says so. One that is broken at the
start is left out and told in the same way: a slip of the pen in one site's file must not leave all sites without linli.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alerts.ladder_file import BadLadder, Ladders, load
from alerts.ladders import BUILT_IN, section_of
from linli.alert import AlertKind, Ladder, Severity
from linli.health import Health
from linli.wire import is_id
from linli.words import Sentence

logger = logging.getLogger(__name__)

DEFAULT = "default"
PART = "ladders"
"""What the ladder files are called among the parts that work or do not."""
STAYS_IN_FORCE = "A ladder file cannot be used; what was in force before stays in force. {why}"
LEFT_OUT = (
    "A ladder file cannot be used; until it is mended, default.txt holds in its place, or what is built in. {why}"
)
NOT_A_SITE = "{file} is not named for a site; possible: default.txt, or a site's id and .txt"
FOLDER_UNREADABLE = "the folder {file} cannot be read: {reason}"

Stamps = Mapping[str, tuple[int, int, int]]
"""Of each file what changes when it is saved."""


@dataclass(frozen=True)
class Found:
    """What a look at the folder gave: the good files' ladders by name, and what is wrong with the others."""

    ladders: Mapping[str, Ladders] = field(default_factory=dict)
    faults: Mapping[str, BadLadder] = field(default_factory=dict)


def look(folder: Path) -> Found:
    """Read every ladder file of a folder, which need not be there."""
    ladders: dict[str, Ladders] = {}
    faults: dict[str, BadLadder] = {}
    try:
        files = _files(folder)
    except BadLadder as why:
        return Found({}, {"": why})
    for path in files:
        try:
            ladders[path.stem] = _load(path)
        except BadLadder as why:
            faults[path.stem] = why
    return Found(ladders, faults)


def _load(path: Path) -> Ladders:
    if path.suffix != ".txt" or not is_id(path.stem):
        raise BadLadder(Sentence(NOT_A_SITE, {"file": path.name}))
    if path.exists() and not path.is_file():  # a pipe would keep its reader waiting for ever
        raise BadLadder(Sentence(FOLDER_UNREADABLE, {"file": path.name, "reason": "not a file"}))
    return load(path)


def _files(folder: Path) -> list[Path]:
    """Return the ladder files; what editors leave beside them (`.garden.txt.swp`, `garden.txt~`) is none."""
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() == ".txt" and not path.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as why:
        reason = why.strerror or "?"
        raise BadLadder(Sentence(FOLDER_UNREADABLE, {"file": folder.name, "reason": reason})) from why
    return sorted(found)


class SiteLadders:
    """Answers which ladder a new case climbs. Only the thread `pipeline` calls `refresh`; any may ask."""

    def __init__(self, folder: Path, health: Health) -> None:
        self._folder = folder
        self._health = health
        self._stamps = _stamps(folder)
        self._changing: Stamps = self._stamps
        self._ladders: Mapping[str, Ladders] = {}
        self._take(look(folder))

    def get(self, site: str, kind: AlertKind, severity: Severity) -> Ladder:
        """Return the ladder of a site's new alert of a kind and severity."""
        section = section_of(kind, severity)
        return self.of(site)[section]

    def of(self, site: str) -> Ladders:
        """Return all ladders in force for a site."""
        return {**BUILT_IN, **self._ladders.get(DEFAULT, {}), **self._ladders.get(site, {})}

    def refresh(self) -> None:
        """Heed changed files once they have stayed as they are from one look to the next: one may be half written."""
        stamps = _stamps(self._folder)
        if stamps == self._stamps:
            return
        if stamps != self._changing:
            self._changing = stamps
            return
        self._stamps = stamps
        found = look(self._folder)
        logger.info("ladders read files=%d broken=%d", len(found.ladders), len(found.faults))
        self._take(found)

    def _take(self, found: Found) -> None:
        kept = {name: self._ladders[name] for name in found.faults if name in self._ladders}
        if "" in found.faults:
            kept = dict(self._ladders)
        self._ladders = {**kept, **found.ladders}
        for why in found.faults.values():
            logger.error("ladder file broken reason=%s", why)
        for why in found.faults.values():
            self._health.trouble(PART, Sentence(STAYS_IN_FORCE if kept else LEFT_OUT, {"why": why.sentence}))
            return
        self._health.well(PART)


def _stamps(folder: Path) -> Stamps:
    try:
        return dict(_stamped(_files(folder)))
    except BadLadder:
        return {"": (0, 0, 0)}


def _stamped(files: list[Path]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    for path in files:
        try:
            known = path.stat()
        except OSError:  # gone, or not to be read: reading it will say so
            yield path.name, (0, 0, 0)
        else:
            yield path.name, (known.st_mtime_ns, known.st_size, known.st_ino)

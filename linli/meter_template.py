"""A meter platform's push format, told in a small file: where in its JSON the meter, the value, the unit and the time stand.

A path is names with dots between them; a number counts in a list, `*` is each of a list. What is not found in a reading is
looked for around it, so that a meter's name may stand above the list of its readings.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linli.errors import LinliError
from linli.wire import is_id

PLACE = "meters/{platform}/{meter}"
"""The topic that a device list gives to a meter of a platform."""
_NAMES = frozenset(("readings", "meter", "value", "unit", "unit_at", "time", "timezone", "total"))
_MAX_METER = 64
_EACH = "*"
_NOT_IN_A_TOPIC = frozenset("/+#")

Path_ = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a platform told of one meter; the unit and the value are still in its words."""

    meter: str
    value: object
    unit: object
    at: object
    total: bool


@dataclass(frozen=True, slots=True)
class MeterTemplate:
    """Where things stand. `unit` for all meters, or `unit_at`; `zone` for times that name no offset of their own."""

    readings: Path_
    meter: Path_
    value: Path_
    unit: str
    unit_at: Path_
    time: Path_
    zone: ZoneInfo | None
    total: bool

    def pick(self, body: object) -> list[MeterReading | str]:
        """Return what a body tells, reading by reading, or why one cannot be read."""
        return [self._read(around) for around in _each(body, self.readings, ())]

    def _read(self, around: tuple[object, ...]) -> MeterReading | str:
        meter = _look(around, self.meter)
        name = str(meter).strip() if isinstance(meter, str | int) and not isinstance(meter, bool) else ""
        if not 0 < len(name) <= _MAX_METER or not name.isprintable() or not _NOT_IN_A_TOPIC.isdisjoint(name):
            return f"no meter's name of 1 to {_MAX_METER} characters at {'.'.join(self.meter)}"
        value = _look(around, self.value)
        if value is None:
            return f"no value at {'.'.join(self.value)}"
        unit = _look(around, self.unit_at) if self.unit_at else self.unit
        at = self._moment(_look(around, self.time)) if self.time else None
        if at is None and not self.total:
            return f"no time at {'.'.join(self.time)}; without one, what is sent again would count twice"
        return MeterReading(name, value, unit, at, self.total)

    def _moment(self, given: object) -> object:
        """Return a time as it came, with the template's offset where it has none."""
        if not isinstance(given, str) or self.zone is None:
            return given if isinstance(given, str | int | float) and not isinstance(given, bool) else None
        try:
            at = datetime.fromisoformat(given.strip())
        except ValueError:
            return given
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).isoformat()


def _each(found: object, path: Path_, around: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    """Yield all that a path leads to, each with what it stands in behind it. Lists at its end are gone through."""
    if isinstance(found, list) and (not path or path[0] == _EACH):
        for one in found:
            yield from _each(one, path[1:], around)
    elif not path:
        yield (found, *around)
    else:
        step = _step(found, path[0])
        if step is not None:
            yield from _each(step, path[1:], (found, *around))


def _look(around: tuple[object, ...], path: Path_) -> object:
    """Return what stands at a path of the nearest that has it, from the inside outwards."""
    for place in around:
        found: object = place
        for name in path:
            found = _step(found, name)
        if found is not None:
            return found
    return None


def _step(found: object, name: str) -> object:
    if isinstance(found, dict):
        return found.get(name)
    if isinstance(found, list) and name.isdecimal() and len(name) < 6 and int(name) < len(found):
        return found[int(name)]
    return None


def load(folder: Path, platform: str) -> MeterTemplate | None:
    """Return a platform's template, None where there is no such file; LinliError says what is wrong in it."""
    path = folder / f"{platform}.toml"
    if not is_id(platform) or not path.is_file():
        return None
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise LinliError(f"{path.name} cannot be read: {why}") from None
    return _template(path.name, told)


def faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong in the templates of a folder, which need not be there."""
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        if not is_id(path.stem):
            yield f"{path.name} must be called like an id, [a-z0-9][a-z0-9-]*.toml"
            continue
        try:
            load(folder, path.stem)
        except LinliError as why:
            yield str(why)


def _template(file: str, told: Mapping[str, object]) -> MeterTemplate:
    unknown = sorted(told.keys() - _NAMES)
    if unknown:
        raise LinliError(f"{file}: unknown {', '.join(unknown)}; known are {', '.join(sorted(_NAMES))}")
    texts = {name: _text(file, told, name) for name in _NAMES - {"total"}}
    missing = [name for name in ("meter", "value") if not texts[name]]
    if missing or bool(texts["unit"]) == bool(texts["unit_at"]):
        raise LinliError(f"{file} must say meter, value, and either unit or unit_at")
    total = told.get("total", True)
    if not isinstance(total, bool):
        raise LinliError(f"{file}: total must be true (a count so far) or false (what came since the last report)")
    if not total and not texts["time"]:
        raise LinliError(f"{file}: with total = false it must say time, or what is sent again would count twice")
    paths = {name: tuple(texts[name].split(".")) if texts[name] else () for name in texts}
    return MeterTemplate(
        readings=paths["readings"],
        meter=paths["meter"],
        value=paths["value"],
        unit=texts["unit"],
        unit_at=paths["unit_at"],
        time=paths["time"],
        zone=_zone(file, texts["timezone"]),
        total=total,
    )


def _text(file: str, told: Mapping[str, object], name: str) -> str:
    given = told.get(name, "")
    if not isinstance(given, str):
        raise LinliError(f"{file}: {name} must be a text")
    return given.strip()


def _zone(file: str, name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise LinliError(f"{file}: {name} is no time zone such as Asia/Shanghai") from None

"""The model of one home: its lines, its customs and what they were made from. Stored as JSON; what is not sound is refused."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np

from linli.errors import LinliError
from models.habits.arrays import FIRST_AGE, LAST_AGE, SLOTS, Ints
from models.habits.customs import UNKNOWN, Customs, customs_from
from models.habits.place import Place

VERSION = 2
LONGEST = 715
"""Minutes: five less than twelve hours, since the elder is asked first."""
LONGEST_WITHOUT_EXIT = 24 * 60
"""Minutes: where no sensor is at the exit, she may be out for a night; then no line can be kept to twelve hours."""
SHORTEST = 90
LONGEST_OUT = 72 * 60
_YEARS = range(1970, 9000)
_MOST_BYTES = 1_000_000
"""A hundred times what a model takes: what is larger would be kept in memory for as long as it is in use."""
SETTLED_DAYS = 14
"""From so many days with signs of life on a model is spoken of as hers."""


class BadModel(LinliError):
    """A stored model cannot be used."""


@dataclass(frozen=True, slots=True)
class HomeModel:
    """What was learned of one home: how long silence may last there, and its customs.

    A line says when the elder is asked; five minutes later others are called.
    """

    learned_at: datetime
    since: datetime | None
    """The first and the last sign of life that it was learned from; None where there was none."""
    until: datetime | None
    timezone: str
    budget: float
    """False alerts a month."""
    price: float
    """What the budget comes to: see `stopping.PRICES`."""
    expected: float
    """False alerts a month that the past would have had at this price."""
    days: int
    """With at least one sign of life."""
    table: Ints
    """Minutes, by kind of day (weekday, weekend), Place and quarter of an hour of the last sign, local time."""
    seldom: Ints
    """Minutes that of the silences after such a sign, those of half an hour or more, one in twenty outlasts; 720: more do."""
    doubt: int
    """Minutes while it is in doubt whether anybody is at home; more than LONGEST only without a sensor at the exit."""
    arriving: int
    """Minutes after the exit was used by who had been out, as long as nothing stirs inside; never more than in doubt."""
    out: int
    """Minutes after the last sign at the exit while she is out."""
    libraries: dict[str, str]
    method: int
    """Which way of learning made it: `learner.METHOD`."""
    prior: str
    """The mark of the prior that it stands on: `Prior.mark`."""
    customs: Customs = UNKNOWN

    @property
    def kind(self) -> tuple[int, str, float]:
        """Return what makes models comparable from night to night: the way of learning, the prior and the budget."""
        return self.method, self.prior, self.budget

    @property
    def is_hers(self) -> bool:
        """Tell whether it speaks of this person; until then it is what holds for people who live alone."""
        return self.days >= SETTLED_DAYS

    @property
    def ceiling(self) -> int:
        """Return how many minutes silence may last at most after a sure sign while she is not out."""
        return max(LONGEST, self.doubt)


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    learned_at: datetime
    since: datetime | None
    until: datetime | None
    timezone: str
    budget: float
    price: float
    expected: float
    days: int
    table: list[list[list[int]]]
    seldom: list[list[list[int]]]
    doubt: int
    out: int
    libraries: dict[str, str]
    method: int
    prior: str
    arriving: int | None = None
    """Models from before it had a line of its own have that in doubt."""
    customs: msgspec.Raw = msgspec.Raw(b"{}")
    """Models from before there were any say nothing of them."""


def model_to_json(model: HomeModel) -> bytes:
    """Return a model as JSON."""
    return msgspec.json.encode(
        _Record(
            VERSION,
            model.learned_at,
            model.since,
            model.until,
            model.timezone,
            model.budget,
            model.price,
            model.expected,
            model.days,
            model.table.tolist(),
            model.seldom.tolist(),
            model.doubt,
            model.out,
            model.libraries,
            model.method,
            model.prior,
            model.arriving,
            msgspec.Raw(msgspec.json.encode(model.customs)),
        )
    )


def model_from_json(text: bytes) -> HomeModel:
    """Return the model of a JSON text; raises BadModel where a line could come of it that was never learned."""
    if len(text) > _MOST_BYTES:
        raise BadModel(f"the model is larger than {_MOST_BYTES} bytes")
    try:
        record = msgspec.json.decode(text, type=_Record)
    except (msgspec.MsgspecError, RecursionError) as why:
        raise BadModel(f"the model cannot be read: {why}") from why
    if record.version != VERSION:
        raise BadModel(f"the model is of version {record.version}, this linli reads {VERSION}: let it be learned anew")
    return HomeModel(
        _aware(record.learned_at),
        record.since and _aware(record.since),
        record.until and _aware(record.until),
        _known_zone(record.timezone),
        _within(record.budget, "budget", 0, 1000),
        _within(record.price, "price", 1, 1e12),
        _within(record.expected, "expected", 0, 1e6),
        int(_within(record.days, "days", 0, 1e6)),
        _sound_table(record.table, "table", SHORTEST, max(LONGEST, record.doubt)),
        _sound_table(record.seldom, "seldom", int(FIRST_AGE), int(LAST_AGE)),
        int(_within(record.doubt, "doubt", SHORTEST, LONGEST_WITHOUT_EXIT)),
        int(_within(_arriving(record), "arriving", SHORTEST, record.doubt)),
        int(_within(record.out, "out", SHORTEST, LONGEST_OUT)),
        record.libraries,
        record.method,
        record.prior,
        _sound_customs(record.customs),
    )


def _arriving(record: _Record) -> int:
    return record.doubt if record.arriving is None else record.arriving


def _sound_customs(text: msgspec.Raw) -> Customs:
    try:
        return customs_from(msgspec.json.decode(text))
    except msgspec.MsgspecError as why:
        raise BadModel(f"the model's customs cannot be read: {why}") from why


def _within(value: float, name: str, least: float, most: float) -> float:
    if not least <= value <= most:
        raise BadModel(f"the model's {name} is {value}, not within {least} and {most}")
    return value


def _aware(moment: datetime) -> datetime:
    """Return a moment that can be held against others: with its offset, and far from where calendars end."""
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise BadModel(f"the model's moment {moment} has no offset from UTC, or cannot be")
    return moment


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as why:
        raise BadModel(f"the model's time zone {name[:60]!r} is not known") from why


def _sound_table(rows: list[list[list[int]]], name: str, least: int, most: int) -> Ints:
    try:
        table = np.array(rows, dtype=np.int64)
    except (ValueError, OverflowError) as why:
        raise BadModel(f"the model's {name} is not a table") from why
    if table.shape != (2, len(Place), SLOTS):
        raise BadModel(f"the model's {name} is {table.shape}, not {(2, len(Place), SLOTS)}")
    if table.min() < least or table.max() > most:
        raise BadModel(f"the model's {name} has values outside of {least} to {most} minutes")
    return table

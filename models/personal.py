"""The personal lines, live: follows where each elder is, and fixes at each sign of life how long silence may follow it.

A line is fixed by the model of that moment: a model learned meanwhile counts from the next sign on, so that what was
shown as the moment of asking stays true. Homes without a model have the fixed line (`models.silence`).
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from linli.signals import EXIT_ROOM
from models.habits.customs import UNKNOWN, Customs
from models.habits.line import ceiling_of, expected_within, limits_of
from models.habits.model import HomeModel
from models.habits.nervous import may_be_her
from models.habits.presence import START, Presence, Trace, follow
from models.habits.signs import BY_ITSELF

_SECOND = 1000
_KEPT = 8
"""Of so many of the latest signs it is remembered what each led to, so that one that comes late is put where it belongs."""

_BY_ITSELF = tuple(f"{kind} " for kind in BY_ITSELF)

_Sign = tuple[int, bool, str, str, bool]
"""Second, whether it is not at the exit, device, word, whether it has a place: in this order, as in `habits.signs`."""


@dataclass(slots=True)
class Personal:
    """One home's model, where its elder is believed to be, and the line that was fixed at the latest sign.

    `limit`: milliseconds of silence after that sign; `by_ceiling`: whether the ceiling makes it, which counts from
    `ceiling_from` for `ceiling` milliseconds (`habits.line.ceiling_of`). `expected`: milliseconds after which the silence is longer than usual, never more
    than the limit. `spent_sure`: the sure sign (seconds) whose ceiling has called already. `holds`: the silence is held to
    this line, not to the fixed one.
    """

    model: HomeModel | None = None
    trace: Trace = START
    limit: int = 0
    ceiling_from: int = 0
    ceiling: int = 0
    expected: int = 0
    is_hers: bool = False
    holds: bool = False
    by_ceiling: bool = False
    spent_sure: int | None = None
    _fixed_for: tuple[Trace, int | None, int] | None = None
    _latest: list[tuple[_Sign, Trace]] = field(default_factory=list)
    _has_forgotten: bool = False
    """Whether there were signs before these."""

    @property
    def customs(self) -> Customs:
        """Return what is usual here besides silence; until anything was learned, what holds for anybody."""
        return UNKNOWN if self.model is None else self.model.customs

    @property
    def is_out(self) -> bool:
        """Tell whether she is believed to have gone out."""
        return self.trace.presence is Presence.OUT

    @property
    def sure_at(self) -> int:
        """Return when another sign last bore one out, milliseconds."""
        return self.trace.sure_at * _SECOND

    def see(self, at: int, device: str, word: str, room: str, *, is_placed: bool) -> bool:
        """Take in a sign of life, milliseconds since 1970, in any order; one older than the latest few changes nothing.

        Tells whether it is believed: what a nervous sensor says alone is not.
        """
        sign = (at // _SECOND, not (room == EXIT_ROOM and is_placed), device, word, is_placed)
        latest = self._latest
        if latest and sign <= latest[-1][0]:
            return self._see_late(sign)
        self.trace = self._followed(self.trace, sign)
        latest.append((sign, self.trace))
        if len(latest) > _KEPT:
            self._forget()
        return self.trace.last_at == sign[0]

    def _see_late(self, sign: _Sign) -> bool:
        """Put a sign where it belongs, and follow those after it once more."""
        number = bisect_left(self._latest, sign, key=lambda kept: kept[0])
        if number < len(self._latest) and self._latest[number][0] == sign:
            return self._latest[number][1].last_at == sign[0]
        if number == 0 and self._has_forgotten:
            return sign[2] not in self.customs.nervous
        trace = self._latest[number - 1][1] if number else START
        after = [sign, *(kept for kept, _ in self._latest[number:])]
        del self._latest[number:]
        for one in after:
            trace = self._followed(trace, one)
            self._latest.append((one, trace))
        self.trace, is_believed = trace, self._latest[number][1].last_at == sign[0]
        if len(self._latest) > _KEPT:
            self._forget()
        return is_believed

    def _followed(self, trace: Trace, sign: _Sign) -> Trace:
        at, is_inside, device, word, is_placed = sign
        if device in self.customs.nervous and word.startswith(_BY_ITSELF) and not may_be_her(trace, at):
            return trace
        return follow(trace, at, device, word, is_exit=not is_inside, is_placed=is_placed)

    def _forget(self) -> None:
        del self._latest[0]
        self._has_forgotten = True

    def fix(self, room: str, back_by: int) -> int:
        """Return how long silence may last after the latest sign, in milliseconds; the same until another comes.

        `back_by`: when she was to be back from the latest declared absence before that sign.
        """
        if self.model is None:
            raise ValueError("a home without a model has no line of its own")
        fixed = self._fixed_for
        if fixed is None or fixed[0] is not self.trace or fixed[1:] != (self.spent_sure, back_by):
            self._fix(self.model, room, back_by // _SECOND)
            self._fixed_for = (self.trace, self.spent_sure, back_by)
        return self.limit

    def _fix(self, model: HomeModel, room: str, back_by: int) -> None:
        line, ceiling = limits_of(model, self.trace, room, back_by)
        self.by_ceiling = ceiling < line and self.trace.sure_at != self.spent_sure
        self.limit = _SECOND * (ceiling if self.by_ceiling else line)
        self.ceiling_from, self.ceiling = (_SECOND * part for part in ceiling_of(model, self.trace, back_by))
        self.expected = min(_SECOND * expected_within(model, self.trace, room), self.limit)
        self.is_hers = model.is_hers

    def tell(self) -> None:
        """Take in that somebody was called: a ceiling calls once until another sign is borne out."""
        if self.by_ceiling:
            self.spent_sure = self.trace.sure_at

"""What a ladder must be so that it never leaves anybody alone: each rule is one small function over a section."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from alerts.ladder_file.faults import Fault, shown
from alerts.ladder_file.lengths import written_length
from alerts.ladder_file.statements import Says, Statement
from alerts.ladder_file.vocabulary import section_name
from alerts.ladders import Section
from linli.alert import Ladder, Rung
from linli.people import Role

STAFF_WITHIN = timedelta(minutes=3)
"""The longest that an emergency may wait for staff."""
_SECOND, _MINUTE, _HOUR, _DAY = (timedelta(seconds=count) for count in (1, 60, 3600, 86400))
_BOUNDS = {
    Says.STEP: (timedelta(0), _HOUR, _DAY),
    Says.PATIENCE: (5 * _SECOND, 3 * _MINUTE, _DAY),
    Says.AGAIN: (30 * _SECOND, _HOUR, _DAY),
    Says.LEASE: (_MINUTE, _HOUR, _DAY),
    Says.GOAL: (_MINUTE, 12 * _HOUR, 12 * _HOUR),
    Says.LIMIT: (_MINUTE, _DAY, _DAY),
}
"""The shortest, the longest in an emergency, and the longest."""
_SAY_LIKE = {Says.AGAIN: "then again every 15 min", Says.LEASE: "be there within 20 min"}


@dataclass(frozen=True)
class Part:
    """A section as it was written: its name, the line of its name, and its statements."""

    section: Section
    line: int
    statements: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """Return what it is called in a sentence."""
        return section_name(self.section)

    @property
    def steps(self) -> list[tuple[int, Rung]]:
        """Return the rungs, each with its line."""
        return [(one.line, one.rung) for one in self.statements if one.rung is not None]

    def length(self, says: Says) -> timedelta | None:
        """Return how long something may take, None where it is not said."""
        return next((one.length for one in self.statements if one.says is says), None)


def ladder_of(part: Part) -> Ladder:
    """Return the ladder of a section; raises Fault at the first rule that it breaks."""
    for fault in _faults(part):
        raise fault
    again, lease = part.length(Says.AGAIN), part.length(Says.LEASE)
    assert again is not None  # noqa: S101 - what is missing was a fault
    assert lease is not None  # noqa: S101
    return Ladder(
        rungs=tuple(rung for _, rung in part.steps),
        lease=lease,
        reply_within=part.length(Says.PATIENCE) or again,
        again_every=again,
        goal=part.length(Says.GOAL),
        limit=part.length(Says.LIMIT),
    )


def _faults(part: Part) -> Iterator[Fault]:
    yield from _said_twice(part)
    if not part.steps:
        yield Fault(part.line, NOBODY, section=part.name)
        return
    yield from _out_of_bounds(part)
    yield from _out_of_order(part)
    yield from _asking(part)
    yield from _second_ways(part)
    yield from _last_step(part)
    yield from _staff_in_time(part)
    yield from _missing(part)
    yield from _marks(part)


def _said_twice(part: Part) -> Iterator[Fault]:
    seen: set[Says] = set()
    for one in part.statements:
        if one.says in seen and one.says is not Says.STEP:
            yield Fault(one.line, TWICE, seen=shown(one.text), section=part.name)
        seen.add(one.says)


def _out_of_bounds(part: Part) -> Iterator[Fault]:
    for one in part.statements:
        if one.says not in _BOUNDS:
            continue
        least, in_emergency, otherwise = _BOUNDS[one.says]
        most = in_emergency if part.section is Section.EMERGENCY else otherwise
        length = one.rung.after if one.rung else one.length
        if not least <= length <= most:
            allowed = {"least": written_length(least, "en"), "most": written_length(most, "en")}
            yield Fault(one.line, OUT_OF_BOUNDS, seen=shown(one.text), section=part.name, **allowed)


def _out_of_order(part: Part) -> Iterator[Fault]:
    line, first = part.steps[0]
    if first.after:
        yield Fault(line, FIRST_IS_LATE, section=part.name)
    for (_, before), (line, rung) in zip(part.steps, part.steps[1:], strict=False):
        if rung.after < before.after:
            times = {"seen": written_length(rung.after, "en"), "before": written_length(before.after, "en")}
            yield Fault(line, GOES_BACK, **times)


def _asking(part: Part) -> Iterator[Fault]:
    for index, (line, rung) in enumerate(part.steps):
        if rung.asks and (index or part.section is not Section.ASK_FIRST):
            yield Fault(line, ASKS_ELSEWHERE)
    if part.section is Section.ASK_FIRST and not part.steps[0][1].asks:
        yield Fault(part.steps[0][0], ASKS_NOT)


def _second_ways(part: Part) -> Iterator[Fault]:
    called = False
    for line, rung in part.steps:
        if rung.second_channel and not called:
            yield Fault(line, SECOND_BEFORE_FIRST)
        called = called or not rung.asks


def _last_step(part: Part) -> Iterator[Fault]:
    line, last = part.steps[-1]
    if last.role not in {Role.STAFF, Role.PROFESSIONAL} or last.second_channel:
        yield Fault(line, RUNS_OUT, section=part.name)


def _staff_in_time(part: Part) -> Iterator[Fault]:
    if part.section is not Section.EMERGENCY:
        return
    staff = next(((line, rung) for line, rung in part.steps if rung.role is Role.STAFF), None)
    if staff is None:
        yield Fault(part.line, NO_STAFF)
    elif staff[1].after > STAFF_WITHIN:
        yield Fault(staff[0], STAFF_LATE, seen=written_length(staff[1].after, "en"))


def _missing(part: Part) -> Iterator[Fault]:
    for says, like in _SAY_LIKE.items():
        if part.length(says) is None:
            yield Fault(part.line, MISSING, section=part.name, like=like)
    counted = [line for line, rung in part.steps if rung.count and rung.role is not Role.STAFF]
    if counted and part.length(Says.PATIENCE) is None:
        yield Fault(counted[0], MISSING, section=part.name, like="replace who is silent for 20 s")


def _marks(part: Part) -> Iterator[Fault]:
    goal, limit = part.length(Says.GOAL), part.length(Says.LIMIT)
    has_none = any(one.says is Says.NO_GOAL for one in part.statements)
    if part.section is Section.NOTICE:
        if goal or limit:
            yield Fault(part.line, GOAL_OF_A_NOTICE)
    elif goal is None and not has_none:
        yield Fault(part.line, NO_WORD_OF_A_GOAL, section=part.name)
    if has_none and (goal or limit):
        yield Fault(part.line, GOAL_AND_NONE, section=part.name)
    if limit is not None and (goal is None or limit <= goal):
        yield Fault(part.line, LIMIT_BEFORE_GOAL, section=part.name)


NOBODY = "{section} calls nobody; write at least: at once call staff"
TWICE = '"{seen}": {section} says this twice; keep one of them'
OUT_OF_BOUNDS = '"{seen}": in {section} this may be {least} to {most}'
FIRST_IS_LATE = "{section} begins too late; its first step is at once"
GOES_BACK = "{seen} comes after {before}; put the steps in the order of their times"
ASKS_ELSEWHERE = "the elder is asked only in ask first, and there in the first step"
ASKS_NOT = "ask first begins with: at once ask the elder"
SECOND_BEFORE_FIRST = "nobody has been called before this, so there is no second way yet"
RUNS_OUT = "{section} ends without staff or professionals; its last step must call one of them"
NO_STAFF = "emergency never calls staff; write a step such as: after 90 s call staff"
STAFF_LATE = "emergency calls staff after {seen}; it may wait for them no longer than 3 min"
MISSING = "{section} lacks a line such as: {like}"
NO_WORD_OF_A_GOAL = "{section} lacks a line such as: goal 30 min, limit 60 min (or: no goal)"
GOAL_OF_A_NOTICE = "notice has no goal and no limit; leave that line out"
GOAL_AND_NONE = "{section} has a goal and says no goal; keep one of them"
LIMIT_BEFORE_GOAL = "{section} has a limit that does not come after its goal; write it like: goal 30 min, limit 60 min"

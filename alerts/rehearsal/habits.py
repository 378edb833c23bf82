"""What is usual for a role: how long until somebody who is called goes, and until they are at the door."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from alerts.rehearsal.truth import Truth, Verb
from linli.people import Role

_NEVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Habit:
    """The middle one of a role. `goes_after` a call, None: is silent; then at the door and done so long after that.

    `seen` counts the calls that it was learned from.
    """

    seen: int = 0
    goes_after: timedelta | None = None
    arrives_after: timedelta | None = None
    ends_after: timedelta | None = None


def habits_of(truths: Iterable[Truth]) -> Mapping[Role, Habit]:
    """Learn from what happened. A role that was never called is taken to be silent."""
    known = list(truths)
    return {role: _habit([seen for truth in known for seen in _seen(truth, role)]) for role in Role}


@dataclass(frozen=True, slots=True)
class _Seen:
    """One call and what came of it. `watched`: how long there was reason to answer."""

    watched: timedelta
    goes_after: timedelta | None
    arrives_after: timedelta | None
    ends_after: timedelta | None


def _seen(truth: Truth, role: Role) -> Iterator[_Seen]:
    for person, asked_at in truth.asked.items():
        if truth.roles.get(person) is not role:
            continue
        done = {act.verb: act.after for act in truth.acts.get(person, ())}
        goes = min((done[verb] for verb in (Verb.GO, Verb.JOIN, Verb.ARRIVE) if verb in done), default=None)
        watched = _NEVER if Verb.DECLINE in done else max(truth.calls_end_at - asked_at, timedelta(0))
        arrives, ends = done.get(Verb.ARRIVE), done.get(Verb.CLOSE)
        yield _Seen(watched, goes, _between(goes, arrives), _between(arrives, ends))


def _between(first: timedelta | None, then: timedelta | None) -> timedelta | None:
    return None if first is None or then is None or then < first else then - first


def _habit(seen: list[_Seen]) -> Habit:
    return Habit(
        len(seen),
        _middle_answer(seen),
        _middle(one.arrives_after for one in seen),
        _middle(one.ends_after for one in seen),
    )


def _middle(lengths: Iterable[timedelta | None]) -> timedelta | None:
    known = [length for length in lengths if length is not None]
    return median_low(known) if known else None


def _middle_answer(seen: list[_Seen]) -> timedelta | None:
    """Return after how long half of those called go (Kaplan and Meier's estimate); None: more than half never do.

    Who was silent when somebody else went had no reason to answer any more: that counts as not known, not as a no.
    """
    silent = 1.0
    waits = sorted((one.watched if one.goes_after is None else one.goes_after, one.goes_after is None) for one in seen)
    for index, (wait, gave_none) in enumerate(waits):
        if gave_none:
            continue
        silent *= 1 - 1 / (len(waits) - index)
        if silent <= 0.5:
            return wait
    return None

"""Mistakes put into the alert engine on purpose, each with the first word of the promise that it breaks.

Each is a change of one place, made in a process of its own. What random histories do not notice of this list, they do not
prove. `python3 dev.py bench mistakes` tries all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from alerts import case, drills, escalation, pacing
from alerts.callers import Callers
from alerts.case import Draft, Step
from alerts.desk import Desk
from alerts.dispatch import Dispatch
from alerts.drill_desk import DrillDesk
from alerts.incidents import Incidents
from alerts.sender import Sender
from linli.alert import Alert, Entry, Ladder, NoticeState, Severity
from linli.common_causes import CommonCauses
from linli.errors import StoreDown
from linli.finding import Finding
from linli.people import Person, Roster
from linli.pipeline import Pipeline
from linli.store import cases, outbox, pauses, set_back
from linli.store import drills as drill_store
from linli.store import tables as t
from linli.store.drills import Drill


def _instead(where: object, name: str, what: Callable[..., Any]) -> None:
    """Put something in the place of a function; it is handed the one that was there, and then what that would be."""
    before = getattr(where, name)
    setattr(where, name, lambda *given, **named: what(before, *given, **named))


def _nothing(_: object, *given: object, **named: object) -> None:
    """Do nothing."""


# what is accepted


def _lose_the_last(before: Callable[..., None], desk: Desk, findings: Sequence[Finding]) -> None:
    before(desk, findings[:-1] if len(findings) > 1 else findings)


def _swallow(before: Callable[..., Any], desk: Desk, findings: Sequence[Finding]) -> None:
    with suppress(StoreDown):
        before(desk, findings)


def _acknowledge_all(before: Callable[..., Any], pipeline: Pipeline, messages: Sequence[Any]) -> None:
    with suppress(StoreDown):
        before(pipeline, messages)


def _merge_kinds(_: object, connection: Connection, finding: Finding) -> Alert | None:
    return next(iter(cases.open_ones_of_home(connection, finding.home)), None)


# the next step


def _a_minute_later(before: Callable[..., datetime | None], *given: Any) -> datetime | None:
    due = before(*given)
    return due and due + timedelta(minutes=1)


def _two_days(_: object, __: Ladder, ___: int) -> timedelta:
    return timedelta(days=2)


def _hold_all(before: Callable[..., Step], alert: Alert, callers: Callers, now: datetime) -> Step:
    if alert.severity is not Severity.EMERGENCY:
        return before(alert, callers, now)
    draft = Draft.of(case.Case(replace(alert, climb_at=now + timedelta(minutes=1))), now)
    draft.note("opened", kind=alert.kind, severity=alert.severity)
    return draft.step()


def _only_the_first(before: Callable[..., list[str]], *given: Any) -> list[str]:
    return before(*given)[:1]


def _is_climbed(before: Callable[..., bool], *given: Any) -> bool:
    before(*given)
    return True


def _pace_all(_: object, connection: Connection, step: Step, now: datetime) -> datetime:  # noqa: ARG001
    return now + pacing.BETWEEN if step.notices else now


def _call_twice(before: Callable[..., None], draft: Draft, person: Person, **named: Any) -> None:
    before(draft, person, **named)
    if named["rung"] > 0:
        draft.note("called", person=person.person, role=person.role, rung=named["rung"])


# the log


def _say_nothing_of_refusals(before: Callable[..., None], draft: Draft, what: str, *given: Any, **named: Any) -> None:
    if what != "declined":
        before(draft, what, *given, **named)


def _log_no_sendings(before: Callable[..., None], connection: Connection, lines: Iterable[tuple[str, Entry]]) -> None:
    before(connection, [line for line in lines if line[1].what != "notice_sent"])


# messages


def _send_all_again(before: Callable[..., None], desk: Desk) -> None:
    before(desk)
    with desk._care.begin() as connection:
        sent = update(t.outbox).where(t.outbox.c.state == NoticeState.SENT)
        connection.execute(sent.values(state=NoticeState.WAITING, due_at=t.outbox.c.created_at))


def _always(_: object, *__: object, **___: object) -> bool:
    return True


def _never(_: object, *__: object, **___: object) -> bool:
    return False


def _none(_: object, *__: object, **___: object) -> list[Any]:
    return []


# drills


def _never_spend(before: Callable[..., bool], connection: Connection, *given: Any) -> bool:
    is_drill = before(connection, *given)
    connection.execute(update(t.drills).where(t.drills.c.kind == "button").values(passed_at=None))
    return is_drill


def _any_button(before: Callable[..., bool], connection: Connection, finding: Finding, *given: Any) -> bool:
    return any(
        before(connection, replace(finding, evidence={**finding.evidence, "device": device}), *given)
        for device in ("button-1", "button-2")
    )


def _everybody(_: object, roster: Roster, __: Alert) -> Roster:
    return roster


def _as_grave(_: object, finding: Finding) -> Finding:
    return replace(finding, drill=True)


def _begin_first(before: Callable[..., Drill], desk: DrillDesk, person: str) -> Drill:
    book = desk._desk.book
    opens, book.open = book.open, lambda *_: None  # type: ignore[method-assign]
    try:
        return before(desk, person)
    finally:
        book.open = opens  # type: ignore[method-assign]


MISTAKES: Mapping[str, tuple[str, Callable[[], None]]] = {
    "one of several findings is lost": ("answered", lambda: _instead(Desk, "open", _lose_the_last)),
    "a store that is down is taken for one that works": ("answered", lambda: _instead(Desk, "open", _swallow)),
    "acknowledged though nothing was stored": ("answered", lambda: _instead(Pipeline, "take_in", _acknowledge_all)),
    "an emergency joins whatever is open": ("merged away", lambda: _instead(cases, "open_like", _merge_kinds)),
    "the next step is a minute late": ("next step", lambda: _instead(case, "next_step", _a_minute_later)),
    "a rung lasts for two days": ("ends", lambda: _instead(escalation, "_gap", _two_days)),
    "a clock that was set back is not heeded": ("ends", lambda: _instead(set_back, "heed", _nothing)),
    "an emergency waits a minute": ("held", lambda: _instead(escalation, "opened", _hold_all)),
    "every message is paced": ("held", lambda: _instead(pacing, "may_write_at", _pace_all)),
    "notices of the closed go on": ("after closing", lambda: _instead(outbox, "withdraw", lambda *_, **__: 0)),
    "not looked at again before sending": ("after closing", lambda: _instead(Dispatch, "_is_wanted", _always)),
    "called twice at once": ("twice in a step", lambda: _instead(Draft, "call", _call_twice)),
    "an empty rung is waited for": ("empty rung", lambda: _instead(escalation, "_call_rung", _is_climbed)),
    "a refusal is not logged": ("fold", lambda: _instead(Draft, "note", _say_nothing_of_refusals)),
    "what was sent is not logged": ("fold", lambda: _instead(cases, "write_logs", _log_no_sendings)),
    "one step at a time": ("overdue", lambda: _instead(cases, "due", _only_the_first)),
    "nothing is sent": ("overdue", lambda: _instead(Sender, "deliver_due", lambda *_: 0)),
    "all is sent again after a start": ("one message", lambda: _instead(Desk, "start", _send_all_again)),
    "a trial is never spent": ("drill", lambda: _instead(drill_store, "take_window", _never_spend)),
    "a trial is never heeded": ("drill", lambda: _instead(drill_store, "take_window", _never)),
    "a trial is of any button": ("drill", lambda: _instead(drill_store, "take_window", _any_button)),
    "a trial that was called off goes on": ("drill", lambda: _instead(drill_store, "cancel_windows", lambda *_: 0)),
    "a drill calls anybody": ("drill", lambda: _instead(drills, "circle", _everybody)),
    "a drill is as grave as a call": ("drill", lambda: _instead(drills, "as_drill", _as_grave)),
    "a drill is stored without its message": ("drill", lambda: _instead(DrillDesk, "ask", _begin_first)),
    "an answer to a drill is not kept": ("drill", lambda: _instead(drill_store, "answer", _nothing)),
    "a second trial names an alert that is not there": ("drill", lambda: _instead(drill_store, "join", _nothing)),
    "a pause is not heeded": ("pause", lambda: _instead(pauses, "running", _none)),
    "an incident leaves the single alerts open": ("silence", lambda: _instead(Incidents, "_merge", _nothing)),
    "an incident is never over": ("silence", lambda: _instead(CommonCauses, "_is_over", _never)),
    "open incidents are forgotten": ("silence", lambda: _instead(Incidents, "open_ones", _none)),
    "an incident is told to nobody": ("silence", lambda: _instead(Incidents, "stand_for", _nothing)),
    "homes that are silent together are told of one by one": (
        "silence",
        lambda: _instead(CommonCauses, "_decide", _none),
    ),
}

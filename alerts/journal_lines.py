"""What the journal says, entry by entry, and a stopgap read back from it. No file is opened here."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from alerts.case import Case, Step
from alerts.channels.base import Answer, Verdict
from alerts.opening import new_alert
from alerts.stopgap import Stopgap
from linli.alert import Alert, Entry, Ladder, Notice, Request
from linli.finding import Finding
from linli.words import Sentence

Plain = dict[str, Any]
"""A record's fields by name, in the form that JSON has for them."""


class Found(msgspec.Struct, tag="found", frozen=True):
    """A finding that is being acted on; without `opened_at` and `ladder` it joined an alert that is open."""

    alert: str
    finding: Plain
    opened_at: datetime | None = None
    ladder: Ladder | None = None


class Stood(msgspec.Struct, tag="stood", frozen=True):
    """A step of the ladder: how the alert stands now, and what is new."""

    alert: str
    stands: Plain
    requests: tuple[Request, ...]
    notices: tuple[Notice, ...]
    log: tuple[Entry, ...]


class Trying(msgspec.Struct, tag="trying", frozen=True):
    """A message that goes out now."""

    alert: str
    notice: Notice
    at: datetime


class Answered(msgspec.Struct, tag="answered", frozen=True):
    """What the far end said to it."""

    alert: str
    key: str
    kind: str
    verdict: Verdict
    reason: str
    at: datetime


class Done(msgspec.Struct, tag="done", frozen=True):
    """The store has it all."""

    alert: str


Line = Found | Stood | Trying | Answered | Done
encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Line)


_OF_FINDINGS = get_type_hints(Finding)
_OF_ALERTS = get_type_hints(Alert)
_NEVER_CHANGED = frozenset({"id", "why", "ladder", "evidence"})


def found(finding: Finding, alert: Alert) -> Found:
    """Return the line that keeps a finding and the alert that it opens."""
    return Found(alert.id, _plain(finding), alert.opened_at, alert.ladder)


def joined(finding: Finding, alert: str) -> Found:
    """Return the line that keeps a finding about what somebody is called for already."""
    return Found(alert, _plain(finding))


def _plain(finding: Finding) -> Plain:
    fields = {name: getattr(finding, name) for name in _OF_FINDINGS}
    return fields | {"why": finding.why.to_json(), "evidence": dict(finding.evidence)}


def stood(step: Step) -> Stood:
    """Return the line that keeps a step."""
    stands = {name: getattr(step.alert, name) for name in _OF_ALERTS if name not in _NEVER_CHANGED}
    return Stood(step.alert.id, stands, step.requests, step.notices, step.log)


def read(entries: Iterable[bytes]) -> tuple[list[Stopgap], int]:
    """Return what was not done when linli ended, and how many entries say nothing that can be understood."""
    gaps: dict[str, Stopgap] = {}
    strange = 0
    for entry in entries:
        try:
            line: Line = _decoder.decode(entry)
            _heed(gaps, line)
        except (msgspec.MsgspecError, KeyError, TypeError):
            strange += 1
    return list(gaps.values()), strange


def _heed(gaps: dict[str, Stopgap], line: Line) -> None:
    if isinstance(line, Done):
        gaps.pop(line.alert, None)
        return
    gap = gaps.setdefault(line.alert, Stopgap(line.alert, [], is_new=False))
    if isinstance(line, Found):
        _found_again(gap, line)
    elif isinstance(line, Stood):
        _stood_again(gap, line)
    elif isinstance(line, Trying):
        gap.notices[line.notice.key] = line.notice
    else:
        gap.answered(line.key, line.kind, Answer(line.verdict, line.reason), None, line.at)


def _found_again(gap: Stopgap, line: Found) -> None:
    plain = _typed(line.finding, _OF_FINDINGS, without={"why"})
    finding = Finding(**plain, why=Sentence.from_json(line.finding["why"]))
    gap.findings.append(finding)
    if line.opened_at is not None and line.ladder is not None:
        alert = replace(new_alert(finding, line.opened_at), ladder=line.ladder)
        gap.case, gap.is_new = Case(alert), True


def _stood_again(gap: Stopgap, line: Stood) -> None:
    for notice in line.notices:
        gap.notices.setdefault(notice.key, notice)
    gap.log += line.log
    gap.asked |= {request.person: request for request in line.requests}
    gap.climbed = (int(line.stands["round"]), int(line.stands["rung"]), int(line.stands["marks"]))
    if gap.case is None or not gap.is_new:
        return
    known = {request.person: request for request in (*gap.case.requests, *line.requests)}
    alert = replace(gap.case.alert, **_typed(line.stands, _OF_ALERTS, without=_NEVER_CHANGED))
    gap.case = Case(alert, tuple(known.values()))


def _typed(plain: Plain, types: Mapping[str, Any], *, without: Collection[str]) -> Plain:
    """Return fields as their record has them; what another version of linli knew more of is left out."""
    names = (name for name in plain if name in types and name not in without)
    return {name: msgspec.convert(plain[name], types[name]) for name in names}

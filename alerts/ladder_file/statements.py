"""One statement of a ladder file: a step, or how long something may take. Nothing is judged here beyond its words."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.ladder_file.faults import Fault, shown
from alerts.ladder_file.lengths import LENGTH, length_of
from alerts.ladder_file.vocabulary import POSSIBLE_ROLES, ROLE_OF
from linli.alert import Rung
from linli.people import Role

MOST_PEOPLE = 50
"""The most who are called at once by number; `all` has no limit."""


class Says(StrEnum):
    """What a statement is about, in the words that begin it."""

    STEP = "at once"
    PATIENCE = "replace who is silent for"
    AGAIN = "then again every"
    LEASE = "be there within"
    GOAL = "goal"
    LIMIT = "limit"
    NO_GOAL = "no goal"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one line, or one part of it between commas, says."""

    line: int
    text: str
    says: Says
    length: timedelta = timedelta(0)
    rung: Rung | None = None


_LENGTHS = (
    (Says.AGAIN, r"then again every (?P<length>.+)"),
    (Says.AGAIN, r"(?:之后|然后)每隔?(?P<length>.+?)(?:再呼?叫?(?:一[遍次])?)?"),
    (Says.LEASE, r"be there within (?P<length>.+)"),
    (Says.LEASE, r"(?P<length>.+?)(?:之内|以内|内)到门口"),
    (Says.PATIENCE, r"replace who is silent for (?P<length>.+)"),
    (Says.PATIENCE, r"(?P<length>.+?)(?:不|没有?|未)(?:回应|回答|应答)[就则]?换人"),
    (Says.GOAL, r"goal (?P<length>.+)"),
    (Says.GOAL, r"目标(?P<length>.+)"),
    (Says.LIMIT, r"limit (?P<length>.+)"),
    (Says.LIMIT, r"上限(?P<length>.+)"),
)
_NO_GOAL = ("no goal", "不设目标")
_STEPS = (
    r"at once (?P<call>.+)",
    r"立[即刻](?P<call>.+)",
    rf"after (?P<length>{LENGTH})(?P<call>.+)",
    rf"(?P<length>{LENGTH})[以之]?后(?P<call>.+)",
)
_ASKS = (r"ask the (?:elder|resident)", r"[先询]?问(?:老人|本人)")
_SECOND_WAY = (r"(?:use |call )?their second way", r"(?:改?用)?第二种(?:联系)?方式")
_KEY_HOLDERS = (r"(?:call )?(?:the )?key-?holders?", r"(?:呼?叫)?(?:全部|所有)?(?:备用)?钥匙保管人")
_CALLS = (
    r"(?:call )?(?:the )?(?P<count>\d+) (?:nearest )?(?P<role>.+)",
    r"(?:call )?(?:the )?(?P<one>nearest )(?P<role>.+)",
    r"(?:呼?叫)?(?:最近的)?(?P<count>\d+)[名位个](?P<role>.+)",
    r"(?:call )?(?:all )?(?:the )?(?P<role>[a-z].*)",
    r"(?:呼?叫)?(?:全部|所有)?(?P<role>.+)",
)


def statement(text: str, line: int) -> Statement:
    """Read one statement, already in its plain form; raises Fault."""
    words = " ".join(text.lower().split())
    if _plain(words) in {_plain(known) for known in _NO_GOAL}:
        return Statement(line, text, Says.NO_GOAL)
    for says, pattern in _LENGTHS:
        if found := _match(pattern, words):
            return Statement(line, text, says, length=_length(found["length"], line))
    for pattern in _STEPS:
        if found := _match(pattern, words):
            after = _length(found["length"], line) if "length" in found.groupdict() else timedelta(0)
            return Statement(line, text, Says.STEP, rung=_rung(after, found["call"].strip(), line))
    if words.startswith("after "):
        raise Fault(line, NOT_A_STEP_AFTER, seen=shown(text))
    raise Fault(line, NOT_A_STATEMENT, seen=shown(text))


def _match(pattern: str, words: str) -> re.Match[str] | None:
    """Match words as they are, or without spaces, as Chinese is written."""
    return re.fullmatch(pattern, words) or re.fullmatch(pattern, _plain(words))


def _plain(words: str) -> str:
    return words.replace(" ", "")


def _length(text: str, line: int) -> timedelta:
    found = length_of(text)
    if found is None:
        raise Fault(line, NOT_A_LENGTH, seen=shown(text.strip()))
    return found


def _rung(after: timedelta, call: str, line: int) -> Rung:
    if any(_match(pattern, call) for pattern in _ASKS):
        return Rung(after, Role.RESIDENT, asks=True)
    if any(_match(pattern, call) for pattern in _SECOND_WAY):
        return Rung(after, Role.VOLUNTEER, second_channel=True)
    if any(_match(pattern, call) for pattern in _KEY_HOLDERS):
        return Rung(after, Role.VOLUNTEER, keys=True)
    for pattern in _CALLS:
        found = _match(pattern, call)
        role = ROLE_OF.get(found["role"].strip()) if found else None
        if found and role:
            return Rung(after, role, count=_count(found, line))
    raise Fault(line, NOBODY_TO_CALL, seen=shown(call), possible=POSSIBLE_ROLES)


def _count(found: re.Match[str], line: int) -> int:
    named = found.groupdict()
    if "one" in named:
        return 1
    if "count" not in named:
        return 0
    if not 1 <= int(named["count"]) <= MOST_PEOPLE:
        raise Fault(line, NOT_A_COUNT, seen=shown(named["count"]), most=MOST_PEOPLE)
    return int(named["count"])


NOT_A_STATEMENT = (
    '"{seen}" cannot be understood; a line begins with at once, after, then again every, be there within, '
    "replace who is silent for, goal, limit or no goal"
)
NOT_A_STEP_AFTER = '"{seen}" does not say when; write it like: after 30 s call the family'
NOT_A_LENGTH = '"{seen}" is not a length of time; write it like 30 s, 3 min, 2 h or 1 day'
NOBODY_TO_CALL = (
    '"{seen}" is nobody who can be called; possible: {possible}, the key-holders, their second way, ask the elder'
)
NOT_A_COUNT = "{seen} people cannot be called by number; possible: 1 to {most}, or all"

"""One POST and what its answer means: what all channels share that are reached over HTTP."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeGuard

import msgspec

from alerts.channels.base import Answer, Verdict
from alerts.channels.http import BadAddress, Poster, Reply, Unanswered, Unreached, parse

LONGEST_WAIT = timedelta(seconds=60)
"""However long a far end asks us to wait, it is tried again after this."""
NOT_UNDERSTOOD = "the answer is not one that this service gives"
BAD_SECRET = "the secret has signs in it that cannot be sent"  # noqa: S105 - says that there is something wrong with one

Judge = Callable[[Reply], Answer]


def exchange(poster: Poster, address: str, body: bytes, headers: Mapping[str, str], judge: Judge) -> Answer:
    """Post once and return the verdict; raises nothing that a far end or an address can cause."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        return Answer(Verdict.NEVER, BAD_SECRET)
    try:
        return judge(poster.post(parse(address), body, {"User-Agent": "linli", **headers}))
    except BadAddress as why:
        return Answer(Verdict.NEVER, str(why))
    except Unreached as why:
        return Answer(Verdict.LATER, str(why))
    except Unanswered as why:
        return Answer(Verdict.UNKNOWN, str(why))


def is_success(reply: Reply) -> bool:
    """Tell whether the status is 2xx, which for many services says nothing of the message."""
    return 200 <= reply.status < 300


def by_status(reply: Reply) -> Answer:
    """Return what an answer means whose body says nothing: anything but 2xx is tried again."""
    if is_success(reply):
        return Answer(Verdict.UNKNOWN, NOT_UNDERSTOOD)
    wait = retry_after(reply) if reply.status in {429, 503} else None
    return Answer(Verdict.LATER, f"HTTP {reply.status}", wait)


def by_code(reply: Reply, names: tuple[str, ...], meanings: Mapping[int, Answer]) -> Answer:
    """Return the verdict of a service that answers HTTP 200 with a code of its own: only 0 is accepted.

    An unknown code is tried again: a refusal that we do not know must neither count as sent nor end the tries.
    """
    code = _code(json_object(reply), names)
    if code is None:
        return by_status(reply)
    if code == 0:
        return Answer(Verdict.ACCEPTED) if is_success(reply) else by_status(reply)
    return meanings.get(code) or Answer(Verdict.LATER, f"code {code}")


def _code(said: Mapping[str, object], names: tuple[str, ...]) -> int | None:
    """Return the first code that is not 0, or 0 if that is all that is said."""
    codes = [code for name in names if (code := _number(said.get(name))) is not None]
    return next((code for code in codes if code), 0 if codes else None)


def _number(value: object) -> int | None:
    """Return a whole number; DingTalk's own pages show it as text in one place and as a number in another."""
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def json_object(reply: Reply) -> Mapping[str, object]:
    """Return the JSON object in an answer, an empty one if there is none."""
    said = json_value(reply)
    return said if _is_object(said) else {}


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def json_value(reply: Reply) -> object:
    """Return the JSON in an answer, None if there is none."""
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def retry_after(reply: Reply) -> timedelta | None:
    """Return how long the far end asks us to wait, 0 to 60 s; None if it does not say.

    A date is measured against the date of the answer itself: both clocks are then the far end's.
    """
    said = reply.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    until, since = _date(said), _date(reply.headers.get("date", ""))
    if until is None or since is None:
        return None
    return min(max(until - since, timedelta(0)), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

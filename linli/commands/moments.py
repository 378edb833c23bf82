"""Moments as they are written on the command line."""

from datetime import datetime

from linli.errors import WrongUsage


def moment_of(text: str, option: str) -> datetime:
    """Return the moment that an option gives, ISO 8601 with an offset; raises WrongUsage, which says how it is written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"{option} {text!r} is not a time such as 2026-11-22T07:00+08:00") from None
    if moment.tzinfo is None:
        raise WrongUsage(f"{option} {text!r} needs an offset, such as +08:00")
    return moment


def moment_or_none(text: str | None, option: str) -> datetime | None:
    """Return the same, None where the option was not given."""
    return None if text is None else moment_of(text, option)

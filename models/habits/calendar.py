"""Local days, counted since 1970."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_EPOCH = date(1970, 1, 1).toordinal()


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    """Return the local day of a moment."""
    return moment.astimezone(zone).date().toordinal() - _EPOCH


def date_of(day: int) -> date:
    """Return the date of a local day."""
    return date.fromordinal(day + _EPOCH)


def midnight_of(day: int, zone: ZoneInfo) -> datetime:
    """Return when a local day begins, in UTC."""
    return datetime.combine(date_of(day), time(), zone).astimezone(UTC)

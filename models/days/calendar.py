"""Local days, counted since 1970."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_EPOCH = date(1970, 1, 1).toordinal()


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    """Return the local day of a moment."""
    return moment.astimezone(zone).date().toordinal() - _EPOCH


def date_of(day: int) -> date:
    """Return the date of a local day."""
    return date.fromordinal(day + _EPOCH)

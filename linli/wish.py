"""What a relative wishes to be told of, and when they wish to be left alone. No emergency ever asks for it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.alert import AlertKind


@dataclass(frozen=True, slots=True)
class Wish:
    """The wish of one relative for one home. Quiet hours are local and may run past midnight; None: there are none."""

    person: str
    muted: frozenset[AlertKind] = frozenset()
    quiet_from: time | None = None
    quiet_until: time | None = None

    def quiet_ends(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the quiet hours that run now are over, None where none run."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(zone)
        if not _is_between(local.time(), self.quiet_from, self.quiet_until):
            return None
        day = local.date() if local.time() < self.quiet_until else local.date() + timedelta(days=1)
        return datetime.combine(day, self.quiet_until, zone).astimezone(now.tzinfo)


def _is_between(moment: time, begin: time, end: time) -> bool:
    return begin <= moment < end if begin < end else moment >= begin or moment < end

"""One look at all homes and alerts, and what is new since the last: what live pages and programs are told of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from dashboard.access import Reach, may_see_alert, may_see_home
from dashboard.services import Services
from dashboard.standing import Standing, lay_over
from dashboard.windows import Window, window_of
from linli.alert import RequestState
from linli.clock import seconds
from linli.home_state import HomeView
from linli.people import Roster
from linli.store import cases, overview
from linli.store.overview import Involved

LONGEST_SHARE = 0.1
"""At most this share of the time goes into drawing the homes, however many there are."""
STILL_TRUE = 1.5
"""Seconds for which a page may be drawn of what was seen; looks come more often while anybody follows them."""


@dataclass(frozen=True)
class Seen:
    """What one look saw. `changed` are alerts in which something happened since the look before."""

    now: datetime
    seq: int
    roster: Roster
    standings: Mapping[str, Standing]
    open: tuple[Involved, ...]
    changed: tuple[Involved, ...]
    troubles: tuple[str, ...]
    looked_at: float = 0.0
    """In seconds of a clock that only grows."""
    drawn: dict[tuple[str, ...], str] = field(default_factory=dict, compare=False)
    lock: Lock = field(default_factory=Lock, compare=False)

    def draw(self, key: tuple[str, ...], draw: Callable[[], str]) -> str:
        """Return what is drawn of this look, once for everybody who reads the same: who comes meanwhile waits for it."""
        with self.lock:
            if key not in self.drawn:
                self.drawn[key] = draw()
            return self.drawn[key]

    def asked_now(self, person: str) -> frozenset[str]:
        """Return the homes whose open alerts ask a person who has not refused."""
        return frozenset(
            one.alert.home
            for one in self.open
            if any(r.person == person and r.state is not RequestState.DECLINED for r in one.requests)
        )


@dataclass(frozen=True)
class Change:
    """What is told after a look: the homes that look different and the alerts in which something happened.

    `frames` keeps what was written for one reader, for the next who reads the same.
    """

    seen: Seen
    homes: tuple[tuple[Standing, Window], ...]
    alerts: tuple[Involved, ...]
    troubles_changed: bool = False
    is_all: bool = False
    """This is everything there is to see, not only what is new."""
    frames: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def homes_of(self, reach: Reach) -> list[tuple[Standing, Window]]:
        """Return the homes that somebody may see."""
        asked = self.seen.asked_now(reach.person) if reach.is_helper else frozenset()
        return [one for one in self.homes if may_see_home(reach, one[0].home, asked)]

    def alerts_of(self, reach: Reach) -> list[Involved]:
        """Return the alerts that somebody may see."""
        return [one for one in self.alerts if may_see_alert(reach, one.alert, one.requests, self.seen.roster)]

    def frame(self, key: tuple[str, ...], write: Callable[[], bytes]) -> bytes:
        """Return a frame, written once for everybody who reads the same."""
        if key not in self.frames:
            self.frames[key] = write()
        return self.frames[key]


class Eyes:
    """Looks at everything, in a worker thread. Remembers what it saw, to tell what is new.

    Every look sees the alerts; the homes are drawn anew as often as `LONGEST_SHARE` of the time allows.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._before: Seen | None = None
        self._known: dict[str, tuple[Window, int]] = {}
        self._views: Sequence[HomeView] = ()
        self._views_of: Roster | None = None
        self._views_due = 0.0

    def look(self) -> Change:
        """Return what has changed since the last look; raises StoreDown when a store does not answer."""
        before, views = self._before, self._views
        seen = self._see()
        homes: tuple[tuple[Standing, Window], ...] = ()
        if before is None or self._views is not views or seen.open is not before.open:
            homes = tuple(self._different(seen))
        self._before = seen
        return Change(seen, homes, seen.changed, troubles_changed=before is None or before.troubles != seen.troubles)

    @property
    def last(self) -> Seen | None:
        """Return what the last look saw, None where nobody has looked for a while."""
        seen = self._before
        return seen if seen is not None and seconds() - seen.looked_at < STILL_TRUE else None

    def everything(self) -> Change:
        """Return all there is to see now."""
        seen = self._before or self._see()
        homes = tuple((standing, window_of(standing, seen.now)) for standing in seen.standings.values())
        return Change(seen, homes, seen.open, troubles_changed=True, is_all=True)

    def _see(self) -> Seen:
        services, before, known = self._services, self._before, self._views
        roster = services.roster()
        seq, involved, changed = self._alerts()
        self._draw_homes(roster)
        if before is not None and self._views is known and involved is before.open:
            standings = before.standings
        else:
            standings = {one.home.home: one for one in lay_over(roster, self._views, involved)}
        troubles = tuple(trouble.part for trouble in services.health.troubles())
        return Seen(services.clock.now(), seq, roster, standings, involved, tuple(changed), troubles, seconds())

    def _alerts(self) -> tuple[int, tuple[Involved, ...], list[Involved]]:
        """Return the log's last line, the open alerts, and those in which something has happened since the last look."""
        before = self._before
        with self._services.care.read() as connection:
            seq = cases.last_seq(connection)
            if before is not None and seq == before.seq:
                return seq, before.open, []
            involved = tuple(overview.with_requests(connection, cases.open_ones(connection)))
            if before is None:
                return seq, involved, []
            ids = {alert for _, alert, _ in cases.log_since(connection, before.seq)}
            return seq, involved, overview.with_requests(connection, overview.by_ids(connection, ids))

    def _draw_homes(self, roster: Roster) -> None:
        began = seconds()
        if began < self._views_due and roster is self._views_of:
            return
        self._views, self._views_of = self._services.homes.states(), roster
        self._views_due = began + (seconds() - began) / LONGEST_SHARE

    def _different(self, seen: Seen) -> list[tuple[Standing, Window]]:
        found = []
        now_known: dict[str, tuple[Window, int]] = {}
        for home, standing in seen.standings.items():
            window = window_of(standing, seen.now)
            last = standing.view.last_sign_at
            known = (window, int(last.timestamp()) if last else 0)
            now_known[home] = known
            if self._known.get(home) != known:
                found.append((standing, window))
        self._known = now_known
        return found

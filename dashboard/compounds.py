"""Compounds set beside each other: figures for each home, so that a large one is not worse for being large. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashboard.facade import counted
from dashboard.report import Times, report_of
from dashboard.standing import Standing
from linli.home_state import HomeState
from linli.people import Home, Role, Roster
from linli.store.reports import Past

SPAN = timedelta(days=30)
FEWEST = 5
"""Of fewer alerts no median is shown: it would say more of one evening than of a compound."""


@dataclass(frozen=True)
class Compound:
    """A site's last thirty days. `judged` is how many of its homes are not blind at this moment."""

    site: str
    unmanaged: bool
    homes: int
    judged: int
    calling: int
    for_nothing: int
    to_door: Times
    volunteers: int

    @property
    def share_judged(self) -> float:
        """Return the share of homes, 0 to 1, of which it can be said how they are."""
        return self.judged / self.homes

    def per_home(self, count: int) -> float:
        """Return a count for each home."""
        return count / self.homes


def compounds(
    standings: Iterable[Standing], alerts: Sequence[Past], roster: Roster, unmanaged: Collection[str]
) -> list[Compound]:
    """Return the sites of these homes, those that nobody manages first, then as people count them."""
    by_site: dict[str, list[Standing]] = {}
    for standing in standings:
        by_site.setdefault(standing.home.site, []).append(standing)
    volunteers = _volunteers(by_site, roster)
    found = [
        _compound(
            site,
            shown,
            [one for one in alerts if one.alert.site == site],
            volunteers[site],
            unmanaged=site in unmanaged,
        )
        for site, shown in by_site.items()
    ]
    return sorted(found, key=lambda one: (not one.unmanaged, counted(one.site)))


def _compound(
    site: str, standings: Sequence[Standing], alerts: Sequence[Past], volunteers: int, *, unmanaged: bool
) -> Compound:
    made = report_of(alerts, (), (), len(standings))
    judged = sum(one.view.state is not HomeState.UNMONITORED for one in standings)
    return Compound(
        site=site,
        unmanaged=unmanaged,
        homes=len(standings),
        judged=judged,
        calling=made.calling,
        for_nothing=made.for_nothing,
        to_door=made.to_door,
        volunteers=volunteers,
    )


def _volunteers(by_site: Mapping[str, Sequence[Standing]], roster: Roster) -> dict[str, int]:
    """Return how many people can be called as volunteers in each site, each counted once."""
    helpers = [person for person in roster.people.values() if person.role is Role.VOLUNTEER]
    homes: dict[str, list[Home]] = {site: [one.home for one in shown] for site, shown in by_site.items()}
    return {site: sum(any(map(one.cares_for, inside)) for one in helpers) for site, inside in homes.items()}

"""A building from afar: how many of its homes stand in which state. What the map draws where windows would be too many."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dashboard.facade import counted
from dashboard.standing import Standing
from dashboard.vocabulary import HOME_STATES
from linli.home_state import HomeState
from linli.people import Home


@dataclass(frozen=True)
class Block:
    """One building. `home` is any of its homes, for its name; `counts` says how many homes are in each state."""

    home: Home
    counts: Mapping[HomeState, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return what names the building among all sites; ids of sites hold no slash."""
        return f"{self.home.site}/{self.home.building}"

    @property
    def homes(self) -> int:
        """Return how many homes it has."""
        return sum(self.counts.values())

    @property
    def states(self) -> list[int]:
        """Return the counts in the order of the board's legend."""
        return [self.counts.get(state, 0) for state in HOME_STATES]

    @property
    def marks(self) -> list[tuple[HomeState, int]]:
        """Return the states that staff look for from afar, gravest first, with how many homes are in each."""
        return [(state, self.counts[state]) for state in HOME_STATES if state not in CALM and self.counts.get(state)]

    @property
    def layers(self) -> list[tuple[HomeState, float, float]]:
        """Return what fills it from the ground up, as state, bottom and height in percent; calm states lie lowest."""
        found: list[tuple[HomeState, float, float]] = []
        filled = 0.0
        for state in FROM_THE_GROUND:
            share = 100 * self.counts.get(state, 0) / self.homes
            if share:
                found.append((state, round(filled, 1), round(share, 1)))
                filled += share
        return found


CALM = frozenset({HomeState.WELL, HomeState.AWAY})
FROM_THE_GROUND = (HomeState.WELL, HomeState.AWAY, HomeState.UNMONITORED, HomeState.QUIET, HomeState.ALERT)


def blocks_of(standings: Iterable[Standing]) -> list[Block]:
    """Return the buildings of these homes, by site and then as people count them."""
    homes: dict[tuple[str, str], Home] = {}
    counts: dict[tuple[str, str], Counter[HomeState]] = {}
    for standing in standings:
        key = (standing.home.site, standing.home.building)
        homes.setdefault(key, standing.home)
        counts.setdefault(key, Counter())[standing.state] += 1
    ordered = sorted(homes, key=lambda key: (counted(key[0]), counted(key[1])))
    return [Block(homes[key], dict(counts[key])) for key in ordered]

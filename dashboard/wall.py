"""The wall of the staff room: what of the homes may be seen by everybody who passes. Pure.

No names, no doors, no kinds but a call, fire and gas; who is out is not drawn, and light has one level, so that the wall
never tells who is away or asleep.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.queue import Card
from dashboard.standing import Standing
from dashboard.windows import Window, window_of
from linli.alert import Alert, AlertKind, Severity
from linli.home_state import HomeState
from linli.words import Sentence

TOLD = {AlertKind.SOS: "Call for help", AlertKind.SMOKE: "Smoke", AlertKind.GAS: "Gas"}
"""The kinds that a wall may name."""
BELL = "bell"
MOST_LINES = 3
"""How many lines stand below the great one; more are counted."""
COUNTED = (HomeState.WELL, HomeState.QUIET, HomeState.UNMONITORED)


@dataclass(frozen=True)
class Line:
    """Something that is going on somewhere else: how it is drawn, and what is asked of whoever reads it."""

    card: Card
    look: str
    glyph: str
    words: Sentence


@dataclass(frozen=True)
class Wall:
    """What stands beside the façade: the emergency that waits longest, the lines below it, and the counts."""

    first: Card | None
    lines: tuple[Line, ...]
    more: int
    counts: Mapping[HomeState, int]


def wall_of(standings: Iterable[Standing], cards: Sequence[Card]) -> Wall:
    """Return what a wall says: emergencies that nobody has accepted come before those to which somebody goes."""
    emergencies = sorted((card for card in cards if _is_emergency(card.alert)), key=lambda card: card.goes)
    others = [card for card in cards if not _is_emergency(card.alert)]
    lines = [_line(card) for card in (*emergencies[1:], *others)]
    states = [standing.state for standing in standings]
    counts = {state: states.count(state) for state in COUNTED}
    first = emergencies[0] if emergencies else None
    return Wall(first, tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES), counts)


def _is_emergency(alert: Alert) -> bool:
    return alert.severity is Severity.EMERGENCY


def kind_on_wall(alert: Alert) -> Sentence:
    """Return what a wall says that an alert is."""
    return Sentence(TOLD.get(alert.kind, "Somebody is needed at once" if _is_emergency(alert) else "Please look in"))


def glyph_on_wall(alert: Alert) -> str:
    """Return what is drawn for an alert."""
    return alert.kind if alert.kind in TOLD else BELL


def _line(card: Card) -> Line:
    alert = card.alert
    if not alert.home and alert.kind is AlertKind.UNMONITORED:
        return Line(card, "unmonitored", "", Sentence("No signal"))
    return Line(card, f"alert {alert.severity}", glyph_on_wall(alert), kind_on_wall(alert))


def window_on_wall(standing: Standing, number: int, now: datetime) -> Window | None:
    """Return how a home is drawn on the wall, under a number that is not its id; None for one that is not drawn."""
    if standing.state is HomeState.AWAY:
        return None
    window = window_of(standing, now)
    if standing.alerts:
        return Window(str(number), window.look, glyph_on_wall(standing.alerts[0].alert), window.badge)
    return Window(str(number), "well l4" if window.look.startswith("well") else window.look)

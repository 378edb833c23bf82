"""A home as a window of its building: what is lit, how much, and what lies over it. Pure; colours stand in the CSS."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.places import address
from dashboard.standing import Standing
from dashboard.vocabulary import ALERT_STATES, HOME_STATES, KINDS
from linli.alert import AlertState, Severity
from linli.home_state import HomeState
from linli.words import Sentence, say, translate

LEVELS = ((timedelta(minutes=15), 4), (timedelta(hours=1), 3), (timedelta(hours=3), 2))
"""How much light a window shows by the age of the last sign of life; beyond the last one, a sill of it."""
DISC_STEPS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """What is drawn: `look` are the CSS classes, `glyph` the kind of an alert, `badge` who is there: walk or door."""

    home: str
    look: str
    glyph: str = ""
    badge: str = ""


def window_of(standing: Standing, now: datetime) -> Window:
    """Return how a home is drawn at a moment."""
    home = standing.home.home
    if standing.alerts:
        return _alert_window(standing)
    view = standing.view
    if view.state is HomeState.QUIET:
        return Window(home, f"quiet d{disc(view.silence_share)}")
    if view.state is HomeState.WELL and view.last_sign_at is not None:
        return Window(home, f"well l{level(now - view.last_sign_at)}")
    return Window(home, "unmonitored" if view.state is HomeState.WELL else view.state.value)


def _alert_window(standing: Standing) -> Window:
    alert = standing.alerts[0].alert
    badge = {AlertState.ACCEPTED: "walk", AlertState.AT_DOOR: "door"}.get(alert.state, "")
    waiting = " waiting" if alert.severity is Severity.EMERGENCY and not badge else ""
    return Window(standing.home.home, f"alert {alert.severity}{waiting}", alert.kind, badge)


def level(age: timedelta) -> int:
    """Return how much light a sign of life of this age leaves in the window: 4 full, 1 a sill."""
    return next((light for limit, light in LEVELS if age <= limit), 1)


def disc(share: float) -> int:
    """Return how many eighths of the silence line are used up."""
    return max(0, min(DISC_STEPS, int(share * DISC_STEPS)))


def title_of(standing: Standing, language: str) -> str:
    """Return what a window says to who cannot see it: where, who, and what is known."""
    home = standing.home
    place = " ".join(part for part in (address(home, language), home.resident) if part)
    return f"{place}: {words_of(standing, language)}"


def words_of(standing: Standing, language: str) -> str:
    """Return a home's state and its evidence in words."""
    if standing.alerts:
        alert = standing.alerts[0].alert
        return translate(KINDS[alert.kind], language) + _who(standing, language)
    state = translate(HOME_STATES[standing.state], language)
    last = standing.view.last_sign_at
    if last is None or standing.state in {HomeState.AWAY, HomeState.UNMONITORED}:
        return state
    return say(
        Sentence("{state}, last {at}", {"state": HOME_STATES[standing.state], "at": last}), language, standing.home.zone
    )


def _who(standing: Standing, language: str) -> str:
    state = standing.alerts[0].alert.state
    return "" if state is AlertState.OPEN else f", {translate(ALERT_STATES[state], language)}"

"""The limits that need no learning. Defaults are meant for a home of which nothing is known yet."""

from dataclasses import dataclass
from datetime import time, timedelta

from linli.people import GATEWAY_WORDS


@dataclass(frozen=True, slots=True)
class Rules:
    """How long what may last before somebody is told; clock times are local to each home."""

    day_line: timedelta = timedelta(hours=8)
    """Silence while it is day."""
    night_line: timedelta = timedelta(hours=12)
    """Silence while it is night; also holds for a silence that reaches into the night."""
    day_from: time = time(7)
    day_until: time = time(22)
    out_line: timedelta = timedelta(hours=24)
    """Silence after the last sign of life at the home's exit."""
    bathroom_least: timedelta = timedelta(minutes=45)
    """No stay in the bathroom is asked about sooner, whatever is usual; zero: none ever."""
    night_door_after: timedelta = timedelta(minutes=20)
    """How long she may be out at night, or the door stand open, before somebody goes; zero: for ever."""
    night_from: time = time(23)
    night_until: time = time(5, 30)
    """When people sleep of whom it is not known yet."""
    check_in_grace: timedelta = timedelta(minutes=30)
    supervision: timedelta = timedelta(hours=25)
    """How long a device may say nothing at all; battery devices report once a day."""
    mains_supervision: timedelta = timedelta(seconds=180)
    """The same for devices of the models below, unless they announce their availability: then a last will speaks."""
    mains_models: frozenset[str] = frozenset({"mains"})
    """Models, in lower case, that report at least once a minute."""
    gateway_words: frozenset[str] = GATEWAY_WORDS
    """Words of a model that name what others speak through, although it may report a temperature of its own."""
    offline_settles: timedelta = timedelta(seconds=90)
    """How long a home may be offline before it is told: a router restarts. With the broker's 90 s it makes 180 s."""
    water_least_litres: float = 10.0
    """Less than this in `water_span` is so little that somebody should ask; zero: never."""
    water_span: timedelta = timedelta(hours=12)
    water_stops_within: timedelta = timedelta(hours=24)
    """Water that has not once stood still for so long runs away somewhere; zero: never told."""
    low_battery_percent: float = 15.0
    """At or below: told, once a week."""
    battery_ok_percent: float = 25.0
    """At or above: over. The span between keeps a battery from ringing up and down."""
    shared: frozenset[str] = frozenset()
    """Homes in which not only she moves, as staff say; those with two listed residents are shared anyway."""

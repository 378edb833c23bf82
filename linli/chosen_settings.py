"""Which settings staff may choose while linli runs, and what holds then. What was set at the start stays as it was set."""

from collections.abc import Mapping

from pydantic import ValidationError

from linli.errors import LinliError
from linli.settings import Settings

REHEARSED = (
    "false_alerts_per_month",
    "day_line_hours",
    "night_line_hours",
    "out_line_hours",
    "bathroom_least_minutes",
    "night_door_minutes",
    "check_in_grace_minutes",
    "supervision_hours",
    "mains_supervision_seconds",
    "low_battery_percent",
)
"""The settings that decide when something is found."""
CHOSEN = (*REHEARSED, "load_limit_per_week")
"""All that staff may choose: those, and one that only spares people."""


def is_fixed(given: Settings, name: str) -> bool:
    """Tell whether a setting was set at the start, in a file, the environment or on the command line: that one holds."""
    return name in given.model_fields_set


def effective(given: Settings, chosen: Mapping[str, str]) -> Settings:
    """Return what holds: what was set at the start, then what staff chose, then the defaults.

    A choice that a later linli finds out of range is passed over: the default is safer than no start.
    """
    values = given.model_dump(exclude_unset=True)
    for name, value in chosen.items():
        if name in CHOSEN and not is_fixed(given, name) and fault(name, value) is None:
            values[name] = value
    return Settings(**values)


def fault(name: str, value: str) -> str | None:
    """Return why a setting cannot have a value, None if it can."""
    try:
        Settings.model_validate({name: value})
    except ValidationError as faults:
        return str(faults.errors()[0]["msg"]).lower()
    return None


def checked(given: Settings, name: str, value: str) -> None:
    """Raise LinliError if staff may not choose a setting, or not this value."""
    if name not in CHOSEN:
        raise LinliError(f"{name} is no setting that can be chosen here")
    if is_fixed(given, name):
        raise LinliError(f"{name} was set at the start of linli and is changed there")
    why = fault(name, value)
    if why is not None:
        raise LinliError(f"{name}: {why}")

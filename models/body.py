"""What was measured of one resident lately."""

from dataclasses import dataclass, field

from linli.alert import Severity
from linli.signals import Kind
from models.judged_readings import About, Taken


@dataclass(slots=True)
class Body:
    """`told`: of each thing the local day and the severity that were told."""

    readings: dict[Kind, list[Taken]] = field(default_factory=dict)
    """The latest of each kind, oldest first."""
    told: dict[About, tuple[str, Severity]] = field(default_factory=dict)

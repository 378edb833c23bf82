"""A partial NEWS2: what the score makes of readings taken at home, as far as they are there.

The bands are those of the Royal College of Physicians, *National Early Warning Score (NEWS) 2*, London 2017, with
oxygen saturation on scale 1. Not known at home: whether she breathes air or oxygen (2 points), and whether she is awake
and clear in her mind (3 points). What is missing can only add, so that a partial score is a lower bound.
"""

from collections.abc import Mapping

from linli.signals import Kind

RED = 3
"""A single reading with so many points is looked at whatever the sum."""
URGENT = 5
"""A sum from which somebody is to come soon; from 7 on a hospital would send its emergency team."""

_MORE = float("inf")
BANDS: Mapping[Kind, tuple[tuple[float, int], ...]] = {
    Kind.RESPIRATION: ((8, 3), (11, 1), (20, 0), (24, 2), (_MORE, 3)),
    Kind.SPO2: ((91, 3), (93, 2), (95, 1), (_MORE, 0)),
    Kind.BLOOD_PRESSURE: ((90, 3), (100, 2), (110, 1), (219, 0), (_MORE, 3)),
    Kind.HEART_RATE: ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (_MORE, 3)),
    Kind.BODY_TEMPERATURE: ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (_MORE, 2)),
}
"""Up to and including so much: so many points. Per minute, %, mmHg systolic, per minute, °C."""

_DECIMALS = {Kind.BODY_TEMPERATURE: 1}


def points(kind: Kind, number: float) -> int:
    """Return the points of one reading, rounded as the table is; 0 for a kind that the score does not know."""
    rounded = round(number, _DECIMALS.get(kind, 0))
    return next((score for most, score in BANDS.get(kind, ()) if rounded <= most), 0)


def total(readings: Mapping[Kind, float]) -> int:
    """Return the points of all readings together."""
    return sum(points(kind, number) for kind, number in readings.items())


def missing(readings: Mapping[Kind, float]) -> list[Kind]:
    """Return which of the readings of the score are not there."""
    return [kind for kind in BANDS if kind not in readings]

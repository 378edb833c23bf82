"""The bands of NEWS2, written down once more from the table of the Royal College of Physicians (2017), value by value."""

import pytest

from linli.signals import Kind
from models.news2 import missing, points, total

TABLE: list[tuple[Kind, list[tuple[float, int]]]] = [
    (Kind.RESPIRATION, [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)]),
    (Kind.SPO2, [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]),
    (Kind.BLOOD_PRESSURE, [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)]),
    (Kind.HEART_RATE, [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3)]),
    (Kind.BODY_TEMPERATURE, [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)]),
]


@pytest.mark.parametrize(("kind", "number", "score"), [(kind, *row) for kind, rows in TABLE for row in rows])
def test_the_bands(kind: Kind, number: float, score: int) -> None:
    assert points(kind, number) == score


@pytest.mark.parametrize(
    ("kind", "number", "score"),
    [(Kind.SPO2, 91.4, 3), (Kind.SPO2, 91.6, 2), (Kind.BODY_TEMPERATURE, 39.04, 1), (Kind.HEART_RATE, 130.4, 2)],
)
def test_a_reading_finer_than_the_table_is_rounded_first(kind: Kind, number: float, score: int) -> None:
    assert points(kind, number) == score


def test_what_the_score_does_not_know_has_no_points() -> None:
    assert points(Kind.WEIGHT, 300) == 0


def test_the_sum_and_what_is_missing() -> None:
    readings = {Kind.HEART_RATE: 120.0, Kind.BODY_TEMPERATURE: 39.5}

    assert total(readings) == 4
    assert missing(readings) == [Kind.RESPIRATION, Kind.SPO2, Kind.BLOOD_PRESSURE]

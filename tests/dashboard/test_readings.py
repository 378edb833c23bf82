"""What was measured last stands beside what she herself usually has."""

from msgspec.structs import replace

from dashboard.readings import WIDTH, readings_of
from linli.signals import BloodPressure, Kind, Signal, Value
from models.habits.customs import Range
from tests.cast import EIGHT, HOUR, MEI

USUAL = {"heart_rate": Range(60, 70), "blood_pressure": Range(110, 130)}


def taken(kind: Kind, value: Value) -> Signal:
    return Signal(MEI.home, "cuff", kind, value, EIGHT, EIGHT, "k")


def test_the_latest_of_each_kind_is_shown_with_its_unit_and_her_range() -> None:
    pulse, pressure = taken(Kind.HEART_RATE, 65.0), taken(Kind.BLOOD_PRESSURE, BloodPressure(150, 90))
    shown = readings_of([pulse, replace(pulse, at=EIGHT - HOUR, value=99.0), pressure], USUAL)

    assert [(one.kind, one.shown, one.unit, one.is_within) for one in shown] == [
        (Kind.BLOOD_PRESSURE, "150/90", "mmHg", False),
        (Kind.HEART_RATE, "65", "/min", True),
    ]
    assert shown[0].dot == WIDTH
    assert shown[1].dot == WIDTH / 2


def test_where_too_few_are_known_nothing_is_said_to_be_outside() -> None:
    (shown,) = readings_of([taken(Kind.SPO2, 91.0)], {})

    assert shown.usual is None
    assert shown.is_within


def test_what_is_no_reading_of_the_body_is_not_among_them() -> None:
    assert readings_of([taken(Kind.TEMPERATURE, 21.0), taken(Kind.MOTION, "on")], {}) == []

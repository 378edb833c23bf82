"""What a sign of life answers, and what it does not."""

import pytest

from linli.alert import AlertKind
from linli.signals import Kind, Value
from models.answers import leaves_open
from tests.models.vigil import HOME, MORNING, signal


@pytest.mark.parametrize(
    ("kind", "value", "room", "is_answer"),
    [
        (Kind.MOTION, "on", "bathroom", False),
        (Kind.PRESENCE, "on", "卫生间", False),
        (Kind.CONTACT, "open", "bathroom", False),
        (Kind.WATER, 2.0, "bathroom", False),
        (Kind.CHECK_IN, "ok", "bathroom", True),
        (Kind.BUTTON, "single", "bathroom", True),
        (Kind.MOTION, "on", "hall", True),
        (Kind.MOTION, "on", "", True),
        (Kind.CHECK_IN, "ok", "", True),
    ],
)
def test_movement_in_the_bathroom_is_no_answer_to_whether_she_is_well_there(
    kind: Kind,
    value: Value,
    room: str,
    is_answer: bool,  # noqa: FBT001 - a table
) -> None:
    left_open = leaves_open(signal(HOME, "device", kind, value, MORNING, room))

    assert left_open == (set() if is_answer else {AlertKind.BATHROOM})

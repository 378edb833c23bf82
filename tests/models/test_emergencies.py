"""One signal that needs no thought, and what it says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.alert import AlertKind, Severity
from linli.signals import Kind, Value
from linli.words import say
from models.emergencies import emergency
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.models.vigil import signal


@pytest.mark.parametrize(
    ("kind", "value", "found", "severity"),
    [
        (Kind.SOS, "pressed", AlertKind.SOS, Severity.EMERGENCY),
        (Kind.CHECK_IN, "help", AlertKind.SOS, Severity.EMERGENCY),
        (Kind.FALL, "on", AlertKind.FALL, Severity.EMERGENCY),
        (Kind.SMOKE, "on", AlertKind.SMOKE, Severity.EMERGENCY),
        (Kind.GAS, "on", AlertKind.GAS, Severity.EMERGENCY),
        (Kind.LEAK, "on", AlertKind.LEAK, Severity.URGENT),
    ],
)
def test_one_signal_is_enough(kind: Kind, value: Value, found: AlertKind, severity: Severity) -> None:
    finding = emergency(signal(MEI.home, "box-1", kind, value, EIGHT, "kitchen"), MEI)

    assert finding is not None
    assert (finding.kind, finding.severity, finding.home, finding.site) == (found, severity, MEI.home, MEI.site)
    assert finding.at == EIGHT


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.SOS, "cancelled"),
        (Kind.CHECK_IN, "ok"),
        (Kind.FALL, "off"),
        (Kind.SMOKE, "off"),
        (Kind.GAS, "off"),
        (Kind.LEAK, "off"),
        (Kind.MOTION, "on"),
        (Kind.BATTERY, 3.0),
    ],
)
def test_what_calls_for_nothing(kind: Kind, value: Value) -> None:
    assert emergency(signal(MEI.home, "box-1", kind, value, EIGHT), MEI) is None


def test_a_signal_that_comes_twice_is_one_episode_and_a_second_press_is_another() -> None:
    first = signal(MEI.home, "button-1", Kind.SOS, "pressed", EIGHT)
    again = signal(MEI.home, "button-1", Kind.SOS, "pressed", EIGHT, received_at=EIGHT + MINUTE)
    second = signal(MEI.home, "button-1", Kind.SOS, "pressed", EIGHT + timedelta(seconds=1))

    keys = [finding.key for one in (first, again, second) if (finding := emergency(one, MEI)) is not None]

    assert keys[0] == f"sos:home-7:button-1:sos:1795392000000:{first.key}"
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "said",
    [EIGHT - 9 * HOUR, datetime(2016, 1, 1, tzinfo=UTC), EIGHT + 2 * HOUR],
    ids=["hours late", "a clock that was never set", "ahead"],
)
def test_an_sos_rings_whatever_its_clock_says_and_both_times_are_told(said: datetime) -> None:
    finding = emergency(signal(MEI.home, "button-1", Kind.SOS, "pressed", said, received_at=EIGHT), MEI)

    assert finding is not None
    assert finding.at == min(said, EIGHT)
    assert finding.evidence["at"] == said.isoformat()
    assert finding.evidence["received_at"] == EIGHT.isoformat()
    assert "received at 08:00" in say(finding.why, "en", ZoneInfo("Asia/Shanghai"))


def test_a_small_difference_of_clocks_is_not_worth_a_word() -> None:
    finding = emergency(signal(MEI.home, "b", Kind.SOS, "pressed", EIGHT, "hall", EIGHT + 59 * MINUTE), MEI)

    assert finding is not None
    assert "received_at" not in finding.evidence
    assert say(finding.why, "en", MEI.zone) == "SOS pressed at 08:00, hall."
    assert say(finding.why, "zh", MEI.zone) == "按了一键呼叫，08:00，过道。"

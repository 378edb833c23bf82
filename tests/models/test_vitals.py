"""When readings are told, how urgently, and in which words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.signals import BloodPressure, Kind, Signal, Value
from linli.words import say
from models.habits.customs import UNKNOWN, Range
from models.habits.learner import learn
from models.habits.prior import shipped_prior
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.lives import ZONE, history
from tests.models.vigil import HOME, QUIET_HOME, at, see, signal, watch_over

MORNING = at("2026-11-23 08:00")
URGENT, NOTICE = Severity.URGENT, Severity.NOTICE


def measured(kind: Kind, value: Value, when: datetime = MORNING, received_at: datetime | None = None) -> Signal:
    return signal(HOME, "cuff", kind, value, when, "living-room", received_at)


def after(*signals: Signal) -> Watch:
    watch = watch_over(QUIET_HOME)
    see(watch, *signals)
    return watch


def findings(watch: Watch, now: datetime) -> list[Finding]:
    return [finding for finding in watch.tick(now) if finding.kind is AlertKind.VITALS]


def severities(watch: Watch, now: datetime) -> list[Severity]:
    return [finding.severity for finding in findings(watch, now)]


def told(watch: Watch, now: datetime) -> list[Severity]:
    found = findings(watch, now)
    for finding in found:
        watch.told(finding.key)
    return [finding.severity for finding in found]


def knowing(watch: Watch, **ranges: Range) -> Watch:
    model = learn(history([]), shipped_prior(), 1.0, MORNING, ZONE)
    watch.take_model(HOME, replace(model, customs=replace(UNKNOWN, ranges=ranges)))
    return watch


def english(finding: Finding) -> str:
    return say(finding.why, "en", QUIET_HOME.zone)


def test_usual_readings_say_nothing() -> None:
    watch = after(
        measured(Kind.BLOOD_PRESSURE, BloodPressure(128.0, 70.0)),
        measured(Kind.HEART_RATE, 70.0),
        measured(Kind.BODY_TEMPERATURE, 36.5),
        measured(Kind.SPO2, 97.0),
        measured(Kind.RESPIRATION, 16.0),
        measured(Kind.GLUCOSE, 6.0),
        measured(Kind.WEIGHT, 60.0),
    )

    assert severities(watch, MORNING) == []


# the score


def test_one_reading_far_out_of_range_asks_for_a_second_one() -> None:
    (finding,) = findings(after(measured(Kind.HEART_RATE, 134.0)), MORNING + MINUTE)

    assert (finding.severity, finding.at, finding.home) == (NOTICE, MORNING, HOME)
    assert english(finding) == (
        "Measured: pulse 134/min at 08:00, far out of range. One reading may be wrong: please have it measured again."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "测得：脉搏 134 次/分（08:00），远超界限。一次读数可能有误，请再测一次。"
    )
    assert finding.evidence == {"heart_rate": 134, "at": MORNING.isoformat()}


def test_the_second_one_calls() -> None:
    watch = after(measured(Kind.HEART_RATE, 134.0))
    assert told(watch, MORNING) == [NOTICE]

    see(watch, measured(Kind.HEART_RATE, 138.0, MORNING + 5 * MINUTE))
    (finding,) = findings(watch, MORNING + 5 * MINUTE)

    assert finding.severity is URGENT
    assert english(finding) == (
        "Measured: pulse 134/min at 08:00, and again pulse 138/min at 08:05: both far out of range."
    )


def test_a_second_one_of_the_same_minute_is_the_same_sitting() -> None:
    watch = after(measured(Kind.SPO2, 90.0), measured(Kind.SPO2, 89.0, MORNING + MINUTE))

    assert severities(watch, MORNING + MINUTE) == [NOTICE]


def test_a_good_second_one_calls_nobody() -> None:
    watch = after(measured(Kind.SPO2, 88.0), measured(Kind.SPO2, 97.0, MORNING + 5 * MINUTE))

    assert severities(watch, MORNING + 5 * MINUTE) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.SPO2, 85.0),
        (Kind.BLOOD_PRESSURE, BloodPressure(80.0, 50.0)),
        (Kind.BLOOD_PRESSURE, BloodPressure(240.0, 120.0)),
        (Kind.HEART_RATE, 150.0),
        (Kind.HEART_RATE, 35.0),
        (Kind.RESPIRATION, 35.0),
        (Kind.RESPIRATION, 6.0),
        (Kind.BODY_TEMPERATURE, 34.0),
        (Kind.BODY_TEMPERATURE, 41.0),
        (Kind.GLUCOSE, 2.9),
        (Kind.GLUCOSE, 33.3),
    ],
)
def test_what_cannot_wait_for_a_second_one_calls_at_once(kind: Kind, value: Value) -> None:
    assert severities(after(measured(kind, value)), MORNING) == [URGENT]


def test_the_sum_of_what_is_known_calls_from_five_and_says_what_is_missing() -> None:
    watch = after(
        measured(Kind.HEART_RATE, 118.0),
        measured(Kind.BODY_TEMPERATURE, 39.4, MORNING + MINUTE),
        measured(Kind.SPO2, 96.0, MORNING + MINUTE),
    )
    assert severities(watch, MORNING + MINUTE) == []

    see(watch, measured(Kind.BLOOD_PRESSURE, BloodPressure(108.0, 60.0), MORNING + 2 * MINUTE))
    (finding,) = findings(watch, MORNING + 2 * MINUTE)

    assert finding.severity is URGENT
    assert english(finding) == (
        "Measured: systolic blood pressure 108 mmHg at 08:02, pulse 118/min at 08:00, temperature 39.4 °C at 08:01. "
        "NEWS2 of what is known: 5 (5 or more: somebody should look soon). "
        "Not known: breathing, air or oxygen, whether she is clear in her mind."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "测得：收缩压 108 mmHg（08:02），脉搏 118 次/分（08:00），体温 39.4 °C（08:01）。"
        "按已知项目计 NEWS2 为 5 分（5 分及以上应尽快有人查看）。未知：呼吸，是否吸氧，神志是否清楚。"
    )
    assert finding.evidence["news2"] == 5
    assert finding.evidence["missing"] == "respiration, air_or_oxygen, consciousness"


def test_readings_of_yesterday_say_nothing_about_now() -> None:
    later = MORNING + timedelta(hours=12, minutes=1)
    watch = after(
        measured(Kind.HEART_RATE, 118.0),
        measured(Kind.BODY_TEMPERATURE, 39.4, later),
        measured(Kind.BLOOD_PRESSURE, BloodPressure(108.0, 60.0), later),
    )

    assert severities(watch, later) == []


def test_readings_that_come_a_day_late_call_nobody() -> None:
    watch = after(measured(Kind.SPO2, 80.0, MORNING, MORNING + 24 * HOUR))

    assert severities(watch, MORNING + 24 * HOUR) == []


@pytest.mark.parametrize("every_seconds", [1, 5, 8, 60])
def test_a_clip_that_speaks_all_the_time_calls_once_it_has_stayed_bad_for_two_minutes(every_seconds: int) -> None:
    watch = after()
    spoken = [MORNING + timedelta(seconds=second) for second in range(0, 600, every_seconds)]
    severest = []
    for when in spoken:
        see(watch, measured(Kind.SPO2, 89.0, when))
        severest += told(watch, when)

    assert severest == [NOTICE, URGENT]


# glucose and weight


def test_glucose_out_of_its_limits_is_told_and_calls_when_it_stays_there() -> None:
    for low, lower in ((3.8, 3.5), (17.0, 16.7)):
        watch = after(measured(Kind.GLUCOSE, low))
        assert told(watch, MORNING) == [NOTICE]

        see(watch, measured(Kind.GLUCOSE, lower, MORNING + 15 * MINUTE))
        assert told(watch, MORNING + 15 * MINUTE) == [URGENT]


def test_three_point_nine_is_well() -> None:
    assert severities(after(measured(Kind.GLUCOSE, 3.9)), MORNING) == []


@pytest.mark.parametrize(
    ("gain", "days", "is_told"), [(2.1, 3, True), (2.0, 3, False), (2.1, 4, False), (-3, 1, False)]
)
def test_more_than_two_kilograms_in_three_days_are_told(gain: float, days: int, is_told: bool) -> None:  # noqa: FBT001
    now = MORNING + days * timedelta(days=1)
    watch = after(measured(Kind.WEIGHT, 60.0), measured(Kind.WEIGHT, 60.0 + gain, now))

    assert severities(watch, now) == ([NOTICE] if is_told else [])


def test_a_scale_that_tells_of_each_second_on_it_still_knows_what_she_weighed_yesterday() -> None:
    watch = after()
    for day, kilograms in enumerate((60.0, 63.0)):
        for second in range(30):
            see(watch, measured(Kind.WEIGHT, kilograms, MORNING + timedelta(days=day, seconds=second)))

    assert severities(watch, MORNING + timedelta(days=1, minutes=1)) == [NOTICE]


def test_what_is_said_of_weight() -> None:
    now = MORNING + timedelta(days=2)
    (finding,) = findings(after(measured(Kind.WEIGHT, 60.0), measured(Kind.WEIGHT, 62.5, now)), now)

    assert english(finding) == "Weight 62.5 kg, 2.5 kg more than 2 d before. That much so soon may be water."


# her own range


def test_twice_far_outside_of_her_own_range_is_told_although_it_would_be_well_for_others() -> None:
    watch = knowing(after(measured(Kind.HEART_RATE, 88.0)), heart_rate=Range(54.0, 62.0))
    assert severities(watch, MORNING) == []

    see(watch, measured(Kind.HEART_RATE, 86.0, MORNING + 5 * HOUR))
    (finding,) = findings(watch, MORNING + 5 * HOUR)

    assert finding.severity is NOTICE
    assert english(finding) == (
        "Measured: pulse 88/min at 08:00, and again pulse 86/min at 13:00. Usual for this person: 54 to 62."
    )


def test_once_far_outside_or_on_both_sides_is_not_told() -> None:
    for second in (60.0, 43.0):
        watch = after(measured(Kind.HEART_RATE, 88.0), measured(Kind.HEART_RATE, second, MORNING + HOUR))

        assert severities(knowing(watch, heart_rate=Range(56.0, 62.0)), MORNING + HOUR) == []


# once a day, and again only if it grows worse


def test_the_same_is_told_once_a_day() -> None:
    watch = after(measured(Kind.GLUCOSE, 3.7))
    assert told(watch, MORNING) == [NOTICE]

    see(watch, measured(Kind.GLUCOSE, 5.0, MORNING + HOUR), measured(Kind.GLUCOSE, 3.7, MORNING + 2 * HOUR))
    assert told(watch, MORNING + 2 * HOUR) == []

    tomorrow = MORNING + timedelta(days=1)
    see(watch, measured(Kind.GLUCOSE, 3.7, tomorrow))
    assert told(watch, tomorrow) == [NOTICE]


def test_what_was_told_as_urgent_is_not_told_again_as_a_notice() -> None:
    watch = after(measured(Kind.SPO2, 84.0))
    assert told(watch, MORNING) == [URGENT]

    see(watch, measured(Kind.SPO2, 97.0, MORNING + HOUR), measured(Kind.SPO2, 90.0, MORNING + 2 * HOUR))
    assert told(watch, MORNING + 2 * HOUR) == []


def test_a_finding_comes_back_until_it_is_told() -> None:
    watch = after(measured(Kind.SPO2, 84.0))

    assert severities(watch, MORNING) == severities(watch, MORNING + MINUTE) == [URGENT]
    assert watch.next_due(MORNING) == MORNING

    told(watch, MORNING + MINUTE)
    assert told(watch, MORNING + 2 * MINUTE) == []
    assert watch.next_due(MORNING + 2 * MINUTE) != MORNING + 2 * MINUTE


def test_of_who_is_away_staff_are_told_and_nobody_is_sent() -> None:
    watch = after(measured(Kind.SPO2, 84.0))
    watch.take_absence(HOME, MORNING - HOUR, MORNING + 48 * HOUR)
    (finding,) = findings(watch, MORNING)

    assert finding.severity is NOTICE
    assert english(finding).startswith("Away as told, so nobody is sent. Measured: oxygen saturation 84 % at 08:00")


def test_the_same_reading_delivered_twice_is_no_second_one() -> None:
    reading = measured(Kind.HEART_RATE, 134.0)

    assert severities(after(reading, reading), MORNING + 10 * MINUTE) == [NOTICE]

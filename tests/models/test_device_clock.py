"""Late batches and wrong clocks are told apart."""

from models.device_clock import Lag, moment_of

HOUR = 3_600_000
MINUTE = 60_000


def follow(*readings: tuple[int, int]) -> list[int]:
    lag: Lag | None = None
    moments = []
    for said, received in readings:
        moment, lag = moment_of(lag, said, received)
        moments.append(moment)
    return moments


def test_a_reading_in_time_keeps_its_time() -> None:
    assert follow((100, 160), (200, 200 + HOUR)) == [100, 200]


def test_the_future_is_cut_off_at_the_arrival() -> None:
    assert follow((9 * HOUR, 5 * HOUR)) == [5 * HOUR]


def test_a_late_batch_keeps_its_own_times() -> None:
    arrived = 20 * HOUR
    batch = [(hour * HOUR, arrived + hour * 1000) for hour in range(1, 19)]

    assert follow(*batch) == [said for said, _ in batch]


def test_a_clock_that_is_always_as_wrong_is_corrected_after_ten_minutes() -> None:
    wrong_by = 50_000 * HOUR
    arrivals = [60_000 * HOUR + minutes * MINUTE for minutes in (0, 9, 10, 60)]

    assert follow(*((arrival - wrong_by, arrival) for arrival in arrivals)) == [
        arrivals[0] - wrong_by,
        arrivals[1] - wrong_by,
        arrivals[2],
        arrivals[3],
    ]


def test_a_device_that_is_in_time_again_is_believed_again() -> None:
    wrong_by = 5 * HOUR
    steady = [(100 * HOUR + m * MINUTE - wrong_by, 100 * HOUR + m * MINUTE) for m in (0, 30)]
    set_right = (102 * HOUR, 102 * HOUR)
    late = (99 * HOUR, 103 * HOUR)

    assert follow(*steady, set_right, late)[-1] == 99 * HOUR


def test_readings_stored_every_quarter_of_an_hour_and_brought_slowly_are_no_wrong_clock() -> None:
    batch = [(10 * HOUR + quarter * 15 * MINUTE, 20 * HOUR + quarter * 5 * MINUTE) for quarter in range(8)]

    assert follow(*batch) == [said for said, _ in batch]

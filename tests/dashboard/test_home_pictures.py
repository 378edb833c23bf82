"""One home's day and weeks as pictures: every sign stands where it was heard, every gap says what is known of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboard.actogram import Span, actogram_of, width_of
from dashboard.day_axis import WIDTH, nights
from dashboard.silence_line import LONG, Allowed, line_through
from dashboard.strip import HEIGHT, Foretold, strip_of
from linli.signals import Signal
from models.habits.learner import learn
from models.habits.model import HomeModel
from models.habits.place import Place
from models.habits.prior import shipped_prior
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.models.habits.lives import ZONE, history
from tests.models.vigil import HOME, QUIET_HOME, left, moved, see, watch_over

SHANGHAI = MEI.zone
NOON = EIGHT + 4 * HOUR
DAY = timedelta(days=1)
PER_HOUR = 32
NOW_AT = 18 * PER_HOUR
"""Where noon stands: eighteen hours after six in the evening."""


def heard(*moments: datetime, room: str = "kitchen") -> list[Signal]:
    return [moved(moment, room) for moment in sorted(moments)]


def test_a_sign_stands_in_its_own_day_and_one_of_the_evening_pale_before_the_next_one_too() -> None:
    evening = NOON - 16 * HOUR
    drawn = actogram_of(heard(evening, NOON), 28, NOON, SHANGHAI)

    (early, own), *darker = drawn.cells
    assert early == f"M{2 * PER_HOUR} 2h7v12h-7z"
    assert own == f"M{NOW_AT} 2h7v12h-7z" + f"M{26 * PER_HOUR} 18h7v12h-7z"
    assert darker == [("", ""), ("", "")]
    assert [day.count for day in drawn.days[:3]] == [1, 1, 0]
    assert drawn.days[0].day == date(2026, 11, 23)
    assert len(drawn.days) == 28


def test_more_signs_in_a_quarter_of_an_hour_are_darker() -> None:
    quarter = [NOON - DAY + n * MINUTE for n in range(5)]
    drawn = actogram_of(heard(NOON - 2 * HOUR, NOON - 2 * HOUR + MINUTE, *quarter), 3, NOON, SHANGHAI)

    assert [bool(own) for _, own in drawn.cells] == [False, True, True]


def test_what_is_older_than_the_days_shown_is_left_out() -> None:
    drawn = actogram_of(heard(NOON - 40 * DAY, NOON), 28, NOON, SHANGHAI)

    assert sum(day.count for day in drawn.days) == 1
    assert drawn.cells[0] == ("", f"M{NOW_AT} 2h7v12h-7z")


def test_a_day_in_numbers() -> None:
    night, up, bed = EIGHT - 6 * HOUR, EIGHT - HOUR, EIGHT + 12 * HOUR
    drawn = actogram_of(heard(night, up, up + HOUR, bed), 2, EIGHT + 15 * HOUR, SHANGHAI)

    today, yesterday = drawn.days
    assert (today.count, today.by_night, today.first, today.last) == (4, 1, up, bed)
    assert today.longest == bed - up - HOUR
    assert (yesterday.count, yesterday.first, yesterday.longest) == (0, None, timedelta(0))


def test_an_absence_lies_over_every_row_it_reaches_and_says_so_once() -> None:
    gone = Span("away", NOON - 2 * DAY, NOON - DAY, "with her daughter")
    drawn = actogram_of([], 5, NOON, SHANGHAI, [gone])

    assert [(piece.row, piece.x, piece.x + piece.width) for piece in drawn.pieces] == [
        (1, 0.0, NOW_AT),
        (2, NOW_AT, WIDTH),
    ]
    assert [(label.words, label.row, label.anchor) for label in drawn.labels] == [("with her daughter", 1, "middle")]
    assert [day.said for day in drawn.days] == [(), (gone.words,), (gone.words,), (), ()]


def test_an_alert_of_the_evening_is_drawn_in_its_own_day_alone_with_its_outcome_at_its_end() -> None:
    evening = NOON - 16 * HOUR
    drawn = actogram_of([], 3, NOON, SHANGHAI, [Span("alert", evening, evening + HOUR, "slept in", "check")])

    assert [(piece.row, piece.x) for piece in drawn.pieces] == [(1, 26 * PER_HOUR)]
    assert drawn.ends == ((27 * PER_HOUR, 1, "check"),)


def test_words_never_stand_on_others_nor_outside_and_stay_in_the_table() -> None:
    words = "a very long story about a device that fell off the wall and was put back again"
    spans = [
        Span("alert", NOON - DAY + n * 20 * MINUTE, NOON - DAY + n * 20 * MINUTE + 5 * MINUTE, words) for n in range(4)
    ]
    drawn = actogram_of([], 3, NOON, SHANGHAI, spans)

    grounds = sorted((label.begin, label.begin + label.width) for label in drawn.labels)
    assert grounds
    assert len(grounds) < len(spans)
    assert all(begin >= 0 and end <= WIDTH for begin, end in grounds)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(grounds))
    assert drawn.days[1].said == (words,) * 4


def test_a_han_character_takes_the_place_of_two_latin_letters() -> None:
    assert width_of("未按时") > width_of("abc")


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_on_the_days_on_which_the_clocks_change_nothing_is_lost(day: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = day + 20 * HOUR
    signs = heard(*(day + hours * HOUR for hours in range(20)))

    assert sum(day.count for day in actogram_of(signs, 3, now, berlin).days) == 20
    assert sum(count for _, count, _ in strip_of(signs, [], now, berlin, Foretold(now - HOUR)).counts) == 20


def test_the_nights_are_hers_where_they_are_known() -> None:
    assert nights(None) == [(4 * PER_HOUR, 8 * PER_HOUR), (28 * PER_HOUR, 2 * PER_HOUR)]
    assert nights((60, 8 * 60)) == [(7 * PER_HOUR, 7 * PER_HOUR)]


def test_today_tells_by_room_and_as_a_table() -> None:
    signs = sorted(
        [*heard(NOON - HOUR, NOON - HOUR + MINUTE), *heard(NOON - 12 * HOUR, room="bedroom")], key=lambda one: one.at
    )
    strip = strip_of(signs, ["kitchen", "bedroom", "bathroom"], NOON, SHANGHAI, Foretold(signs[-1].at))

    assert [lane.room for lane in strip.lanes] == ["kitchen", "bedroom", "bathroom"]
    assert [list(lane.places) for lane in strip.lanes] == [[17 * PER_HOUR, 544.5], [6 * PER_HOUR], []]
    assert [(hour.hour, count, rooms) for hour, count, rooms in strip.counts] == [
        (11, 2, ("kitchen",)),
        (0, 1, ("bedroom",)),
    ]
    assert strip.now == NOW_AT
    assert strip.is_early


def test_silence_climbs_an_hour_an_hour_falls_at_a_sign_and_goes_on_to_where_we_ask() -> None:
    first, last = NOON - 3 * HOUR, NOON - HOUR
    strip = strip_of(heard(first, last), [], NOON, SHANGHAI, Foretold(last, NOON + HOUR))

    hour = HEIGHT / strip.top
    assert strip.top == 4
    assert strip.past == f"M{15 * PER_HOUR}.0 {HEIGHT}.0L{17 * PER_HOUR}.0 {HEIGHT - 2 * hour}V{HEIGHT}"
    assert strip.climb == f"M{17 * PER_HOUR}.0 {HEIGHT}.0L{18 * PER_HOUR}.0 {HEIGHT - hour}V{HEIGHT}"
    assert strip.asks is not None
    assert (strip.asks.x, strip.asks.y) == (19 * PER_HOUR, HEIGHT - 2 * hour)
    assert strip.ahead is not None
    begin, end = strip.ahead
    assert begin.x == NOW_AT
    assert (begin.y - end.y) / (end.x - begin.x) == pytest.approx(hour / PER_HOUR)
    assert end.x > strip.asks.x


def test_once_it_was_asked_nothing_more_is_foretold() -> None:
    strip = strip_of(heard(NOON - HOUR), [], NOON, SHANGHAI, Foretold(NOON - HOUR))

    assert (strip.ahead, strip.asks, strip.calls) == (None, None, None)


def test_a_moment_that_has_passed_is_not_drawn_as_what_is_to_come() -> None:
    strip = strip_of(heard(NOON - 3 * HOUR), [], NOON, SHANGHAI, Foretold(NOON - 3 * HOUR, NOON - HOUR))

    assert strip.ahead is None
    assert strip.asks is not None


def test_a_silence_of_days_stays_within_the_picture() -> None:
    since = NOON - 3 * DAY
    strip = strip_of(heard(since), [], NOON, SHANGHAI, Foretold(since, NOON + HOUR))

    assert strip.top == 13
    assert strip.climb == f"M0.0 0.0L{NOW_AT}.0 0.0V{HEIGHT}"
    assert strip.asks is None


def test_without_any_sign_there_is_nothing_to_climb() -> None:
    strip = strip_of([], ["kitchen"], NOON, SHANGHAI, Foretold(None))

    assert (strip.past, strip.climb, strip.counts) == ("", "", ())


def test_what_nobody_could_see_and_when_she_was_away_lies_over_the_day() -> None:
    spans = [
        Span("unseen", NOON - 2 * HOUR, NOON - HOUR, ""),
        Span("unseen", EIGHT - DAY, EIGHT - 15 * HOUR, ""),
        Span("away", NOON - HOUR, NOON + 2 * DAY, ""),
    ]
    strip = strip_of([], [], NOON, SHANGHAI, Foretold(None), spans=spans)

    assert list(strip.blind) == [(16 * PER_HOUR, PER_HOUR)]
    assert list(strip.away) == [(17 * PER_HOUR, WIDTH - 17 * PER_HOUR)]


def test_an_open_alert_stands_where_the_silence_was_when_it_began() -> None:
    since = NOON - 3 * HOUR
    strip = strip_of(heard(since), [], NOON, SHANGHAI, Foretold(since, rang=(NOON - HOUR,)))

    assert [point.x for point in strip.rung] == [17 * PER_HOUR]
    assert strip.rung[0].y == HEIGHT * (1 - 2 / strip.top)


def a_model() -> HomeModel:
    """Return a model with two hours by day, eight by night, and another hour in the bedroom."""
    model = learn(history([]), shipped_prior(), 1.0, EIGHT, ZONE)
    table = np.full_like(model.table, 120)
    table[:, :, 80:] = table[:, :, :24] = 480
    table[:, Place.SLEEPING] += 60
    return replace(model, table=table)


MODEL = a_model()


def allowed_at(line: list[Allowed], moment: datetime) -> timedelta:
    return [one for one in line if one.at <= moment][-1].length


@pytest.mark.parametrize(
    "last", [[moved(EIGHT + 2 * HOUR)], [moved(EIGHT + 2 * HOUR, "bedroom")], [left(EIGHT + 2 * HOUR)]]
)
def test_the_line_that_is_drawn_is_the_line_that_decides(last: list[Signal]) -> None:
    signals = [moved(EIGHT - MINUTE, "hall"), moved(EIGHT), *last]
    watch = watch_over(QUIET_HOME)
    watch.take_model(HOME, MODEL)
    see(watch, *signals)
    asks_at = watch.state(HOME, NOON).next.asks_at
    assert asks_at is not None

    line = line_through(MODEL, signals, SHANGHAI, begin=EIGHT - 14 * HOUR, end=EIGHT + 16 * HOUR, asks_at=asks_at)
    assert allowed_at(line, NOON) == asks_at - last[0].at
    told = line_through(MODEL, signals, SHANGHAI, begin=EIGHT - 14 * HOUR, end=EIGHT + 16 * HOUR)
    assert told == line
    assert [one.at for one in line] == sorted(one.at for one in line)


def test_while_nothing_is_long_under_way_the_line_follows_the_hour() -> None:
    busy = [moved(EIGHT + n * 5 * MINUTE) for n in range(48)]
    line = line_through(MODEL, busy, SHANGHAI, begin=EIGHT - 14 * HOUR, end=EIGHT + 16 * HOUR)

    assert all(one.length <= timedelta(minutes=MODEL.ceiling) for one in line)
    evening, afternoon = allowed_at(line, EIGHT + 14 * HOUR), allowed_at(line, EIGHT + 6 * HOUR)
    assert evening > afternoon
    assert timedelta(seconds=LONG) < afternoon


def test_without_a_sign_there_is_no_line() -> None:
    assert line_through(MODEL, [], SHANGHAI, begin=EIGHT, end=NOON) == []


def test_her_line_goes_through_where_we_ask() -> None:
    since, asks_at = NOON - HOUR, NOON + HOUR
    level = [Allowed(since, 2 * HOUR), Allowed(asks_at, 2 * HOUR)]
    strip = strip_of(heard(since), [], NOON, SHANGHAI, Foretold(since, asks_at), level)

    assert strip.asks is not None
    assert strip.line.endswith(f"L{strip.asks.x} {strip.asks.y}")
    assert strip.beyond.endswith(f"L{strip.asks.x} 0z")

"""A model that is stored and read again, and lines that are read from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.habits.line import asked_after, expected_within, limits_of, line_of, lines_of
from models.habits.model import LONGEST, BadModel, HomeModel, model_from_json, model_to_json
from models.habits.presence import START, Presence, Trace, follow, whereabouts_of
from models.habits.prior import BadPrior, prior_from_json, prior_to_json, shipped_prior
from models.habits.signs import local_minutes, signs_of
from tests.models.habits.lives import WEEKS_LATER, ZONE, a_life, hours
from tests.models.vigil import left, moved

TABLE = np.arange(2 * 4 * 96).reshape(2, 4, 96) % 600 + 100
MODEL = HomeModel(
    learned_at=WEEKS_LATER,
    since=WEEKS_LATER - timedelta(days=20),
    until=WEEKS_LATER,
    timezone=ZONE.key,
    budget=1.0,
    price=1e6,
    expected=0.9,
    days=20,
    table=TABLE,
    seldom=TABLE // 2,
    doubt=600,
    arriving=350,
    out=2160,
    libraries={"numpy": "2"},
    method=1,
    prior="a-prior",
)


def changed(**parts: object) -> bytes:
    record = msgspec.json.decode(model_to_json(MODEL))
    return msgspec.json.encode({**record, **parts})


def test_a_model_comes_back_from_json_as_it_was() -> None:
    again = model_from_json(model_to_json(MODEL))
    assert np.array_equal(again.table, MODEL.table)
    assert model_to_json(again) == model_to_json(MODEL)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        changed(version=1),
        changed(seldom=[[[90]]]),
        changed(seldom=(TABLE * 0 + 29).tolist()),
        changed(table=[[[90]]]),
        changed(table=[[[90, 91], [92]]]),
        changed(table=(TABLE * 0 + 89).tolist()),
        changed(table=(TABLE * 0 + LONGEST + 1).tolist()),
        changed(doubt=10_000),
        changed(arriving=601),
        changed(arriving=5),
        changed(out=5),
        changed(budget=-1),
        changed(surprise=1),
        changed(table="none"),
        changed(timezone="Nowhere/Land"),
        changed(learned_at="2026-01-01T00:00:00"),
        changed(learned_at="0001-01-01T00:00:00Z"),
        changed(until="9999-12-31T23:59:59Z"),
        changed(price=0.0),
        changed(libraries={"numpy": "2" * 1_000_000}),
        changed(customs=msgspec.Raw(b"[" * 100_000 + b"]" * 100_000)),
        model_to_json(MODEL)[:-20],
    ],
)
def test_a_model_that_is_not_sound_is_refused(text: bytes) -> None:
    with pytest.raises(BadModel):
        model_from_json(text)


def test_a_model_keeps_its_line_for_coming_home() -> None:
    assert model_from_json(model_to_json(replace(MODEL, arriving=345))).arriving == 345


def test_a_model_from_before_coming_home_had_a_line_of_its_own_has_that_in_doubt() -> None:
    assert model_from_json(changed(arriving=None)).arriving == MODEL.doubt


@given(st.binary(max_size=300))
def test_no_bytes_whatever_do_anything_but_be_refused(text: bytes) -> None:
    with pytest.raises(BadModel):
        model_from_json(text)


def test_the_line_is_that_of_the_quarter_of_an_hour_the_place_and_the_day_ahead() -> None:
    assert line_of(MODEL, hours(0, 8.3), "bathroom", Presence.IN) == TABLE[0, 1, 33]
    assert line_of(MODEL, hours(4, 17.9), "bathroom", Presence.IN) == TABLE[0, 1, 71]
    assert line_of(MODEL, hours(4, 18.1), "bathroom", Presence.IN) == TABLE[1, 1, 72]


@given(st.integers(1_700_000_000, 1_900_000_000), st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Asia/Shanghai"]))
def test_one_sign_is_looked_up_as_many_are(at: int, zone: str) -> None:
    model = replace(MODEL, timezone=zone)
    many = lines_of(model, local_minutes(np.array([at]), ZoneInfo(zone)), np.array([0]), np.array([Presence.IN]))
    assert line_of(model, datetime.fromtimestamp(at, UTC), "bedroom", Presence.IN) == many[0]


def test_what_she_seldom_outlasts_is_known_for_the_same_signs() -> None:
    lived = int(hours(0, 8.3).timestamp())
    trace = follow(START, lived, "hall", "on", is_exit=False)
    assert expected_within(MODEL, trace, "bathroom") == 60 * (TABLE[0, 1, 33] // 2)


def test_in_doubt_and_out_the_line_is_a_long_one() -> None:
    presences = (Presence.DOUBT, Presence.ARRIVING, Presence.OUT)
    assert [line_of(MODEL, hours(0, 8), "kitchen", p) for p in presences] == [600, 350, 2160]


def asks_at(trace: Trace, room: str) -> datetime:
    """Return when the elder is asked after the trace's latest sign."""
    return datetime.fromtimestamp(trace.last_at + min(limits_of(MODEL, trace, room, back_by=0)), UTC)


def test_a_pulse_now_and_then_does_not_put_off_the_ceiling() -> None:
    lived = int(hours(0, 8).timestamp())
    trace = follow(START, lived, "hall", "on", is_exit=False)
    trace = follow(trace, lived + 60, "kitchen", "on", is_exit=False)
    for quarter in range(1, 30):
        trace = follow(trace, lived + quarter * 1500, "hall", "on", is_exit=False)
    ceiling = hours(0, 8) + timedelta(minutes=LONGEST + 1)
    assert asks_at(trace, "hall") == max(ceiling, hours(0, 8) + timedelta(seconds=29 * 1500))


def test_a_lone_sign_at_the_exit_does_not_put_off_the_ceiling() -> None:
    lived = int(hours(0, 8).timestamp())
    trace = follow(START, lived, "hall", "on", is_exit=False)
    trace = follow(trace, lived + 60, "kitchen", "on", is_exit=False)
    trace = follow(trace, lived + 7200, "door", "open", is_exit=True)
    assert asks_at(trace, "entrance") == hours(0, 8) + timedelta(minutes=LONGEST + 1)


def test_who_left_for_sure_is_given_the_time_for_being_out() -> None:
    lived = int(hours(0, 8).timestamp())
    trace = follow(START, lived, "hall", "on", is_exit=False)
    trace = follow(trace, lived + 60, "door", "open", is_exit=True)
    assert asks_at(trace, "entrance") == hours(0, 8) + timedelta(minutes=2161)


def test_all_signs_at_once_are_asked_after_as_one_by_one() -> None:
    signals = [
        *a_life(2),
        moved(hours(1, 22.95), "hall"),
        left(hours(1, 23)),
        moved(hours(2, 3)),
        left(hours(2, 9)),
        moved(hours(2, 9.01), "bedroom"),
        left(hours(2, 9.1)),
        left(hours(4, 1)),
        moved(hours(4, 2)),
        left(hours(4, 3)),
    ]
    signs = signs_of(signals, ZONE)
    found = asked_after(MODEL, signs, whereabouts_of(signs)).at
    rooms = {signal.device: signal.room for signal in signals}
    names = sorted(rooms)
    trace = START
    for row in range(len(signs)):
        device = names[signs.device[row]]
        trace = follow(trace, int(signs.at[row]), device, "", is_exit=bool(signs.is_exit[row]))
        if row:
            assert int(asks_at(trace, rooms[device]).timestamp()) == found[row]


def test_the_prior_that_comes_with_linli_can_be_read_and_written() -> None:
    prior = shipped_prior()
    assert prior_to_json(prior_from_json(prior_to_json(prior))) == prior_to_json(prior)
    assert (np.diff(prior.exceedances) <= 1e-9).all()


@pytest.mark.parametrize("wrong", [{"version": 9}, {"usual_log_minutes": []}, {"coefficients": {}}])
def test_a_prior_that_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    record = msgspec.json.decode(prior_to_json(shipped_prior()))
    with pytest.raises(BadPrior):
        prior_from_json(msgspec.json.encode({**record, **wrong}))


def test_a_prior_with_a_number_that_is_none_is_refused() -> None:
    record = msgspec.json.decode(prior_to_json(shipped_prior()))
    record["usual_log_minutes"][3] = None
    with pytest.raises(BadPrior):
        prior_from_json(msgspec.json.encode(record))

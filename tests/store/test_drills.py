"""What is kept of drills, on both databases: a window is spent once, and only a canary's alert can be erased."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from linli.alert import Alert, Request, RequestState
from linli.canary import ABOUT
from linli.people import Role
from linli.store import cases, drills, tables
from linli.store.care import CareStore
from linli.store.drills import Drill, DrillKind
from tests.cast import EIGHT, GARDEN, MEI, MINUTE
from tests.store.histories import alert, closed, finding, notice, posted

WINDOW = Drill("d-1", DrillKind.BUTTON, EIGHT, EIGHT + 10 * MINUTE, site=GARDEN, home=MEI.home, device="button-1")
PRESS = replace(finding(), evidence={"device": "button-1", "signal": "sos"})


def begun(care: CareStore, *made: Drill) -> None:
    """Store drills."""
    with care.begin() as connection:
        for one in made:
            drills.begin(connection, one)


def stored(care: CareStore, made: Alert) -> Alert:
    """Store an alert."""
    with care.begin() as connection:
        cases.add(connection, made)
    return made


def spent(care: CareStore, at: timedelta = MINUTE) -> bool:
    """Try to spend Mei's window on a press."""
    with care.begin() as connection:
        return drills.take_window(connection, replace(PRESS, at=EIGHT + at), "a-1", EIGHT + at)


def test_a_drill_is_read_as_it_was_written(care: CareStore) -> None:
    begun(care, WINDOW)
    with care.read() as connection:
        assert drills.of_home(connection, MEI.home) == [WINDOW]
        assert drills.since(connection, DrillKind.BUTTON, EIGHT) == [WINDOW]
        assert drills.since(connection, DrillKind.VOLUNTEER, EIGHT) == []


def test_a_window_is_spent_on_one_press(care: CareStore) -> None:
    begun(care, WINDOW)
    assert spent(care)
    assert not spent(care)


@pytest.mark.parametrize(("after", "is_spent"), [(-MINUTE, False), (0 * MINUTE, True), (10 * MINUTE, False)])
def test_a_window_is_only_open_within_its_time(care: CareStore, after: timedelta, is_spent: bool) -> None:  # noqa: FBT001
    begun(care, WINDOW)
    assert spent(care, after) is is_spent


@pytest.mark.parametrize(("opened", "is_shut"), [(-MINUTE, False), (0 * MINUTE, True)], ids=["before", "since"])
def test_an_emergency_in_the_home_keeps_the_window_shut_and_one_from_before_it_until_it_is_closed(
    care: CareStore, opened: timedelta, *, is_shut: bool
) -> None:
    begun(care, WINDOW)
    open_one = stored(care, replace(alert("a-9"), opened_at=EIGHT + opened))
    assert not spent(care)
    with care.begin() as connection:
        cases.change(connection, closed(open_one, EIGHT))
    assert spent(care) is not is_shut


def test_presses_are_known_by_their_button_whether_drill_or_real(care: CareStore) -> None:
    for id_, device, drill in (("a-1", "button-1", False), ("a-2", "cord", True)):
        stored(care, replace(alert(id_), evidence={"device": device, "signal": "sos"}, drill=drill))
    stored(care, replace(alert("a-3"), about=f"{ABOUT}1", drill=True, evidence={"device": "x", "signal": "sos"}))
    with care.read() as connection:
        assert drills.pressed(connection, EIGHT) == {(MEI.home, "button-1"): EIGHT, (MEI.home, "cord"): EIGHT}
        assert drills.pressed(connection, EIGHT + MINUTE) == {}


def test_an_answer_counts_and_silence_does_not(care: CareStore) -> None:
    stored(care, alert("a-1"))
    states = {"ana": RequestState.DECLINED, "jun": RequestState.SILENT, "kai": RequestState.ACCEPTED}
    with care.begin() as connection:
        asked = [Request(person, Role.VOLUNTEER, 0, state, EIGHT) for person, state in states.items()]
        cases.put_requests(connection, "a-1", asked)
    with care.read() as connection:
        assert drills.replied(connection, EIGHT) == {"ana": EIGHT, "kai": EIGHT}


def test_only_what_is_a_canarys_is_erased(care: CareStore) -> None:
    canarys = replace(alert("a-1"), about=f"{ABOUT}1", drill=True)
    for made in (canarys, replace(alert("a-2"), drill=True), replace(alert("a-3"), about=f"{ABOUT}2")):
        stored(care, made)
        posted(care, notice(f"n-{made.id}", made.id))
    with care.begin() as connection:
        assert drills.old_canaries(connection, EIGHT + MINUTE) == ["a-1"]
        for id_ in ("a-1", "a-2", "a-3"):
            drills.erase_canary(connection, id_)
        assert sorted(connection.scalars(select(tables.alerts.c.id))) == ["a-2", "a-3"]
        assert sorted(connection.scalars(select(tables.outbox.c.alert))) == ["a-2", "a-3"]


def test_rounds_are_forgotten_and_trials_are_not(care: CareStore) -> None:
    begun(care, WINDOW, Drill("r-1", DrillKind.CANARY, EIGHT, EIGHT + MINUTE))
    with care.begin() as connection:
        drills.pass_round(connection, "r-1", EIGHT)
        assert drills.since(connection, DrillKind.CANARY, EIGHT)[0].passed_at == EIGHT
        assert drills.forget_rounds(connection, EIGHT + MINUTE) == 1
        assert drills.since(connection, DrillKind.BUTTON, EIGHT) == [WINDOW]

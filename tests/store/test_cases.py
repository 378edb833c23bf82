"""Alerts, who was asked, and the log keep what they were given; what must never happen, the tables themselves refuse."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from linli.alert import Alert, AlertKind, AlertState, Entry, Request, RequestState
from linli.people import Home, Role
from linli.store import cases
from linli.store import tables as t
from linli.store.care import CareStore
from tests.cast import ANA, EIGHT, GARDEN, HOUR, JUN, MEI, MINUTE, NEIGHBOUR, OTHER_SITE, RIVER
from tests.store.histories import alert, closed, finding, opened


def test_an_alert_comes_back_as_it_went_in(care: CareStore) -> None:
    went_in = opened(care, "a-1")

    with care.read() as connection:
        assert cases.by_id(connection, "a-1") == went_in
        assert cases.by_id(connection, "a-2") is None


def test_a_change_is_kept_whole(care: CareStore) -> None:
    changed = replace(
        closed(opened(care, "a-1"), EIGHT + HOUR), rung=2, round=3, climb_at=EIGHT + MINUTE, lease_until=EIGHT + HOUR
    )
    with care.begin() as connection:
        cases.change(connection, changed)

    with care.read() as connection:
        assert cases.by_id(connection, "a-1") == changed


def test_a_home_has_one_open_alert_of_a_kind(care: CareStore) -> None:
    first = opened(care, "a-1")
    opened(care, "a-2", NEIGHBOUR)
    opened(care, "a-3", MEI, AlertKind.FALL)
    with pytest.raises(IntegrityError):
        opened(care, "a-4")

    with care.begin() as connection:
        cases.change(connection, closed(first, EIGHT + MINUTE))
    opened(care, "a-4")

    with care.begin() as connection:
        found = cases.open_like(connection, finding(MEI, AlertKind.SOS))
        nothing = cases.open_like(connection, finding(MEI, AlertKind.GAS))
    assert found is not None
    assert (found.id, nothing) == ("a-4", None)


def test_a_real_call_does_not_join_a_drill_nor_one_stairwell_the_other(care: CareStore) -> None:
    with care.begin() as connection:
        cases.add(connection, replace(alert("a-drill"), drill=True))
        cases.add(connection, replace(alert("a-stairs", kind=AlertKind.UNMONITORED), home="", about="3/2"))
        cases.add(connection, alert("a-real"))

    with care.begin() as connection:
        real = cases.open_like(connection, finding(MEI, AlertKind.SOS))
        drill = cases.open_like(connection, replace(finding(MEI, AlertKind.SOS), drill=True))
        other = cases.open_like(connection, replace(finding(MEI, AlertKind.UNMONITORED), home="", about="3/1"))
    assert real is not None
    assert drill is not None
    assert (real.id, drill.id, other) == ("a-real", "a-drill", None)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(alert("a-1"), due_at=None),
        replace(closed(alert("a-1"), EIGHT), due_at=EIGHT),
    ],
    ids=["open and nothing due", "closed and something due"],
)
def test_an_open_alert_has_a_next_step_and_a_closed_one_has_none(
    care: CareStore,
    wrong: Alert,
) -> None:
    with pytest.raises(IntegrityError), care.begin() as connection:
        cases.add(connection, wrong)


@pytest.mark.parametrize("column", ["kind", "severity", "state", "outcome"])
def test_a_word_that_is_not_ours_is_refused(care: CareStore, column: str) -> None:
    opened(care, "a-1")

    with pytest.raises(IntegrityError), care.begin() as connection:
        connection.execute(text(f"UPDATE alerts SET {column} = 'perhaps'"))  # noqa: S608 - our own column


def test_an_episode_opens_one_alert(care: CareStore) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.add_episode(connection, "sos:home-7:1", "a-1", EIGHT)
    with care.read() as connection:
        assert cases.of_episode(connection, "sos:home-7:1") == "a-1"
        assert cases.of_episode(connection, "sos:home-7:2") is None

    with pytest.raises(IntegrityError), care.begin() as connection:
        cases.add_episode(connection, "sos:home-7:1", "a-1", EIGHT)


def test_what_is_due_comes_longest_overdue_first(care: CareStore) -> None:
    for id_, minutes, home in (("late", -30, MEI), ("now", 0, NEIGHBOUR), ("later", 1, OTHER_SITE)):
        with care.begin() as connection:
            cases.add(connection, replace(alert(id_, home), due_at=EIGHT + minutes * MINUTE))

    with care.read() as connection:
        assert cases.due(connection, EIGHT) == ["late", "now"]
        assert cases.due(connection, EIGHT, limit=1) == ["late"]
        assert cases.next_due(connection) == EIGHT - 30 * MINUTE


def test_with_nothing_open_nothing_is_due(care: CareStore) -> None:
    with care.begin() as connection:
        cases.add(connection, closed(alert("a-1"), EIGHT))

    with care.read() as connection:
        assert cases.next_due(connection) is None
        assert cases.open_ones(connection) == []


def test_the_gravest_alerts_stand_first(care: CareStore) -> None:
    opened(care, "leak", MEI, AlertKind.LEAK)
    opened(care, "sos", NEIGHBOUR)
    opened(care, "fall", MEI, AlertKind.FALL)

    with care.read() as connection:
        assert [one.id for one in cases.open_ones(connection)] == ["sos", "fall", "leak"]
    with care.begin() as connection:
        assert {one.id for one in cases.open_ones_of_home(connection, MEI.home)} == {"leak", "fall"}
    with care.read() as connection:
        assert cases.open_by_home(connection, {AlertKind.SOS, AlertKind.GAS}) == {
            NEIGHBOUR.home: (("sos", AlertKind.SOS),)
        }


def _history(care: CareStore) -> None:
    with care.begin() as connection:
        cases.add(connection, closed(alert("oldest", at=EIGHT), EIGHT + HOUR))
        cases.add(connection, alert("older", NEIGHBOUR, at=EIGHT + MINUTE))
        cases.add(connection, closed(alert("newer", OTHER_SITE, at=EIGHT + 2 * MINUTE), EIGHT + 3 * MINUTE))
        cases.add(connection, alert("newest", MEI, at=EIGHT + HOUR))


@pytest.mark.parametrize(
    ("state", "homes", "found"),
    [
        ("all", None, ["newest", "newer", "older", "oldest"]),
        ("open", None, ["newest", "older"]),
        ("closed", None, ["newer", "oldest"]),
        ("all", [MEI], ["newest", "oldest"]),
        ("open", [MEI, NEIGHBOUR], ["newest", "older"]),
        ("all", [], []),
    ],
)
def test_alerts_are_listed_newest_first(
    care: CareStore, state: str, homes: list[Home] | None, found: list[str]
) -> None:
    _history(care)
    ids = None if homes is None else [home.home for home in homes]

    with care.read() as connection:
        assert [one.id for one in cases.search(connection, state=state, homes=ids)] == found
        assert [one.id for one in cases.search(connection, state=state, homes=ids, limit=1)] == found[:1]


def test_how_alerts_ended_is_counted_from_a_moment_on(care: CareStore) -> None:
    _history(care)

    with care.read() as connection:
        assert cases.closed_since(connection, EIGHT, {GARDEN, RIVER}) == {"safe": 2}
        assert cases.closed_since(connection, EIGHT + 4 * MINUTE, {GARDEN, RIVER}) == {"safe": 1}
        assert cases.closed_since(connection, EIGHT + 4 * MINUTE, {RIVER}) == {}


def test_who_was_asked_is_kept_in_order_and_can_change_their_mind(care: CareStore) -> None:
    opened(care, "a-1")
    ana = Request(ANA.person, Role.VOLUNTEER, 0, RequestState.ASKED, EIGHT, EIGHT + MINUTE)
    jun = Request(JUN.person, Role.VOLUNTEER, 0, RequestState.ASKED, EIGHT)
    said_no = replace(ana, state=RequestState.DECLINED, reply_due_at=None)
    with care.begin() as connection:
        cases.put_requests(connection, "a-1", [jun, ana])
        cases.put_requests(connection, "a-1", [said_no])

    with care.read() as connection:
        assert cases.requests(connection, "a-1") == [said_no, jun]


def test_the_load_of_each_helper_is_counted_from_a_moment_on(care: CareStore) -> None:
    for number in range(3):
        with care.begin() as connection:
            cases.add(connection, closed(alert(f"a-{number}"), EIGHT))
            at = EIGHT + number * HOUR
            asked = [Request(ANA.person, Role.VOLUNTEER, 0, RequestState.ASKED, at)]
            if number == 0:
                asked.append(Request(JUN.person, Role.VOLUNTEER, 0, RequestState.ASKED, at))
            cases.put_requests(connection, f"a-{number}", asked)

    with care.read() as connection:
        assert cases.recent_load(connection, EIGHT) == {"ana": 3, "jun": 1}
        assert cases.recent_load(connection, EIGHT + MINUTE) == {"ana": 2}
        assert cases.recent_load_of(connection, {"ana", "jun", "bo"}, EIGHT) == {"ana": 3, "jun": 1}
        assert cases.recent_load_of(connection, {"ana", "jun"}, EIGHT + MINUTE) == {"ana": 2}
        assert cases.recent_load_of(connection, {"jun"}, EIGHT) == {"jun": 1}
        assert cases.recent_load_of(connection, set(), EIGHT) == {}


def test_a_drill_is_no_load(care: CareStore) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.put_requests(connection, "a-1", [Request(ANA.person, ANA.role, 0, RequestState.ASKED, EIGHT)], drill=True)

    with care.read() as connection:
        assert cases.recent_load(connection, EIGHT) == {}
        assert cases.recent_load_of(connection, {"ana"}, EIGHT) == {}


def test_the_log_keeps_the_order_and_goes_on_where_one_stopped_reading(care: CareStore) -> None:
    opened(care, "a-1")
    opened(care, "a-2", NEIGHBOUR)
    lines = [Entry(EIGHT, "opened"), Entry(EIGHT + MINUTE, "accepted", "ana", {"person": "ana", "minutes": 5.0})]
    with care.begin() as connection:
        cases.write_log(connection, "a-1", lines)
    with care.read() as connection:
        seen = cases.last_seq(connection)
    with care.begin() as connection:
        cases.write_log(connection, "a-2", [Entry(EIGHT, "opened")])

    with care.read() as connection:
        assert cases.read_log(connection, "a-1") == lines
        assert [(id_, entry.what) for _, id_, entry in cases.log_since(connection, seen)] == [("a-2", "opened")]


@pytest.mark.parametrize(
    "change",
    ["UPDATE log SET who = 'nobody'", "DELETE FROM log", "UPDATE log SET what = 'closed' WHERE seq = 1"],
)
def test_the_log_can_only_grow(care: CareStore, change: str) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.write_log(connection, "a-1", [Entry(EIGHT, "opened")])

    with pytest.raises(DBAPIError, match="only grow"), care.begin() as connection:
        connection.execute(text(change))

    with care.read() as connection:
        assert cases.read_log(connection, "a-1") == [Entry(EIGHT, "opened")]


def test_a_line_of_the_log_cannot_be_written_over(care: CareStore) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.write_log(connection, "a-1", [Entry(EIGHT, "opened")])
    how = insert(t.log).prefix_with("OR REPLACE") if care.is_sqlite else insert(t.log)
    line = how.values(seq=1, alert="a-1", at=EIGHT, what="closed", who="nobody", detail={})

    with pytest.raises(IntegrityError), care.begin() as connection:
        connection.execute(line)


def test_a_line_of_no_alert_is_refused(care: CareStore) -> None:
    with pytest.raises(IntegrityError), care.begin() as connection:
        cases.write_log(connection, "a-1", [Entry(EIGHT, "opened")])


def test_an_alert_is_open_only_while_it_is_not_closed(care: CareStore) -> None:
    accepted = replace(opened(care, "a-1"), state=AlertState.AT_DOOR)
    with care.begin() as connection:
        cases.change(connection, accepted)

    with pytest.raises(IntegrityError):
        opened(care, "a-2")

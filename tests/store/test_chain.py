"""The log is a chain: whatever somebody does to a line behind linli's back, reading it through tells."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError

from linli.alert import Entry
from linli.store import cases, chain
from linli.store import tables as t
from linli.store.care import CareStore
from linli.store.chain import Head
from tests.cast import EIGHT, MINUTE, NEIGHBOUR
from tests.store.histories import opened

TEN = [Entry(EIGHT + n * MINUTE, f"step-{n}", "linli", {"person": "ana", "rung": n}) for n in range(1, 11)]
ON_POSTGRES = pytest.mark.parametrize(
    "care_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True, ids=["postgres"]
)


def _write(care: CareStore, entries: Iterable[Entry], alert: str = "a-1") -> None:
    """Write each line in a transaction of its own."""
    for entry in entries:
        with care.begin() as connection:
            cases.write_log(connection, alert, [entry])


@pytest.fixture
def told(care: CareStore) -> CareStore:
    """A log of ten lines."""
    opened(care, "a-1")
    _write(care, TEN)
    return care


def _unguarded(connection: Connection) -> None:
    """Take away what keeps the log from being changed, as whoever owns the database can."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for change in ("update", "delete", "replace"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS log_no_{change}"))


def _spoil(care: CareStore, *statements: str) -> None:
    with care.begin() as connection:
        _unguarded(connection)
        for statement in statements:
            connection.execute(text(statement))


def _flaws(care: CareStore) -> list[str]:
    with care.read() as connection:
        return list(chain.flaws(connection))


def _head(care: CareStore) -> Head:
    with care.read() as connection:
        head = chain.head(connection)
    assert head is not None
    return head


def _lost(care: CareStore, kept: Head) -> str | None:
    with care.read() as connection:
        return chain.lost(connection, kept)


def test_a_log_that_nobody_has_touched_is_whole(care: CareStore) -> None:
    assert _flaws(care) == []
    opened(care, "a-1")
    opened(care, "a-2", NEIGHBOUR)
    with care.begin() as connection:
        cases.write_logs(connection, [("a-1", TEN[0]), ("a-2", TEN[1])])
        cases.write_log(connection, "a-1", TEN[2:5])
    _write(care, [Entry(EIGHT, "called", "linli", {"person": "安娜", "β": 0.1, "a": 7})], "a-2")

    assert _flaws(care) == []
    assert _head(care).seq == 6
    assert len(_head(care).hash) == 64


def test_the_hash_covers_the_line_before_and_everything_that_is_said() -> None:
    entry = Entry(EIGHT, "called", "linli", {"person": "ana", "rung": 1})
    others = [
        ("0", 1, "a-1", entry),
        ("", 2, "a-1", entry),
        ("", 1, "a-2", entry),
        ("", 1, "a-1", replace(entry, at=EIGHT + MINUTE)),
        ("", 1, "a-1", replace(entry, what="told")),
        ("", 1, "a-1", replace(entry, who="jun")),
        ("", 1, "a-1", replace(entry, detail={"person": "ana", "rung": 2})),
    ]

    assert len({chain.link(*said) for said in [("", 1, "a-1", entry), *others]}) == len(others) + 1
    assert chain.link("", 1, "a-1", replace(entry, detail={"rung": 1, "person": "ana"})) == chain.link(
        "", 1, "a-1", entry
    )


@pytest.mark.parametrize(
    "change",
    ["what = 'closed'", "who = 'bo'", "at = at + 1", 'detail = \'{"person":"jun"}\'', "hash = ''", "hash = 'ff'"],
)
def test_a_line_that_was_changed_is_named(told: CareStore, change: str) -> None:
    _spoil(told, f"UPDATE log SET {change} WHERE seq = 5")  # noqa: S608 - the cases above

    assert _flaws(told)[0].startswith(("log line 5 was changed", "log lines 5 to 6 were changed"))


def test_a_line_that_was_given_to_another_alert_is_named(told: CareStore) -> None:
    opened(told, "a-2", NEIGHBOUR)
    _spoil(told, "UPDATE log SET alert = 'a-2' WHERE seq = 5")

    assert _flaws(told) == ["log line 5 was changed, or line 4 together with its hash"]


def test_a_line_that_was_written_anew_with_its_hash_does_not_fit_to_the_next(told: CareStore) -> None:
    with told.read() as connection:
        before = connection.execute(text("SELECT hash FROM log WHERE seq = 4")).scalar_one()
    forged = chain.link(before, 5, "a-1", replace(TEN[4], what="declined"))
    _spoil(told, f"UPDATE log SET what = 'declined', hash = '{forged}' WHERE seq = 5")  # noqa: S608 - our own hash

    assert _flaws(told) == ["log line 6 was changed, or line 5 together with its hash"]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("seq = 5", "log line 5 is missing"),
        ("seq BETWEEN 5 AND 7", "log lines 5 to 7 are missing"),
        ("seq < 3", "log lines 1 to 2 are missing"),
        ("seq > 8", "log lines 9 to 10 are missing: the end of the log was cut off"),
        ("seq > 0", "log lines 1 to 10 are missing: the end of the log was cut off"),
    ],
)
def test_lines_that_were_deleted_are_named(told: CareStore, gone: str, said: str) -> None:
    _spoil(told, f"DELETE FROM log WHERE {gone}")  # noqa: S608 - the cases above

    assert _flaws(told) == [said]


def test_a_gap_that_was_closed_shows_all_the_same(told: CareStore) -> None:
    _spoil(
        told,
        "DELETE FROM log WHERE seq = 5",
        "UPDATE log SET seq = -seq WHERE seq > 5",
        "UPDATE log SET seq = -seq - 1 WHERE seq < 0",
    )

    assert _flaws(told)[0].startswith("log lines 5 to 9 were changed or moved")


def test_lines_that_changed_places_are_named_with_their_own(told: CareStore) -> None:
    _spoil(
        told,
        "UPDATE log SET seq = 99 WHERE seq = 4",
        "UPDATE log SET seq = 4 WHERE seq = 5",
        "UPDATE log SET seq = 5 WHERE seq = 99",
    )

    assert _flaws(told) == ["log line 4 is out of order: it was line 5", "log line 5 is out of order: it was line 4"]


def test_a_line_that_was_put_in_between_is_named_and_what_it_has_pushed_aside(told: CareStore) -> None:
    line = "INSERT INTO log (seq, alert, at, what, who, detail, hash) VALUES (9, 'a-1', 0, 'closed', 'bo', '{}', 'ff')"
    _spoil(
        told, "UPDATE log SET seq = -seq - 1 WHERE seq >= 9", "UPDATE log SET seq = -seq WHERE seq < 0", line,
    )  # fmt: skip

    assert _flaws(told) == [
        "log line 10 is out of order: it was line 9",
        "log line 11 is out of order: it was line 10",
        "log line 9 was put in or changed",
        "after log line 10 others stand that linli has not written",
    ]


def test_a_line_that_was_put_in_at_the_end_is_named_and_keeps_nobody_from_writing(told: CareStore) -> None:
    values = {"seq": 11, "alert": "a-1", "at": EIGHT, "what": "closed", "who": "bo", "detail": {}}
    with told.begin() as connection:
        connection.execute(insert(t.log).values(values))
    assert _flaws(told)[-1] == "after log line 10 others stand that linli has not written"

    _write(told, TEN[:1])

    assert _head(told).seq == 13
    assert _flaws(told) == ["log line 11 was changed, or line 10 together with its hash", "log line 12 is missing"]


def test_many_wrong_lines_in_a_row_are_one_sentence(care: CareStore) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.write_log(connection, "a-1", TEN * 30)
    _spoil(care, "UPDATE log SET hash = 'ff'")

    assert _flaws(care) == ["log lines 1 to 300 were changed or moved, or another was put in before them"]


def test_an_end_that_was_cut_off_and_written_anew_is_known_by_the_head_that_was_kept(told: CareStore) -> None:
    kept = _head(told)
    assert _lost(told, kept) is None
    _spoil(told, "DELETE FROM log WHERE seq > 7", "UPDATE revisions SET value = 7 WHERE name = 'log'")
    assert _flaws(told) == []
    assert _lost(told, kept) == "the log has been at line 10 and does not have it any more: its end was cut off"

    _write(told, [*TEN[7:], *TEN])

    assert _flaws(told) == []
    assert _lost(told, kept) is None  # word for word the same again
    _spoil(told, "DELETE FROM log WHERE seq > 7", "UPDATE revisions SET value = 7 WHERE name = 'log'")
    _write(told, TEN)
    assert _lost(told, kept) == "log line 10 is another than linli has written: the log is not ours"


def test_after_a_cut_the_next_line_does_not_heal_the_chain(told: CareStore) -> None:
    _spoil(told, "DELETE FROM log WHERE seq > 8")

    _write(told, TEN[:1])

    assert _flaws(told) == ["log lines 9 to 10 are missing"]


def test_lines_older_than_the_chain_are_passed_over_and_the_chain_goes_on_behind_them(care: CareStore) -> None:
    opened(care, "a-1")
    old = {"alert": "a-1", "at": EIGHT, "what": "called", "who": "linli", "detail": {}}
    with care.begin() as connection:
        connection.execute(insert(t.log), [{**old, "seq": 2}, {**old, "seq": 5}])
    _write(care, TEN)

    assert _head(care).seq == 15
    assert _flaws(care) == []
    _spoil(care, "UPDATE log SET hash = '' WHERE seq BETWEEN 6 AND 8")
    assert _flaws(care) == ["log line 9 was changed, or line 8 together with its hash"]


def test_what_a_transaction_that_failed_had_to_say_is_never_written(told: CareStore) -> None:
    with pytest.raises(IntegrityError), told.begin() as connection:
        cases.write_logs(connection, [("a-1", TEN[0]), ("a-unknown", TEN[1])])
    _write(told, TEN[:1])

    with told.read() as connection:
        assert len(cases.read_log(connection, "a-1")) == 11
    assert _flaws(told) == []


def test_a_transaction_reads_what_it_has_still_to_write(told: CareStore) -> None:
    with told.begin() as connection:
        cases.write_log(connection, "a-1", TEN[:2])

        assert cases.read_log(connection, "a-1") == [*TEN, *TEN[:2]]
        assert cases.read_log(connection, "a-2") == []


def test_two_who_write_at_once_keep_one_chain(care: CareStore, care_url: str) -> None:
    opened(care, "a-1")
    other = CareStore(care_url)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(_write, store, TEN * 3) for store in (care, other, care, other)]:
            done.result()
    other.close()

    assert _head(care).seq == 120
    assert _flaws(care) == []


@ON_POSTGRES
def test_who_changes_an_alert_does_not_keep_others_from_writing_its_log(care: CareStore) -> None:
    """The one would wait for the log's head and the other for the alert, and neither would ever go on."""
    opened(care, "a-1")
    with care.begin() as desk:
        assert cases.by_id(desk, "a-1", for_update=True) is not None
        cases.write_log(desk, "a-1", TEN[:1])
        with care.begin() as sender:
            cases.write_log(sender, "a-1", TEN[1:2])

    with care.read() as connection:
        assert cases.read_log(connection, "a-1") == [TEN[1], TEN[0]]
    assert _flaws(care) == []


def test_reading_through_a_long_log_shows_how_far_it_is(care: CareStore) -> None:
    opened(care, "a-1")
    with care.begin() as connection:
        cases.write_log(connection, "a-1", TEN * 250)
    seen: list[tuple[int, int]] = []

    with care.read() as connection:
        assert list(chain.flaws(connection, lambda done, total: seen.append((done, total)))) == []

    assert seen[-1] == (2500, 2500)
    assert len(seen) > 5


def test_a_line_that_is_no_json_any_more_is_named_and_stops_nothing(care_file: Path) -> None:
    care = CareStore(f"sqlite:///{care_file}")
    opened(care, "a-1")
    with care.begin() as connection:
        cases.write_log(connection, "a-1", [Entry(EIGHT, "opened"), Entry(EIGHT, "called", detail={"person": "ana"})])
    with care.begin() as connection:
        connection.execute(text("DROP TRIGGER log_no_update"))
        connection.execute(text("UPDATE log SET detail = 'oh no' WHERE seq = 1"))

    with care.read() as connection:
        found = list(chain.flaws(connection))
    care.close()

    assert any("line 1" in flaw for flaw in found)

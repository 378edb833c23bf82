"""Answers of the far end and somebody's reply are written down at the same moment, and neither loses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from alerts.channels.base import Answer, Verdict
from alerts.courier import Courier
from alerts.dispatch import Dispatch, Done
from alerts.links import Links
from linli.alert import NoticeState
from linli.clock import VirtualClock
from linli.people import Roster
from linli.store import outbox
from linli.store import tables as t
from linli.store.care import CareStore
from tests.alerts.far_end import eventually
from tests.cast import EIGHT
from tests.store.histories import notice, opened, posted

CLOCK = VirtualClock(EIGHT)
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def _accepted(care: CareStore, keys: list[str]) -> None:
    """Write down that the far end has accepted some notices, in the order in which it did."""
    dispatch = Dispatch(care, Courier(Roster, {}, Links(b"s" * 32, "http://linli.example", CLOCK), CLOCK))
    done = [Done(notice(key), "webhook", Answer(Verdict.ACCEPTED), 0.1) for key in keys]
    with care.begin() as connection:
        dispatch.record(connection, done, EIGHT)


def _taken_back(care: CareStore) -> int:
    """Take back what nobody need do any more, as when somebody goes."""
    with care.begin() as connection:
        return outbox.withdraw(connection, "a-1", EIGHT)


def _waits(care: CareStore, many: int) -> bool:
    """Tell whether so many wait for what another holds."""
    with care.read() as connection:
        return bool(connection.scalar(_WAITING) == many)


@pytest.fixture
def care(postgres_url: str) -> Iterator[CareStore]:
    made = CareStore(postgres_url)
    made.migrate()
    yield made
    made.close()


@pytest.mark.postgres
@pytest.mark.parametrize(("first", "last"), [("n-1", "n-2"), ("n-2", "n-1")])
def test_who_goes_while_answers_are_written_down_is_heard(care: CareStore, first: str, last: str) -> None:
    opened(care, "a-1")
    posted(care, notice("n-2"), notice("n-1"))

    with ThreadPoolExecutor() as threads:
        with care.begin() as busy:  # both wait for this one, and then go on at the same time
            busy.execute(select(t.outbox).where(t.outbox.c.key == last).with_for_update())
            going = threads.submit(_taken_back, care)
            eventually(lambda: _waits(care, 1), "the reply does not wait")
            answers = threads.submit(_accepted, care, [first, last])
            eventually(lambda: _waits(care, 2), "the answers do not wait")
        answers.result()

        assert going.result() == 2
    with care.read() as connection:
        assert {one.state for one in outbox.of_alert(connection, "a-1")} == {NoticeState.SENT}

"""The demo: who is let in, and when its time begins."""

import time
from datetime import UTC, datetime

from linli.clock import PacedClock
from linli.demo import guests
from linli.people import Role
from simulators.community import build

START = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def test_whoever_is_let_in_is_on_duty_on_any_day() -> None:
    for seed in range(5):
        community = build(60, seed)
        people = {person.person: person for person in community.people}
        let_in = guests(community)

        assert [guest.role for guest in let_in] == [Role.STAFF, Role.FAMILY, Role.VOLUNTEER, Role.RESIDENT]
        assert [people[guest.person].duty for guest in let_in if guest.person] == [()] * 3


def test_setting_up_takes_no_time_of_the_demo() -> None:
    clock = PacedClock(START, 3600, stands=True)
    time.sleep(0.01)
    assert clock.now() == START

    clock.go()
    time.sleep(0.01)
    assert clock.now() > START

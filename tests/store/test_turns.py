"""Turns: first come, first served, and nobody waits for ever."""

import threading
from datetime import timedelta

import pytest

from linli.errors import StoreDown
from linli.store.turns import Turns
from tests.alerts.far_end import eventually

LONG, SHORT = timedelta(seconds=30), timedelta(milliseconds=20)


def test_writers_have_their_turn_in_the_order_of_asking() -> None:
    turns = Turns(LONG)
    order: list[int] = []

    def write(number: int) -> None:
        with turns.take():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    with turns.take():
        for already, thread in enumerate(threads):
            thread.start()
            eventually(lambda so_far=already: len(turns._waiting) == so_far + 1, "it does not queue")  # type: ignore[misc]
    for thread in threads:
        thread.join()

    assert order == list(range(20))


def test_only_one_has_the_turn_at_a_time() -> None:
    turns = Turns(LONG)
    inside = 0
    most = 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns.take():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_whose_turn_does_not_come_is_told_that_the_store_is_down() -> None:
    turns = Turns(SHORT)
    failed: list[StoreDown] = []

    def write() -> None:
        try:
            with turns.take():
                pass
        except StoreDown as why:
            failed.append(why)

    with turns.take():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    assert len(failed) == 1
    with turns.take():  # who gave up does not hold the place
        pass


def test_a_turn_that_ends_in_an_error_is_passed_on() -> None:
    turns = Turns(SHORT)

    with pytest.raises(ZeroDivisionError), turns.take():
        raise ZeroDivisionError

    with turns.take():
        pass

"""What has waited too long is told once, and what went in time never."""

from dataclasses import dataclass

from linli.overdue import Overdue


@dataclass(frozen=True)
class Thing:
    """Something that waits."""

    name: str = "same"


def test_what_waits_is_told_once_and_in_order() -> None:
    waiting: Overdue[Thing] = Overdue()
    first, second = Thing("first"), Thing("second")
    waiting.came(first)
    waiting.came(second)

    assert waiting.take(longer_than=0) == [first, second]
    assert waiting.take(longer_than=0) == []


def test_what_went_is_not_told() -> None:
    waiting: Overdue[Thing] = Overdue()
    gone = Thing()
    waiting.came(gone)
    waiting.went(gone)
    waiting.went(gone)

    assert waiting.take(longer_than=0) == []


def test_what_has_not_waited_long_enough_goes_on_waiting() -> None:
    waiting: Overdue[Thing] = Overdue()
    waiting.came(Thing())

    assert waiting.take(longer_than=3600) == []
    assert len(waiting.take(longer_than=0)) == 1


def test_two_that_are_alike_are_two() -> None:
    waiting: Overdue[Thing] = Overdue()
    one, other = Thing(), Thing()
    waiting.came(one)
    waiting.came(other)
    waiting.went(one)

    assert len(waiting.take(longer_than=0)) == 1


def test_pieces_have_waited_as_long_as_the_whole() -> None:
    waiting: Overdue[Thing] = Overdue()
    whole, pieces = Thing(), [Thing("first"), Thing("second")]
    waiting.came(whole)
    waiting.part(whole, pieces)

    assert waiting.take(longer_than=0) == pieces


def test_pieces_of_what_went_do_not_wait() -> None:
    waiting: Overdue[Thing] = Overdue()
    whole, piece = Thing(), Thing("piece")
    waiting.part(whole, [piece])

    assert waiting.take(longer_than=0) == []

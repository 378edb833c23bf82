"""Many things a few at a time."""

from linli.portions import portions


def test_everything_comes_once_and_in_order() -> None:
    assert list(portions("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert list(portions("abcd", 2)) == [["a", "b"], ["c", "d"]]


def test_nothing_has_no_portion() -> None:
    assert list(portions([], 2)) == []


def test_no_more_is_read_than_is_asked_for() -> None:
    numbers = iter(range(10))

    assert next(portions(numbers, 3)) == [0, 1, 2]
    assert next(numbers) == 3

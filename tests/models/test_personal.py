"""Where she is believed to be does not hang on the order in which one second's signs arrive."""

from itertools import permutations

from models.habits.presence import Presence
from models.personal import Personal

SECOND = 1000
EVENING = 1_795_000_000 * SECOND
LEAVING = [
    (EVENING, "hall-pir", "motion on", "hall"),
    (EVENING + 5 * SECOND, "front-door", "contact open", "entrance"),
    (EVENING + 5 * SECOND, "hall-pir", "motion on", "hall"),
    (EVENING + 9 * SECOND, "front-door", "contact closed", "entrance"),
]


def after(signs: list[tuple[int, str, str, str]]) -> Personal:
    personal = Personal()
    for at, device, word, room in signs:
        personal.see(at, device, word, room, is_placed=True)
    return personal


def test_whoever_left_is_out_in_whatever_order_the_signs_came() -> None:
    for signs in permutations(LEAVING):
        assert after(list(signs)).trace == after(LEAVING).trace
    assert after(LEAVING).trace.presence is Presence.OUT


def test_of_the_exit_and_a_room_in_one_second_the_room_comes_last() -> None:
    for signs in permutations(LEAVING[1:3]):
        assert after(list(signs)).trace.presence is Presence.IN


def test_a_sign_delivered_again_is_not_a_second_sign() -> None:
    assert after([*LEAVING, *LEAVING]).trace == after(LEAVING).trace


def test_a_sign_that_is_older_than_all_that_is_remembered_changes_nothing() -> None:
    many = [(EVENING + n * 60 * SECOND, "kitchen-pir", "motion on", "kitchen") for n in range(1, 12)]
    late = (EVENING, "front-door", "contact open", "entrance")

    assert after([*many, late]).trace == after(many).trace

"""What waits for the pipeline is bounded, keeps its order, and lets calls for help go first."""

import threading

import pytest

from ingest.intake import Arrived
from linli import inbox as inbox_module
from linli.inbox import Inbox, Parcel
from tests.cast import EIGHT


def parcel(name: str, count: int = 1, size: int = 1) -> Parcel:
    """Return a parcel of so many messages."""
    return Parcel([Arrived(name, b"x" * size, EIGHT) for _ in range(count)], lambda _: None)


def names(parcels: list[Parcel]) -> list[str]:
    """Return whose parcels these are."""
    return [one.messages[0].topic for one in parcels]


def put(inbox: Inbox, one: Parcel, *, is_urgent: bool = False) -> bool:
    """Add a parcel without waiting for room."""
    return inbox.put(one, is_urgent=is_urgent, patience=0)


def test_what_came_first_is_taken_first_and_no_parcel_is_parted() -> None:
    inbox = Inbox()
    for name in ("a", "b", "c"):
        put(inbox, parcel(name, 3))

    assert names(inbox.take(5, 0)) == ["a", "b"]
    assert inbox.waiting == 3
    assert names(inbox.take(5, 0)) == ["c"]
    assert inbox.take(5, 0) == []
    assert inbox.waiting == 0


def test_a_call_for_help_goes_before_what_came_earlier_and_is_not_stored_with_it() -> None:
    inbox = Inbox()
    put(inbox, parcel("motion", 3))
    put(inbox, parcel("sos"), is_urgent=True)
    put(inbox, parcel("fall"), is_urgent=True)

    assert names(inbox.take(2000, 0)) == ["sos", "fall"]
    assert names(inbox.take(2000, 0)) == ["motion"]


def test_there_is_room_for_so_many_messages_and_again_when_they_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "CAPACITY", 4)
    inbox = Inbox()

    assert put(inbox, parcel("a", 3))
    assert put(inbox, parcel("b", 3))
    assert not put(inbox, parcel("c"))
    inbox.take(1, 0)
    assert put(inbox, parcel("c"))


def test_there_is_room_for_so_many_bytes_but_a_single_large_parcel_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "CAPACITY_BYTES", 100)
    inbox = Inbox()

    assert put(inbox, parcel("large", size=1000))
    assert not put(inbox, parcel("small", size=1))
    inbox.take(1, 0)
    assert put(inbox, parcel("small", size=60))
    assert not put(inbox, parcel("other", size=60))
    assert put(inbox, parcel("another", size=30))
    inbox.take(1, 0)
    assert put(inbox, parcel("other", size=60))


def test_where_there_is_no_room_a_call_for_help_has_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "CAPACITY", 4)
    monkeypatch.setattr(inbox_module, "CAPACITY_BYTES", 100)
    inbox = Inbox()
    put(inbox, parcel("motion", 4, size=25))

    assert not put(inbox, parcel("motion"))
    assert put(inbox, parcel("sos", 3, size=25), is_urgent=True)
    assert put(inbox, parcel("flood", size=25), is_urgent=True)
    assert not put(inbox, parcel("flood"), is_urgent=True)


def test_who_has_others_in_hand_can_take_only_the_calls_for_help() -> None:
    inbox = Inbox()
    put(inbox, parcel("motion"))
    put(inbox, parcel("sos"), is_urgent=True)

    assert names(inbox.take_urgent(1, 0)) == ["sos"]
    assert inbox.take_urgent(1, 0) == []
    assert names(inbox.take(1, 0)) == ["motion"]


def test_who_waits_for_calls_for_help_is_let_go_when_told_to_look_again() -> None:
    inbox, is_over, taken = Inbox(), threading.Event(), list[list[Parcel]]()
    waiting = threading.Thread(target=lambda: taken.append(inbox.take_urgent(1, None, is_over.is_set)))
    waiting.start()
    inbox.look_again()
    waiting.join(0.05)
    assert waiting.is_alive()

    is_over.set()
    inbox.look_again()
    waiting.join(10)

    assert taken == [[]]

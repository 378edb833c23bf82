"""The first calls of an emergency go out from the transaction that opens it, and from no other road at the same time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts.dispatch import Dispatch, Task
from linli.alert import NoticeState, Severity
from linli.store import outbox
from tests.alerts.far_end import Gateway, eventually
from tests.alerts.post import Post, hooked, person


class CommitLostError(Exception):
    """Nobody knows whether the transaction was committed."""


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sender's own thread find nothing, so that whatever goes out went the short way."""
    claim = Dispatch.claim

    def only_calls(self: Dispatch, connection: Connection, now: datetime, *, others: int, **more: Any) -> list[Task]:
        return claim(self, connection, now, others=others, **more) if others == 0 else []

    monkeypatch.setattr(Dispatch, "claim", only_calls)


@contextmanager
def opening(post: Post, *names: str, severity: Severity = Severity.EMERGENCY, id: str = "a-1") -> Iterator[None]:  # noqa: A002
    """Put calls in the outbox and claim them in the same transaction, as the desk does; what follows is still in it."""
    alert = post.open(id, severity)
    with post.sender.at_once() as claim, post.care.begin() as connection:
        outbox.add(connection, [post.notice(alert, name) for name in names], post.clock.now())
        claim(connection, post.clock.now(), [alert])
        yield


def started(post: Post) -> Post:
    """Start the sender and wait for its first turn: before it, old leases end."""
    post.sender.start()
    eventually(lambda: post.health.parts() == {"sender": True}, "the sender took no turn")
    return post


@pytest.mark.usefixtures("deaf")
def test_a_call_goes_out_once_the_transaction_that_opens_it_has_ended(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    post = started(office(person("ana", hooked(gateway, "ana")), workers=4, reserved=3))

    with opening(post, "ana"):
        assert gateway.got == []

    gateway.wait_for(lambda got: len(got) == 1)
    eventually(lambda: post.states("a-1") == {"ana-0": NoticeState.SENT}, "the answer was not recorded")


def test_a_call_whose_commit_nobody_is_sure_of_is_sent_at_the_next_turn(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    post = started(office(person("ana", hooked(gateway, "ana"))))
    alert = post.open("a-1")

    def open_and_lose_sight() -> None:
        with post.sender.at_once() as claim:
            with post.care.begin() as connection:
                outbox.add(connection, [post.notice(alert, "ana")], post.clock.now())
                claim(connection, post.clock.now(), [])
            raise CommitLostError

    with pytest.raises(CommitLostError):
        open_and_lose_sight()

    gateway.wait_for(lambda got: len(got) == 1)
    eventually(lambda: post.states("a-1") == {"ana-0": NoticeState.SENT}, "the answer was not recorded")
    assert post.notices("a-1")["ana-0"].attempts == 2


def test_what_was_rolled_back_is_not_sent(office: Callable[..., Post], gateway: Gateway) -> None:
    post = started(office(person("ana", hooked(gateway, "ana")), person("bo", hooked(gateway, "bo"))))

    with pytest.raises(CommitLostError), opening(post, "ana"):
        raise CommitLostError
    post.call(post.open("a-2"), "bo")

    gateway.wait_for(lambda got: len(got) == 1)
    assert gateway.keys("ana") == []
    assert post.notices("a-1") == {}


def test_before_the_first_turn_nothing_goes_the_short_way(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))

    with opening(post, "ana"):
        pass

    assert post.states("a-1") == {"ana-0": NoticeState.WAITING}


def test_no_more_go_the_short_way_than_there_are_idle_workers(office: Callable[..., Post], gateway: Gateway) -> None:
    names = [f"v{i}" for i in range(6)]
    gateway.modes = dict.fromkeys(names, "hang")
    post = started(office(*[person(name, hooked(gateway, name)) for name in names], workers=4, reserved=3))

    with opening(post, *names):
        pass

    gateway.wait_for_held(4)
    assert sorted(post.states("a-1").values()) == [NoticeState.LEASED] * 4 + [NoticeState.WAITING] * 2
    gateway.release()
    gateway.wait_for(lambda got: len(got) == 6)


@pytest.mark.usefixtures("deaf")
def test_only_emergencies_go_the_short_way(office: Callable[..., Post], gateway: Gateway) -> None:
    post = started(office(person("ana", hooked(gateway, "ana")), person("bo", hooked(gateway, "bo"))))

    with opening(post, "ana", severity=Severity.URGENT):
        pass
    with opening(post, "bo", id="a-2"):
        pass

    gateway.wait_for(lambda got: len(got) == 1)
    assert gateway.keys("bo")
    assert post.states("a-1") == {"ana-0": NoticeState.WAITING}

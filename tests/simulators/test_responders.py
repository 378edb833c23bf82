"""Simulated neighbours: the same call gets the same answer, and only one of them goes."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from linli.alert import Outcome
from linli.errors import LinliError
from simulators.chance import stream_of
from simulators.responders import MANNERS, Action, Manner, Responders, Verb, decide
from tests.simulators.homes import START

WILLING = Manner(1.0, 0.0, (10, 20), (60, 120), (300, 600))
LATER = START + timedelta(days=1)


def notice(person: str = "jun", role: str = "volunteer", alert: str = "a-1", kind: str = "sos") -> dict[str, object]:
    return {
        "type": "alert.notice",
        "alert": {"id": alert, "kind": kind, "severity": "emergency", "opened_at": START.isoformat(), "text": "…"},
        "home": {"home": "w-3-2-502", "site": "willow", "resident": "…"},
        "to": {"person": person, "name": "…", "role": role},
        "links": {"accept": f"http://127.0.0.1:1/accept/{person}", "decline": f"http://127.0.0.1:1/decline/{person}"},
    }


def answers(manners: Mapping[str, Manner], *bodies: dict[str, object], seed: int = 1) -> list[Action]:
    responders = Responders(seed, manners)
    for body in bodies:
        responders.on_notice(body, START)
    return responders.due(LATER) + responders.due(LATER)


def test_who_accepts_arrives_and_closes_with_an_outcome() -> None:
    accept, arrive, close = answers({"volunteer": WILLING}, notice())
    assert [action.verb for action in (accept, arrive, close)] == [Verb.ACCEPT, Verb.ARRIVE, Verb.CLOSE]
    assert accept.link == "http://127.0.0.1:1/accept/jun"
    assert timedelta(seconds=10) <= accept.at - START <= timedelta(seconds=20)
    assert timedelta(seconds=60) <= arrive.at - accept.at <= timedelta(seconds=120)
    assert timedelta(seconds=300) <= close.at - arrive.at <= timedelta(seconds=600)
    assert close.outcome in set(Outcome)
    assert {(action.alert, action.person) for action in (accept, arrive, close)} == {("a-1", "jun")}


def test_an_action_is_due_once_and_not_before_its_time() -> None:
    responders = Responders(1, {"volunteer": WILLING})
    responders.on_notice(notice(), START)
    assert responders.due(START + timedelta(seconds=9)) == []
    (accept,) = responders.due(START + timedelta(seconds=20))
    assert accept.verb is Verb.ACCEPT
    assert responders.due(START + timedelta(seconds=20)) == []


def test_the_same_seed_answers_alike_whatever_the_id_of_the_alert() -> None:
    people = [f"volunteer-{number}" for number in range(20)]

    def told(alert: str, seed: int) -> list[tuple[str, Verb, float]]:
        found = answers(MANNERS, *(notice(person, alert=alert) for person in people), seed=seed)
        return [(action.person, action.verb, (action.at - START).total_seconds()) for action in found]

    assert told("a-1", 1) == told("b-2", 1)
    assert told("a-1", 1) != told("a-1", 2)


def test_only_the_first_goes() -> None:
    found = answers({"volunteer": WILLING}, *(notice(f"volunteer-{number}") for number in range(5)))
    assert [action.verb for action in found] == [Verb.ACCEPT, Verb.ARRIVE, Verb.CLOSE]
    assert len({action.person for action in found}) == 1


def test_nobody_answers_once_somebody_is_going() -> None:
    responders = Responders(1, {"volunteer": WILLING, "family": replace(WILLING, accepts=0.0, declines=1.0)})
    responders.on_notice(notice("jun"), START)
    assert [action.verb for action in responders.due(START + timedelta(seconds=20))] == [Verb.ACCEPT]
    responders.on_notice(notice("daughter", "family"), START + timedelta(seconds=20))
    assert {action.person for action in responders.due(LATER)} == {"jun"}


def test_a_second_message_about_the_same_call_changes_nothing() -> None:
    once, twice = answers({"volunteer": WILLING}, notice()), answers({"volunteer": WILLING}, notice(), notice())
    assert once == twice


def test_who_declines_says_so_by_the_link_and_is_not_asked_twice() -> None:
    unwilling = replace(WILLING, accepts=0.0, declines=1.0)
    (declined,) = answers({"volunteer": unwilling}, notice(), notice())
    assert (declined.verb, declined.link) == (Verb.DECLINE, "http://127.0.0.1:1/decline/jun")


def test_who_was_silent_may_hear_the_next_call() -> None:
    responders = Responders(1, {"staff": replace(WILLING, accepts=0.5)})
    for _ in range(40):
        responders.on_notice(notice("staff-1", "staff"), START)
    assert Verb.ACCEPT in {action.verb for action in responders.due(LATER)}


def test_who_accepts_and_never_comes_leaves_the_way_open_for_the_next() -> None:
    manners = {"volunteer": replace(WILLING, never_comes=1.0), "staff": WILLING}
    responders = Responders(1, manners)
    responders.on_notice(notice("jun"), START)
    assert [action.verb for action in responders.due(LATER)] == [Verb.ACCEPT]
    responders.on_notice(notice("staff-1", "staff"), LATER)
    found = responders.due(LATER + timedelta(days=1))
    assert [(action.person, action.verb) for action in found] == [
        ("staff-1", Verb.ACCEPT), ("staff-1", Verb.ARRIVE), ("staff-1", Verb.CLOSE),
    ]  # fmt: skip


def test_a_resident_does_not_answer_by_chance() -> None:
    assert answers(MANNERS, notice("mei", "resident")) == []


def test_a_webhook_body_may_come_as_it_was_received() -> None:
    responders = Responders(1, {"volunteer": WILLING})
    responders.on_notice(json.dumps(notice()).encode(), START)
    assert len(responders.due(LATER)) == 3


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"type": "alert.notice"}', {"type": 1}])
def test_what_is_not_a_notice_is_refused(body: bytes | dict[str, object]) -> None:
    with pytest.raises(LinliError, match="not a notice"):
        Responders(1).on_notice(body, START)


def test_other_messages_are_not_answered() -> None:
    assert answers({"volunteer": WILLING}, {**notice(), "type": "alert.closed"}) == []


@pytest.mark.parametrize("role", list(MANNERS))
def test_people_answer_in_the_shares_of_their_role(role: str) -> None:
    manner = MANNERS[role]
    verbs = Counter(decide(manner, "sos", stream_of(1, number)).verb for number in range(2000))
    assert abs(verbs[Verb.ACCEPT] / 2000 - manner.accepts) < 0.04
    assert abs(verbs[Verb.DECLINE] / 2000 - manner.declines) < 0.04


def test_a_dead_gateway_is_closed_as_a_fault_and_never_as_help() -> None:
    outcomes = {decide(WILLING, "unmonitored", stream_of(2, number)).outcome for number in range(300)}
    assert outcomes == {"device_fault", "away"}

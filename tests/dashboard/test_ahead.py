"""What will happen if a silence goes on is told beforehand, by the ladder that will be climbed."""

from dataclasses import replace

from alerts.ladders import default_ladder
from dashboard.ahead import steps_ahead
from linli.alert import AlertKind, Severity
from linli.people import Role
from tests.cast import EIGHT, MEI, MINUTE, PEOPLE, roster

LADDER = default_ladder(AlertKind.INACTIVITY, Severity.URGENT)


def test_who_cannot_be_asked_has_her_neighbours_called_at_once_and_the_rest_keep_their_distances() -> None:
    steps = list(steps_ahead(EIGHT, LADDER, roster(), MEI))

    assert [(step.at - EIGHT, step.what) for step in steps] == [
        (0 * MINUTE, "Neighbours are called"),
        (15 * MINUTE, "The family is called"),
        (30 * MINUTE, "Community staff are called"),
    ]
    assert steps[0].names == ("Ana Li", "Jun Wang", "Kai Gao")[: len(steps[0].names)]
    assert steps[0].names[0] == "Ana Li"


def test_who_can_be_asked_is_asked_first() -> None:
    everybody = roster()
    channel = next(person for person in PEOPLE if person.person == "ana").channels[0]
    mei = replace(everybody.people["mei"], channels=(channel,))
    steps = list(steps_ahead(EIGHT, LADDER, replace(everybody, people={**everybody.people, "mei": mei}), MEI))

    assert [step.at - EIGHT for step in steps] == [0 * MINUTE, 5 * MINUTE, 20 * MINUTE, 35 * MINUTE]
    assert (steps[0].what, steps[0].names) == ("She is asked herself", ())


def test_a_rung_on_which_there_is_nobody_is_not_promised() -> None:
    everybody = roster()
    people = {id_: person for id_, person in everybody.people.items() if person.role is Role.STAFF}

    steps = list(steps_ahead(EIGHT, LADDER, replace(everybody, people=people), MEI))
    assert [step.what for step in steps] == ["Community staff are called"]
    assert steps[0].at == EIGHT

"""Devices that trouble: those first that call people for nothing, each with what to do, and only of one's own homes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.troubles import Cause, Trouble, troubles_of
from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import Observed
from linli.people import Role
from linli.store import rejections
from linli.store.rejections import Rejection
from linli.store.troubles import Refused, Rung
from tests.cast import BATH, BUTTON, DEVICES, EIGHT, HALL, HOMES, HOUR, MEI, NEIGHBOUR
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World

KNOWN = {(device.home, device.device): device for device in DEVICES}
HEARD = Observed("button-1", EIGHT, online=True, battery=80.0)


def rung(outcome: Outcome, device: str = BUTTON.device, home: str = MEI.home, called: int = 4) -> Rung:
    """Return an alert that a device caused."""
    return Rung(home, device, EIGHT, outcome, called)


def found(
    *alarms: Rung, seen: dict[str, list[Observed]] | None = None, refused: tuple[Refused, ...] = ()
) -> list[Trouble]:
    """Return the troubles of all homes."""
    return troubles_of(HOMES, KNOWN, seen or {}, alarms, refused, EIGHT)


def test_what_called_most_people_for_nothing_stands_first() -> None:
    seen = {NEIGHBOUR.home: [Observed("button-1", EIGHT - 90 * HOUR, online=False)]}
    alarms = [rung(Outcome.SAFE, home=NEIGHBOUR.home), rung(Outcome.SAFE), rung(Outcome.DEVICE_FAULT)]

    first, second = found(*alarms, seen=seen)

    assert (first.device, first.called, first.alarms, first.faulty) == (BUTTON, 8, 2, 1)
    assert second.causes == [Cause.RINGS, Cause.SILENT]


def test_an_alarm_for_which_somebody_was_needed_is_no_trouble() -> None:
    assert found(rung(Outcome.HELPED), rung(Outcome.AWAY), rung(Outcome.OTHER)) == []


def test_a_home_of_which_nothing_is_heard_is_one_trouble() -> None:
    silent = [Observed(name, EIGHT - hours * HOUR, online=False) for name, hours in (("bath", 30), ("hall", 26))]

    (whole,) = found(seen={MEI.home: silent})

    assert (whole.device, whole.devices, whole.last_heard) == (None, 2, EIGHT - 26 * HOUR)


def test_one_silent_device_among_others_is_named() -> None:
    (one,) = found(seen={MEI.home: [HEARD, Observed("hall", EIGHT - HOUR, online=False)]})

    assert (one.device, one.causes) == (HALL, [Cause.SILENT])


def test_a_battery_that_runs_low_is_a_trouble_though_the_device_is_heard() -> None:
    (one,) = found(seen={MEI.home: [replace(HEARD, battery=15.0), Observed("hall", EIGHT, online=True, battery=16.0)]})

    assert (one.device, one.causes, one.battery) == (BUTTON, [Cause.LOW], 15.0)


def test_refused_messages_stand_with_their_device_whatever_it_speaks() -> None:
    ours = Refused("garden", MEI.home, "linli/v1/garden/home-7/hall/contact", 3)
    theirs = Refused("garden", MEI.home, BATH.topic, 2)
    nobodys = Refused("", "", "tele/unknown/SENSOR", 9)

    troubles = {(one.device.device if one.device else one.topic): one for one in found(refused=(ours, theirs, nobodys))}

    assert {name: one.refused for name, one in troubles.items()} == {"hall": 3, "bath": 2, "tele/unknown/SENSOR": 9}
    assert troubles["tele/unknown/SENSOR"].home is None


@pytest.mark.parametrize(("first", "then"), [(30, 20), (None, 30)])
def test_the_longer_a_device_is_silent_the_further_up_it_stands(first: int | None, then: int) -> None:
    def silent(hours: int | None) -> list[Observed]:
        return [HEARD, Observed("hall", EIGHT - hours * HOUR if hours else None, online=False)]

    troubles = found(seen={NEIGHBOUR.home: silent(then), MEI.home: silent(first)})

    assert [one.home and one.home.home for one in troubles] == [MEI.home, NEIGHBOUR.home]


def page(world: World, person: str = "lin", path: str = "/devices") -> str:
    """Return the page as staff see it."""
    told: str = world.browser(Role.STAFF, person).get(path).text
    assert Strict(told).faults == []
    return told


def calm(world: World) -> None:
    """Let everything be heard."""
    for home, view in world.homes.views.items():
        world.homes.views[home] = replace(view, observed=(HEARD,))


def refuse(world: World, home: str, topic: str, site: str = "garden") -> None:
    """Let a message be refused."""
    with world.services.care.begin() as connection:
        rejections.add(connection, [Rejection(EIGHT, topic, "no number", "x", site, home)])


def false_alarm(world: World, kind: AlertKind = AlertKind.SOS) -> None:
    """Let Ana be called for nothing."""
    alert = world.opens(kind, Severity.EMERGENCY)
    world.desk.close(alert.id, "ana", Outcome.DEVICE_FAULT)


def test_a_false_alarm_is_counted_by_the_people_it_called_and_says_what_to_do(world: World) -> None:
    calm(world)
    false_alarm(world)

    told = page(world)

    assert "calls for nothing: 1; alarms: 1, 1 of them by itself" in told
    assert "exchange it, or hang it elsewhere" in told
    assert "Mei Chen" in told


@pytest.mark.parametrize("kind", [AlertKind.LOW_BATTERY, AlertKind.UNMONITORED])
def test_a_notice_about_a_device_is_no_alarm_of_it(world: World, kind: AlertKind) -> None:
    calm(world)
    notice = world.opens(kind, Severity.NOTICE)
    world.desk.close(notice.id, "lin", Outcome.DEVICE_FAULT)

    assert "No device troubles anybody." in page(world)


def test_what_was_long_ago_troubles_nobody_any_more(world: World) -> None:
    calm(world)
    false_alarm(world)
    refuse(world, MEI.home, "linli/v1/garden/home-7/hall/contact")
    world.clock.advance(timedelta(days=31))

    assert "No device troubles anybody." in page(world)


def test_one_cause_can_be_looked_at_alone(world: World) -> None:
    calm(world)
    false_alarm(world)
    refuse(world, NEIGHBOUR.home, "linli/v1/garden/home-8/button-1/sos")

    assert "Old Zhao" not in page(world, path="/devices?show=rings")
    assert "Mei Chen" not in page(world, path="/devices?show=refused")
    assert "No device does that." in page(world, path="/devices?show=low")


def test_staff_of_another_site_see_none_of_it_and_strangers_only_who_sees_all(world: World) -> None:
    calm(world)
    false_alarm(world)
    refuse(world, MEI.home, "linli/v1/garden/home-7/hall/contact")
    refuse(world, "", "tele/nobody/SENSOR", site="")
    refuse(world, "home-99", "linli/v1/garden/home-99/hall/contact")

    assert "No device troubles anybody." in page(world, "xu")
    assert "tele/nobody/SENSOR" not in page(world, "lin")
    assert "home-99" in page(world, "lin")
    assert "tele/nobody/SENSOR" in page(world, "")

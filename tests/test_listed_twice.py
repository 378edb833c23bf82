"""What stands in the device list twice is told by linli check; what only looks so is not."""

from pathlib import Path

import pytest

from linli.checkup import faults
from linli.clock import SystemClock
from linli.configured import care_url
from linli.data_dir import DataDir
from linli.device_role import DeviceRole, as_row
from linli.errors import Conflict
from linli.listed_twice import listed_twice
from linli.people import Device, Roster
from linli.roster_file import CannotMap, map_device, unmap_device
from linli.settings import Settings
from linli.store import roster as roster_store
from linli.store.care import CareStore
from tests.cast import MEI, NEIGHBOUR

MAC = "A4C1380B2D11"


def row(home: str, device: str, topic: str, model: str = "") -> Device:
    return Device(home, device, kinds=("sos",), topic=topic, model=model)


def twice(*rows: Device) -> list[tuple[str, int]]:
    roster = Roster(devices={(one.home, one.device): one for one in rows})
    return [(one.what, len(one.rows)) for one in listed_twice(roster)]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("zigbee2mqtt/button", "zigbee2mqtt/button/", [("zigbee2mqtt/button", 2)]),
        (f"home/a/BTtoMQTT/{MAC}", f"home/b/BTtoMQTT/{MAC}", [(MAC.lower(), 2)]),
        ("application/1/device/24e124000000a1b2", "application/2/device/24E124000000A1B2", [("24e124000000a1b2", 2)]),
        ("zigbee2mqtt/button", "zigbee2mqtt/button 2", []),
    ],
    ids=["a topic", "an address", "an EUI", "two devices"],
)
def test_a_topic_or_a_number_in_two_homes_is_told(first: str, second: str, told: list[tuple[str, int]]) -> None:
    assert twice(row("home-7", "x", first), row("home-8", "x", second)) == told


def test_one_sensor_that_two_gateways_of_a_home_hear_is_in_order() -> None:
    assert twice(row("home-7", "x", f"home/a/BTtoMQTT/{MAC}"), row("home-7", "y", f"home/b/BTtoMQTT/{MAC}")) == []


def test_a_gateway_that_homes_share_is_in_order() -> None:
    shared = [row(home, "hub", "tele/stairs", "stairwell gateway") for home in ("home-7", "home-8")]

    assert twice(*shared) == []


def test_an_exit_door_is_at_the_entrance_whatever_the_form_says() -> None:
    row = as_row(DeviceRole.EXIT_DOOR, home=MEI.home, room="bedroom", topic="tele/door", model="", taken=())

    assert (row.device, row.room) == ("exit-door", "entrance")


@pytest.fixture
def installed(care_file: Path) -> tuple[Settings, DataDir, CareStore]:
    settings, data = Settings(data=care_file.parent), DataDir(care_file.parent)
    return settings, data, CareStore(care_url(settings, data))


def test_linli_check_says_it_with_what_to_do(installed: tuple[Settings, DataDir, CareStore]) -> None:
    settings, data, care = installed
    rows = [row(home, "x", "zigbee2mqtt/button") for home in (MEI.home, NEIGHBOUR.home)]
    with care.begin() as connection:
        roster_store.save(connection, [MEI, NEIGHBOUR], rows, [])

    (said,) = [one for one in faults(settings, data, SystemClock()) if "listed 2 times" in one]
    assert said.startswith("zigbee2mqtt/button is listed 2 times, for home-7/x, home-8/x")
    assert "linli discover --unmap" in said


def test_listing_and_unlisting_leave_the_list_as_it_was(installed: tuple[Settings, DataDir, CareStore]) -> None:
    _, _, care = installed
    with care.begin() as connection:
        roster_store.save(connection, [MEI, NEIGHBOUR], [], [])
        made = map_device(connection, topic="zigbee2mqtt/x", home=MEI.home, room="", role=DeviceRole.EXIT_DOOR)
        again = map_device(connection, topic="zigbee2mqtt/y", home=MEI.home, room="", role=DeviceRole.EXIT_DOOR)
        with pytest.raises(Conflict, match="listed already, as exit-door of home-7"):
            map_device(connection, topic="zigbee2mqtt/x/", home=NEIGHBOUR.home, room="", role=DeviceRole.SOS)
        assert unmap_device(connection, MEI.home, "exit-door") == made
        assert unmap_device(connection, MEI.home, "exit-door-2") == again
        assert roster_store.load(connection).devices == {}

    assert made == Device(MEI.home, "exit-door", "entrance", ("contact", "battery"), "zigbee2mqtt/x")


def test_a_gateway_may_be_listed_for_each_home_behind_it(installed: tuple[Settings, DataDir, CareStore]) -> None:
    _, _, care = installed
    with care.begin() as connection:
        roster_store.save(connection, [MEI, NEIGHBOUR], [], [])
        made = [
            map_device(connection, topic="tele/stairs", home=home, room="", role=DeviceRole.GATEWAY)
            for home in (MEI.home, NEIGHBOUR.home)
        ]
        with pytest.raises(Conflict):
            map_device(connection, topic="tele/stairs", home=MEI.home, room="", role=DeviceRole.GATEWAY)

    assert all(one.is_gateway for one in made)


def test_what_can_be_no_device_s_topic_is_refused(installed: tuple[Settings, DataDir, CareStore]) -> None:
    _, _, care = installed
    with care.begin() as connection:
        roster_store.save(connection, [MEI], [], [])
        for topic in ("", "zigbee2mqtt/+", "zigbee2mqtt/#", "linli/v1/garden/home-7/x/sos", "a\nb"):
            with pytest.raises(CannotMap, match="topic"):
                map_device(connection, topic=topic, home=MEI.home, room="", role=DeviceRole.SOS)

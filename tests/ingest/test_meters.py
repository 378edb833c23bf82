"""What came since a meter's last count, and when a plug tells that somebody has switched something on."""

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.intake import Arrived, Intake, TakenIn
from linli.people import Device
from linli.signals import Kind, Signal, Value
from linli.store.sqlite_signals import SqliteSignalStore
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.ingest.test_listed import roster_with

METER = Device(MEI.home, "meter", "bathroom", ("water",), "meters/utility/7431")
MAINS = Device(MEI.home, "mains", "hall", ("power",), "wmbusmeters/flat-12")
KETTLE = Device(MEI.home, "kettle", "kitchen", ("power", "button"), "zigbee2mqtt/kettle")
FRIDGE = Device(MEI.home, "fridge", "kitchen", ("power",), "zigbee2mqtt/fridge")
OWN_PLUG = Device(MEI.home, "lamp", "bedroom", ("power", "button"))


class Meter:
    """The intake of a home with meters and plugs, and the store behind it."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteSignalStore(path)
        self.intake = self.fresh()

    def fresh(self) -> Intake:
        """Return the intake of a linli that has just started, which knows what is stored."""
        intake = Intake(lambda: roster_with((METER, MAINS, KETTLE, FRIDGE, OWN_PLUG)), self.store.earlier_arrival)
        intake.know(self.store.recent(MEI.home, limit=50))
        return intake

    def take(self, topic: str, payload: str, after: timedelta = timedelta(0)) -> TakenIn:
        """Take one message in and store what it says."""
        found = self.intake.read([Arrived(topic, payload.encode(), EIGHT + after)])
        self.store.append(found.signals)
        self.intake.keep(found)
        return found

    def water(self, cubic_metres: float, after: timedelta = timedelta(0)) -> list[Value]:
        """Take in what the water meter has counted; return the litres that are made of it."""
        payload = f'{{"value":{cubic_metres},"unit":"m3","at":"{(EIGHT + after).isoformat()}"}}'
        return values(self.take(METER.topic, payload, after))


def values(found: TakenIn) -> list[Value]:
    return [signal.value for signal in found.signals]


def kinds(found: TakenIn) -> list[tuple[Kind, Value]]:
    return [(signal.kind, signal.value) for signal in found.signals]


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    return Meter(tmp_path / "signals.db")


def test_a_count_says_what_came_since_the_one_before(meter: Meter) -> None:
    assert meter.water(118.200) == [0.0]
    assert meter.water(118.2063, HOUR) == [6.3]
    assert meter.water(118.2063, 2 * HOUR) == [0.0]


def test_a_reading_that_comes_twice_counts_once(meter: Meter) -> None:
    meter.water(118.200)
    meter.water(118.206, HOUR)

    assert meter.water(118.206, HOUR) == []
    assert meter.water(118.200) == []


def test_a_count_that_could_not_be_stored_comes_again_and_is_no_repetition(meter: Meter) -> None:
    meter.water(118.200)
    message = Arrived(METER.topic, b'{"value":118.206,"unit":"m3"}', EIGHT + HOUR)
    first, again = meter.intake.read([message]), meter.intake.read([message])

    assert values(first) == values(again) == [6.0]
    assert first.signals == again.signals


def test_two_counts_in_one_batch_are_each_compared_with_the_one_before(meter: Meter) -> None:
    meter.water(118.200)
    counts = [
        Arrived(METER.topic, f'{{"value":{count},"unit":"m3"}}'.encode(), EIGHT + after)
        for count, after in ((118.206, HOUR), (118.209, 2 * HOUR))
    ]

    assert values(meter.intake.read(counts)) == [6.0, 3.0]


def test_the_last_count_is_known_after_a_restart(meter: Meter) -> None:
    meter.water(118.200)
    meter.water(118.206, HOUR)
    meter.intake = meter.fresh()

    assert meter.water(118.206, HOUR) == []
    assert meter.water(118.210, 2 * HOUR) == [4.0]


def test_a_new_meter_begins_anew(meter: Meter) -> None:
    meter.water(118.200)

    assert meter.water(0.0, HOUR) == [0.0]
    assert meter.water(0.005, 2 * HOUR) == [5.0]


def test_what_no_home_can_have_used_is_refused_and_the_next_count_stands(meter: Meter) -> None:
    meter.water(118.200)
    found = meter.take(METER.topic, '{"value":900000,"unit":"m3"}', HOUR)

    assert values(found) == []
    assert [one.reason for one in found.rejections] == ["water: outside 0 to 100000 L"]
    assert found.verdicts == ["water: outside 0 to 100000 L"]
    assert meter.water(118.206, 2 * HOUR) == [6.0]


def test_energy_is_told_as_the_power_that_was_drawn_on_average(meter: Meter) -> None:
    first = meter.take(MAINS.topic, '{"name":"flat-12","total_energy_consumption_kwh":812.0}')
    later = meter.take(MAINS.topic, '{"name":"flat-12","total_energy_consumption_kwh":812.15}', 30 * MINUTE)

    assert (values(first), kinds(later)) == ([], [(Kind.POWER, 300.0)])


def test_an_id_of_a_devices_own_that_looks_like_ours_is_no_count(meter: Meter) -> None:
    for key in ("icount:", "icount:x@y", "icount:1@" + "9" * 40, "count:1@2"):
        meter.intake.know([Signal(MEI.home, "meter", Kind.WATER, 1.0, EIGHT, EIGHT, key)])

    assert meter.water(118.200) == [0.0]


def test_a_meter_that_nobody_listed_is_shown_to_staff(meter: Meter) -> None:
    found = meter.take("meters/utility/9999", '{"value":1,"unit":"m3"}')

    assert found.signals == []
    assert found.verdicts == ['meters/utility/9999 is the topic of no device; add it with "linli import"']
    assert [one.reason for one in found.rejections] == found.verdicts


def test_a_kettle_that_begins_to_draw_power_was_switched_on_by_a_hand(meter: Meter) -> None:
    cold = meter.take(KETTLE.topic, '{"power":0.4}')
    boils = meter.take(KETTLE.topic, '{"power":1985}', MINUTE)
    still = meter.take(KETTLE.topic, '{"power":1990}', 2 * MINUTE)
    done = meter.take(KETTLE.topic, '{"power":0.4}', 4 * MINUTE)
    again = meter.take(KETTLE.topic, '{"power":1985}', HOUR)

    started = [(Kind.POWER, 1985.0), (Kind.BUTTON, "started")]
    assert (kinds(cold), kinds(boils)) == ([(Kind.POWER, 0.4)], started)
    assert (kinds(still), kinds(done)) == ([(Kind.POWER, 1990.0)], [(Kind.POWER, 0.4)])
    assert kinds(again) == started


def test_a_plug_of_linlis_own_tells_the_same(meter: Meter) -> None:
    topic = f"linli/v1/{MEI.site}/{MEI.home}/{OWN_PLUG.device}/power"
    meter.take(topic, "0")

    assert kinds(meter.take(topic, "80", MINUTE)) == [(Kind.POWER, 80.0), (Kind.BUTTON, "started")]


def test_a_fridge_is_no_hand(meter: Meter) -> None:
    meter.take(FRIDGE.topic, '{"power":1}')

    assert kinds(meter.take(FRIDGE.topic, '{"power":120}', MINUTE)) == [(Kind.POWER, 120.0)]


def test_the_first_reading_of_a_plug_and_one_that_comes_late_begin_nothing(meter: Meter) -> None:
    assert kinds(meter.take(KETTLE.topic, '{"power":1985}')) == [(Kind.POWER, 1985.0)]
    meter.take(KETTLE.topic, '{"power":0}', MINUTE)

    late = f'{{"power":1990,"last_seen":"{(EIGHT - HOUR).isoformat()}"}}'
    assert kinds(meter.take(KETTLE.topic, late, 2 * MINUTE)) == [(Kind.POWER, 1990.0)]


def test_a_plug_that_was_on_before_a_restart_begins_nothing_after_it(meter: Meter) -> None:
    meter.take(KETTLE.topic, '{"power":0.4}')
    meter.take(KETTLE.topic, '{"power":1985}', MINUTE)
    meter.intake = meter.fresh()

    assert kinds(meter.take(KETTLE.topic, '{"power":1980}', 2 * MINUTE)) == [(Kind.POWER, 1980.0)]

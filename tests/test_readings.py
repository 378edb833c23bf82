"""Readings through the whole program: a notice that is open holds back no call, nor does a start in between."""

from datetime import timedelta
from pathlib import Path

from ingest.intake import Arrived
from linli.alert import AlertKind, Severity
from linli.core import WARM_SIGNALS
from linli.people import Device
from linli.store import roster as roster_store
from tests.cast import EIGHT, MEI, MINUTE
from tests.watching import Whole

CUFF = Device(MEI.home, "cuff", "living-room", ("heart_rate", "weight"))


def say(linli: Whole, rest: str, value: str) -> None:
    linli.clock.advance(timedelta(seconds=1))
    linli.core.pipeline.take_in([Arrived(f"linli/v1/garden/{MEI.home}/{rest}", value.encode(), linli.clock.now())])
    linli.core.pipeline.tick(linli.clock.now())


def severities(linli: Whole) -> set[Severity]:
    return {alert.severity for alert in linli.core.desk.open_alerts() if alert.kind is AlertKind.VITALS}


def test_the_second_bad_reading_calls_although_linli_was_started_again_after_the_first(tmp_path: Path) -> None:
    linli = Whole(tmp_path)
    with linli.core.care.begin() as connection:
        roster_store.save(connection, [], [CUFF], [])
    linli.core.refresh()
    say(linli, "cuff/weight", "60")
    linli.clock.set(EIGHT + timedelta(days=2))
    say(linli, "cuff/heart_rate", "134")
    busy = [
        Arrived(f"linli/v1/garden/{MEI.home}/bath/motion", b"on", linli.clock.now() + timedelta(seconds=number))
        for number in range(WARM_SIGNALS)
    ]
    linli.clock.set(busy[-1].received_at)
    linli.core.pipeline.take_in(busy)
    assert severities(linli) == {Severity.NOTICE}
    linli.close()

    again = Whole(tmp_path)
    again.clock.set(linli.clock.now() + MINUTE)
    again.core.warm()
    say(again, "cuff/weight", "62.5")
    say(again, "cuff/heart_rate", "138")
    told = [alert for alert in again.core.desk.open_alerts() if alert.kind is AlertKind.VITALS]
    again.close()

    assert [alert.evidence.get("before") for alert in told if alert.severity is Severity.URGENT] == [134]
    assert 2.5 in [alert.evidence.get("gain") for alert in told]


def test_a_second_bad_reading_calls_the_neighbours_while_the_notice_of_the_first_is_open(tmp_path: Path) -> None:
    linli = Whole(tmp_path)
    say(linli, "bath/heart_rate", "134")
    assert severities(linli) == {Severity.NOTICE}

    linli.clock.advance(5 * MINUTE)
    say(linli, "bath/heart_rate", "138")
    linli.send()

    assert severities(linli) == {Severity.NOTICE, Severity.URGENT}
    assert "ana" in linli.channel.people()
    linli.close()

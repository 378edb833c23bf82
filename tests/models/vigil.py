"""A watch over homes of the cast, and short ways to let things happen there at a local time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from linli.alert import AlertKind
from linli.finding import Finding
from linli.people import Device, Home, Roster
from linli.signals import Kind, Signal, Value
from models.rules import Rules
from models.watch import Watch
from tests.cast import MEI, NEIGHBOUR

QUIET_HOME = NEIGHBOUR
"""Old Zhao has agreed to no check-ins: what is found there is found by silence."""
HOME = QUIET_HOME.home
BERLINER = Home("home-b", site="spree", building="1", language="en", timezone="Europe/Berlin")
SECOND = timedelta(seconds=1)


def at(text: str, timezone: str = "Asia/Shanghai") -> datetime:
    """Return the moment of a local time: `2026-11-23 08:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


MORNING = at("2026-11-23 08:00")


def berlin(text: str) -> datetime:
    return at(text, "Europe/Berlin")


def signal(
    home: str,
    device: str,
    kind: Kind,
    value: Value,
    when: datetime,
    room: str = "",
    received_at: datetime | None = None,
) -> Signal:
    return Signal(home, device, kind, value, when, received_at or when, f"{device}-{when.timestamp()}", room)


def moved(
    when: datetime, room: str = "kitchen", *, home: str = QUIET_HOME.home, received_at: datetime | None = None
) -> Signal:
    """Return a motion in a room, of a sensor that is called after it."""
    return signal(home, f"{room or 'some'}-pir", Kind.MOTION, "on", when, room, received_at)


def left(when: datetime, *, home: str = QUIET_HOME.home) -> Signal:
    return signal(home, "front-door", Kind.CONTACT, "closed", when, "entrance")


def checked_in(when: datetime, *, home: str = MEI.home, received_at: datetime | None = None) -> Signal:
    return signal(home, "button-1", Kind.CHECK_IN, "ok", when, "", received_at)


def charge(when: datetime, percent: float, device: str = "kitchen-pir", *, home: str = QUIET_HOME.home) -> Signal:
    return signal(home, device, Kind.BATTERY, percent, when)


def roster_of(*homes: Home, devices: Iterable[Device] = ()) -> Roster:
    return Roster(homes={h.home: h for h in homes}, devices={(d.home, d.device): d for d in devices})


def watch_over(*homes: Home, devices: Iterable[Device] = (), rules: Rules | None = None) -> Watch:
    watch = Watch(rules or Rules())
    watch.take_roster(roster_of(*homes, devices=devices))
    return watch


def quiet_home(*signals: Signal) -> Watch:
    """Return a watch over the home without check-ins, where this has happened."""
    watch = watch_over(QUIET_HOME)
    see(watch, *signals)
    return watch


def see(watch: Watch, *signals: Signal) -> None:
    for one in signals:
        watch.see(one)


def found(watch: Watch, now: datetime, kind: AlertKind = AlertKind.INACTIVITY) -> list[str]:
    """Return the keys of what a tick finds of one kind; nothing is told."""
    return [finding.key for finding in watch.tick(now) if finding.kind is kind]


def tell(watch: Watch, now: datetime) -> list[Finding]:
    """Tick, and tell all that is found."""
    findings = watch.tick(now)
    for finding in findings:
        watch.told(finding.key)
    return findings


def first_found(watch: Watch, after: datetime, until: datetime, kind: AlertKind = AlertKind.INACTIVITY) -> datetime:
    """Return the first whole minute after a moment at which a tick finds something of a kind."""
    now = after
    while now <= until:
        if found(watch, now, kind):
            return now
        now += timedelta(minutes=1)
    raise AssertionError(f"nothing was found until {until}")

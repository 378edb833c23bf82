"""What holds for every history: a slow reference agrees, order and repetition do not matter."""

import random
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.alert import AlertKind
from linli.clock import from_millis
from linli.people import Device, Home
from linli.signals import Kind, Signal, Value
from models.watch import Watch
from tests.models.slow_watch import Event, SlowWatch, What
from tests.models.vigil import (
    SECOND,
    moved,
    see,
    signal,
    watch_over,
)

HOUR = timedelta(hours=1)
STEP = timedelta(minutes=15)
PATIENCE = STEP
BEGIN = datetime(2026, 10, 24, 6, tzinfo=UTC)
"""The day before the clocks in Berlin go back."""
NEVER = datetime.max.replace(tzinfo=UTC)
ZONES = ("Europe/Berlin", "Asia/Shanghai", "Asia/Kolkata")

KNOWN_TO_THE_PATIENT = {AlertKind.INACTIVITY, AlertKind.MISSED_CHECK_IN}

DEVICES = {
    What.INSIDE: ("pir", Kind.MOTION, "on", "kitchen"),
    What.TIMER: ("pir", Kind.MOTION, "off", "kitchen"),
    What.EXIT: ("door", Kind.CONTACT, "closed", "entrance"),
    What.CHECK_IN: ("button", Kind.CHECK_IN, "ok", ""),
}

moments = st.integers(0, 4 * 24 * 4).map(lambda steps: BEGIN + steps * STEP)
events = st.lists(st.builds(Event, moments, st.sampled_from(What)), max_size=12, unique_by=lambda event: event.at).map(
    lambda drawn: sorted(drawn, key=lambda event: event.at)
)
plans = st.lists(st.sampled_from([time(2, 30), time(9), time(20), time(23, 45)]), max_size=2, unique=True).map(tuple)


def happen(watch: Watch, home: str, event: Event) -> None:
    if event.what in DEVICES:
        device, kind, value, room = DEVICES[event.what]
        watch.see(signal(home, device, kind, value, event.at, room))
    else:
        watch.see_availability(home, "bridge", online=event.what is What.ONLINE, at=event.at)


def short(key: str) -> str:
    kind, _, name = key.split(":", 2)
    return f"missed:{name}" if kind == "missed_check_in" else f"{kind}:{from_millis(int(name)).isoformat()}"


@settings(max_examples=25, deadline=None)
@given(homes=st.lists(st.tuples(st.sampled_from(ZONES), plans, events), min_size=1, max_size=3))
def test_it_finds_what_a_patient_watcher_finds(
    homes: list[tuple[str, tuple[time, ...], list[Event]]],
) -> None:
    listed = [Home(f"home-{n}", "s", "b", timezone=zone, check_in_by=plan) for n, (zone, plan, _) in enumerate(homes)]
    watch, end = watch_over(*listed), BEGIN + 6 * 24 * HOUR
    found: dict[str, list[tuple[datetime, str]]] = {home.home: [] for home in listed}
    now = BEGIN
    while now <= end:
        for home, (_, _, happened) in zip(listed, homes, strict=True):
            for event in happened:
                if event.at == now:
                    happen(watch, home.home, event)
        for finding in watch.tick(now):
            watch.told(finding.key)
            if finding.kind in KNOWN_TO_THE_PATIENT:
                found[finding.home].append((now, short(finding.key)))
        now += STEP

    for home, (_, plan, happened) in zip(listed, homes, strict=True):
        expected = SlowWatch(home.zone, plan, STEP).run(happened, BEGIN, end)
        assert sorted(found[home.home]) == sorted(expected), home.home


@settings(max_examples=25, deadline=None)
@given(zone=st.sampled_from(ZONES), plan=plans, happened=events)
def test_ticking_only_when_due_finds_the_same(zone: str, plan: tuple[time, ...], happened: list[Event]) -> None:
    def found(*, jump: bool) -> dict[str, datetime]:
        watch, now = watch_over(Home("home-1", "s", "b", timezone=zone, check_in_by=plan)), BEGIN
        keys: dict[str, datetime] = {}
        for event in [*happened, Event(BEGIN + 7 * 24 * HOUR, What.TIMER)]:
            while now < event.at:
                due = watch.next_due(now)
                now = min(due or event.at, event.at) if jump else now + PATIENCE
                for finding in watch.tick(now):
                    watch.told(finding.key)
                    assert finding.key not in keys
                    keys[finding.key] = now
            happen(watch, "home-1", event)
        return keys

    jumped, patient = found(jump=True), found(jump=False)

    assert jumped.keys() == patient.keys()
    assert all(timedelta() <= patient[key] - due <= PATIENCE for key, due in jumped.items())


# within one second


VALUES: list[tuple[str, Kind, Value, str]] = [
    ("pir", Kind.MOTION, "on", "kitchen"),
    ("pir", Kind.MOTION, "off", "kitchen"),
    ("hall", Kind.MOTION, "on", "hall"),
    ("door", Kind.CONTACT, "open", "entrance"),
    ("door", Kind.CONTACT, "closed", "entrance"),
    ("button", Kind.CHECK_IN, "ok", ""),
    ("pir", Kind.BATTERY, 9.0, ""),
    ("pir", Kind.BATTERY, 40.0, ""),
    ("air", Kind.TEMPERATURE, 20.0, ""),
]
LISTED = (Device("home-1", "pir", "kitchen", ("motion", "battery")), Device("home-1", "button", "", ("check_in",)))


@st.composite
def bursts(draw: st.DrawFn) -> list[list[Signal]]:
    """Draw some seconds, each with a handful of signals that arrive within it."""
    seconds = []
    start = BEGIN
    for hours in draw(st.lists(st.integers(0, 30), min_size=1, max_size=4)):
        start += hours * HOUR + SECOND
        seconds.append(
            [
                signal(
                    "home-1",
                    device,
                    kind,
                    value,
                    start + timedelta(milliseconds=at - late),
                    room,
                    start + timedelta(milliseconds=at),
                )
                for (device, kind, value, room), at, late in draw(
                    st.lists(
                        st.tuples(st.sampled_from(VALUES), st.integers(0, 999), st.sampled_from([0, 0, 500, 600_000])),
                        max_size=5,
                    )
                )
            ]
        )
    return seconds


def picture(signals: list[list[Signal]], *, in_spare_time: bool = False) -> tuple[list[object], list[datetime]]:
    """Return everything that can be seen of a watch while the signals come in, and when it is due each time."""
    watch = watch_over(Home("home-1", "s", "b", timezone="Europe/Berlin", check_in_by=(time(9),)), devices=LISTED)
    seen: list[object] = []
    dues: list[datetime] = []
    for second in signals:
        if not second:
            continue
        for one in second:
            see(watch, one)
            if in_spare_time:
                watch.reckon(one.received_at, at_most=1)
        last = max(one.received_at for one in second)
        for now in (last + SECOND, last + 9 * HOUR, last + 26 * HOUR):
            seen += [watch.state("home-1", now), sorted(finding.key for finding in watch.tick(now))]
            dues.append(watch.next_due(now) or NEVER)
    return seen, dues


@settings(max_examples=60, deadline=None)
@given(bursts=bursts(), seed=st.randoms(use_true_random=False))
def test_the_order_of_signals_within_a_second_does_not_matter(bursts: list[list[Signal]], seed: random.Random) -> None:
    shuffled = [seed.sample(second, len(second)) for second in bursts]

    assert picture(shuffled) == picture(bursts)


@settings(max_examples=25, deadline=None)
@given(bursts=bursts(), seed=st.randoms(use_true_random=False))
def test_signals_seen_again_change_nothing(bursts: list[list[Signal]], seed: random.Random) -> None:
    before: list[Signal] = []
    repeated = []
    for second in bursts:
        repeated.append([*second, *second, *seed.sample(before, len(before) // 2)])
        before += second

    twice = [again if once else [] for once, again in zip(bursts, repeated, strict=True)]
    (seen, dues), (seen_again, dues_again) = picture(bursts), picture(twice)

    assert seen_again == seen
    assert all(again <= due for due, again in zip(dues, dues_again, strict=True))  # to look in vain harms nobody


@settings(max_examples=25, deadline=None)
@given(bursts=bursts())
def test_what_is_worked_out_in_spare_time_changes_nothing(bursts: list[list[Signal]]) -> None:
    assert picture(bursts, in_spare_time=True) == picture(bursts)


def test_spare_time_leaves_the_tick_less_to_do() -> None:
    watch = watch_over(*(Home(f"home-{number}", "s", "b") for number in range(3)))
    for number in range(3):
        watch.see(moved(BEGIN, home=f"home-{number}"))
    left = []
    while watch.is_to_be_reckoned:
        left.append(watch.is_to_be_reckoned)
        watch.reckon(BEGIN, at_most=2)

    assert len(left) == 2


# many homes


def test_ten_thousand_homes_in_one_tick() -> None:
    chance = random.Random(7)  # noqa: S311 - repeatable
    homes = [Home(f"home-{n}", "s", "b", timezone=chance.choice(ZONES)) for n in range(10_000)]
    watch, now = watch_over(*homes), datetime(2026, 10, 25, 9, tzinfo=UTC)
    happened = {
        home.home: [
            Event(now - chance.randrange(15 * 4) * STEP, chance.choice([What.INSIDE, What.INSIDE, What.EXIT]))
            for _ in range(chance.randrange(3))
        ]
        for home in homes
    }
    for home, signs in happened.items():
        for event in signs:
            happen(watch, home, event)

    found = {finding.home for finding in watch.tick(now) if finding.kind is AlertKind.INACTIVITY}

    expected = {
        home.home
        for home in homes
        if (signs := sorted(happened[home.home], key=lambda event: (event.at, event.what is What.INSIDE)))
        and signs[-1].what is What.INSIDE
        and _has_crossed(signs[-1].at, now, home.zone)
    }
    assert found == expected
    assert 500 < len(found) < 9_000


@cache
def _has_crossed(last: datetime, now: datetime, zone: ZoneInfo) -> bool:
    slow = SlowWatch(zone, (), STEP)
    return bool(slow.run([Event(last, What.INSIDE)], last, now))


def test_a_moving_home_is_moving_for_everybody() -> None:
    """Guard the property above against homes that never find anything."""
    watch = watch_over(Home("home-1", "s", "b"))
    watch.see(moved(BEGIN, home="home-1"))

    assert watch.tick(BEGIN + 30 * HOUR)

"""The town of the random histories: two stairwells of one compound and a home of another, and who helps there."""

from dataclasses import replace
from datetime import time

from linli.duty import Duty
from linli.people import Channel, Device, Home, Person, Roster
from tests.alerts.town import town, volunteer
from tests.cast import BO, GARDEN, LIN, MEI, MEI_HERSELF, NEIGHBOUR, NEXT_BUILDING, OTHER_SITE, WU, XU

BY_DAY = Duty(frozenset(range(7)), time(8), time(20))
ABOVE = Home("home-10", site=GARDEN, building="3", unit="2", floor="6", door="602", resident="Hu Min")
ACROSS = Home("home-11", site=GARDEN, building="4", unit="1", floor="1", door="102", resident="Tan Fang")
DWELLINGS = (MEI, NEIGHBOUR, ABOVE, NEXT_BUILDING, ACROSS, OTHER_SITE)
STAIRWELLS = (tuple(one.home for one in DWELLINGS[:3]), tuple(one.home for one in DWELLINGS[3:5]))
MOST_NEIGHBOURS = 7
BUTTONS = ("button-1", "button-2")


def _with_second_way(person: Person, kind: str) -> Person:
    ways = (*person.channels, Channel(f"{person.person}-{kind}", person.person, kind, "nowhere", order=1))
    return replace(person, channels=ways)


def _mei_with_phone() -> Person:
    return replace(MEI_HERSELF, channels=(Channel("mei-0", "mei", "sms", "13800000007"),))


OTHERS = {
    "mei's phone": _mei_with_phone(),
    "bo": BO,
    "bo, two ways": _with_second_way(BO, "sms"),
    "lin": LIN,
    "wu": WU,
    "xu": XU,
}


def everybody() -> list[Person]:
    """Return each person of whom a town may have some; who has two ways in one may have one in another."""
    listed = {
        one.person: one for one in (*(volunteer(number) for number in range(1, MOST_NEIGHBOURS + 1)), *OTHERS.values())
    }
    return list(listed.values())


def small_town(ways: list[int], by_day: int, others: set[str], zone: str) -> Roster:
    """Return a town with a neighbour for each number of ways, the first few only by day, and some of the others."""
    neighbours = [volunteer(number, channels=count) for number, count in enumerate(ways, 1)]
    neighbours[:by_day] = [replace(one, duty=(BY_DAY,)) for one in neighbours[:by_day]]
    listed = {one.person: one for one in (*neighbours, *(OTHERS[name] for name in sorted(others)))}
    homes = {home.home: replace(home, timezone=zone) for home in DWELLINGS}
    return replace(town(), homes=homes, people=listed, devices={(one.home, one.device): one for one in _devices()})


def _devices() -> list[Device]:
    """Return two buttons and a sensor for each home."""
    buttons = [Device(home.home, name, kinds=("sos", "check_in")) for home in DWELLINGS for name in BUTTONS]
    return [*buttons, *(Device(home.home, "hall", "entrance", ("motion",)) for home in DWELLINGS)]

"""The people and homes of the scenarios: one stairwell with three homes, and who comes when one of them calls."""

from datetime import UTC, datetime, time

from bench.crash.far_end import BROKEN
from linli.people import Care, Channel, Device, Home, Person, Role, Scope

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine in the morning of a Monday in Shanghai, when every scenario begins."""
SITE = "garden"
BUILDING = "3"
HOMES = tuple(
    Home(
        home,
        SITE,
        building=BUILDING,
        unit="2",
        floor=floor,
        door=f"{floor}02",
        check_in_by=(time(10),) if home == "home-7" else (),
    )
    for home, floor in (("home-7", "5"), ("home-8", "6"), ("home-9", "7"))
)
DEVICES = tuple(
    Device(home.home, device, room, kinds)
    for home in HOMES
    for device, room, kinds in (("button", "bedroom", ("sos", "check_in")), ("hall", "entrance", ("motion",)))
)


def _person(person: str, role: Role, target: str, *addresses: str) -> Person:
    care = Care({SITE: Scope.SITE, BUILDING: Scope.BUILDING}.get(target, Scope.HOME), target)
    channels = tuple(
        Channel(f"{person}-{order}", person, "webhook", address, order=order) for order, address in enumerate(addresses)
    )
    return Person(person, role, cares=(care,), channels=channels)


MEI = _person("mei", Role.RESIDENT, "home-7", "mei")
ANA = _person("ana", Role.VOLUNTEER, "home-7", "ana", "ana's other")
JUN = _person("jun", Role.VOLUNTEER, BUILDING, "jun")
KAI = _person("kai", Role.VOLUNTEER, "home-9", BROKEN, "kai")
BO = _person("bo", Role.FAMILY, "home-7", "bo")
LIN = _person("lin", Role.STAFF, SITE, "lin")
WU = _person("wu", Role.PROFESSIONAL, SITE, "wu")
PEOPLE = (MEI, ANA, JUN, BO, LIN, WU)
PEOPLE_WITH_A_BROKEN_PHONE = (KAI, BO, LIN, WU)

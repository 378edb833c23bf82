"""The cast: who lives and helps in the two compounds that all tests speak of. Frozen records, so nobody can spoil them.

In Garden, Mei lives behind door 502 (home-7). Ana is paired with her, Jun with her neighbour in the same stairwell
(home-8), Kai with somebody in the next building (home-9). Bo is Mei's son, Lin staff of Garden, Wu its clinic.
River is another compound (home-40) with staff of its own, Xu, who may see nothing of Garden.
"""

from datetime import UTC, datetime, time, timedelta

from linli.duty import Duty
from linli.people import Care, Channel, Device, Home, Person, Role, Roster, Scope

EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Eight in the morning of a Monday in Shanghai."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

GARDEN = "garden"
RIVER = "river"

MEI = Home(
    "home-7",
    site=GARDEN,
    building="3",
    unit="2",
    floor="5",
    door="502",
    resident="Mei Chen",
    phone="13800000007",
    birth_year=1941,
    check_in_by=(time(9), time(20)),
)
NEIGHBOUR = Home("home-8", site=GARDEN, building="3", unit="2", floor="4", door="401", resident="Old Zhao")
NEXT_BUILDING = Home("home-9", site=GARDEN, building="4", unit="1", floor="1", door="101", resident="Ping Sun")
OTHER_SITE = Home("home-40", site=RIVER, building="east", resident="Qiu Yan", language="en", timezone="Asia/Urumqi")
HOMES = (MEI, NEIGHBOUR, NEXT_BUILDING, OTHER_SITE)

BUTTON = Device("home-7", "button-1", room="bedroom", kinds=("sos", "check_in", "battery"))
HALL = Device("home-7", "hall", room="entrance", kinds=("contact", "battery"))
BATH = Device("home-7", "bath", room="bathroom", kinds=("motion",), topic="zigbee2mqtt/bath-502", model="SNZB-03")
NEIGHBOUR_BUTTON = Device("home-8", "button-1", room="bedroom", kinds=("sos",))
DEVICES = (BUTTON, HALL, BATH, NEIGHBOUR_BUTTON)


def _reached(person: str, *addresses: tuple[str, str]) -> tuple[Channel, ...]:
    return tuple(
        Channel(f"{person}-{order}", person, kind, address, order=order)
        for order, (kind, address) in enumerate(addresses)
    )


def _cares(*homes: str) -> tuple[Care, ...]:
    return tuple(Care(Scope.HOME, home) for home in homes)


MEI_HERSELF = Person("mei", Role.RESIDENT, name="Mei Chen", cares=_cares("home-7"))
ANA = Person(
    "ana",
    Role.VOLUNTEER,
    name="Ana Li",
    cares=_cares("home-7"),
    channels=_reached("ana", ("webhook", "http://127.0.0.1:9/ana"), ("sms", "13800000001")),
)
JUN = Person(
    "jun",
    Role.VOLUNTEER,
    name="Jun Wang",
    cares=_cares("home-8"),
    channels=_reached("jun", ("webhook", "http://127.0.0.1:9/jun")),
)
KAI = Person(
    "kai",
    Role.VOLUNTEER,
    name="Kai Gao",
    cares=_cares("home-9"),
    channels=_reached("kai", ("webhook", "http://127.0.0.1:9/kai")),
)
BO = Person(
    "bo",
    Role.FAMILY,
    name="Bo Chen",
    language="en",
    cares=_cares("home-7"),
    channels=_reached("bo", ("email", "bo@example.org")),
)
LIN = Person(
    "lin",
    Role.STAFF,
    name="Lin Zhou",
    cares=(Care(Scope.SITE, GARDEN),),
    channels=_reached("lin", ("webhook", "http://127.0.0.1:9/lin")),
)
WU = Person(
    "wu",
    Role.PROFESSIONAL,
    name="Clinic",
    cares=(Care(Scope.SITE, GARDEN),),
    channels=_reached("wu", ("sms", "13800000120")),
    duty=(Duty(frozenset(range(7)), time(0), time(0)),),
)
XU = Person(
    "xu",
    Role.STAFF,
    name="Xu Han",
    cares=(Care(Scope.SITE, RIVER),),
    channels=_reached("xu", ("webhook", "http://127.0.0.1:9/xu")),
    duty=(Duty(frozenset(range(5)), time(8), time(20)), Duty(frozenset({5, 6}), time(20), time(8))),
)
PEOPLE = (MEI_HERSELF, ANA, JUN, KAI, BO, LIN, WU, XU)


def roster(*, revision: int = 1) -> Roster:
    """Return everybody and everything above."""
    return Roster(
        revision=revision,
        homes={home.home: home for home in HOMES},
        devices={(device.home, device.device): device for device in DEVICES},
        people={person.person: person for person in PEOPLE},
    )

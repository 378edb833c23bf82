"""What the pages and the API are given: the parts of a running linli, already wired together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.browsers import Browsers
from alerts.desk import Desk
from alerts.ladders import LadderFor, built_in_ladder
from alerts.links import Links
from alerts.probe import NotOurs
from dashboard.tuning import Tuning
from linli.clock import Clock
from linli.health import Health
from linli.holidays import NO_HOLIDAYS, Holidays
from linli.home_state import HomeView
from linli.meter_template import MeterTemplate
from linli.people import Roster
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.influx_signals import Spooled
from linli.store.signals import SignalStore
from linli.stranger import Found
from models.habits.model import HomeModel


class Intake(Protocol):
    """The one way in for signals, shared with MQTT."""

    def submit(self, messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """Take (topic, payload) messages in; return, once they are durable, why each was refused, or None.

        Raises StoreDown when they could not be stored in time: the caller may send them again.
        """
        ...


class Homes(Protocol):
    """What is known of the homes at this moment."""

    def state(self, home: str) -> HomeView:
        """Return one home's state."""
        ...

    def states(self) -> list[HomeView]:
        """Return the state of every home, in the roster's order."""
        ...

    def begin_absence(self, absence: Absence) -> None:
        """Store an absence and heed it at once."""
        ...

    def end_absence(self, home: str) -> bool:
        """End the absence that runs; False if none did."""
        ...


def _no_probe(_headers: Mapping[str, str], _body: bytes) -> bool:
    """There is no canary whose messages could arrive."""
    raise NotOurs("no canary is on its rounds")


@dataclass(frozen=True)
class BrokerAddress:
    """Where devices reach the broker. `ours`: linli runs it; `keeps`: what it was given survives a restart."""

    host: str
    port: int
    tls: bool = False
    ours: bool = True
    keeps: bool = True


@dataclass(frozen=True)
class WebSettings:
    """What the web part is told at the start. `base_url` is how people reach it; `secret` signs cookies.

    `unmanaged` are the compounds that nobody manages.
    """

    base_url: str
    secret: bytes
    demo: bool = False
    session_days: int = 14
    unmanaged: frozenset[str] = frozenset()
    broker: BrokerAddress | None = None


def _no_meters(_platform: str) -> MeterTemplate | None:
    """No platform pushes what its meters count."""
    return None


def _as_it_is() -> None:
    """The roster that is here never changes by itself."""


def _no_token(home: str) -> str:
    """No device can be let in."""
    raise NotImplementedError(home)


def _nothing_known(_home: str) -> HomeModel | None:
    """There is no line by which a home of which nothing was learned could be judged."""
    return None


@dataclass(frozen=True)
class Services:
    """Everything that a route may use.

    `device_identity` checks a device's or gateway's token: ("device", home) or ("gateway", site), or None.
    `meter_template` finds how a meter platform pushes. `tuning` are the settings that staff may choose; None: none here.
    `first_line` is the line that decides in a home until something is learned of it.
    `strangers` tells what speaks at the broker and is not listed; asking lets linli listen for it from then on.
    `device_token` makes a home's. `can_send` tells whether a kind of channel works here at all.
    `probe` takes the canary's messages; it raises NotOurs for any other.
    `heed_roster` takes in at once what somebody has listed, which linli otherwise does within seconds.
    `spool` tells what waits for an InfluxDB; None where there is none.
    `counts` tells what went through the pipeline since the start, by name (`messages`, `signals`, …), for the metrics.
    """

    care: CareStore
    signals: SignalStore
    desk: Desk
    links: Links
    roster: Callable[[], Roster]
    homes: Homes
    intake: Intake
    clock: Clock
    health: Health
    device_identity: Callable[[str], tuple[str, str] | None]
    settings: WebSettings
    browsers: Browsers
    probe: Callable[[Mapping[str, str], bytes], bool] = _no_probe
    heed_roster: Callable[[], None] = _as_it_is
    counts: Callable[[], Mapping[str, int]] = dict
    spool: Callable[[], Spooled] | None = None
    ladders: LadderFor = built_in_ladder
    holidays: Holidays = NO_HOLIDAYS
    device_token: Callable[[str], str] = _no_token
    can_send: Callable[[str], bool] = bool
    tuning: Tuning | None = None
    first_line: Callable[[str], HomeModel | None] = _nothing_known
    strangers: Callable[[], Found] = Found
    meter_template: Callable[[str], MeterTemplate | None] = _no_meters

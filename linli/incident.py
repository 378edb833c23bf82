"""Homes that fell silent, and what they have in common: the records between `models`, which decides, and `alerts`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from linli.finding import Finding
from linli.people import Home


@dataclass(frozen=True, slots=True)
class Loss:
    """One home that is not heard. `key` names the episode, as in the finding about this home alone.

    `fell`: when it was said to be offline, or had been silent for so long that it is about to count as lost; `since`:
    what people are told. `gateway`: through which shared one it is lost, if that is known.
    """

    home: Home
    key: str
    fell: datetime
    since: datetime
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An open alert about the silence of a part of a site: the homes it stands for, and which of them are heard again.

    `is_told`: somebody was told of it, or will be.
    """

    alert: str
    site: str
    about: str
    since: datetime
    opened: datetime
    homes: frozenset[str]
    back: frozenset[str] = field(default_factory=frozenset)
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Losses of one cause. `alert`: the open one that they join, empty where they open one.

    `finding` tells of all homes of the incident; `keys` are the episodes, by home, that it now stands for.
    """

    finding: Finding
    keys: Mapping[str, str]
    alert: str = ""

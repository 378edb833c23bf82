"""The canary: a home that linli makes up for each site, whose calls for help prove that the whole way still works.

It is in no roster, on no board and in no count. Only intake, desk and sender know it, and whoever it calls is a probe.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from linli.keys import Keys
from linli.people import Care, Channel, Home, Person, Role, Roster, Scope
from linli.rounds import Rounds

PERSON = "_canary"
"""Whom a canary's alert calls; nobody in a roster can have this id, because none begins with an underscore."""
ABOUT = "canary:"
"""What the `about` of a canary's alert begins with, before the id of its round."""


def home_of(site: str) -> str:
    """Return the id of a site's canary; it is one that a topic can carry."""
    return f"canary-{sha256(site.encode()).hexdigest()[:12]}"


def is_about(about: str) -> bool:
    """Tell whether what an alert is about is a canary's round."""
    return about.startswith(ABOUT)


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made of one roster."""

    plain: Roster
    whole: Roster
    homes: Mapping[str, str] = field(default_factory=dict)


class Canaries:
    """The roster with a canary for each site. Without a channel to call there are none. Safe from every thread."""

    def __init__(self, roster: Callable[[], Roster], channel: Channel | None, rounds: Rounds | None = None) -> None:
        self.rounds = rounds or Rounds(probed=False)
        self._roster = roster
        self._channel = channel
        self._made: _Made | None = None

    def roster(self) -> Roster:
        """Return everybody and everything, canaries included: for those who carry a call from the wire to a phone."""
        return self._now().whole

    def homes(self) -> Mapping[str, str]:
        """Return each site's canary, by site."""
        return self._now().homes

    def has(self, home: str) -> bool:
        """Tell whether a home is a canary."""
        made = self._now()
        return home not in made.plain.homes and home in made.whole.homes

    def _now(self) -> _Made:
        plain, made = self._roster(), self._made
        if made is None or made.plain is not plain:
            made = self._made = self._make(plain)
        return made

    def _make(self, plain: Roster) -> _Made:
        if self._channel is None:
            return _Made(plain, plain)
        # a real home that bears the same id stays what it is, and its site goes without
        homes = {site: home_of(site) for site in plain.sites if home_of(site) not in plain.homes}
        made = {home: Home(home, site, building="") for site, home in homes.items()}
        whole = replace(plain, homes={**plain.homes, **made}, people={**plain.people, PERSON: probe(self._channel)})
        return _Made(plain, whole, homes)


def secret(keys: Keys) -> str:
    """Return the secret by which the probe knows a message of linli's own."""
    return f"whsec_{base64.b64encode(keys.bytes_for('canary')).decode()}"


def channel(address: str, secret: str) -> Channel:
    """Return the channel by which the canary's messages go out: a real one, with a secret of its own."""
    return Channel(PERSON, PERSON, "webhook", address, secret)


def probe(channel: Channel) -> Person:
    """Return who is called by a canary: no person, but a channel of linli's own."""
    return Person(PERSON, Role.VOLUNTEER, language="en", channels=(channel,))


def alone_with(home: Home, person: Person) -> Roster:
    """Return a roster in which a home has one neighbour and nobody else lives."""
    near = replace(person, cares=(Care(Scope.SITE, home.site),), duty=(), duty_exceptions=())
    return Roster(homes={home.home: home} if home.home else {}, people={person.person: near})

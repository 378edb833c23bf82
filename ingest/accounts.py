"""Who may do what at a broker: user names, passwords and MQTT topic filters, the same for every kind of broker.

Each account names its own topics. A pattern made of the user name would be shorter, but a home and a site can bear
the same id, and one of them would then have the rights of the other.
"""

import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from linli.errors import LinliError
from linli.wire import ROOT, is_id

logger = logging.getLogger(__name__)

LINLI_USER = "_linli"
"""The user name of linli itself; no home or site can have it, because no id begins with an underscore."""

MAX_TOPIC_BYTES = 65535
"""What MQTT can carry as a topic."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user name, its password, and the topic filters that it may publish and subscribe to.

    The password is a derived token of high entropy: it can be compared by a fast hash.
    """

    user: str
    password: str = field(repr=False)
    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_id(self.user) and self.user != LINLI_USER:
            raise LinliError(
                f"{self.user!r} cannot be a user name at the broker; it must be the id of a home or a site"
            )
        if not self.password:
            raise LinliError(f"{self.user} has no password; an account without one would be open to everybody")
        for topic_filter in (*self.publish, *self.subscribe):
            _refuse_bad_filter(topic_filter)

    def has_password(self, given: str) -> bool:
        """Tell whether a given password is the right one, in a time that says nothing about the right one."""
        return hmac.compare_digest(_digest(given), _digest(self.password))

    def may_publish(self, topic: str) -> bool:
        """Tell whether a message on this topic may come from this account; a topic with wildcards never may."""
        return not _has_wildcard(topic) and any(covers(allowed, topic) for allowed in self.publish)

    def may_subscribe(self, topic_filter: str) -> bool:
        """Tell whether everything that a topic or a filter can bring may go to this account."""
        return any(covers(allowed, topic_filter) for allowed in self.subscribe)


def home_account(site: str, home: str, password: str, extra_topics: Iterable[str] = ()) -> Account:
    """Return the account of a home's devices: they speak below their own home and on its other topics, and hear nothing."""
    return Account(user=home, password=password, publish=(f"{ROOT}/{site}/{home}/#", *extra_topics))


def gateway_account(
    site: str, password: str, extra_topics: Iterable[str] = (), readable: Iterable[str] = ()
) -> Account:
    """Return the account of a site's gateway: it speaks for every home of its site, and hears what is told outward of it."""
    return Account(site, password, publish=(f"{ROOT}/{site}/#", *extra_topics), subscribe=tuple(readable))


def linli_account(password: str, extra_topics: Iterable[str] = ()) -> Account:
    """Return linli's own account: it hears everything, and speaks below `linli/` for the canary and the simulators."""
    return Account(user=LINLI_USER, password=password, publish=("linli/#", *extra_topics), subscribe=("#",))


def by_user(accounts: Iterable[Account]) -> dict[str, Account]:
    """Return the accounts by user name; where two share a name the first stands and the other is logged.

    Refusing them all would silence every home of the community because of one double id.
    """
    known: dict[str, Account] = {}
    for account in accounts:
        if account.user in known:
            logger.error("user name used twice, only the first can connect user=%s", account.user)
        else:
            known[account.user] = account
    return known


def covers(allowed: str, wanted: str) -> bool:
    """Tell whether a topic filter lets through all that another filter, or a plain topic, can stand for."""
    if wanted.startswith("$") and _has_wildcard(allowed[:1]):
        return False
    ours, theirs = allowed.split("/"), wanted.split("/")
    for index, level in enumerate(ours):
        if level == "#":
            return True
        if index >= len(theirs):
            return False
        if level != theirs[index] and (level != "+" or theirs[index] == "#"):
            return False
    return len(ours) == len(theirs)


def _has_wildcard(text: str) -> bool:
    return "#" in text or "+" in text


def _digest(password: str) -> bytes:
    return sha256(password.encode("utf-8", "surrogatepass")).digest()


def _refuse_bad_filter(topic_filter: str) -> None:
    """Refuse what is no MQTT filter, and what would break out of its line in a broker's file of rights."""
    levels = topic_filter.split("/")
    whole_wildcards = all(level in {"#", "+"} or not _has_wildcard(level) for level in levels)
    if (
        not topic_filter
        or topic_filter != topic_filter.strip()
        or not topic_filter.isprintable()
        or len(topic_filter.encode()) > MAX_TOPIC_BYTES
        or not whole_wildcards
        or "#" in levels[:-1]
    ):
        raise LinliError(
            f"{topic_filter!r} is not an MQTT topic filter; write it like zigbee2mqtt/kitchen or shellies/+/#"
        )

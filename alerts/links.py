"""The links in messages: signed, without an account and without a name, so that a tap says who answers which alert.

A link only says what somebody wants. Mail scanners and chat previews open links too, so opening one must change nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from linli.clock import Clock, SystemClock, from_millis, millis
from linli.errors import LinliError

MAX_AGE = timedelta(days=30)
"""However long an alert stays open, a link in an old message ends."""
_SALT = b"linli.links.1"
_PROOF_BYTES = 16
_HOUR_MS = 3_600_000


class BadLink(LinliError):
    """A link was not made by this linli, or is too old."""


class Verb(StrEnum):
    """What a link asks for: to go, to say that one cannot, or only to see the request."""

    ACCEPT = "a"
    DECLINE = "d"
    REQUEST = "r"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says: this person answers this alert so. Whether the alert is still open is for the reader to see."""

    alert: str
    person: str
    verb: Verb


class _ShortProof(SigningAlgorithm):
    """128 bits of HMAC-SHA256: beyond guessing, and a text message has no room for more."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")[:_PROOF_BYTES]


class Links:
    """Makes and reads links. `base_url` is how people reach the pages; tokens stay under 90 characters."""

    def __init__(self, secret: bytes, base_url: str, clock: Clock | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock or SystemClock()
        # the salt keeps a token of any other kind, made with the same secret, from being read as a link
        key = Signer(secret, salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256).derive_key()
        self._signer = Signer(key, key_derivation="none", algorithm=_ShortProof())

    def accept(self, alert: str, person: str) -> str:
        """Return the link by which a person says that they go."""
        return self._url(Ticket(alert, person, Verb.ACCEPT))

    def decline(self, alert: str, person: str) -> str:
        """Return the link by which a person says that they cannot."""
        return self._url(Ticket(alert, person, Verb.DECLINE))

    def request_page(self, alert: str, person: str) -> str:
        """Return the link to the request, where a person can look before they answer."""
        return self._url(Ticket(alert, person, Verb.REQUEST))

    def _url(self, ticket: Ticket) -> str:
        said = f"{ticket.alert}.{ticket.person}.{ticket.verb}.{millis(self._clock.now()) // _HOUR_MS}"
        return f"{self._base_url}/go/{self._signer.sign(said).decode()}"

    def read(self, token: str) -> Ticket:
        """Return what a link's token says; raises BadLink when it is not ours or older than 30 days.

        A token from the future is taken: our clock may have been set back since.
        """
        try:
            said = self._signer.unsign(token).decode()
            alert, rest = said.split(".", 1)
            person, verb, hour = rest.rsplit(".", 2)
            ticket, made_at = Ticket(alert, person, Verb(verb)), from_millis(int(hour) * _HOUR_MS)
        except (BadSignature, ValueError):
            raise BadLink("this link is not valid; open the one in the message") from None
        if self._clock.now() - made_at > MAX_AGE:
            raise BadLink("this link is too old; ask the staff")
        return ticket


class Ways:
    """The links of one message, each signed once."""

    def __init__(self, links: Links, alert: str, person: str) -> None:
        self._links = links
        self._alert = alert
        self._person = person

    @cached_property
    def accept(self) -> str:
        """Return the link by which the person says that they go."""
        return self._links.accept(self._alert, self._person)

    @cached_property
    def decline(self) -> str:
        """Return the link by which they say that they cannot."""
        return self._links.decline(self._alert, self._person)

    @cached_property
    def page(self) -> str:
        """Return the link to the request."""
        return self._links.request_page(self._alert, self._person)

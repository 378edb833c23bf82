"""The canary's probe: where its messages arrive, and how it knows that one is linli's own and which alert it is about."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping

import msgspec

from linli.errors import LinliError

_PREFIX = "whsec_"


class NotOurs(LinliError):
    """A message at the probe was not signed by this linli."""


class Probe:
    """Takes the messages; `arrived` is told of which alert, and says whether a round waits for it."""

    def __init__(self, secret: str, arrived: Callable[[str], bool]) -> None:
        self._key = base64.b64decode(secret.removeprefix(_PREFIX))
        self._arrived = arrived

    def take(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Check a message as Standard Webhooks says; raises NotOurs; False where nobody waits for it any more."""
        signed = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
        proof = base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
        if not hmac.compare_digest(f"v1,{proof}".encode(), headers.get("webhook-signature", "").encode()):
            raise NotOurs("the signature is not linli's own")
        return self._arrived(_alert_in(body))


def _alert_in(body: bytes) -> str:
    told = msgspec.json.decode(body)
    return str(told["alert"]["id"])

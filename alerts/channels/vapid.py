"""Who pushes: the key by which push services know this linli again, and the token it signs for each (RFC 8292)."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from alerts.channels.sealed import point

VALID = timedelta(hours=12)
"""How long a token is valid; a service may refuse one of more than a day."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points the curve P-256 has; a private key is a number from 1 to one less."""


def b64(raw: bytes) -> str:
    """Return bytes in the base64 of web addresses, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Vapid:
    """The pushing side's key, made from 32 secret bytes: the same bytes, the same key, as subscriptions are bound to it.

    `contact` is an e-mail address at which a push service can complain.
    """

    def __init__(self, secret: bytes, contact: str) -> None:
        self._key = ec.derive_private_key(int.from_bytes(secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        self._contact = contact

    @property
    def public_key(self) -> str:
        """Return the public key as a browser takes it (`applicationServerKey`)."""
        return b64(point(self._key.public_key()))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Return the header that proves to an endpoint's push service who is pushing."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + VALID).timestamp()),
            "sub": f"mailto:{self._contact}",
        }
        said = ".".join(b64(msgspec.json.encode(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        return f"vapid t={said}.{b64(self._sign(said.encode()))}, k={self.public_key}"

    def _sign(self, said: bytes) -> bytes:
        """Return an ES256 signature: two numbers of 32 bytes, where the library packs them in ASN.1."""
        r, s = decode_dss_signature(self._key.sign(said, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

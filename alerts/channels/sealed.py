"""A push message that only its reader's browser can open: RFC 8291 over the `aes128gcm` coding of RFC 8188.

Written out on `cryptography`, because the usual packages bring a dependency that has no wheel.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 3993
"""Bytes of a message: what every push service takes is 4,096 bytes (RFC 8030), sealed."""
_RECORD = 4096
_END = b"\x02"
"""What stands behind the last record's text."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A browser's public key, and the secret that it shares with us."""

    key: ec.EllipticCurvePublicKey
    auth: bytes


def seal(text: bytes, reader: Reader) -> bytes:
    """Return a message sealed for one reader; every time with a new key and a new salt."""
    return seal_with(text, reader, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def seal_with(text: bytes, reader: Reader, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return a sealed message; a key and a salt must never be used twice."""
    if len(text) > LONGEST:
        raise ValueError("the message is too long to be pushed")
    ours, theirs = point(own.public_key()), point(reader.key)
    shared = hmac.digest(reader.auth, own.exchange(ec.ECDH(), reader.key), hashlib.sha256)
    secret = hmac.digest(salt, _expand(shared, b"WebPush: info\0" + theirs + ours, 32), hashlib.sha256)
    key = _expand(secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(secret, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, text + _END, None)


def _expand(key: bytes, purpose: bytes, length: int) -> bytes:
    """Return the first block of HKDF's second half (RFC 5869): more is needed nowhere."""
    return hmac.digest(key, purpose + b"\x01", hashlib.sha256)[:length]


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as the 65 bytes in which it goes around."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

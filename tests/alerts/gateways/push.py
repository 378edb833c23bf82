"""A push service and the browser behind it: it checks who pushes, and opens each message with the browser's own key."""

import base64
import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.channels.base import Verdict
from tests.alerts.far_end import Got
from tests.alerts.gateways.service import Misused, Refusal, Service, demand

PATH = "wpush/v2/private-endpoint"


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class PushService(Service):
    refusals: ClassVar[Mapping[str, Refusal]] = {
        "gone": Refusal(Verdict.NEVER, '{"code":410,"errno":106,"error":"Gone"}', 410),
        "no_such": Refusal(Verdict.NEVER, '{"code":404,"errno":102,"error":"Not Found"}', 404),
        "too_long": Refusal(Verdict.NEVER, '{"code":413,"errno":104,"error":"Payload Too Large"}', 413),
        "too_many": Refusal(Verdict.LATER, '{"code":429}', 429, {"Retry-After": "7"}),
        "too_many_by_microsoft": Refusal(Verdict.LATER, "", 406),
        "bad_token": Refusal(Verdict.LATER, '{"reason":"BadJwtToken"}', 403),
        "other_key_apple": Refusal(Verdict.NEVER, '{"reason":"VapidPkHashMismatch"}', 400),
        "other_key_google": Refusal(
            Verdict.NEVER,
            "the VAPID credentials in the authorization header do not correspond to the credentials used to create"
            " the subscriptions.",
            403,
        ),
        "no_authorization": Refusal(Verdict.LATER, "Authorization header must be specified", 401),
        "fault": Refusal(Verdict.LATER, '{"code":503,"errno":201}', 503),
        "fine_but_not_created": Refusal(Verdict.UNKNOWN, '{"ok":true}', 200),
    }
    yes = Refusal(Verdict.ACCEPTED, "", 201, {"Location": "/m/1", "TTL": "3600"})

    now: datetime
    trusted_key: str
    """The key that the browser has bound its subscription to."""

    def __init__(self) -> None:
        super().__init__()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.shown: list[dict[str, object]] = []
        self.topics: list[str] = []

    @property
    def address(self) -> str:
        return json.dumps(
            {
                "endpoint": self.url(PATH),
                "expirationTime": None,
                "keys": {"p256dh": _text(self._point()), "auth": _text(self._auth)},
            }
        )

    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, got: Got) -> str:
        headers = got.headers
        demand(got.path == f"/{PATH}", "the address is wrong")
        demand(re.fullmatch(r"\d{1,7}", headers.get("ttl", "")) and int(headers["ttl"]) > 0, "it would not be kept")
        demand(headers.get("urgency") in {"very-low", "low", "normal", "high"}, "the urgency is none")
        demand(re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("topic", "")), "the topic is none")
        demand(headers.get("content-encoding") == "aes128gcm", "the coding is another")
        demand(len(got.raw) <= 4096, "the message is over 4096 bytes")
        self._check_sender(headers.get("authorization", ""))
        shown = json.loads(self._open(got.raw))
        demand(shown.get("title") and shown.get("tag") == headers["topic"], "there is nothing to show")
        self.topics.append(headers["topic"])
        self.shown.append(shown)
        return f"{shown['title']}\n{shown['body']}"

    def _check_sender(self, authorization: str) -> None:
        found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", authorization)
        if found is None:
            raise Misused("it is not signed as RFC 8292 says")
        head, claims, sign, key = found.groups()
        demand(key == self.trusted_key, "another key than that of the subscription")
        demand(json.loads(_raw(head)) == {"typ": "JWT", "alg": "ES256"}, "the token is of another kind")
        said = json.loads(_raw(claims))
        demand(said["aud"] == self.url("").rstrip("/"), "the token is for somebody else")
        demand(0 < said["exp"] - self.now.timestamp() <= 24 * 3600, "the token is over, or valid for more than a day")
        demand(re.fullmatch(r"mailto:[^@]+@[^@]+\.[^@]+", said["sub"]), "nobody to complain to")
        raw = _raw(sign)
        demand(len(raw) == 64, "the signature is not two numbers of 32 bytes")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(key))
        packed = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            public.verify(packed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as why:
            raise Misused("the signature does not match") from why

    def _open(self, sealed: bytes) -> bytes:
        """Open a message as a browser does, by RFC 8188 and RFC 8291."""
        salt, size, length = sealed[:16], int.from_bytes(sealed[16:20], "big"), sealed[20]
        theirs, record = sealed[21 : 21 + length], sealed[21 + length :]
        demand(18 <= len(record) <= size, "there is more than one record")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        info = b"WebPush: info\0" + self._point() + theirs
        shared = _derived(self._key.exchange(ec.ECDH(), point), self._auth, info, 32)
        key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
        try:
            text = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        except InvalidTag as why:
            raise Misused("the message cannot be opened") from why
        demand(text.endswith(b"\x02"), "the last record does not end")
        return text[:-1]

    def misuse(self) -> Refusal:
        return self.refusals["bad_token"]


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

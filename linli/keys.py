"""All secrets of an installation grow from one: the tokens of devices and gateways, and what signs links and cookies.

A device's token is derived, not stored, so that printing it twice gives the same one and a copied database gives none.
"""

import base64
import hashlib
import hmac


class Keys:
    """Derives keys and tokens from the installation's secret (at least 32 random bytes)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def bytes_for(self, purpose: str) -> bytes:
        """Return the 32-byte key of a purpose (`links`, `cookies`); keys of different purposes say nothing of each other."""
        return hmac.digest(self._secret, purpose.encode(), hashlib.sha256)

    def device_token(self, home: str) -> str:
        """Return the token of a home's devices: its password at the broker, and a bearer token for posting signals."""
        return self._token("d", home)

    def gateway_token(self, site: str) -> str:
        """Return the token of a site's gateways."""
        return self._token("g", site)

    def own_password(self) -> str:
        """Return linli's own password at the broker it runs."""
        return self._token("l", "linli")

    def client_id(self, user: str) -> str:
        """Return a client id that begins with the user name and that nobody can guess.

        Whoever knows a client id can take over its session, and with it what the broker keeps for it.
        """
        return f"{user}-{self.bytes_for(f'client:{user}').hex()[:24]}"

    def identify(self, token: str) -> tuple[str, str] | None:
        """Return ("device", home) or ("gateway", site) for a token of ours, else None."""
        role = {"d": "device", "g": "gateway"}.get(token[:1])
        parts = token.split(".")
        if role is None or len(parts) != 3:
            return None
        expected = self._token(parts[0], parts[1])
        return (role, parts[1]) if hmac.compare_digest(expected.encode(), token.encode()) else None

    def _token(self, letter: str, name: str) -> str:
        proof = base64.urlsafe_b64encode(self.bytes_for(f"token:{letter}:{name}")).decode().rstrip("=")
        return f"{letter}.{name}.{proof}"

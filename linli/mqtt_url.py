"""The address of a broker in one line, `mqtt://user:pass@host:port`; its password never enters an error or a log."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from linli.errors import LinliError

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_EXAMPLE = "mqtt://user:pass@host:1883 or mqtts://host"


@dataclass(frozen=True, slots=True)
class MqttUrl:
    """Where a broker listens and who we are there; no user means that the broker asks for none."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    def __str__(self) -> str:
        """Return the address without user and password, fit for logs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def parse(text: str) -> MqttUrl:
    """Return the parts of a broker's address; raises LinliError saying what is wrong and how it should look."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad("its host or port cannot be read; the port is a number from 1 to 65535") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad("it must begin with mqtt:// or mqtts://")
    if not host:
        raise _bad("it names no host")
    if port == 0:
        raise _bad("the port is a number from 1 to 65535")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _bad("nothing may follow the port; write a / ? or # in a password as %2F, %3F or %23")
    return MqttUrl(host, port or _DEFAULT_PORTS[parts.scheme], *_account(parts), tls=parts.scheme == "mqtts")


def _account(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and not user:
        raise _bad("it has a password but no user")
    return user, password


def _bad(why: str) -> LinliError:
    return LinliError(f"the broker's address cannot be used: {why} (for example {_EXAMPLE})")

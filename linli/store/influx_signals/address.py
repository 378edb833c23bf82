"""Where the InfluxDB server is, and by what it knows us."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from linli.errors import LinliError

LONG = "_long"
"""What the name of the bucket of hourly numbers ends with."""
_EXAMPLE = "influxdb://localhost:8086/linli"
_SCHEMES = {"influxdb": "http", "influxdbs": "https"}
_PORT = 8086
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and the bucket there (on 1.x and 3: the database). `retention` None: signals are kept for ever.

    `token` of the form `user:password` is an account of 1.x. `authority`: a file of certificates (PEM), empty for those
    of the system.
    """

    url: str
    bucket: str
    org: str = ""
    token: str = field(default="", repr=False)
    authority: str = ""
    retention: timedelta | None = None

    @property
    def long_bucket(self) -> str:
        """Return where the hourly numbers are."""
        return self.bucket + LONG

    @property
    def host(self) -> str:
        """Return the server's name and port, for sentences: nothing in it is secret."""
        return urlsplit(self.url).netloc


def parse(
    text: str, *, org: str = "", token: str = "", authority: str = "", retention: timedelta | None = None
) -> Address:
    """Return the address in a URL such as `influxdb://localhost:8086/linli`; raises LinliError, which repeats no password."""
    try:
        url = urlsplit(text)
        scheme, port = _SCHEMES.get(url.scheme), url.port or _PORT
    except ValueError:
        scheme, port = None, 0
    if scheme is None or not url.hostname:
        raise LinliError(f"setting signals: this is no URL such as {_EXAMPLE}, or influxdbs://… for TLS")
    bucket = url.path.strip("/")
    if not _BUCKET.fullmatch(bucket):
        raise LinliError(
            f"setting signals: the bucket must be named behind the host, as in {_EXAMPLE}; letters, digits, - and _"
        )
    if url.username:
        token = f"{unquote(url.username)}:{unquote(url.password or '')}"
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return Address(f"{scheme}://{host}:{port}", bucket, org, token, authority, retention)

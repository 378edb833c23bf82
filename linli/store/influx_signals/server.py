"""The InfluxDB server, 1.8, 2.x or 3: written to through influxdb-client, asked in InfluxQL, which all of them know.

influxdb-client's own batching keeps points in memory and drops them when it has tried often enough: only its
synchronous write is used. It is imported when the first line is sent, as that takes a second.
"""

import re
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import httpx
import msgspec

from linli.clock import seconds
from linli.store.influx_signals.address import Address
from linli.store.influx_signals.faults import Away, Misfit, Refused, TooBig, without_readings

if TYPE_CHECKING:
    from influxdb_client.client.write_api import WriteApi
    from influxdb_client.domain.write_precision import WritePrecision

CONNECT_SECONDS = 2.0
_WRITE_SECONDS = 30.0
_LOOK_SECONDS = 5.0
"""How long a page waits for the server."""
_READ_SECONDS = 60.0
"""How long an export does, for each piece."""
_LEFT_ALONE_SECONDS = 5.0
"""For so long a server that did not answer is not asked again by who only wants to read."""
_CHUNK = 5000
_NANOSECONDS = cast("WritePrecision", "ns")  # a class of constants to the client, and declared as one of its objects
_REFUSALS = {400, 422}
_OWN_TROUBLE = re.compile(r"error from (wal|persister)|object store error|no space left", re.IGNORECASE)
"""What InfluxDB 3 says with a 400 though the lines are fine: its disk is full (seen on 3.6.0)."""
_TOO_MANY_FILES = re.compile(r"file limit", re.IGNORECASE)
_MORE_FILES = "InfluxDB 3 may not open enough files for this question; start it with --query-file-limit=1000000"

Rows = Iterator[tuple[Mapping[str, str], list[list[object]]]]
"""Pieces of an answer: the tags they are grouped by, and rows of the columns that were asked for."""


class _Series(msgspec.Struct):
    values: list[list[object]] = []
    tags: dict[str, str] = {}


class _Result(msgspec.Struct):
    series: list[_Series] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result] = []
    error: str = ""


class Server:
    """One server. Safe to use from every thread."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.ask_again_at = 0.0
        self.unshown = ""
        """Why the last look for somebody who waits for a page could not be answered; empty where it was."""
        verify = ssl.create_default_context(cafile=address.authority) if address.authority else True
        self.http = httpx.Client(
            base_url=address.url,
            headers=_credentials(address),
            timeout=httpx.Timeout(_READ_SECONDS, connect=CONNECT_SECONDS),
            verify=verify,
        )
        self._opening = threading.Lock()
        self._writing: WriteApi | None = None

    def write(self, lines: bytes, bucket: str = "") -> None:
        """Send lines, in nanoseconds; when this returns the server has them."""
        from influxdb_client.rest import ApiException  # noqa: PLC0415 - see above
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        try:
            self._writer().write(bucket or self.address.bucket, self.address.org or "-", lines, _NANOSECONDS)
        except ApiException as answer:
            headers: Mapping[str, str] = answer.headers or {}
            raise fault(int(answer.status or 0), str(answer.body or ""), headers.get("Retry-After")) from None
        except (HTTPError, OSError) as why:
            raise Away(f"InfluxDB at {self.address.host} cannot be reached: {type(why).__name__}") from None
        self.ask_again_at = 0.0

    def _writer(self) -> "WriteApi":
        with self._opening:
            if self._writing is None:
                from influxdb_client.client.influxdb_client import InfluxDBClient  # noqa: PLC0415 - see above
                from influxdb_client.client.write_api import SYNCHRONOUS  # noqa: PLC0415

                client = InfluxDBClient(
                    self.address.url,
                    token=self.address.token,
                    org=self.address.org or "-",
                    timeout=(round(CONNECT_SECONDS * 1000), round(_WRITE_SECONDS * 1000)),
                    ssl_ca_cert=self.address.authority or None,
                )
                self._writing = client.write_api(write_options=SYNCHRONOUS)
            return self._writing

    def look(self, question: str) -> list[list[object]]:
        """Return all rows of an answer, for somebody who waits for a page."""
        try:
            found = [row for _, rows in self._ask(question, self.address.bucket, _LOOK_SECONDS) for row in rows]
        except Misfit as why:
            self.unshown = str(why)
            raise
        self.unshown = ""
        return found

    def read(self, question: str) -> Rows:
        """Yield an answer piece by piece, so that it may be longer than memory."""
        return self._ask(question, self.address.bucket, _READ_SECONDS)

    def tell(self, statement: str, bucket: str = "") -> list[list[object]]:
        """Have a statement carried out that changes something, or is about no bucket; return its rows."""
        return [row for _, rows in self._ask(statement, bucket, _READ_SECONDS, "POST") for row in rows]

    def _ask(self, question: str, bucket: str, patience: float, method: str = "GET") -> Rows:
        if seconds() < self.ask_again_at:
            raise Away(f"InfluxDB at {self.address.host} did not answer a moment ago")
        asked = {"q": question, "epoch": "ns", "chunked": "true", "chunk_size": str(_CHUNK)}
        if bucket:
            asked["db"] = bucket
        timeout = httpx.Timeout(patience, connect=CONNECT_SECONDS)
        with self.speaking(), self.http.stream(method, "/query", params=asked, timeout=timeout) as answer:
            if answer.status_code != httpx.codes.OK:
                raise _unanswered(fault(answer.status_code, answer.read().decode(errors="replace"), None))
            for text in answer.iter_lines():
                yield from _pieces(text)

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn what httpx says into Away, and leave a server that is away alone for a moment."""
        try:
            yield
        except httpx.HTTPError as why:
            self.ask_again_at = seconds() + _LEFT_ALONE_SECONDS
            raise Away(f"InfluxDB at {self.address.host} does not answer: {type(why).__name__}") from None

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
        with self._opening:
            if self._writing is not None:
                self._writing.close()  # type: ignore[no-untyped-call]
                self._writing = None


def _pieces(text: str) -> Rows:
    if not text.strip():
        return
    try:
        answer = msgspec.json.decode(text, type=_Answer)
    except msgspec.DecodeError:
        raise Away("InfluxDB's answer was cut off") from None
    for result in answer.results:
        if _TOO_MANY_FILES.search(result.error):
            raise Misfit(_MORE_FILES)
        if result.error or answer.error:
            raise Misfit(f"InfluxDB does not answer the question: {without_readings(result.error or answer.error)}")
        for series in result.series:
            yield series.tags, series.values


def fault(status: int, body: str, retry_after: str | None) -> Away | Misfit | Refused | TooBig:
    """Return what an answer that is no success means."""
    words = without_readings(_words(body))
    if _TOO_MANY_FILES.search(words):
        return Misfit(_MORE_FILES)
    if status in _REFUSALS and _OWN_TROUBLE.search(words):
        return Away(f"InfluxDB answers {status}: {words}")
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        return TooBig(words)
    if status in _REFUSALS:
        return Refused(f"{status}: {words}")
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return Misfit("InfluxDB refuses the token; set influxdb_token to one that may read, write and delete there")
    if 400 <= status < 500 and status not in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT}:
        return Misfit(f"InfluxDB answers {status}: {words}; see that the bucket, and influxdb_org on 2.x, are right")
    after = float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
    return Away(f"InfluxDB answers {status}: {words}", after)


def _unanswered(why: Away | Misfit | Refused | TooBig) -> Away | Misfit:
    return why if isinstance(why, Away | Misfit) else Misfit(f"InfluxDB does not answer the question: {why}")


def _words(body: str) -> str:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.strip()
    return str(told.get("error") or told.get("message") or "") if isinstance(told, dict) else ""


def _credentials(address: Address) -> dict[str, str]:
    if not address.token:
        return {}
    if ":" in address.token:  # an account of 1.x
        return {"authorization": f"Basic {b64encode(address.token.encode()).decode()}"}
    return {"authorization": f"Token {address.token}"}

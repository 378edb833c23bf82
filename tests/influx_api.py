"""A small InfluxDB of the version it is told, for what Debian's 1.6 does not know: strict about what it is asked, keeps nothing."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

ORG, TOKEN = "garden", "tok-abc"


class InfluxApi(ThreadingHTTPServer):
    """Listens on a free port. `buckets`: the seconds each keeps, 0 for ever; `deleted`: what was asked to be deleted.

    `rows` is what it answers to each question in InfluxQL, `write_trouble` and `read_trouble` with
    which status and words it turns away lines and questions.
    """

    daemon_threads = True

    def __init__(self, version: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.version = version
        self.buckets: dict[str, int] = {}
        self.mapped: set[str] = set()
        self.deleted: list[tuple[str, str]] = []
        self.lines: list[bytes] = []
        self.rows: list[list[object]] = []
        self.write_trouble: tuple[int, str] | None = None
        self.read_trouble: tuple[int, str] | None = None
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()

    def answer(self, method: str, path: str, asked: dict[str, str], body: bytes) -> tuple[int, object]:
        """Return what the server says; what it was not told how to answer is a mistake of ours."""
        match method, path:
            case "POST", "/api/v2/write":
                return self._write(asked, body)
            case _, "/query" if self.read_trouble:
                return self.read_trouble[0], {"error": self.read_trouble[1]}
            case _, "/query":
                return 200, {"results": [{"series": [{"values": self.rows}]} if self.rows else {}]}
            case "POST", "/api/v3/configure/database" if self.version.startswith("3"):
                return self._make_3(json.loads(body))
            case "GET", "/api/v3/query_sql" if self.version.startswith("3"):
                return self._tell_retention(asked)
        return self._answer_2(method, path, asked, body)

    def _answer_2(self, method: str, path: str, asked: dict[str, str], body: bytes) -> tuple[int, object]:
        match method, path:
            case "GET", "/api/v2/orgs":
                return 200, {"orgs": [{"id": "0a", "name": ORG}] if asked["org"] == ORG else []}
            case "GET", "/api/v2/buckets" if asked["name"] in self.buckets:
                return 200, {"buckets": [self._bucket(asked["name"])]}
            case "GET", "/api/v2/buckets":
                return 404, {"code": "not found", "message": f'bucket "{asked["name"]}" not found'}
            case "POST", "/api/v2/buckets":
                return self._make(json.loads(body))
            case "GET", "/api/v2/dbrps":
                return 200, {"content": [{}] if asked["db"] in self.mapped else []}
            case "POST", "/api/v2/dbrps":
                self.mapped.add(json.loads(body)["database"])
                return 201, {}
            case "POST", "/api/v2/delete":
                told = json.loads(body)
                assert told["start"] < told["stop"]
                assert asked["org"] == ORG
                self.deleted.append((asked["bucket"], told["predicate"]))
                return 204, None
        raise AssertionError(f"{method} {path}")

    def _write(self, asked: dict[str, str], body: bytes) -> tuple[int, object]:
        assert asked["precision"] == "ns"
        if self.write_trouble and body:
            return self.write_trouble[0], {"error": self.write_trouble[1]}
        if asked["bucket"] not in self.buckets:
            return 404, {"code": "not found", "message": "bucket not found"}
        self.lines += body.split(b"\n") if body else []
        return 204, None

    def _bucket(self, name: str) -> dict[str, object]:
        rules = [{"type": "expire", "everySeconds": self.buckets[name]}]
        return {"id": f"b-{name}", "orgID": "0a", "name": name, "retentionRules": rules}

    def _make(self, told: dict[str, Any]) -> tuple[int, object]:
        assert told["orgID"] == "0a"
        self.buckets[told["name"]] = sum(rule["everySeconds"] for rule in told["retentionRules"])
        return 201, self._bucket(told["name"])

    def _make_3(self, told: dict[str, Any]) -> tuple[int, object]:
        if told["db"] in self.buckets:
            return 409, "attempted to create a resource that already exists"
        self.buckets[told["db"]] = int(told.get("retention_period", "0h").removesuffix("h")) * 3600
        return 200, None

    def _tell_retention(self, asked: dict[str, str]) -> tuple[int, object]:
        assert (asked["db"], asked["format"]) == ("_internal", "json")
        kept = self.buckets[asked["q"].split("'")[1]]
        return 200, [{"retention_period_ns": kept * 10**9 or None}]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: InfluxApi

    def do_POST(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        if path == "/ping":
            self._say(204, None)
        elif self.headers.get("authorization") != f"Token {TOKEN}":
            self._say(401, {"code": "unauthorized", "message": "unauthorized access"})
        else:
            self._say(*self.server.answer(self.command, path, asked, body))

    def do_GET(self) -> None:
        self.do_POST()

    def _say(self, status: int, told: object) -> None:
        body = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("X-Influxdb-Version", self.server.version)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

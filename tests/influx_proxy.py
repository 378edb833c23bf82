"""In front of InfluxDB: has whatever moods a test gives it, and of `/api/v2/write` makes the `/write` of Debian's 1.6."""

import http.client
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

HOPS = {"connection", "transfer-encoding", "content-length"}


@dataclass
class Mood:
    """What the next write meets. `status` 0: the connection breaks; `passed_on`: the server has got it all the same."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    passed_on: bool = False


class Proxy(ThreadingHTTPServer):
    """Listens on a free port; use it as a context."""

    daemon_threads = True

    def __init__(self, upstream: int, *, rewrites: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.rewrites = rewrites
        self.moods: deque[Mood] = deque()
        self.for_ever: Mood | None = None
        self.is_deaf = False
        self.most_bytes: int | None = None
        self.writes: list[bytes] = []
        self.questions = 0
        self._thread = Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server_address[1])

    def stop(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()

    def mood(self, body: bytes) -> Mood | None:
        """Return what this write meets; None: all is well."""
        if self.most_bytes is not None and len(body) > self.most_bytes:
            return Mood(413, '{"error":"Request Entity Too Large"}')
        if self.for_ever is not None:
            return self.for_ever
        return self.moods.popleft() if self.moods and body else None


def _of_1(query: str) -> str:
    asked = parse_qs(query)
    return "/write?" + urlencode({"db": asked["bucket"][0], "precision": {"ns": "n"}[asked["precision"][0]]})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Proxy

    def do_POST(self) -> None:
        if self.server.is_deaf:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path
        if urlsplit(path).path == "/api/v2/write":
            if self.server.rewrites:
                path = _of_1(urlsplit(path).query)
            mood = self.server.mood(body)
            if body and (mood is None or mood.passed_on):
                self.server.writes.append(body)
            if mood is not None:
                if mood.passed_on:
                    self._ask(path, body)
                self._meet(mood)
                return
        self._answer(*self._ask(path, body))

    def do_GET(self) -> None:
        if self.server.is_deaf:
            self.close_connection = True
            return
        self._answer(*self._ask(self.path, None))

    def _meet(self, mood: Mood) -> None:
        if mood.status == 0:
            self.close_connection = True
            return
        self._answer(mood.status, mood.headers, mood.body.encode())

    def _ask(self, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        self.server.questions += urlsplit(path).path == "/query"
        kept = {name: value for name, value in self.headers.items() if name.lower() not in {*HOPS, "host"}}
        try:
            upstream.request(self.command, path, body, kept)
            answer = upstream.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOPS}
            return answer.status, headers, answer.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != http.client.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != http.client.NO_CONTENT:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

"""A webhook receiver that counts: which keys came, how often, and when. It can refuse for a while."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sink:
    """Listens on a free port of the loopback; `is_down` True answers 503 to all."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.first_at: dict[str, float] = {}
        self._first_about: dict[str, float] = {}
        self._links: dict[str, dict[str, str]] = {}
        self.unsigned = 0
        self.is_down = False
        self._lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status = 503 if sink.is_down else 200
                if status == 200:
                    sink.take(self.headers.get("webhook-id", ""), self.headers.get("webhook-signature", ""), body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, key: str, signature: str, body: bytes) -> None:
        """Note one message."""
        now = time.time()
        told = json.loads(body)
        home = told["home"]["home"]
        with self._lock:
            self.keys[key] += 1
            self.first_at.setdefault(key, now)
            self._first_about.setdefault(home, now)
            self._links[home] = told["links"]
            self.unsigned += not signature

    def first_for(self, home: str) -> float | None:
        """Return when the first message about a home came, in seconds since 1970."""
        with self._lock:
            return self._first_about.get(home)

    @property
    def told(self) -> set[str]:
        """Return the homes about which anything came."""
        with self._lock:
            return set(self._first_about)

    def links_for(self, home: str) -> dict[str, str]:
        """Return the links of the latest message about a home."""
        with self._lock:
            return self._links.get(home, {})

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

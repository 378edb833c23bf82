"""A broker elsewhere, reached by TLS with a user and a password, whose authority is the community's own."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.program import Neighbourhood, Program, free_port, wait_for
from tests.needs import need


class TlsBroker:
    """A Mosquitto with a certificate of its own and one user, as a community might run it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.certificate = folder / "broker.pem"
        key, passwords = folder / "broker.key", folder / "passwords"
        self._run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate),
        )  # fmt: skip
        self._run("mosquitto_passwd", "-b", "-c", str(passwords), "linli", "hush")
        configuration = folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\nuser root\npassword_file {passwords}\n"
            f"certfile {self.certificate}\nkeyfile {key}\n",
            encoding="ascii",
        )
        words = [
            shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "mosquitto",
            "-c",
            str(configuration),
        ]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def _run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True)

    def publish(self, topic: str, payload: str) -> None:
        """Publish one message as the broker's user."""
        self._run(
            "mosquitto_pub", "-h", "localhost", "-p", str(self.port), "--cafile", str(self.certificate),
            "-u", "linli", "-P", "hush", "-q", "1", "-t", topic, "-m", payload,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture
def tls_broker(tmp_path: Path) -> Iterator[TlsBroker]:
    """A broker that speaks only TLS."""
    need("broker")
    if shutil.which("openssl") is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("openssl or mosquitto_passwd is not installed")
    broker = TlsBroker(tmp_path)
    yield broker
    broker.stop()


@pytest.mark.broker
def test_linli_hears_a_broker_elsewhere_by_tls(tls_broker: TlsBroker, tmp_path: Path) -> None:
    url = f"mqtts://linli:hush@localhost:{tls_broker.port}"
    program = Program(tmp_path, mqtt=url, environment={"LINLI_MQTT_CA": str(tls_broker.certificate)})
    program.settle(Neighbourhood(2))
    program.start()
    try:
        tls_broker.publish("linli/v1/garden/home-1/button/sos", "pressed")
        with program.api() as api:
            wait_for("the alert", lambda: bool(api.get("/alerts", params={"home": "home-1"}).json()), 10)
    finally:
        program.stop()
    assert "hush" not in (tmp_path / "linli.log").read_text(encoding="utf-8")

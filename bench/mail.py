"""A mail server that counts what it was given, by Message-ID, and can be switched off."""

from collections import Counter
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.program import free_port


class Mailbox:
    """Takes every mail on a port of the loopback."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self._port = free_port()
        self._controller: Controller | None = None
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings with which linli sends its mail here."""
        return {"LINLI_SMTP_HOST": "127.0.0.1", "LINLI_SMTP_PORT": str(self._port), "LINLI_SMTP_SECURITY": "none"}

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Count one mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.keys[str(message_from_bytes(content)["Message-ID"])] += 1
        return "250 OK"

    def start(self) -> None:
        """Begin to take mail."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)
        self._controller.start()

    def stop(self) -> None:
        """Take no more mail."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

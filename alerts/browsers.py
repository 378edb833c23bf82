"""The browsers that people let linli push to: tried out when their owner asks, and forgotten once they are gone."""

import logging

from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.channels.webpush import GONE, NO_SUBSCRIPTION, OTHER_KEY
from alerts.message import Message
from linli.alert import Notice, Severity
from linli.clock import Clock
from linli.errors import StoreDown
from linli.people import WEB_PUSH, Channel
from linli.store import browsers
from linli.store.care import CareStore
from linli.words import translate

logger = logging.getLogger(__name__)

_ENDED = frozenset({GONE, OTHER_KEY, NO_SUBSCRIPTION})
"""Refusals after which nothing will ever arrive there again."""


class Browsers:
    """Keeps, tries and forgets browsers. `public_key` is what a browser binds its subscription to."""

    def __init__(self, care: CareStore, adapter: ChannelAdapter, public_key: str, clock: Clock, base_url: str) -> None:
        self.public_key = public_key
        self._care = care
        self._adapter = adapter
        self._clock = clock
        self._page = f"{base_url.rstrip('/')}/notifications"

    def of(self, person: str) -> list[Channel]:
        """Return a person's browsers."""
        with self._care.read() as connection:
            return browsers.of(connection, person)

    def add(self, browser: Channel) -> None:
        """Let a person be called on a browser, with the first of their other channels."""
        with self._care.begin() as connection:
            browsers.add(connection, browser)
        logger.info("browser added person=%s channel=%s", browser.person, browser.id)

    def forget(self, browser: Channel) -> None:
        """Push to a browser no more."""
        with self._care.begin() as connection:
            browsers.forget(connection, browser.id)

    def try_out(self, browser: Channel, language: str) -> Answer:
        """Push something harmless, and return what the push service says of it."""
        answer = self._adapter.send(self._try_out(browser, language), browser)
        self._heed(browser.id, answer)
        return answer

    def _try_out(self, browser: Channel, language: str) -> Message:
        subject = translate("A try-out: notifications reach you here.", language)
        return Message(
            key=f"try-{browser.id}",
            at=self._clock.now(),
            severity=Severity.NOTICE,
            language=language,
            subject=subject,
            short=subject,
            paragraphs=(subject,),
            links=(),
            webhook_body=b"",
            page=self._page,
            below=translate("You need not do anything.", language),
        )

    def heed(self, notice: Notice, kind: str, answer: Answer) -> None:
        """Take note of what became of a message."""
        if kind == WEB_PUSH:
            self._heed(notice.channel, answer)

    def _heed(self, browser: str, answer: Answer) -> None:
        """Forget a browser whose subscription has ended; where no store answers, the next push will end in the same way."""
        if answer.verdict is not Verdict.NEVER or answer.reason not in _ENDED:
            return
        try:
            with self._care.begin() as connection:
                was_there = browsers.forget(connection, browser)
        except StoreDown:
            return
        if was_there:
            logger.info("browser forgotten channel=%s reason=%s", browser, answer.reason)

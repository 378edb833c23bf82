"""Tells a service outside, once a minute, that the canary comes back: its silence is the message."""

import logging
from collections.abc import Callable

import httpx

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
_LIMIT_SECONDS = 10.0


class DeadMan:
    """GETs an address while `is_well` says so, as healthchecks.io and others expect it."""

    def __init__(self, url: str, is_well: Callable[[], bool]) -> None:
        self._url = url
        self._is_well = is_well

    def turn(self) -> bool:
        """Tell the service, if all is well; return whether it took it. A failure is noticed out there."""
        if not self._is_well():
            return False
        try:
            answer = httpx.get(self._url, timeout=_LIMIT_SECONDS, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            logger.warning("deadman not told reason=%s", type(why).__name__)
            return False
        return answer.is_success

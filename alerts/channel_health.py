"""Which kinds of channel get through at the moment; the board shows those that do not."""

from collections import Counter

from alerts.channels import NOT_SET
from alerts.channels.base import Answer, Verdict
from linli.health import Health
from linli.words import Sentence

FAILURES = 3
"""How many failures in a row make a kind of channel a trouble: one alone may be one person's address."""


class ChannelHealth:
    """Says the parts `channel:KIND` well or in trouble. Used by one thread."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._failures: Counter[str] = Counter()

    def saw(self, kind: str, answer: Answer) -> None:
        """Heed one answer."""
        if answer.verdict is Verdict.ACCEPTED:
            self._failures[kind] = 0
            self._health.well(f"channel:{kind}")
            return
        self._failures[kind] += 1
        if self._failures[kind] >= FAILURES or answer.reason in NOT_SET:
            why = Sentence("Messages by {kind} do not get through: {reason}.", {"kind": kind, "reason": answer.reason})
            self._health.trouble(f"channel:{kind}", why)

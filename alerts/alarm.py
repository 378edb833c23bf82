"""Tells staff that linli itself does not work: by an alert, and where the outbox may be what is stuck, directly.

Directly means straight to their channels, from the roster in memory.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.callers import around
from alerts.channels import adapter_of
from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.desk import Desk
from alerts.links import Links
from alerts.message import Message, compose
from alerts.opening import new_alert
from linli.alert import Alert, AlertKind, Notice, NoticeType, Severity
from linli.clock import Clock, millis
from linli.errors import StoreDown
from linli.finding import Finding
from linli.people import Channel, Person, Role, Roster
from linli.words import Sentence

logger = logging.getLogger(__name__)

ABOUT = "canary"
AGAIN_AFTER = timedelta(seconds=60)
"""How soon it is tried again to reach staff whom nothing has reached yet."""
_AT_ONCE = 8


class Alarm:
    """Rings until it is hushed: each site's staff once through the outbox, and once directly where that is asked for."""

    def __init__(
        self,
        desk: Desk,
        roster: Callable[[], Roster],
        adapters: Mapping[str, ChannelAdapter],
        links: Links,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._roster = roster
        self._adapters = adapters
        self._links = links
        self._clock = clock
        self._since: datetime | None = None
        self._is_open = False
        self._reached: set[str] = set()
        self._again_at: datetime | None = None
        self._may_be_open = True

    def ring(self, why: Sentence, *, directly: bool) -> None:
        """Tell staff what is wrong; called again, it does what is still to do."""
        now = self._clock.now()
        if self._since is None:
            self._since = now
        if not self._is_open:
            self._is_open = self._open(why, self._since)
        if (directly or not self._is_open) and (self._again_at is None or now >= self._again_at):
            self._again_at = now + AGAIN_AFTER
            self._tell_directly(why, self._since, now)

    def hush(self) -> None:
        """It works again: close what was opened, also before a restart."""
        if self._since is None and not self._may_be_open:
            return
        try:
            for alert in self._desk.open_alerts():
                if alert.kind is AlertKind.SYSTEM and alert.about == ABOUT:
                    self._desk.end_by_itself(alert.id)
        except StoreDown:
            return
        self._since, self._again_at, self._is_open, self._may_be_open = None, None, False, False
        self._reached = set()

    def _finding(self, site: str, why: Sentence, since: datetime) -> Finding:
        key = f"{ABOUT}:{site}:{millis(since)}"
        return Finding(key, "", site, AlertKind.SYSTEM, Severity.URGENT, since, why, about=ABOUT)

    def _open(self, why: Sentence, since: datetime) -> bool:
        try:
            self._desk.open([self._finding(site, why, since) for site in self._roster().sites])
        except StoreDown as down:
            logger.warning("alarm not on record reason=%s", down)
            return False
        self._may_be_open = True
        return True

    def _tell_directly(self, why: Sentence, since: datetime, now: datetime) -> None:
        roster = self._roster()
        alerts = {site: new_alert(self._finding(site, why, since), now) for site in roster.sites}
        wanted = {
            person.person: (alert, person)
            for site, alert in alerts.items()
            for person in around(roster, site=site, home="", now=now, load={}).of(Role.STAFF)
            if person.person not in self._reached
        }
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="alarm") as pool:
            for person, reached in pool.map(
                lambda one: (one[1].person, self._send(one[0], one[1], now)), wanted.values()
            ):
                logger.log(logging.INFO if reached else logging.ERROR, "alarm person=%s reached=%s", person, reached)
                if reached:
                    self._reached.add(person)

    def _send(self, alert: Alert, person: Person, now: datetime) -> bool:
        """Try a person's channels in their order until one accepts; the inbox needs the very part that may be stuck."""
        for channel in person.channels:
            if channel.kind == "inbox":
                continue
            key = f"{alert.id}.direct.{person.person}.{channel.id}"
            notice = Notice(key, alert.id, person.person, channel.id, NoticeType.CALL, alert.severity, now)
            home = self._roster().place("", alert.site)
            message = compose(alert, notice, home=home, person=person, links=self._links, now=now)
            # the alert may be on no record, and then the link leads nowhere
            plain = replace(message, links=() if not self._is_open else message.links)
            if self._try(plain, channel).verdict is Verdict.ACCEPTED:
                return True
        return False

    def _try(self, message: Message, channel: Channel) -> Answer:
        try:
            return adapter_of(self._adapters, channel.kind).send(message, channel)
        except Exception:  # a fault in one channel must not keep the next from being tried
            logger.exception("alarm could not be sent channel=%s", channel.kind)
            return Answer(Verdict.UNKNOWN)

"""Hands one message to its channel, with no store to ask: in words, at the pace and with the care that its far end wants."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from alerts.breaker import Breaker, was_held
from alerts.callers import place_of
from alerts.channels import adapter_of
from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.far_end import far_end_of
from alerts.links import Links
from alerts.message import Message, compose
from alerts.rates import TOO_MANY, Rates
from linli.alert import Alert, Notice, NoticeType, Severity
from linli.clock import Clock, seconds
from linli.people import Person, Roster

NOT_LISTED = "the person or this channel is no longer listed"
NOT_THEIRS = "the person is no longer listed for this home"
FAULT = "a fault of linli; see the log"
HANGS = "this channel has not answered for a while; others are trying it"
SOON = timedelta(seconds=5)
"""How long at most a call for help waits between looks whether a far end that hung answers again."""


class Courier:
    """Sends. Safe to use from several threads at once."""

    def __init__(
        self,
        roster: Callable[[], Roster],
        adapters: Mapping[str, ChannelAdapter],
        links: Links,
        clock: Clock,
        rates: Rates | None = None,
    ) -> None:
        self._roster = roster
        self._adapters = adapters
        self._links = links
        self._clock = clock
        self._rates = rates or Rates({})
        self._breaker = Breaker()

    def person(self, notice: Notice) -> Person | None:
        """Return whom a notice is for."""
        return self._roster().people.get(notice.person)

    def send(self, alert: Alert, notice: Notice) -> tuple[str, Answer]:
        """Try once; return the kind of channel, empty where none is listed, and what the far end said."""
        roster = self._roster()
        person = roster.people.get(notice.person)
        channel = next((way for way in person.ways if way.id == notice.channel), None) if person else None
        if person is None or channel is None:
            return "", Answer(Verdict.NEVER, NOT_LISTED)
        home, goes = roster.homes.get(alert.home), notice.type is NoticeType.REMIND
        if home is not None and not alert.drill and not goes and not person.cares_for(home):
            return channel.kind, Answer(Verdict.NEVER, NOT_THEIRS)
        far_end = far_end_of(channel)
        if not self._breaker.enter(far_end, channel.id, notice.severity):
            is_pressing = notice.severity is Severity.EMERGENCY and notice.type is not NoticeType.OVER
            return channel.kind, Answer(Verdict.LATER, HANGS, retry_within=SOON if is_pressing else None)
        is_held = None
        try:
            # not before there is a try: what waits for a gateway that hangs must not use up what it takes
            wait = self._rates.wait_of(notice, channel, self._clock.now())
            if wait is not None:
                return channel.kind, Answer(Verdict.LATER, TOO_MANY, wait)
            begun = seconds()
            message = self._words(alert, notice, person, roster)
            answer = adapter_of(self._adapters, channel.kind).send(message, channel)
            is_held = was_held(answer.verdict, seconds() - begun)
        finally:
            self._breaker.leave(far_end, channel.id, notice.severity, is_held=is_held)
        return channel.kind, answer

    def _words(self, alert: Alert, notice: Notice, person: Person, roster: Roster) -> Message:
        home, now = place_of(roster, alert), self._clock.now()
        holders = roster.key_holders(home)
        return compose(alert, notice, home=home, person=person, links=self._links, now=now, holders=holders)

"""The story of an alert in the reader's words: each row with its people, and what will happen with those it would reach."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alerts.callers import Callers
from dashboard.answers import STANDS_BY, UNANSWERED, Answers
from dashboard.outlook import Planned, nearness
from dashboard.queue import Card, name_of
from dashboard.screens import Words
from dashboard.story import CALLS, Group, Row, groups_of, rows_of
from dashboard.vocabulary import CALLED, DISTANCES, LOG, OUTCOMES
from linli.alert import Alert, AlertState, Entry, Outcome, RequestState, Rung
from linli.people import Person, Role, Roster
from linli.store.overview import Involved
from linli.words import Sentence

MOST_NAMES = 4
"""How many people a coming step names; of more it gives the number."""
SHAPES = {
    RequestState.AT_DOOR: "door",
    RequestState.ACCEPTED: "check",
    RequestState.DECLINED: "cross",
    RequestState.ASKED: "bell",
    RequestState.SILENT: "bell",
}


@dataclass(frozen=True)
class Pill:
    """Some people and how they stand, with the shape that says the same."""

    names: str
    state: str
    shape: str
    goes: bool


@dataclass(frozen=True)
class Told:
    """A row of what happened."""

    row: Row
    title: str
    more: tuple[str, ...]
    pills: tuple[Pill, ...]
    new_day: bool


@dataclass(frozen=True)
class Ahead:
    """A row of what will happen."""

    at: datetime
    title: str
    unless: str
    ends_lease: bool
    new_day: bool


class Teller:
    """Tells of one alert in one language."""

    def __init__(self, involved: Involved, roster: Roster, words: Words, answers: Answers) -> None:
        self._involved = involved
        self._answers = answers
        self._states = {request.person: request.state for request in involved.requests}
        self._alert: Alert = involved.alert
        self._roster = roster
        self.words = words

    def told(self, log: Sequence[Entry]) -> list[Told]:
        """Return what happened, oldest first."""
        day = self._day(self.words.now)
        told: list[Told] = []
        for row in rows_of(log, self._alert):
            its_day = self._day(row.lead.at)
            told.append(Told(row, self._title(row), tuple(self._more(row)), self._pills(row), its_day != day))
            day = its_day
        return told

    def line(self, entry: Entry) -> str:
        """Return one line of the log in words."""
        outcome = str(entry.detail.get("outcome", ""))
        said = OUTCOMES[Outcome(outcome)][0] if outcome in set(Outcome) else outcome
        return self.words(
            LOG.get(self._name_of_line(entry), entry.what.replace("{", "").replace("}", "")),
            who=self.who(entry.who),
            count=entry.detail.get("count", ""),
            minutes=entry.detail.get("minutes", ""),
            person=self._name(str(entry.detail.get("person", ""))),
            outcome=self.words(said) if said else "",
        )

    def _name_of_line(self, entry: Entry) -> str:
        """Return which sentence tells of a line: people join an alert by saying so, homes by falling silent."""
        if entry.what == "silent" and self._is_lost(str(entry.detail.get("person", ""))):
            return "unreached"
        return "homes_joined" if entry.what == "joined" and entry.who == "linli" else entry.what

    def who(self, who: str) -> str:
        """Return who wrote a line."""
        return {"linli": "linli", "resident": self.words("The resident")}.get(who) or self._name(who)

    def _name(self, person: str) -> str:
        return name_of(person, self._roster)

    def _names(self, people: Iterable[str]) -> str:
        return self.words.name(", ").join(self._name(one) for one in people)

    def _title(self, row: Row) -> str:
        lead, people = row.lead, row.people
        if lead.what == "opened":
            return self.words.say(self._alert.why)
        if lead.what in {"called", "asked"} and len(people) > 1:
            return self.words(self._called(row), count=len(people))
        if lead.what == "second_channel" and len(people) > 1:
            return self.words("{count} people were called by another way", count=len(people))
        if lead.what == "silent":
            return self._instead(self._without_answer(row.silent), people)
        if lead.what == "declined":
            return self._instead(self.words("{names} cannot come", names=self._name(lead.who)), people)
        return self.line(lead)

    def _called(self, row: Row) -> str:
        roles = {str(one.detail.get("role", "")) for one in row.entries if one.what in CALLS}
        return CALLED[Role(roles.pop())] if len(roles) == 1 and roles <= set(Role) else "{count} people were called"

    def _without_answer(self, people: Sequence[str]) -> str:
        lost = [one for one in people if self._is_lost(one)]
        heard = [one for one in people if one not in lost]
        said = [("{names} did not answer", heard), ("{names} could not be reached", lost)]
        return "; ".join(self.words(template, names=self._names(some)) for template, some in said if some)

    def _is_lost(self, person: str) -> bool:
        state = self._states.get(person)
        return state is not None and self._answers.missed(person, state)

    def _instead(self, said: str, called: Sequence[str]) -> str:
        if not called:
            return said
        return self.words("{this}; called instead: {names}", this=said, names=self._names(called))

    def _more(self, row: Row) -> Iterable[str]:
        lead = row.lead
        if lead.what in {"accepted", "promised"} and isinstance(lead.detail.get("until"), str):
            until = datetime.fromisoformat(str(lead.detail["until"]))
            if lead.what == "accepted" and (near := self._nearness(lead.who)):
                yield self.words(near)
            yield self.words("has {span} to be at the door", span=until - lead.at)
        if lead.what == "closed" and self._alert.note:
            yield self._alert.note
        if lead.what in {"notice_failed", "person_unreachable"}:
            yield from dict.fromkeys(why for one in row.entries if (why := str(one.detail.get("reason", ""))))

    def _nearness(self, person: str) -> str:
        known = self._roster.people.get(person)
        home = self._roster.homes.get(self._alert.home)
        near = nearness(known, home, self._roster) if known and home else None
        return "" if near is None else DISTANCES[near]

    def _pills(self, row: Row) -> tuple[Pill, ...]:
        return tuple(
            pill
            for group in groups_of(row.people, self._involved.requests, self._alert)
            for pill in self._pills_of(group)
        )

    def _pills_of(self, group: Group) -> Iterable[Pill]:
        """Yield those who stand alike, with the words for it."""
        found: dict[str, list[str]] = {}
        for person in group.people:
            found.setdefault(self._said(person), []).append(person)
        for said, people in found.items():
            shape, goes = (SHAPES[group.state], group.state.goes) if group.state else ("bell", False)
            is_lost = any(self._is_lost(one) for one in people)
            yield Pill(self._names(people), self.words(said) if said else "", "cross" if is_lost else shape, goes=goes)

    def _said(self, person: str) -> str:
        state, alert = self._states.get(person), self._alert
        if state is None:
            return ""
        waits = alert.state in {AlertState.ACCEPTED, AlertState.AT_DOOR} and state in UNANSWERED
        return STANDS_BY if waits and not self._is_lost(person) else self._answers.said(person, state)

    def ahead(self, card: Card, callers: Callers) -> list[Ahead]:
        """Return what will happen; the first step after a promise says whose it was."""
        rows: list[Ahead] = []
        day = self._day(self.words.now)
        for step in card.steps:
            ends = card.lease is not None and step.at == card.lease[0]
            unless = self._unless(step, card.names if ends else "")
            rows.append(Ahead(step.at, self._coming(step, callers), unless, ends, self._day(step.at) != day))
            day = self._day(step.at)
        return rows

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.words.zone).date()

    def _unless(self, step: Planned, names: str) -> str:
        if names:
            return self.words("if {names} is not at the door", names=names)
        return self.words.say(step.unless)

    def _coming(self, step: Planned, callers: Callers) -> str:
        people = self._reached(step.rung, callers) if step.rung else []
        title = self.words.say(step.what)
        if not people:
            return title
        named = self._names(people) if len(people) <= MOST_NAMES else self.words("{count} people", count=len(people))
        return self.words("{this}: {names}", this=title, names=named)

    def _reached(self, rung: Rung, callers: Callers) -> list[str]:
        """Return whom a rung would reach as things are now."""
        if rung.second_channel:
            return [one for one in self._asked_in_vain() if len(self._ways(one)) > 1]
        people: Callable[[], list[Person]] = callers.key_holders if rung.keys else lambda: callers.of(rung.role)
        asked = {request.person for request in self._involved.requests}
        fresh = [one.person for one in people() if one.person not in asked]
        return fresh[: rung.count] if rung.count else fresh

    def _asked_in_vain(self) -> list[str]:
        waited = {RequestState.ASKED, RequestState.SILENT}
        return [request.person for request in self._involved.requests if request.state in waited]

    def _ways(self, person: str) -> tuple[object, ...]:
        known = self._roster.people.get(person)
        return known.ways if known else ()

    def left(self, card: Card) -> Sentence:
        """Return what follows when the time that is left has passed."""
        if self._alert.state is AlertState.ACCEPTED:
            return Sentence("left, then the next are called")
        if self._alert.state is AlertState.AT_DOOR:
            return Sentence("left to write down how it ended")
        return Sentence("left, then: {what}", {"what": card.steps[0].what}) if card.steps else Sentence("")

"""What is said to whom: a notice put into words for its reader, in their language, with the home's clock times.

The subject and the short text can be read on a locked screen: they name nobody, and tell nothing of anybody's health.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import address
from alerts.links import Links, Ways
from alerts.spare_key import where_the_key_is
from alerts.text_message import fit, fit_round
from alerts.webhook_body import webhook_body
from linli.alert import Alert, AlertKind, AlertState, Notice, NoticeType, Severity
from linli.people import Home, Person, Role
from linli.words import Field, Sentence, dated, say

_IN_GENERAL = {
    AlertKind.MISSED_CHECK_IN: "No check-in as agreed.",
    AlertKind.INACTIVITY: "Quieter than usual for some time.",
    AlertKind.BATHROOM: "Quieter than usual for some time.",
    AlertKind.NIGHT_DOOR: "Out at night and not back.",
    AlertKind.VITALS: "A look is needed.",
    AlertKind.ROUTINE_CHANGE: "A look is needed.",
}
"""What neighbours and family are told where the reason itself tells of rooms, habits or health."""
_OF_ITS_MOMENT = frozenset({AlertKind.INACTIVITY, AlertKind.BATHROOM, AlertKind.NIGHT_DOOR, AlertKind.UNMONITORED})
"""Whose reason tells how things stood when the alert was opened: for how long by then, and that sensors were working."""
_LATE = timedelta(minutes=30)
"""How long after that it is said of which moment the reason is."""
OF_A_ROOM = frozenset({"room", "device", "key", "taken_back_by"})
"""What a family is not told of a reason, its evidence or the log: a device is often called after its room."""
_WITHOUT_ROOM = {"at": "{what} at {at}.", "received": "{what}, received at {received}."}
"""How it is said to a family what was pressed or rang, by the moment that is known."""

_URGENT_SUBJECT = {
    Role.VOLUNTEER: "Urgent: please go and look in on a neighbour",
    Role.FAMILY: "Urgent: somebody is needed at home",
    Role.STAFF: "Urgent: a home needs somebody at the door",
    Role.PROFESSIONAL: "Urgent: the community asks for your help",
}
_SUBJECT = {
    Role.VOLUNTEER: "Please look in on a neighbour",
    Role.FAMILY: "Please see whether all is well at home",
    Role.STAFF: "A home needs a look",
    Role.PROFESSIONAL: "The community asks for your help",
}
STILL_SILENT = "still_silent"
"""What the evidence of an incident that has ended by itself tells: how many of its homes are not heard all the same."""
_QUESTION = {
    Role.VOLUNTEER: "Can you go? If you cannot, that is fine: please say so, and the next one is asked at once.",
    Role.FAMILY: "Can you go, or do you know more?",
    Role.STAFF: "Please see to it that somebody goes.",
    Role.PROFESSIONAL: "Please come.",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an elder is told to do who is asked whether she is well."""

    short: str
    long: str


_ASKED_OF_SILENCE = _Asked(
    "Are you all right? Press your button, or just move about. Otherwise somebody comes.",
    "Press your button, or just move about: then we know, and nobody is troubled.",
)
_ASKED = {
    AlertKind.BATHROOM: _Asked(
        "Are you all right? Press your button, or go to another room. Otherwise somebody comes.",
        "Press your button, or go to another room: then we know, and nobody is troubled.",
    )
}
"""Where mere movement is no answer."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link and what it says. `verb` is what a tap on it answers, empty where it only shows."""

    label: str
    url: str
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in words. `key` is its idempotency key, `webhook_body` the JSON that a webhook is sent, `page` one link.

    `below` is what stands under the subject where the two are shown apart; like it, fit for a locked screen.
    """

    key: str
    at: datetime
    severity: Severity
    language: str
    subject: str
    short: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...]
    webhook_body: bytes
    page: str = ""
    is_over: bool = False
    below: str = ""

    @property
    def long(self) -> str:
        """Return the whole text, links included."""
        return "\n\n".join([*self.paragraphs, *(f"{link.label}: {link.url}" for link in self.links)]) + "\n"


def reason_for(alert: Alert, role: Role) -> Sentence:
    """Return why there is an alert, in words that are fit for a reader's role."""
    if role in {Role.VOLUNTEER, Role.FAMILY} and alert.kind in _IN_GENERAL:
        return Sentence(_IN_GENERAL[alert.kind])
    return _without_room(alert.why) if role is Role.FAMILY else alert.why


def _without_room(why: Sentence) -> Sentence:
    if not OF_A_ROOM & why.fields.keys():
        return why
    for moment, template in _WITHOUT_ROOM.items():
        if {"what", moment} <= why.fields.keys():
            return Sentence(template, {name: why.fields[name] for name in ("what", moment)})
    return Sentence("A look is needed.")


def compose(
    alert: Alert,
    notice: Notice,
    *,
    home: Home,
    person: Person,
    links: Links,
    now: datetime,
    holders: Sequence[Person] = (),
) -> Message:
    """Return what one person is told; for an alert about a whole site the home is one of empty strings.

    `holders` hold the home's spare key: named only to staff and to who has said that they go.
    """
    ways = Ways(links, alert.id, person.person)
    place = address.of(home, person.language, with_site=person.role is Role.PROFESSIONAL)
    writer = _Writer(alert, notice, home, person, place, where_the_key_is(holders, person.person))
    return Message(
        key=notice.key,
        at=now,
        severity=alert.severity,
        language=person.language,
        subject=writer.subject(),
        short=writer.short(),
        paragraphs=writer.paragraphs(),
        links=writer.links(ways),
        webhook_body=webhook_body(alert, notice.type, home=home, person=person, text=writer.webhook_text(), ways=ways),
        page="" if notice.type in {NoticeType.ASK, NoticeType.OVER} else ways.page,
        is_over=notice.type is NoticeType.OVER,
        below=writer.below(),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    alert: Alert
    notice: Notice
    home: Home
    person: Person
    address: str
    key: Sentence | None = None

    def subject(self) -> str:
        if self.alert.drill:
            return self._say("DRILL: nobody is in danger. Please say that you have this.")
        if self.notice.type is NoticeType.ASK:
            return self._say("Are you all right?")
        if self.notice.type is NoticeType.REMIND:
            return self._say(self._reminder_subject())
        if self.notice.type is NoticeType.OVER:
            return self._over_subject()
        if self.notice.type is NoticeType.TELL:
            return self._say("The call was taken back: please ring up and make sure")
        if not self.home.home:
            return self._say("linli needs you to look at something")
        if self.alert.severity is Severity.NOTICE:
            return self._say("Something to look into during the day")
        subjects = _URGENT_SUBJECT if self.alert.severity is Severity.EMERGENCY else _SUBJECT
        return self._say(subjects.get(self.person.role, _SUBJECT[Role.STAFF]))

    def _over_subject(self) -> str:
        if self._has_passed():
            return self._say("Over: homes that were silent together are heard again")
        if not self.home.home:
            return self._say("It is over; nothing more need be done about it.")
        return self._say("It is over; nobody need come any more. Thank you.")

    def _has_passed(self) -> bool:
        """Tell whether this was a silence of several homes that ended by itself."""
        return STILL_SILENT in self.alert.evidence

    def _reminder_subject(self) -> str:
        if self.alert.state is AlertState.AT_DOOR:
            return "Please tell how it went"
        return "Are you at the door already?"

    def short(self) -> str:
        if self.alert.drill:
            return fit(self.subject())
        if self.notice.type is NoticeType.ASK:
            return fit(self._say(_ASKED.get(self.alert.kind, _ASKED_OF_SILENCE).short))
        place = self.address if self.person.role is not Role.FAMILY else ""
        template = "{subject} ({place}, since {at})" if place else "{subject} (since {at})"
        return fit_round(
            lambda subject, place: self._say(template, subject=subject, place=place, at=self.alert.since),
            subject=self.subject(),
            place=place,
        )

    def below(self) -> str:
        if self.alert.drill:
            return ""
        if self.notice.type is NoticeType.ASK:
            return self.short()
        if self.person.role is Role.FAMILY:
            return self._say("since {at}", at=self.alert.since)
        return self._where_and_since()

    def paragraphs(self) -> tuple[str, ...]:
        if self.alert.drill:
            return self._drill()
        if self.notice.type is NoticeType.ASK:
            return self._question()
        if self.notice.type is NoticeType.REMIND:
            return self._reminder()
        if self.notice.type is NoticeType.OVER:
            return self._thanks() if self.home.home else self._end()
        if self.notice.type is NoticeType.TELL:
            return self._taken_back()
        return self._call() if self.home.home else (self._why(),)

    def _drill(self) -> tuple[str, ...]:
        said = [self.subject(), self._say("DRILL: you need not go anywhere; one tap shows that calls reach you.")]
        if self.home.home and self.home.building:
            said.append(
                self._say("DRILL: a button was tried: {place}, {at}", place=self.address, at=self.alert.opened_at)
            )
        return tuple(said)

    def _question(self) -> tuple[str, ...]:
        return (
            self._say("Are you all right?"),
            self._say(_ASKED.get(self.alert.kind, _ASKED_OF_SILENCE).long),
            self._say("If we hear nothing, a neighbour will look in on you."),
        )

    def _reminder(self) -> tuple[str, ...]:
        if self.alert.state is AlertState.AT_DOOR:
            return self._whereabouts(), self._say("You are at the door. Please tell how it went, so that it can end.")
        return (
            self._whereabouts(),
            self._say("You said that you would go. If you are there, please say so."),
            *self._key(),
            self._say("If you cannot, that is fine: please say so, and others are asked."),
        )

    def _thanks(self) -> tuple[str, ...]:
        return (
            self._say("It is over; nobody need come any more."),
            self._where_and_since(),
            self._say("Thank you for being there."),
        )

    def _where_and_since(self) -> str:
        place = self.address or self.alert.site
        return self._say("{place}, since {at}", place=place, at=self.alert.since)

    def _end(self) -> tuple[str, ...]:
        alert = self.alert
        if not self._has_passed() or alert.closed_at is None:
            return self.subject(), self._where_and_since()
        fields: dict[str, Field] = {
            "place": self.address or alert.site,
            "count": alert.evidence.get("count", 0),
            "since": alert.evidence_at,
            "until": alert.closed_at,
            "length": alert.closed_at - alert.evidence_at,
        }
        said = [self._say("{place}: {count} homes were not heard from {since} to {until}, for {length}.", **fields)]
        if left := alert.evidence[STILL_SILENT]:
            said.append(self._say("Still not heard: {count}. For these there is a new alert.", count=left))
        else:
            said.append(self._say("All of them are heard again."))
        return tuple(said)

    def _taken_back(self) -> tuple[str, ...]:
        said = [
            self._whereabouts(),
            self._say("Somebody in the home says that nobody need come. Until it is said twice, the calls go on."),
            self._say("Please ring up and make sure that this was she, and of her own will."),
        ]
        if self.home.phone:
            said.append(self._say("Telephone in the home: {phone}", phone=self.home.phone))
        return tuple(said)

    def _call(self) -> tuple[str, ...]:
        said = [self._need(), self._whereabouts(), self._why()]
        if self.home.phone and self.person.role in {Role.STAFF, Role.PROFESSIONAL}:
            said.append(self._say("Telephone in the home: {phone}", phone=self.home.phone))
        if self.person.role is Role.STAFF:
            said += self._key()
        if self.alert.severity is not Severity.NOTICE:
            said.append(self._say(_QUESTION.get(self.person.role, _QUESTION[Role.STAFF])))
        return tuple(said)

    def _key(self) -> list[str]:
        return [say(self.key, self.person.language, self.home.zone)] if self.key else []

    def _need(self) -> str:
        if self.alert.severity is Severity.EMERGENCY:
            return self._say("{resident} needs somebody to come.", resident=self._resident())
        if self.alert.severity is Severity.URGENT:
            return self._say("Somebody should look in on {resident}.", resident=self._resident())
        return self._say("Please look into this when you can: {resident}.", resident=self._resident())

    def _whereabouts(self) -> str:
        return self._say("{place}, since {at}", place=self.address or self._resident(), at=self.alert.since)

    def _resident(self) -> str:
        return self.home.resident or self._say("The resident")

    def _why(self) -> str:
        alert, at = self.alert, self.notice.due_at
        why = reason_for(alert, self.person.role)
        # of a whole site it is put anew whenever a home joins or is heard again
        is_old = bool(self.home.home) and alert.kind in _OF_ITS_MOMENT and at - alert.opened_at >= _LATE
        if is_old and why is alert.why:
            why = Sentence("As of {at}: {why}", {"at": alert.opened_at, "why": why})
        return say(dated(why, at, self.home.zone), self.person.language, self.home.zone)

    def links(self, ways: Ways) -> tuple[Link, ...]:
        if self.alert.drill:
            return (Link(self._say("I got it"), ways.accept, "accept"),)
        if self.notice.type in {NoticeType.ASK, NoticeType.OVER}:
            return ()
        if self.notice.type in {NoticeType.REMIND, NoticeType.TELL} or not self.home.home:
            return (Link(self._say("Open"), ways.page),)
        return (
            Link(self._say("I go"), ways.accept, "accept"),
            Link(self._say("I cannot"), ways.decline, "decline"),
        )

    def webhook_text(self) -> str:
        """Return the reason, or for what is not a call the one sentence that it is about."""
        if self.alert.drill:
            return self.subject()
        if self.notice.type is NoticeType.CALL:
            return self._why()
        return self.short() if self.notice.type is NoticeType.ASK else self.subject()

    def _say(self, template: str, **fields: Field) -> str:
        return say(Sentence(template, fields), self.person.language, self.home.zone)

"""What is said to whom: in their words and the home's time, and on a locked screen nothing that is private."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from alerts.links import Links
from alerts.message import STILL_SILENT, Message, compose
from alerts.text_message import fit
from linli.alert import Alert, AlertKind, AlertState, Notice, NoticeType, Outcome, Severity
from linli.clock import VirtualClock
from linli.people import Home, Person
from linli.signals import Kind
from linli.words import LANGUAGES, Sentence
from models.emergencies import emergency
from tests.alerts.town import new_alert
from tests.cast import ANA, BO, EIGHT, GARDEN, JUN, LIN, MEI, MEI_HERSELF, OTHER_SITE, WU
from tests.models.vigil import signal

ROOT = Path(__file__).resolve().parents[2]
LINKS = Links(b"s" * 32, "http://linli.example", VirtualClock(EIGHT))
WHY = Sentence("Pulse {pulse} at {at}, {room}.", {"pulse": 150, "at": EIGHT, "room": "bedroom"})
EVERY_ALERT = [
    replace(new_alert(kind, severity), why=WHY)
    for kind, severity in zip(
        (AlertKind.SOS, AlertKind.VITALS, AlertKind.INACTIVITY, AlertKind.LOW_BATTERY),
        (Severity.EMERGENCY, Severity.URGENT, Severity.URGENT, Severity.NOTICE),
        strict=True,
    )
]


def told(
    person: Person,
    alert: Alert | None = None,
    type: NoticeType = NoticeType.CALL,  # noqa: A002
    home: Home = MEI,
    holders: Sequence[Person] = (),
) -> Message:
    alert = alert or replace(new_alert(), why=WHY)
    notice = Notice(f"{alert.id}.key", alert.id, person.person, "c", type, alert.severity, EIGHT)
    now = EIGHT + timedelta(seconds=5)
    return compose(alert, notice, home=home, person=person, links=LINKS, now=now, holders=holders)


def test_the_webhook_body_is_what_the_contract_says() -> None:
    body = json.loads(told(replace(ANA, language="en"), new_alert()).webhook_body)

    assert body == {
        "type": "alert.notice",
        "alert": {
            "id": "a-1",
            "kind": "sos",
            "severity": "emergency",
            "opened_at": "2026-11-23T08:00:00+08:00",
            "text": "The call button was pressed.",
        },
        "home": {
            "home": "home-7",
            "site": "garden",
            "building": "3",
            "unit": "2",
            "floor": "5",
            "door": "502",
            "resident": "Mei Chen",
        },
        "to": {"person": "ana", "name": "Ana Li", "role": "volunteer"},
        "links": {"accept": LINKS.accept("a-1", "ana"), "decline": LINKS.decline("a-1", "ana")},
    }


@pytest.mark.parametrize("type", list(NoticeType))
def test_every_notice_has_a_body_of_the_same_shape(type: NoticeType) -> None:  # noqa: A002
    body = json.loads(told(MEI_HERSELF, type=type).webhook_body)

    assert set(body) == {"type", "alert", "home", "to", "links"}
    assert set(body["links"]) == {"accept", "decline"}
    assert body["alert"]["text"]


def test_the_types_that_a_program_can_be_sent_stand_in_the_document() -> None:
    sent = {json.loads(told(ANA, type=type).webhook_body)["type"] for type in NoticeType}  # noqa: A001
    rows = re.findall(r"^\| `(alert\.\w+)` \|", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == sent


def test_an_alert_about_a_whole_site_names_no_home() -> None:
    nowhere = Home("", GARDEN, "")
    alert = replace(new_alert(AlertKind.SYSTEM, Severity.URGENT), home="", why=Sentence("The broker is gone."))

    message = told(LIN, alert, home=nowhere)

    assert json.loads(message.webhook_body)["home"] == {
        "home": "", "site": GARDEN, "building": "", "unit": "", "floor": "", "door": "", "resident": "",
    }  # fmt: skip
    assert message.paragraphs == ("The broker is gone.",)
    assert [link.url for link in message.links] == [LINKS.request_page("a-1", "lin")]


@pytest.mark.parametrize("type", list(NoticeType))
def test_a_locked_screen_shows_neither_name_nor_health(type: NoticeType) -> None:  # noqa: A002
    for person, alert, language in product((ANA, BO, LIN, WU), EVERY_ALERT, LANGUAGES):
        message = told(replace(person, language=language), alert, type)
        for shown in (message.subject, message.short):
            assert not re.search(r"Mei|Chen|150|[Pp]ulse|bedroom|卧室|1380|vitals", shown)
            assert len(shown) <= (160 if shown.isascii() else 70), shown
            assert "\n" not in shown


@pytest.mark.parametrize("kind", [AlertKind.VITALS, AlertKind.ROUTINE_CHANGE, AlertKind.INACTIVITY, AlertKind.BATHROOM])
@pytest.mark.parametrize("person", [ANA, BO], ids=["volunteer", "family"])
def test_neighbours_and_family_are_not_told_of_health_or_rooms(person: Person, kind: AlertKind) -> None:
    message = told(person, replace(new_alert(kind, Severity.URGENT), why=WHY))

    said = message.long + message.webhook_body.decode()
    assert not re.search(r"150|[Pp]ulse|bedroom|卧室|1941", said)
    assert MEI.phone not in said


@pytest.mark.parametrize(
    ("value", "late", "language", "told_as"),
    [
        ((Kind.SOS, "pressed"), 0, "en", "SOS pressed at 08:00."),
        ((Kind.SOS, "pressed"), 0, "zh", "按了一键呼叫，08:00。"),
        ((Kind.CHECK_IN, "help"), 0, "en", "Asked for help at check-in at 08:00."),
        ((Kind.SMOKE, "on"), 0, "en", "Smoke alarm at 08:00."),
        ((Kind.LEAK, "on"), 0, "en", "Water leak at 08:00."),
        ((Kind.SOS, "pressed"), 9, "en", "SOS pressed, received at 17:00."),
        ((Kind.SOS, "pressed"), 9, "zh", "按了一键呼叫，17:00 收到。"),
    ],
)
def test_the_family_is_told_what_happened_and_when_but_not_in_which_room(
    value: tuple[Kind, str], late: int, language: str, told_as: str
) -> None:
    finding = emergency(signal(MEI.home, "hall-1", *value, EIGHT, "hall", EIGHT + timedelta(hours=late)), MEI)
    assert finding is not None
    alert = replace(new_alert(finding.kind, finding.severity), why=finding.why)

    message = told(replace(BO, language=language), alert)

    assert told_as in message.paragraphs
    assert json.loads(message.webhook_body)["alert"]["text"] == told_as
    assert not re.search("hall|过道", message.long + message.webhook_body.decode())
    assert re.search("hall|过道", told(replace(ANA, language=language), alert).long), "who goes there needs the room"


@pytest.mark.parametrize("kind", [AlertKind.LOW_BATTERY, AlertKind.SYSTEM])
def test_the_family_is_told_no_room_by_the_name_of_a_device(kind: AlertKind) -> None:
    why = Sentence("Low battery: {device}, {room}, {percent} %.", {"device": "hall-1", "room": "hall", "percent": 9})

    message = told(BO, replace(new_alert(kind, Severity.NOTICE), why=why))

    assert "A look is needed." in message.paragraphs
    assert "hall" not in message.long + message.webhook_body.decode()


@pytest.mark.parametrize("person", [LIN, WU], ids=["staff", "professional"])
def test_those_who_must_decide_are_told_why_and_how_to_ring(person: Person) -> None:
    message = told(person, replace(new_alert(AlertKind.VITALS, Severity.URGENT), why=WHY))

    assert "150" in message.long
    assert "08:00" in message.long
    assert MEI.phone in message.long


def why_by(alert: Alert, after: timedelta, person: Person, home: Home = MEI) -> str:
    """Return the paragraph of a call that tells why, in a message that is due so long after the alert was opened."""
    notice = Notice("key", alert.id, person.person, "c", NoticeType.CALL, alert.severity, EIGHT + after)
    message = compose(alert, notice, home=home, person=person, links=LINKS, now=EIGHT + after)
    (why,) = (text for text in message.paragraphs if "Pulse" in text)
    return why


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (29, "Pulse 150 at 08:00, bedroom."),
        (30, "As of 08:00: Pulse 150 at 08:00, bedroom."),
        (1201, "As of 2026-11-23 08:00: Pulse 150 at 2026-11-23 08:00, bedroom."),
    ],
    ids=["soon", "half an hour later", "the next day"],
)
def test_who_is_called_again_is_told_of_which_moment_the_reason_is(minutes: int, told: str) -> None:
    silence = replace(new_alert(AlertKind.INACTIVITY, Severity.URGENT), why=WHY)

    assert why_by(silence, timedelta(minutes=minutes), replace(LIN, language="en")) == told


def test_what_happened_once_stays_true_and_of_a_whole_site_the_reason_is_put_anew() -> None:
    lin, reading = replace(LIN, language="en"), replace(new_alert(AlertKind.VITALS, Severity.URGENT), why=WHY)
    together = replace(new_alert(AlertKind.UNMONITORED, Severity.URGENT), home="", about="3/2", why=WHY)

    assert why_by(reading, timedelta(hours=4), lin) == "Pulse 150 at 08:00, bedroom."
    assert why_by(together, timedelta(hours=4), lin, STAIRS) == "Pulse 150 at 08:00, bedroom."


def an_end(still_silent: int) -> Alert:
    """Return a silence of twelve homes that has ended after 35 minutes."""
    evidence: dict[str, str | float] = {"count": 12, "building": "3", "unit": "2", STILL_SILENT: still_silent}
    silence = new_alert(AlertKind.UNMONITORED, Severity.URGENT)
    silence = replace(silence, home="", about="3/2", why=WHY, evidence=evidence)
    return replace(silence, state=AlertState.CLOSED, closed_at=EIGHT + timedelta(minutes=35), outcome=Outcome.OTHER)


STAIRS = Home("", GARDEN, "3", "2")


def test_the_end_of_a_silence_says_how_many_homes_and_for_how_long_and_thanks_nobody() -> None:
    message = told(replace(LIN, language="en"), an_end(0), NoticeType.OVER, STAIRS)

    assert message.subject == "Over: homes that were silent together are heard again"
    assert message.paragraphs == (
        "Building 3, Unit 2: 12 homes were not heard from 08:00 to 08:35, for 35 min.",
        "All of them are heard again.",
    )
    body = json.loads(message.webhook_body)
    assert (body["type"], body["alert"]["text"]) == ("alert.over", message.subject)
    assert message.links == ()
    chinese = told(LIN, an_end(2), NoticeType.OVER, STAIRS)
    assert chinese.paragraphs == (
        "3号楼 2单元：12 户从 08:00 到 08:35 没有信号，共35分钟。",
        "仍有 2 户没有信号，已另立预警。",
    )
    assert not re.search("thank|come|谢", (message.long + message.short + chinese.long).lower())
    assert len(chinese.short) <= 70


def test_what_staff_have_closed_for_a_whole_site_thanks_nobody_for_coming() -> None:
    by_hand = replace(an_end(0), evidence={"count": 12})
    message = told(replace(LIN, language="en"), by_hand, NoticeType.OVER, Home("", GARDEN, ""))

    assert message.paragraphs == ("It is over; nothing more need be done about it.", "garden, since 08:00")


def test_where_the_key_is_is_told_to_who_goes_and_to_staff_alone() -> None:
    english = replace(ANA, language="en")
    key = "The key is with Jun Wang · Bo Chen."
    for person, type_ in product((english, replace(BO, language="en"), replace(WU, language="en")), NoticeType):
        told_it = key in told(person, type=type_, holders=[JUN, BO]).paragraphs
        own = "You hold the key." in told(person, type=type_, holders=[JUN, BO]).paragraphs
        assert (told_it or own) == (type_ is NoticeType.REMIND), (person.person, type_)
        assert own == (type_ is NoticeType.REMIND and person.person == "bo")

    assert key in told(replace(LIN, language="en"), holders=[JUN, BO]).paragraphs
    assert "备用钥匙在您手里。" in told(LIN, holders=[LIN]).paragraphs
    assert not any("key" in line for line in told(replace(LIN, language="en")).paragraphs)


def test_a_group_and_a_locked_screen_are_not_told_where_the_key_is() -> None:
    for type_ in NoticeType:
        message = told(replace(LIN, language="en"), type=type_, holders=[JUN])
        assert not re.search(r"key|Jun", message.subject + message.short + message.webhook_body.decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_role_is_told_in_its_own_way(language: str) -> None:
    said = {told(replace(person, language=language)).paragraphs for person in (ANA, BO, LIN, WU)}

    assert len(said) == 4


def test_a_volunteer_is_told_who_where_and_that_no_is_fine() -> None:
    message = told(ANA)

    assert message.subject == "紧急：请去邻居家里看看"
    assert message.short == "紧急：请去邻居家里看看（3号楼 2单元 5层 502，08:00 起）"
    assert "Mei Chen" in message.long
    assert "去不了没关系" in message.long
    assert [(link.label, link.url) for link in message.links] == [
        ("我去", LINKS.accept("a-1", "ana")),
        ("我去不了", LINKS.decline("a-1", "ana")),
    ]
    assert all(link.url in message.long for link in message.links)


def test_the_family_abroad_reads_english_with_the_clock_of_the_home() -> None:
    message = told(BO)

    assert message.subject == "Urgent: somebody is needed at home"
    assert "Building 3, Unit 2, Floor 5, 502, since 08:00" in message.long


def test_times_are_those_of_the_home_not_of_the_server() -> None:
    message = told(LIN, home=replace(OTHER_SITE, timezone="Asia/Urumqi"))

    assert "06:00" in message.long
    assert json.loads(message.webhook_body)["alert"]["opened_at"] == "2026-11-23T06:00:00+06:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_elder_is_asked_how_she_is_and_not_to_go_anywhere(language: str) -> None:
    message = told(replace(MEI_HERSELF, language=language), type=NoticeType.ASK)

    assert message.subject == {"zh": "您还好吗？", "en": "Are you all right?"}[language]
    assert message.links == ()
    assert {"zh": "按一下按钮", "en": "Press your button"}[language] in message.short
    links = json.loads(message.webhook_body)["links"]
    assert set(links.values()) == {LINKS.request_page("a-1", "mei")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_long_in_the_bathroom_is_not_told_that_moving_there_is_an_answer(language: str) -> None:
    alert = replace(new_alert(), kind=AlertKind.BATHROOM, severity=Severity.URGENT, why=WHY)
    message = told(replace(MEI_HERSELF, language=language), alert, type=NoticeType.ASK)

    for text in (message.short, message.long):
        assert {"zh": "或者到别的房间走走", "en": "or go to another room"}[language] in text
        assert not re.search("move about|走动走动|bathroom|卫生间", text)


def test_who_said_that_they_would_go_is_reminded_of_it() -> None:
    on_the_way = told(replace(ANA, language="en"), type=NoticeType.REMIND)
    at_the_door = told(
        replace(ANA, language="en"), replace(new_alert(), state=AlertState.AT_DOOR), type=NoticeType.REMIND
    )

    assert "You said that you would go." in on_the_way.long
    assert at_the_door.subject == "Please tell how it went"


def test_what_can_wait_is_not_told_as_if_somebody_lay_on_the_floor() -> None:
    message = told(replace(LIN, language="en"), EVERY_ALERT[-1])

    assert message.subject == "Something to look into during the day"
    assert "needs somebody" not in message.long


@pytest.mark.parametrize(
    ("home", "shown"),
    [
        (Home("h", "s", "3", "2", "5", "502"), "3号楼 2单元 5层 502"),
        (Home("h", "s", "东区3栋", "甲", "", "502"), "东区3栋 甲 502"),
        (Home("h", "s", "A3", "", "-1", ""), "A3号楼 -1"),
        (Home("h", "s", "3号楼", "2单元"), "3号楼 2单元"),
    ],
    ids=["numbers", "names", "letter and cellar", "words already there"],
)
def test_an_address_is_written_as_people_say_it(home: Home, shown: str) -> None:
    assert f"（{shown}，" in told(ANA, home=home).short


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 160, 160),
        ("a" * 161, 160),
        ("看" * 70, 70),
        ("看" * 71, 70),
        ("a" * 100 + "看", 70),
        ("🏠" * 35, 70),
        ("🏠" * 36, 69),
        ("a" * 50 + "🏠" * 20, 69),
    ],
)
def test_a_short_text_fits_into_one_text_message(text: str, length: int) -> None:
    assert as_a_phone_counts(fit(text)) == length


def as_a_phone_counts(text: str) -> int:
    """Return how long a text message is that is not all ASCII, in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


NEW_HOUSE = replace(MEI, building="3号楼", unit="2", floor="12", door="1203")


@pytest.mark.parametrize("type", [NoticeType.CALL, NoticeType.REMIND, NoticeType.TELL, NoticeType.OVER])
def test_one_chinese_sign_in_the_address_costs_an_english_text_message_neither_door_nor_time(
    type: NoticeType,  # noqa: A002
) -> None:
    for person in (ANA, LIN, WU):
        short = told(replace(person, language="en"), type=type, home=NEW_HOUSE).short

        assert short.endswith("3号楼, Unit 2, Floor 12, 1203, since 08:00)")
        assert len(short) <= 70

    short = told(replace(ANA, language="en"), home=NEW_HOUSE).short
    assert short == "Urgent: please go and look… (3号楼, Unit 2, Floor 12, 1203, since 08:00)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_and_the_time_stay_however_long_the_rest_is(language: str) -> None:
    for person, sign, length in product((ANA, WU), "东🏠E", range(0, 200, 7)):
        short = told(replace(person, language=language), home=replace(NEW_HOUSE, building="E" + sign * length)).short

        assert re.search(r"1203(, since 08:00\)|，08:00 起）)$", short), short
        assert as_a_phone_counts(short) <= (160 if short.isascii() else 70)


def test_an_endless_address_does_not_make_the_short_text_endless() -> None:
    short = told(ANA, home=replace(MEI, building="东" * 200)).short

    assert len(short) == 70
    assert short.endswith("东 2单元 5层 502，08:00 起）")


def test_a_name_with_braces_or_markup_is_only_a_name() -> None:
    message = told(ANA, home=replace(MEI, resident="{phone} <b>Mei</b>"))

    assert "{phone} <b>Mei</b>" in message.long


def test_everything_that_is_said_is_said_in_chinese_too() -> None:
    words = set()
    for person, alert, type_, state in product(
        (MEI_HERSELF, ANA, BO, LIN, WU), EVERY_ALERT, NoticeType, (AlertState.OPEN, AlertState.AT_DOOR)
    ):
        message = told(replace(person, language="zh"), replace(alert, state=state, why=Sentence("")), type_)
        labels = (link.label for link in message.links)
        words |= set(re.findall(r"[A-Za-z]+", " ".join([message.subject, message.short, *message.paragraphs, *labels])))

    assert words == {"Mei", "Chen", "garden"}

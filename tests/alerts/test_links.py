"""Links: what they say, who cannot make them, and when they end."""

from datetime import timedelta

import pytest
from itsdangerous import Signer, TimestampSigner, URLSafeSerializer

from alerts.links import BadLink, Links, Ticket, Verb
from linli.clock import VirtualClock
from tests.cast import EIGHT

SECRET = b"s" * 32
ALERT = "a-0123456789ab"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EIGHT)


@pytest.fixture
def links(clock: VirtualClock) -> Links:
    return Links(SECRET, "https://linli.example/", clock)


def token(url: str) -> str:
    return url.rpartition("/")[2]


@pytest.mark.parametrize("verb", list(Verb))
def test_a_link_says_who_answers_which_alert_and_how(links: Links, verb: Verb) -> None:
    make = {Verb.ACCEPT: links.accept, Verb.DECLINE: links.decline, Verb.REQUEST: links.request_page}[verb]

    url = make(ALERT, "ana")

    assert url.startswith("https://linli.example/go/")
    assert links.read(token(url)) == Ticket(ALERT, "ana", verb)


def test_the_same_link_is_made_again_within_the_hour(links: Links) -> None:
    assert links.accept(ALERT, "ana") == links.accept(ALERT, "ana")


def test_a_link_fits_into_a_text_message(links: Links) -> None:
    assert len(token(links.accept(ALERT, "p" * 40))) < 90


def test_ids_with_dots_are_read_back_whole(links: Links) -> None:
    assert links.read(token(links.decline(ALERT, "ana.li"))) == Ticket(ALERT, "ana.li", Verb.DECLINE)


def test_a_link_ends_after_thirty_days(links: Links, clock: VirtualClock) -> None:
    made = token(links.accept(ALERT, "ana"))

    clock.advance(timedelta(days=30))
    assert links.read(made).person == "ana"
    clock.advance(timedelta(hours=1))
    with pytest.raises(BadLink, match="too old"):
        links.read(made)


def test_a_clock_set_back_does_not_spoil_a_link(links: Links, clock: VirtualClock) -> None:
    made = token(links.accept(ALERT, "ana"))
    clock.advance(timedelta(hours=-3))

    assert links.read(made).alert == ALERT


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.replace("ana", "bo"),
        lambda made: made.replace(".a.", ".d."),
        lambda made: made.replace(ALERT, "a-000000000000"),
        lambda made: made[:-1] + ("A" if made[-1] != "A" else "w"),
        lambda made: made[:-10],
        lambda made: made + "x",
        lambda _: "",
        lambda _: "....",
        lambda _: "\ud800",
        lambda _: "我.去.a.1.x",
    ],
    ids=[
        "another person", "another verb", "another alert", "another proof", "cut", "longer", "empty", "dots",
        "no text at all", "not ours",
    ],
)  # fmt: skip
def test_a_changed_link_is_refused(links: Links, change: object) -> None:
    assert callable(change)
    with pytest.raises(BadLink, match="not valid"):
        links.read(change(token(links.accept(ALERT, "ana"))))


def test_a_link_of_another_installation_is_refused(links: Links, clock: VirtualClock) -> None:
    with pytest.raises(BadLink):
        links.read(token(Links(b"t" * 32, "https://linli.example", clock).accept(ALERT, "ana")))


@pytest.mark.parametrize(
    "other",
    [
        Signer(SECRET).sign(f"{ALERT}.ana.a.498000").decode(),
        TimestampSigner(SECRET).sign(f"{ALERT}.ana.a").decode(),
        str(URLSafeSerializer(SECRET, salt="cookies").dumps([ALERT, "ana", "a", 498000])),
    ],
    ids=["a plain signature", "a stamped one", "a cookie"],
)
def test_no_other_token_made_with_the_same_secret_serves_as_a_link(links: Links, other: str) -> None:
    with pytest.raises(BadLink):
        links.read(other)


def test_what_is_signed_by_the_same_salt_must_still_be_a_ticket(links: Links) -> None:
    with pytest.raises(BadLink):
        links.read(links._signer.sign("nonsense").decode())
    with pytest.raises(BadLink):
        links.read(links._signer.sign(f"{ALERT}.ana.x.498000").decode())

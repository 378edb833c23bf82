"""linli watches itself: a test call goes the whole way, calls nobody, leaves nothing, and is missed when it is gone."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.channels.base import Verdict
from alerts.channels.webhook import Webhook
from alerts.probe import NotOurs, Probe
from ingest.intake import Arrived
from linli import canary
from linli.alert import AlertKind, AlertState
from linli.canary import ABOUT, PERSON, Canaries, home_of
from linli.deadman import DeadMan
from linli.errors import StoreDown
from linli.keys import Keys
from linli.people import Channel
from linli.signals import Kind
from linli.store import cases, drills, overview, tables
from linli.store.drills import DrillKind
from linli.watchman import PART, WHY, Stuck
from linli.wire import signal_topic, write_payload
from tests.cast import EIGHT, GARDEN, MEI, RIVER
from tests.cast import roster as cast_roster
from tests.watching import Whole, furnish

A_ROUND = 12
"""Seconds after the start in which the first round is out and back."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the stores once."""
    return furnish(tmp_path_factory.mktemp("canary"))


@pytest.fixture
def whole(furnished: Path, tmp_path: Path) -> Iterator[Whole]:
    """A whole linli with its canary."""
    made = Whole(shutil.copytree(furnished, tmp_path / "data"))
    yield made
    made.close()


# the canary itself


def test_each_site_has_a_canary_that_is_in_no_roster(whole: Whole) -> None:
    core = whole.core
    assert set(core.canaries.homes()) == {GARDEN, RIVER}
    for home in core.canaries.homes().values():
        assert core.canaries.has(home)
        assert home not in core.roster.get().homes
        assert home not in {view.home for view in core.states()}
    assert PERSON not in core.roster.get().people


def test_a_real_home_is_never_taken_for_a_canary() -> None:
    real = replace(MEI, home=home_of(GARDEN))
    roster = replace(cast_roster(), homes={**cast_roster().homes, real.home: real})
    canaries = Canaries(lambda: roster, Channel("c", PERSON, "webhook", "http://probe"))
    assert canaries.roster().homes[real.home] == real
    assert not canaries.has(real.home)
    assert set(canaries.homes()) == {RIVER}


def test_without_a_probe_there_is_no_canary() -> None:
    plain = cast_roster()
    canaries = Canaries(lambda: plain, None)
    assert canaries.roster() is plain
    assert canaries.homes() == {}


# the whole way


def test_a_round_goes_the_whole_way_and_comes_back(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    assert [person for person, _ in whole.channel.sent] == [PERSON, PERSON]
    assert whole.watchman.is_well
    assert whole.core.health.parts()[PART]
    with whole.core.care.read() as connection:
        rounds = drills.since(connection, DrillKind.CANARY, EIGHT)
    assert sorted(one.site for one in rounds) == [GARDEN, RIVER]
    assert all(one.passed_at for one in rounds)


def test_its_message_is_marked_as_a_drill_and_signed_by_a_real_channel(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    message = whole.channel.sent[0][1]
    assert message.subject.startswith("DRILL")
    assert b'"drill":true' in message.webhook_body
    assert b'"kind":"sos"' in message.webhook_body


def test_a_round_leaves_nothing_behind_but_its_line(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    with whole.core.care.read() as connection:
        for table in (tables.alerts, tables.requests, tables.outbox, tables.episodes, tables.log):
            assert connection.execute(select(table)).all() == [], table.name
    for home in whole.core.canaries.homes().values():
        assert whole.core.signals.recent(home) == []


def test_while_it_is_under_way_no_list_shows_it_and_nobody_is_called(whole: Whole) -> None:
    whole.channel.verdict = Verdict.LATER
    whole.pass_seconds(A_ROUND)
    with whole.core.care.read() as connection:
        stored = connection.execute(select(tables.alerts.c.about, tables.alerts.c.drill)).all()
        assert all(one.about.startswith(ABOUT) and one.drill == 1 for one in stored)
        assert len(stored) == 2
        assert cases.open_ones(connection) == []
        assert overview.search(connection) == []
        assert overview.tally(connection) == {}
        assert cases.last_seq(connection) == 0
    assert whole.channel.people() == []


def test_a_round_that_fails_is_ended_and_erased_and_calls_nobody_even_hours_later(whole: Whole) -> None:
    whole.channel.verdict = Verdict.LATER
    whole.pass_seconds(A_ROUND)
    failed = _alerts(whole)
    whole.channel.verdict = Verdict.ACCEPTED
    whole.clock.advance(timedelta(hours=8))
    whole.core.pipeline.tick(whole.clock.now())
    assert all(_state(whole, one) is AlertState.CLOSED for one in failed)
    whole.pass_seconds(320)
    assert not failed & _alerts(whole)
    assert {person for person, message in whole.channel.sent if person != PERSON} <= {"lin", "xu"}  # told by the alarm


def _alerts(whole: Whole) -> set[str]:
    with whole.core.care.read() as connection:
        return set(connection.scalars(select(tables.alerts.c.id).where(~tables.NOT_CANARY)))


def _state(whole: Whole, alert: str) -> AlertState:
    with whole.core.care.read() as connection:
        found = cases.by_id(connection, alert)
    assert found is not None
    return found.state


def test_who_presses_in_a_canarys_name_opens_nothing(whole: Whole) -> None:
    home = whole.core.canaries.homes()[GARDEN]
    messages = [
        Arrived(signal_topic(GARDEN, home, "button", kind), write_payload(value, id="made-up"), EIGHT)
        for kind, value in ((Kind.SOS, "pressed"), (Kind.FALL, "on"), (Kind.MOTION, "on"))
    ]
    availability = Arrived(f"linli/v1/{GARDEN}/{home}/button/availability", b"offline", EIGHT)
    taken = whole.core.pipeline.take_in([*messages, availability])
    assert taken.signals == []
    assert _alerts(whole) == set()
    assert whole.core.pipeline.calls_for_help(messages) == []


def test_rounds_are_remembered_for_seven_days(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    whole.clock.advance(timedelta(days=8))
    whole.pass_seconds(320)
    with whole.core.care.read() as connection:
        assert all(
            one.begun_at > EIGHT + timedelta(days=7) for one in drills.since(connection, DrillKind.CANARY, EIGHT)
        )


def test_what_reaches_the_probe_does_not_hide_that_webhooks_fail_elsewhere(whole: Whole) -> None:
    whole.core.health.trouble("channel:webhook", WHY[Stuck.SENDER])
    whole.pass_seconds(A_ROUND)
    assert "channel:webhook" in whole.troubles()


# what is missed, and when


def test_silence_between_broker_and_pipeline_is_noticed_within_a_minute(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    waited = 0
    while PART not in whole.troubles():
        whole.pass_seconds(1, works=False)
        waited += 1
        assert waited <= 60
    assert whole.core.health.troubles()[0].why == WHY[Stuck.BROKER]
    assert not whole.watchman.is_well


def test_staff_hear_of_a_broker_that_is_silent_through_the_outbox(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    whole.pass_seconds(50, works=False)
    (first, second) = whole.core.desk.open_alerts()
    assert {first.site, second.site} == {GARDEN, RIVER}
    assert first.kind is AlertKind.SYSTEM
    whole.send()
    assert whole.channel.people() == ["lin", "xu"]


@pytest.mark.parametrize(("part", "stuck"), [("turned_at", Stuck.SENDER), ("ticked_at", Stuck.PIPELINE)])
def test_a_thread_that_stands_still_is_noticed_and_staff_are_told_without_it(
    whole: Whole, part: str, stuck: Stuck
) -> None:
    whole.pass_seconds(A_ROUND)
    stood = whole.timer.now
    setattr(whole, part, lambda: stood)
    whole.pass_seconds(35, works=False)
    assert whole.core.health.troubles()[0].why == WHY[stuck]
    assert whole.channel.people() == ["lin", "xu"]  # nothing was sent by the sender
    whole.pass_seconds(100, works=False)
    assert [person for person, _ in whole.channel.sent].count("lin") == 1


def test_a_call_that_comes_in_and_does_not_go_out_is_noticed_within_a_minute_of_its_round(whole: Whole) -> None:
    whole.channel.verdict = Verdict.LATER
    whole.pass_seconds(10 + 61)
    assert whole.core.health.troubles()[-1].why == WHY[Stuck.MESSAGES]


def test_while_no_database_answers_staff_are_told_directly(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    whole.pass_seconds(A_ROUND)
    stood = whole.timer.now
    whole.turned_at = lambda: stood

    def down() -> None:
        raise StoreDown("the care database does not answer")

    monkeypatch.setattr(whole.core.care, "begin", down)
    monkeypatch.setattr(whole.core.care, "read", down)
    whole.pass_seconds(35, works=False)
    assert whole.channel.people() == ["lin", "xu"]
    message = next(message for person, message in whole.channel.sent if person == "lin")
    assert message.links == ()


def test_staff_who_are_told_directly_read_the_time_of_their_own_site(whole: Whole) -> None:
    whole.alarm.ring(WHY[Stuck.SENDER], directly=True)
    said = {person: message.short for person, message in whole.channel.sent}
    assert "08:00" in said["lin"]
    assert "06:00" in said["xu"]


def test_when_it_works_again_the_alarm_ends_by_itself(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    whole.pass_seconds(50, works=False)
    whole.pass_seconds(5)
    assert PART not in whole.troubles()
    assert whole.core.desk.open_alerts() == []
    assert whole.watchman.is_well


def test_a_machine_that_was_asleep_has_missed_nothing(whole: Whole) -> None:
    whole.pass_seconds(A_ROUND)
    whole.pass_seconds(5, works=False)  # a heartbeat is on its way
    assert whole.wire
    stood = whole.timer.now
    whole.turned_at = whole.ticked_at = lambda: stood
    whole.timer.now += 8 * 3600
    whole.clock.advance(timedelta(hours=8))
    whole.watchman.look()
    assert whole.troubles() == []


def test_after_a_failed_round_the_next_comes_sooner(whole: Whole) -> None:
    whole.channel.verdict = Verdict.LATER
    whole.pass_seconds(10 + 61)
    whole.channel.verdict = Verdict.ACCEPTED
    whole.pass_seconds(20)
    assert whole.watchman.is_well


# the probe and the switch outside


class Kept:
    """Remembers which alerts arrived."""

    def __init__(self) -> None:
        self.alerts: list[str] = []

    def __call__(self, alert: str) -> bool:
        """Take one."""
        self.alerts.append(alert)
        return True


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers.items()), body))  # type: ignore[attr-defined]
        self._answer()

    def do_GET(self) -> None:
        self.server.taken.append((self.path, b""))  # type: ignore[attr-defined]
        self._answer()

    def _answer(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[http.server.ThreadingHTTPServer]:
    """A server that keeps what it is sent, in `taken`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.taken = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _url(server: http.server.ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/probe"


def test_the_probe_knows_what_the_real_webhook_channel_has_signed(
    whole: Whole, receiver: http.server.ThreadingHTTPServer
) -> None:
    whole.pass_seconds(A_ROUND)
    message, webhook = whole.channel.sent[0][1], Webhook()
    secret = canary.secret(whole.core.keys)
    webhook.send(message, Channel("c", PERSON, "webhook", _url(receiver), secret))
    webhook.close()
    headers, body = receiver.taken[0]  # type: ignore[attr-defined]
    small = {name.lower(): value for name, value in headers.items()}
    kept = Kept()
    assert Probe(secret, kept).take(small, body)
    assert kept.alerts == [message.key.split(".", 1)[0]]
    for bad in ({**small, "webhook-signature": "v1,AAAA"}, {**small, "webhook-timestamp": "1"}, {}):
        with pytest.raises(NotOurs):
            Probe(secret, kept).take(bad, body)
    with pytest.raises(NotOurs):
        Probe(canary.secret(Keys(b"another secret of 32 bytes......")), kept).take(small, body)


def test_the_service_outside_hears_only_while_rounds_come_back(receiver: http.server.ThreadingHTTPServer) -> None:
    well = True
    switch = DeadMan(_url(receiver), lambda: well)
    assert switch.turn()
    well = False
    assert not switch.turn()
    assert len(receiver.taken) == 1  # type: ignore[attr-defined]


def test_a_service_outside_that_is_gone_is_no_trouble_here() -> None:
    assert not DeadMan("http://127.0.0.1:9/", lambda: True).turn()

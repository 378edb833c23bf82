"""What must hold of every alert at every moment, read from the rows of the engine's store and from what was sent."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, pairwise

import msgspec

from alerts.channels.base import Verdict
from alerts.dispatch import LEASE
from alerts.escalation import DOOR_LEASE
from alerts.replies import MOST_MINUTES
from alerts.retry import LONGEST_PAUSE
from linli.alert import AlertKind, Ladder, NoticeType, Severity
from linli.finding import Finding
from tests.alerts.drill_checks import drill_violations
from tests.alerts.engine import Engine, Row
from tests.alerts.engine_look import CALLS, Look, fold, ms
from tests.alerts.pause_checks import pause_violations
from tests.alerts.silence_checks import silence_violations

WAITS = frozenset({"held", "paced"})
"""Lines of the log that say that a notice waits: for the morning, or for one that was just sent."""
LATEST = timedelta(seconds=5)
SLACK = timedelta(seconds=1)
UNSEEN = timedelta(seconds=10)
"""By how much less than it was a set-back of the clock may be taken for: by the time since linli last looked at it."""
LONGEST_NIGHT = timedelta(hours=13)
"""From eight in the evening until eight in the morning, in a night in which the clocks go back."""


def violations(engine: Engine) -> Iterator[str]:
    """Yield each invariant that is broken, in one sentence."""
    look = Look.at(engine)
    for key, finding in engine.accepted.items():
        yield from _answered(look, key, finding)
    for alert in look.tables["alerts"]:
        yield from _one_next_step(look, alert)
        yield from _ends(look, alert)
        yield from _not_held(look, alert)
        yield from _quiet_after_closing(look, alert)
        yield from _once_in_a_step(look, alert)
        yield from _no_empty_rung(look, alert)
        yield from _as_the_log_says(look, alert)
        if engine.is_settled:
            yield from _in_time(look, alert)
    yield from drill_violations(look)
    yield from pause_violations(look)
    yield from silence_violations(look)
    yield from _one_message(engine)
    yield from (f"after closing: {key} was sent" for key in engine.far.too_late)


def _answered(look: Look, key: str, finding: Finding) -> Iterator[str]:
    """Every accepted finding has an alert; an emergency has one of its own kind, home and weight.

    Which press may be a drill is asked in `drill_checks`.
    """
    episode = next((row for row in look.tables["episodes"] if row["key"] == key), None)
    alert = next((row for row in look.tables["alerts"] if episode and row["id"] == episode["alert"]), None)
    if alert is None:
        yield f"answered: {key} was accepted and has no alert"
    elif finding.severity is Severity.EMERGENCY and not alert["drill"]:
        wanted = (finding.kind, finding.home, finding.severity)
        if (alert["kind"], alert["home"], alert["severity"]) != wanted:
            yield f"merged away: the emergency {key} became a {alert['severity']} {alert['kind']} of {alert['home']}"


def _one_next_step(look: Look, alert: Row) -> Iterator[str]:
    """Every open alert has one next step: its own lease, rung, mark or silent helper, whichever is first."""
    if alert["state"] == "closed":
        if not alert["due_at"] == alert["climb_at"] == alert["lease_until"] is None:
            yield f"next step: {alert['id']} is closed and has one"
        return
    ladder = msgspec.json.decode(alert["ladder"], type=Ladder)
    clock_from = alert["evidence_at" if alert["severity"] == Severity.EMERGENCY else "opened_at"]
    marks = [clock_from + ms(mark) for mark in ladder.marks][alert["marks"] :][:1]
    if alert["state"] == "at_door":
        moments = [alert["lease_until"]]
    elif alert["state"] == "accepted":
        moments = [alert["lease_until"], *marks]
    else:
        replies = [row["reply_due_at"] for row in look.requests[alert["id"]] if row["state"] == "asked"]
        moments = [alert["climb_at"], *marks, *(reply for reply in replies if reply is not None)]
    if None in moments or alert["due_at"] != min(moments):
        yield f"next step: {alert['id']} {alert['state']} is due at {alert['due_at']}, of {moments}"


def _ends(look: Look, alert: Row) -> Iterator[str]:
    """Every wait ends: no lease, of an alert or of a notice, and no rung, lies further ahead than any is given."""
    ladder = msgspec.json.decode(alert["ladder"], type=Ladder)
    gaps = [after.after - before.after for before, after in pairwise(ladder.rungs)]
    longest = {
        "open": max([ladder.again_every, *gaps]),
        "accepted": max(ladder.lease, timedelta(minutes=MOST_MINUTES)),
        "at_door": DOOR_LEASE,
    }
    if alert["severity"] == Severity.NOTICE:
        longest["open"] = max(longest["open"], LONGEST_NIGHT)
    slack = SLACK + UNSEEN if look.engine.clock_was_set else SLACK
    if alert["state"] != "closed" and alert["due_at"] > look.now + ms(longest[alert["state"]] + slack):
        yield f"ends: {alert['id']} {alert['state']} waits {(alert['due_at'] - look.now) / 1000} s"
    if (alert["state"] in {"accepted", "at_door"}) != (alert["lease_until"] is not None):
        yield f"ends: {alert['id']} {alert['state']} with the lease {alert['lease_until']}"
    for notice in look.outbox[alert["id"]]:
        if notice["state"] == "leased" and notice["lease_until"] > look.now + ms(LEASE + slack):
            yield f"ends: {notice['key']} is held for {(notice['lease_until'] - look.now) / 1000} s"


def _not_held(look: Look, alert: Row) -> Iterator[str]:
    """An emergency is called for in the step that opens it, and no message of it waits longer than a retry."""
    if alert["severity"] != Severity.EMERGENCY or alert["drill"]:
        return
    log = look.log[alert["id"]]
    first = [line["what"] for line in log if line["at"] == log[0]["at"]]
    if not {"called", "asked", "nobody_to_call"} & set(first) or any(line["what"] in WAITS for line in log):
        yield f"held: the emergency {alert['id']} began with {first}"
    for notice in look.outbox[alert["id"]]:
        slack = SLACK + UNSEEN if look.engine.clock_was_set else SLACK
        is_held = notice["due_at"] > look.now + ms(LONGEST_PAUSE + slack)
        if notice["state"] == "waiting" and is_held and alert["state"] != "closed":
            yield f"held: {notice['key']} waits {(notice['due_at'] - look.now) / 1000} s"


def _quiet_after_closing(look: Look, alert: Row) -> Iterator[str]:
    """After the closing nobody is called; that it is over is told."""
    if alert["state"] != "closed":
        return
    lines = [line["what"] for line in look.log[alert["id"]]]
    called = {*CALLS, "told"} & set(lines[lines.index("closed") :]) if "closed" in lines else set()
    if called or lines.count("closed") != 1:
        yield f"after closing: {alert['id']} {sorted(called)}"
    for notice in look.outbox[alert["id"]]:
        if notice["state"] in {"waiting", "leased"} and notice["type"] != NoticeType.OVER:
            yield f"after closing: {notice['key']} is {notice['state']}"


def _once_in_a_step(look: Look, alert: Row) -> Iterator[str]:
    """In one step nobody is written to twice."""
    for at, lines in groupby(look.log[alert["id"]], key=lambda line: line["at"]):
        people = Counter(msgspec.json.decode(line["detail"])["person"] for line in lines if line["what"] in CALLS)
        twice = sorted(person for person, times in people.items() if times > 1)
        if twice:
            yield f"twice in a step: {alert['id']} at {at} {twice}"


def _no_empty_rung(look: Look, alert: Row) -> Iterator[str]:
    """Whoever waits for the next rung waits for somebody whom the last one has called."""
    ladder = msgspec.json.decode(alert["ladder"], type=Ladder)
    log = look.log[alert["id"]]
    if alert["state"] != "open" or (alert["rung"] == 0 and any(line["what"] in WAITS for line in log)):
        return
    called = {msgspec.json.decode(line["detail"])["rung"] for line in log if line["what"] in CALLS - {"reminded"}}
    # going round, whoever was written to in the same step already is not called a second time
    has_gone_round = max(called, default=0) >= len(ladder.rungs) or alert["round"] > 0
    if alert["rung"] - 1 not in called and not has_gone_round:
        yield f"empty rung: {alert['id']} waits on rung {alert['rung'] - 1}, called were {sorted(called)}"


def _as_the_log_says(look: Look, alert: Row) -> Iterator[str]:
    """The tables equal the fold of the log."""
    told = fold(look.log[alert["id"]])
    episodes = sum(row["alert"] == alert["id"] for row in look.tables["episodes"])
    if alert["kind"] == AlertKind.UNMONITORED:
        episodes = told.episodes  # they move to the incident that stands for them; `silence_checks` looks after them
    if (told.state, told.outcome, told.marks, told.episodes) != (
        alert["state"], alert["outcome"], alert["marks"], episodes,
    ):  # fmt: skip
        yield f"fold: {alert['id']} is {alert['state']} {alert['outcome']}, its log says {told}"
    people = {row["person"]: row["state"] for row in look.requests[alert["id"]]}
    if people != told.people:
        yield f"fold: {alert['id']} has {people}, its log says {told.people}"
    sent = {row["key"] for row in look.outbox[alert["id"]] if row["state"] == "sent"}
    if sent != told.sent:
        yield f"fold: of {alert['id']} only one of table and log has sent {sorted(sent ^ told.sent)}"


def _in_time(look: Look, alert: Row) -> Iterator[str]:
    """Nothing is more than five seconds overdue where time was given."""
    latest = look.now - ms(LATEST)
    if alert["state"] != "closed" and alert["due_at"] < latest:
        yield f"overdue: {alert['id']} {alert['state']} by {(look.now - alert['due_at']) / 1000} s"
    for notice in look.outbox[alert["id"]]:
        due = {"waiting": notice["due_at"], "leased": notice["lease_until"]}.get(notice["state"])
        if due is not None and due < latest:
            yield f"overdue: {notice['key']} {notice['state']} by {(look.now - due) / 1000} s"


def _one_message(engine: Engine) -> Iterator[str]:
    """One key is one message: the same words by the same way, and not again once its acceptance was written down."""
    texts: dict[str, tuple[str, str]] = {}
    accepted: Counter[str] = Counter()
    for sending in engine.far.sent:
        said = (sending.channel, sending.subject)
        if texts.setdefault(sending.key, said) != said:
            yield f"one message: {sending.key} said two things"
        if accepted[sending.key] > engine.lost_answers[sending.key]:
            yield f"one message: {sending.key} was sent again after it had been accepted"
        accepted[sending.key] += sending.verdict is Verdict.ACCEPTED

"""What must hold of drills: only what was announced is one, it disturbs nobody but volunteers, and it holds nothing up."""

from collections.abc import Iterator

from linli.alert import Severity
from linli.clock import millis
from linli.finding import Finding
from linli.people import Role
from tests.alerts.engine import Row
from tests.alerts.engine_look import Look


def drill_violations(look: Look) -> Iterator[str]:
    """Yield what is wrong with drills, in one sentence each."""
    for alert in look.tables["alerts"]:
        if alert["drill"]:
            yield from _disturbs_few(look, alert)
            yield from _was_asked_for(look, alert)
    for row in look.tables["drills"]:
        yield from _is_on_record(look, row)
    for key, finding in look.engine.accepted.items():
        if finding.evidence.get("signal") == "sos":
            yield from _was_real_or_announced(look, key, finding)


def _disturbs_few(look: Look, alert: Row) -> Iterator[str]:
    """A drill is written about to one volunteer at most, and never in front of a call for help."""
    people = {person for _, person, _ in look.calls(alert)}
    people |= {s.channel.rsplit("-", 1)[0] for s in look.engine.far.sent if s.alert == alert["id"]}
    listed = look.engine.roster.people
    others = sorted(person for person in people if listed[person].role is not Role.VOLUNTEER)
    if others or len(people) > 1:
        yield f"drill: {alert['id']} was written about to {sorted(people)}"
    if not alert["home"] and not people <= {alert["about"]}:
        yield f"drill: {alert['id']} is about {alert['about']} and went to {sorted(people)}"
    ranks = [row["rank"] for row in look.outbox[alert["id"]]]
    if Severity.EMERGENCY in {alert["severity"], *(row["severity"] for row in look.outbox[alert["id"]])} or 0 in ranks:
        yield f"drill: {alert['id']} stands in front of calls for help"


def _was_asked_for(look: Look, alert: Row) -> Iterator[str]:
    """Each press of a drill came in ten minutes announced for it, and from the button they were announced for."""
    rows = [row for row in look.tables["drills"] if row["alert"] == alert["id"]]
    episodes = [row["key"] for row in look.tables["episodes"] if row["alert"] == alert["id"]]
    if not rows or len(rows) != len(episodes):
        yield f"drill: {alert['id']} was asked for {len(rows)} times and is {len(episodes)} episodes"
        return
    if not alert["home"] or any(row["passed_at"] is None for row in rows):
        return
    for row, press in zip(sorted(rows, key=lambda row: row["passed_at"]), episodes, strict=True):
        finding = look.engine.accepted.get(press)  # not yet, where linli's answer was lost
        meant = look.engine.tried_buttons.get(row["id"], "")
        device = row["device"] if finding is None else finding.evidence["device"]
        if row["home"] != alert["home"] or row["fault"] or meant not in {"", device}:
            yield f"drill: {alert['id']} was announced as {row['home']} {meant} {row['fault']}, came as {device}"
        pressed = row["passed_at"] if finding is None else millis(finding.at)
        in_time = row["begun_at"] <= pressed and row["begun_at"] <= row["passed_at"] < row["due_by"]
        if not in_time and not look.engine.clock_was_set:
            yield f"drill: {alert['id']} was pressed outside its ten minutes"


def _is_on_record(look: Look, row: Row) -> Iterator[str]:
    """Of each trial that passed there is an alert; that of a volunteer passed if they answered, and only then."""
    alert = next((alert for alert in look.tables["alerts"] if alert["id"] == row["alert"]), None)
    if row["alert"] and (alert is None or not alert["drill"]):
        yield f"drill: of {row['id']} there is no alert"
    if row["kind"] == "button" and (row["passed_at"] is not None) != bool(row["alert"]):
        yield f"drill: {row['id']} passed at {row['passed_at']} with the alert {row['alert']!r}"
    if row["kind"] == "volunteer":
        answers = {line["who"] for line in look.log[row["alert"]] if line["what"] == "drill_answered"}
        if (row["person"] in answers) != (row["passed_at"] is not None):
            yield f"drill: {row['id']} of {row['person']} passed at {row['passed_at']}, answered have {sorted(answers)}"


def _was_real_or_announced(look: Look, key: str, finding: Finding) -> Iterator[str]:
    """A press that was announced is no call for help, unless somebody was in need already."""
    episodes = look.tables["episodes"]
    into = next((row["alert"] for row in episodes if row["key"] == key), None)
    alert = next((row for row in look.tables["alerts"] if row["id"] == into), None)
    is_own = next((row["key"] for row in episodes if row["alert"] == into), None) == key
    if alert is None or alert["drill"] or not is_own or look.engine.clock_was_set:
        return
    for row in look.tables["drills"]:
        waited = row["passed_at"] is None or row["passed_at"] > alert["opened_at"]
        meant = look.engine.tried_buttons.get(row["id"], "?") in {"", finding.evidence["device"]}
        if row["home"] == finding.home and meant and waited and not row["fault"]:
            begun = row["begun_at"] <= min(millis(finding.at), alert["opened_at"])
            if begun and alert["opened_at"] < row["due_by"] and not _in_need(look, alert, row):
                yield f"drill: {alert['id']} was announced as {row['id']} and is real"


def _in_need(look: Look, alert: Row, announced: Row) -> bool:
    """Tell whether anything urgent was open in a home when an alert was opened, or somebody had called since a trial began."""
    at = alert["opened_at"]
    before = [
        other
        for other in look.tables["alerts"]
        if (other["home"], other["drill"]) == (alert["home"], 0)
        and other["id"] != alert["id"]
        and other["opened_at"] <= at
    ]
    return any(
        (other["severity"] != Severity.NOTICE and (other["closed_at"] is None or other["closed_at"] >= at))
        or (other["severity"] == Severity.EMERGENCY and other["opened_at"] >= announced["begun_at"])
        for other in before
    )

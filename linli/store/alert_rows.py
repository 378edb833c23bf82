"""An alert as a row of its table, and back."""

from collections.abc import Sequence
from typing import Any

from linli.alert import Alert, AlertKind, AlertState, Outcome, Severity


def alert_row(alert: Alert) -> dict[str, Any]:
    """Return the row of the table `alerts`."""
    return {
        "id": alert.id,
        "site": alert.site,
        "home": alert.home,
        "kind": alert.kind,
        "severity": alert.severity,
        "state": alert.state,
        "opened_at": alert.opened_at,
        "evidence_at": alert.evidence_at,
        "why": alert.why,
        "evidence": dict(alert.evidence),
        "ladder": alert.ladder,
        "rung": alert.rung,
        "round": alert.round,
        "climb_at": alert.climb_at,
        "due_at": alert.due_at,
        "lease_until": alert.lease_until,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome or "",
        "note": alert.note,
        "about": alert.about,
        "drill": int(alert.drill),
        "marks": alert.marks,
        "door_at": alert.door_at,
    }


def alert_of(row: Sequence[Any]) -> Alert:
    """Return the alert in a row of the whole table, whatever else stands behind it."""
    (
        id_, site, home, kind, severity, state, opened_at, evidence_at, why, evidence, ladder, rung, round_, climb_at,
        due_at, lease_until, closed_at, outcome, note, about, drill, marks, door_at, *_,
    ) = row  # fmt: skip
    return Alert(
        id=id_,
        site=site,
        home=home,
        kind=AlertKind(kind),
        severity=Severity(severity),
        state=AlertState(state),
        opened_at=opened_at,
        evidence_at=evidence_at,
        why=why,
        ladder=ladder,
        rung=rung,
        round=round_,
        climb_at=climb_at,
        due_at=due_at,
        lease_until=lease_until,
        closed_at=closed_at,
        outcome=Outcome(outcome) if outcome else None,
        note=note,
        evidence=evidence,
        about=about,
        drill=bool(drill),
        marks=marks,
        door_at=door_at,
    )

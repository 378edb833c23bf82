"""The alert that a finding opens: everything about it follows from the finding, its id from the finding's key. Pure."""

import hashlib
from datetime import datetime

from alerts import drills
from alerts.ladders import LadderFor, built_in_ladder
from linli.alert import Alert, AlertState
from linli.finding import Finding


def alert_id(key: str) -> str:
    """Return the id of the alert that an episode opens, if it opens one."""
    return "a-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def new_alert(finding: Finding, now: datetime, ladders: LadderFor = built_in_ladder) -> Alert:
    """Return the alert that a finding opens; its id follows from the finding's key."""
    return Alert(
        id=alert_id(finding.key),
        site=finding.site,
        home=finding.home,
        kind=finding.kind,
        severity=finding.severity,
        state=AlertState.OPEN,
        opened_at=now,
        evidence_at=finding.at,
        why=finding.why,
        ladder=drills.ladder_for(finding) or ladders(finding.site, finding.kind, finding.severity),
        evidence=dict(finding.evidence),
        about=finding.about,
        drill=finding.drill,
        due_at=now,
        climb_at=now,
    )

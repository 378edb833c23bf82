"""The alert that a finding opens: everything about it follows from the finding, its id from the finding's key. Pure."""

import hashlib
from datetime import datetime, timedelta

from alerts import drills
from alerts.ladders import LadderFor, built_in_ladder
from linli.alert import Alert, AlertState
from linli.finding import Finding

SENT_AGAIN_WITHIN = timedelta(minutes=30)
"""Until then after a call the same message is taken for the same call: it was sent again."""
CLOCKS_AGREE = timedelta(minutes=5)


def is_another(finding: Finding, told_at: datetime) -> bool:
    """Tell whether an episode that is known is another call under the same key.

    Some devices count their messages from 1 at each start, or wake with a clock that stands where it always does. What
    comes long after, and does not itself say that it was then, is another press: better one ring too many.
    """
    heard_at = finding.heard_at
    if heard_at is None or heard_at - told_at <= SENT_AGAIN_WITHIN:
        return False
    return abs(finding.at - told_at) > CLOCKS_AGREE


def alert_id(key: str) -> str:
    """Return the id of the alert that an episode opens, if it opens one."""
    return "a-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def new_alert(finding: Finding, now: datetime, ladders: LadderFor = built_in_ladder) -> Alert:
    """Return the alert that a finding opens; its id follows from the finding's key.

    It is opened at a whole millisecond, as the store keeps it: who is told before it is stored is told the same moment.
    """
    return Alert(
        id=alert_id(finding.key),
        site=finding.site,
        home=finding.home,
        kind=finding.kind,
        severity=finding.severity,
        state=AlertState.OPEN,
        opened_at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # never after now, as rounded it could be
        evidence_at=finding.at,
        why=finding.why,
        ladder=drills.ladder_for(finding) or ladders(finding.site, finding.kind, finding.severity),
        evidence=dict(finding.evidence),
        about=finding.about,
        drill=finding.drill,
        due_at=now,
        climb_at=now,
    )

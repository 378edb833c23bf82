"""Common causes: homes that fall silent together become one incident instead of an alert each. Called with each tick.

Only alerts about silence pass through here. Nothing else waits for it, and what it knows it reads from the alerts.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from alerts.desk import Desk
from alerts.incidents import Incidents
from linli.alert import AlertKind
from linli.finding import Finding
from linli.incident import Group, Incident, Loss
from linli.people import Roster
from models.incidents import TOGETHER, decide, is_nearly_over, tells
from models.watch import Watch

NOTES_EVERY = timedelta(minutes=1)
"""How often it is noted at most which homes of an incident are heard again: a bad line comes and goes."""


LOOKS_EVERY = timedelta(seconds=5)
"""How often it is looked whether an incident is over, besides whenever one of its homes is heard."""


class CommonCauses:
    """Stands between what the watch finds silent and the desk."""

    def __init__(self, roster: Callable[[], Roster], watch: Watch, desk: Desk, incidents: Incidents) -> None:
        self._roster = roster
        self._watch = watch
        self._desk = desk
        self._incidents = incidents
        self._open: list[Incident] = []
        self._looked_at: datetime | None = None
        self._asked: dict[str, str | None] = {}
        self._noted: dict[str, datetime] = {}
        self._nearly_over: dict[str, datetime] = {}

    def tick(self, lost: Sequence[Finding], now: datetime) -> list[Finding]:
        """Open, widen and end incidents; return which of the homes found lost stand alone."""
        self._open = self._incidents.open_ones()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOKS_EVERY:
            self.look_after(now)
        grouped = self._group(now) if self._watch.is_ripe(now) else frozenset()
        self._incidents.tell(now)
        members = self._members() if lost else frozenset()
        alone = [finding for finding in lost if finding.home not in grouped and finding.home not in members]
        return [replace(finding, key=self._key(finding.key)) for finding in alone]

    def _group(self, now: datetime) -> frozenset[str]:
        """Let alerts stand for what fell silent together; return those homes."""
        fresh = self._fresh(now)
        groups = self._decide(fresh, now) if fresh else []
        if groups:
            self._incidents.stand_for(groups)
            self._open = self._incidents.open_ones()
            self.look_after(now)
        grouped = frozenset(home for group in groups for home in group.keys)
        members = self._members()
        self._watch.stand_for(loss for loss in fresh if loss.home.home in grouped or loss.home.home in members)
        return grouped

    def heard(self, homes: Collection[str], now: datetime) -> None:
        """Look at once whether something has ended, where a home of an incident was heard."""
        if self._open and not self._members().isdisjoint(homes):
            self.look_after(now)

    def look_after(self, now: datetime) -> None:
        """End the incidents that are over, and note who is heard again in the others; not while linli hears nothing."""
        self._looked_at = now
        if self._watch.heard_until(now) < now:
            return
        silent = {incident.alert: self._watch.not_heard(incident.homes, now) for incident in self._open}
        for incident in self._open:
            if self._is_over(incident, silent[incident.alert], now):
                self._end(incident, silent[incident.alert], now)
            else:
                self._note_back(incident, incident.homes - silent[incident.alert], now)
        self._open = self._incidents.open_ones()
        held = (silent.get(one.alert, ()) for one in self._open if one.is_told)
        self._watch.hold_check_ins(frozenset[str]().union(*held), now)

    def _is_over(self, incident: Incident, silent: frozenset[str], now: datetime) -> bool:
        """Tell whether all are heard again, or nearly all for a while: the last ones may be on their way."""
        if not silent or not is_nearly_over(incident, len(silent)):
            self._nearly_over.pop(incident.alert, None)
            return not silent
        return now - self._nearly_over.setdefault(incident.alert, now) >= TOGETHER

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which a tick could do anything; may be early, never late."""
        ends = [since + TOGETHER for since in self._nearly_over.values()]
        moments = (self._watch.next_ripe(now), self._incidents.next_due(), *ends)
        return min((moment for moment in moments if moment is not None), default=None)

    def _members(self) -> frozenset[str]:
        return frozenset[str]().union(*(incident.homes for incident in self._open))

    def _fresh(self, now: datetime) -> list[Loss]:
        """Return the losses for which no alert has stood yet; after a restart the alerts know better than the watch."""
        falling = self._watch.falling(now)
        keys = {loss.key for loss in falling}
        known = self._incidents.known(keys - self._asked.keys())
        self._asked = {key: known.get(key, self._asked.get(key)) for key in keys}
        alone = self._alone()
        done = [loss for loss in falling if self._asked[loss.key] == "" or loss.home.home in alone]
        self._watch.stand_for(done)
        keys -= {loss.key for loss in done}
        return [replace(loss, key=self._key(loss.key)) for loss in falling if loss.key in keys]

    def _key(self, key: str) -> str:
        """Return the name of a silence: another one where an alert of this name has ended by itself."""
        ended = self._asked.get(key)
        return f"{key}:again-{ended}" if ended else key

    def _alone(self) -> set[str]:
        """Return the homes of which an alert of their own tells."""
        return {home for _, home, kind in self._desk.passing() if home and kind is AlertKind.UNMONITORED}

    def _decide(self, fresh: list[Loss], now: datetime) -> list[Group]:
        members = self._members()
        candidates = [loss for loss in fresh if loss.home.home not in members]
        if not candidates:
            return []
        earliest = min(loss.fell for loss in candidates) - TOGETHER
        told = self._alone() - {loss.home.home for loss in candidates}
        alone = [loss for loss in self._watch.lost_ones(told, now) if loss.fell >= earliest]
        return self._sort(candidates + alone, self._open, self._watch.heard_until(now))

    def _sort(self, losses: list[Loss], incidents: list[Incident], moment: datetime) -> list[Group]:
        return decide(losses, incidents, self._roster().homes, cache(self._watch.census), moment)

    def _end(self, incident: Incident, silent: frozenset[str], now: datetime) -> None:
        """End an incident; what is left of it is a new episode, alone or of a smaller part."""
        losses = [
            replace(loss, key=f"{loss.key}:after-{incident.alert}") for loss in self._watch.lost_ones(silent, now)
        ]
        groups = self._sort(losses, [], now)
        grouped = {home for group in groups for home in group.keys}
        left = [(loss, self._watch.report_lost(loss.home.home, now)) for loss in losses]
        alone = [
            replace(finding, key=loss.key)
            for loss, finding in left
            if finding is not None and loss.home.home not in grouped
        ]
        self._incidents.end(incident, groups, alone)
        self._nearly_over.pop(incident.alert, None)

    def _note_back(self, incident: Incident, back: frozenset[str], now: datetime) -> None:
        if back == incident.back or now - self._noted.get(incident.alert, now - NOTES_EVERY) < NOTES_EVERY:
            return
        self._noted[incident.alert] = now
        homes = self._roster().homes
        where = [homes[home] for home in sorted(incident.homes) if home in homes]
        why = tells(incident.about, where, since=incident.since, now=now, back=len(back))
        self._incidents.note_back(incident, back, why)

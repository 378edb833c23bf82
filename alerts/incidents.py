"""Incidents: one alert for all homes of a part of a site that fell silent together. Each change is one transaction."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import escalation
from alerts.callers import Callers
from alerts.case import Case, Draft, Step
from alerts.case_book import case_of
from alerts.desk import Desk
from alerts.message import STILL_SILENT
from alerts.opening import alert_id, new_alert
from alerts.pacing import may_write_at, paced, paced_ends
from alerts.thanks import ends
from linli.alert import Alert, AlertKind, AlertState, Entry, Ladder, Outcome, RequestState, Rung
from linli.clock import Clock, millis
from linli.finding import Finding
from linli.incident import Group, Incident
from linli.people import Role
from linli.store import cases, outbox
from linli.store.care import CareStore
from linli.words import Sentence

logger = logging.getLogger(__name__)

LADDER = Ladder(
    rungs=(Rung(timedelta(0), Role.STAFF),),
    lease=timedelta(hours=4),
    reply_within=timedelta(hours=4),
    again_every=timedelta(hours=4),
)
"""Staff at once, by day and night: no neighbour can mend a gateway. Whoever was told once is not told every hour."""
_HOMES, _COUNT, _BACK, _TOLD = "homes", "count", "heard_again", "told"


class Incidents:
    """Opens, widens, tells of and ends alerts about silence; only the thread `pipeline` calls it."""

    def __init__(self, care: CareStore, desk: Desk, clock: Clock) -> None:
        self._care = care
        self._desk = desk
        self._clock = clock
        self._grown: list[str] = []
        self._not_before: dict[str, datetime] = {}
        self._known: list[Incident] = []
        self._has_changed = True

    def open_ones(self) -> list[Incident]:
        """Return the open incidents; read anew where one was opened, changed or closed."""
        open_now = frozenset(id_ for id_, _, kind in self._desk.passing({""}) if kind is AlertKind.UNMONITORED)
        if self._has_changed or open_now != {incident.alert for incident in self._known}:
            self._known = self._read()
            self._has_changed = False
        return self._known

    def _read(self) -> list[Incident]:
        with self._care.read() as connection:
            found = [case_of(connection, one) for one in cases.open_of_sites(connection, AlertKind.UNMONITORED)]
        self._grown = [case.alert.id for case in found if case.alert.rung and _has_grown(case.alert)]
        self._not_before = {id_: at for id_, at in self._not_before.items() if id_ in self._grown}
        return [_incident(case) for case in found]

    def known(self, keys: Collection[str]) -> dict[str, str]:
        """Return for which silences an alert has stood: empty, or its id where it has ended by itself since.

        A home whose alert has ended by itself was heard since: if it is silent, it is so again.
        """
        if not keys:
            return {}
        with self._care.read() as connection:
            found = cases.known_episodes(connection, keys)
        return {key: id_ if outcome is Outcome.OTHER else "" for key, (id_, outcome) in found.items()}

    def stand_for(self, groups: Iterable[Group]) -> None:
        """Open what the groups open and let the others join; alerts about single homes of them are merged."""
        now = self._clock.now()
        with self._care.begin() as connection:
            for group in groups:
                self._stand_for(connection, group, now)
        self._has_changed = True
        self._desk.refresh()

    def _stand_for(self, connection: Connection, group: Group, now: datetime) -> None:
        known = _held(connection, group.alert) if group.alert else None
        known = known or cases.open_like(connection, group.finding)
        if known is None:
            known = self._open(connection, group.finding, now)
        else:
            self._desk.book.store(connection, _joined(case_of(connection, known), group, now), now)
        cases.move_episodes(connection, [*group.keys.values(), group.finding.key], known.id, now)
        self._merge(connection, group.keys, known.id, now)

    def _open(self, connection: Connection, finding: Finding, now: datetime) -> Alert:
        if cases.by_id(connection, alert_id(finding.key)) is not None:  # the same has been told before, and is over
            finding = replace(finding, key=f"{finding.key}@{millis(now)}")
        alert = replace(new_alert(finding, now), ladder=LADDER)
        alert = replace(alert, evidence={**alert.evidence, _TOLD: alert.evidence[_COUNT]})
        step = escalation.opened(alert, self._desk.book.callers(connection, Case(alert), now), now)
        step = paced(connection, Case(alert), step, now)
        cases.add(connection, step.alert)
        self._desk.book.store(connection, step, now)
        logger.info("incident opened alert=%s site=%s homes=%d", alert.id, alert.site, alert.evidence[_COUNT])
        return step.alert

    def _merge(self, connection: Connection, homes: Collection[str], into: str, now: datetime) -> None:
        for id_, _, kind in self._desk.passing(homes):
            alert = _held(connection, id_) if kind is AlertKind.UNMONITORED else None
            if alert is not None:
                self._desk.book.store(connection, _ended(alert, now, "merged_into", {"alert": into}), now)

    def note_back(self, incident: Incident, back: frozenset[str], why: Sentence) -> None:
        """Note which homes are heard again while the others are not."""
        now = self._clock.now()
        with self._care.begin() as connection:
            alert = _held(connection, incident.alert)
            if alert is None:
                return
            case = case_of(connection, alert)
            self._desk.book.store(connection, _some_back(case, back, back - incident.back, why, now), now)
        self._has_changed = True
        self._desk.refresh()

    def end(self, incident: Incident, groups: Sequence[Group], alone: Sequence[Finding]) -> None:
        """Close an incident whose homes are heard again; the few that are not get alerts of their own with it."""
        now = self._clock.now()
        with self._care.begin() as connection:
            alert = _held(connection, incident.alert)
            if alert is None:
                return
            minutes = round((now - alert.opened_at) / timedelta(minutes=1), 1)
            count = len(incident.homes)
            alert = replace(alert, evidence={**alert.evidence, STILL_SILENT: _still_silent(groups, alone)})
            self._desk.book.store(connection, _ended(alert, now, "ended", {"minutes": minutes, "count": count}), now)
            self._tell_end(connection, alert, now)
            for group in groups:
                self._stand_for(connection, group, now)
            opened = [self._desk.book.open(connection, finding, now) for finding in alone]
        logger.info("incident ended alert=%s minutes=%s", incident.alert, minutes)
        self._has_changed = True
        self._desk.refresh(*opened)

    def _tell_end(self, connection: Connection, alert: Alert, now: datetime) -> None:
        """Let everybody who was told of it know that it is over; before what is left is told anew, and so after it."""
        over = ends(outbox.of_alert(connection, alert.id), now)
        outbox.add(connection, paced_ends(connection, alert, over, now), now)

    def tell(self, now: datetime) -> None:
        """Tell staff of incidents that have grown since they were told, each person at most every ten minutes."""
        for id_ in list(self._grown):
            if self._not_before.get(id_, now) <= now:
                self._tell(id_, now)

    def next_due(self) -> datetime | None:
        """Return when somebody is next to be told that an incident has grown."""
        return min(self._not_before.values(), default=None)

    def _tell(self, id_: str, now: datetime) -> None:
        with self._care.begin() as connection:
            alert = _held(connection, id_)
            if alert is None:
                return
            case = case_of(connection, alert)
            step = _told(case, self._desk.book.callers(connection, case, now), now)
            self._not_before[id_] = may_write_at(connection, step, now)
            if self._not_before[id_] > now:
                return
            self._desk.book.store(connection, step, now)
        self._has_changed = True
        self._desk.refresh()


def _held(connection: Connection, alert: str) -> Alert | None:
    """Return an alert while it is open, held until the transaction ends."""
    known = cases.by_id(connection, alert, for_update=True)
    return known if known is not None and known.state is not AlertState.CLOSED else None


def _incident(case: Case) -> Incident:
    alert = case.alert
    return Incident(
        alert.id,
        alert.site,
        alert.about,
        alert.evidence_at,
        alert.opened_at,
        _names(alert.evidence.get(_HOMES, "")),
        _names(alert.evidence.get(_BACK, "")),
        is_told=bool(case.requests) or not alert.rung,
    )


def _names(listed: str | float) -> frozenset[str]:
    return frozenset(name for name in str(listed).split(", ") if name)


def _has_grown(alert: Alert) -> bool:
    return alert.evidence.get(_COUNT, 0) != alert.evidence.get(_TOLD, 0)


def _still_silent(groups: Sequence[Group], alone: Sequence[Finding]) -> int:
    """Return how many homes of an incident that has ended are told of anew, since they are not heard."""
    return sum(len(group.keys) for group in groups) + len(alone)


def _joined(case: Case, group: Group, now: datetime) -> Step:
    """Let more homes join; whoever has not been told yet will be told of all of them."""
    alert, finding = case.alert, group.finding
    told = alert.evidence.get(_TOLD, 0) if alert.rung else finding.evidence[_COUNT]
    back = _names(alert.evidence.get(_BACK, "")) - group.keys.keys()
    draft = Draft.of(case, now)
    draft.alert = replace(
        alert,
        about=finding.about,
        why=finding.why,
        evidence={**finding.evidence, _TOLD: told, _BACK: ", ".join(sorted(back))},
    )
    draft.note("joined", homes=", ".join(sorted(group.keys)), count=len(group.keys))
    return draft.step()


def _some_back(case: Case, back: frozenset[str], fresh: frozenset[str], why: Sentence, now: datetime) -> Step:
    draft = Draft.of(case, now)
    draft.alert = replace(case.alert, why=why, evidence={**case.alert.evidence, _BACK: ", ".join(sorted(back))})
    if fresh:
        draft.note("heard_again", homes=", ".join(sorted(fresh)), count=len(fresh))
    return draft.step()


def _ended(alert: Alert, now: datetime, what: str, detail: Mapping[str, str | float]) -> Step:
    """Close an alert without thanking anybody."""
    draft = Draft.of(Case(alert), now)
    draft.close(Outcome.OTHER)
    draft.log.append(Entry(now, what, detail=detail))
    draft.note("closed", outcome=Outcome.OTHER)
    return draft.step()


def _told(case: Case, callers: Callers, now: datetime) -> Step:
    draft = Draft.of(case, now)
    evidence = {**case.alert.evidence, _TOLD: case.alert.evidence[_COUNT]}
    draft.alert = replace(case.alert, round=case.alert.round + 1, evidence=evidence)
    declined = {request.person for request in case.requests if request.state is RequestState.DECLINED}
    for person in callers.of(Role.STAFF):
        if person.person not in declined:
            draft.call(person, rung=case.alert.rung, reply_within=None)
    return draft.step()

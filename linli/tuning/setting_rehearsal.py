"""What `linli rehearse --setting` does: a site's stored signals once more, under the settings as they are and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from linli.chosen_settings import REHEARSED
from linli.configured import care_url, rules
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.evaluation.change import Changed, compare
from linli.evaluation.evaluate import Past
from linli.evaluation.methods import Lived, judged, own
from linli.learning import WINDOW, Circumstances, circumstances_of
from linli.people import Home, Roster
from linli.settings import Settings
from linli.signal_store import open_signals
from linli.steps import Tell
from linli.store import roster as roster_store
from linli.store.care import CareStore, newest_revision, revision
from linli.store.signals import SignalStore
from models.habits.prior import shipped_prior

LAST = timedelta(days=60)
_RUN_UP = timedelta(days=3)
"""Lived through before the first moment that is told, so that it is known how long it has been quiet."""


def changes_of(texts: Sequence[str]) -> Mapping[str, str]:
    """Return the settings that are to be changed, of texts such as `day_line_hours=6`."""
    changes = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if name not in REHEARSED or not sign:
            raise LinliError(f"--setting {text!r} is not NAME=VALUE with one of {', '.join(REHEARSED)}")
        changes[name] = value
    return changes


def rehearsed(
    old: Settings,
    new: Settings,
    span: tuple[datetime | None, datetime | None],
    site: str | None,
    tell: Tell,
    *,
    cores: int | None = None,
) -> list[Changed]:
    """Return what would have changed in each home. Reads only; works while linli runs."""
    data = DataDir(old.data)
    care = CareStore(care_url(old, data))
    store = open_signals(old, data)
    try:
        since, until = _span(store, span)
        homes = _homes(care, store, site, since, until)
    finally:
        store.close()
        care.close()
    prior = shipped_prior()
    methods = [own(rules(one), prior, one.false_alerts_per_month) for one in (old, new)]
    before, after = judged(homes, [replace(methods[0], key="old"), replace(methods[1], key="new")], tell, cores=cores)
    return [compare(one, other, since, until) for one, other in zip(before, after, strict=True)]


def _span(store: SignalStore, span: tuple[datetime | None, datetime | None]) -> tuple[datetime, datetime]:
    newest = store.newest()
    if newest is None:
        raise LinliError("no signals are stored yet")
    until = span[1] or newest + timedelta(seconds=1)
    since = span[0] or until - LAST
    if since >= until:
        raise LinliError("--to must be later than --from")
    return since, until


def _homes(care: CareStore, store: SignalStore, site: str | None, since: datetime, until: datetime) -> list[Lived]:
    with care.read() as connection:
        if revision(connection) != newest_revision():
            raise LinliError('the care data is of another version of linli; "linli check" brings it to this one')
        roster = roster_store.load(connection)
        chosen = [home for home in roster.homes.values() if site in {None, home.site}]
        known = {home.home: circumstances_of(connection, home.home, since - WINDOW) for home in chosen}
    found = [_lived(roster, home, store, since, until, known[home.home]) for home in chosen]
    lived = [home for home in found if home is not None]
    if not lived:
        raise LinliError(f"no signals of {f'the site {site}' if site else 'any home'} are stored from this time")
    return lived


def _lived(
    roster: Roster,
    home: Home,
    store: SignalStore,
    since: datetime,
    until: datetime,
    known: Circumstances,
) -> Lived | None:
    stored = list(store.between(since - WINDOW, until, home.home))
    earlier = [signal for signal in stored if signal.at < since - _RUN_UP]
    signals = sorted(stored[len(earlier) :], key=lambda signal: signal.received_at)
    if not signals:
        return None
    past = Past(home, tuple(roster.devices_by_home.get(home.home, ())), signals, earlier, known)
    return Lived(past, people=tuple(roster.people.values()))

"""`linli forget`: take a home or a person out for good."""

import logging
import sys
import time
from typing import Annotated

import typer

from alerts.desk import Desk
from linli.alert import Alert, AlertKind
from linli.checkup import is_running
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.data_dir import DataDir
from linli.errors import LinliError, StoreDown
from linli.health import Health
from linli.settings import Settings
from linli.signal_store import delivery_of, open_signals
from linli.store import forgetting
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.influx_signals import InfluxSignalStore
from linli.store.signals import SignalStore

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 3
"""By then a running linli knows that the home is gone; what it has stored until then goes in a second round."""


def command(
    who: Annotated[str, typer.Argument(metavar="PERSON|HOME", help="The id of a person or of a home.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Erase a home with all that is known of its resident, or a person with how they are reached.

    Goes: signals, learned habits, notes, devices, looks, messages, and what alerts say. Stays: that there were alerts,
    when, who (by id) was called and how they ended; the log and its chain; what was allowed and taken back. Backups that
    were taken before still hold everything: delete them too. Works while linli runs; nothing brings it back.
    """
    settings = settings_from(data, config)
    with open_care(settings) as (folder, care):
        signals = open_signals(settings, folder)
        try:
            is_home = _is_home(care, signals, who)
            if dry_run:
                typer.echo(_would_go(care, signals, who, is_home=is_home))
            elif yes or not sys.stdin.isatty() or typer.confirm(f"Erase {who} for good?"):
                if is_home:
                    _forget_home(
                        care, signals, who, settle=SETTLE_SECONDS if is_running(folder) or not care.is_sqlite else 0
                    )
                    if isinstance(signals, InfluxSignalStore):
                        typer.echo(_forget_at_influx(folder, signals, settings))
                else:
                    _forget_person(care, who)
                if not care.cut_log():
                    typer.echo(
                        "linli was too busy to empty its log: what is erased can be read in it until linli stops"
                    )
            else:
                typer.echo("nothing was erased")
        finally:
            signals.close()


def _is_home(care: CareStore, signals: SignalStore, who: str) -> bool:
    """Tell which of the two it is; raises LinliError for neither and for both."""
    with care.read() as connection:
        roster = roster_store.load(connection)
    home, person = who in roster.homes, who in roster.people
    if home and person:
        raise LinliError(f"{who} is a home and a person; give the person another id with linli import first")
    if not home and not person and not signals.recent(who, limit=1) and not _wishes_of(care, who):
        raise LinliError(f"{who} is neither a home nor a person of the roster")
    return not person


def _would_go(care: CareStore, signals: SignalStore, who: str, *, is_home: bool) -> str:
    with care.read() as connection:
        of_home, of_person = forgetting.count(connection, who)
    if not is_home:
        return f"{of_person} rows speak of {who}"
    return f"{of_home} rows and {sum(1 for _ in signals.between(None, None, who))} signals speak of {who}"


def _forget_home(care: CareStore, signals: SignalStore, home: str, *, settle: float) -> None:
    with care.begin() as connection:
        gone = forgetting.home(connection, home)
    _end_wish(care, home)
    count = signals.forget(home)
    time.sleep(settle)
    count += signals.forget(home)
    logger.info("home forgotten home=%s signals=%d", home, count)
    typer.echo(f"{home} is forgotten: {count} signals and {gone.rows} rows are erased")
    for person in gone.people:
        typer.echo(f"{person}, who lived there, is forgotten too")
    with care.read() as connection:
        alone = forgetting.left_alone(connection)
    if alone:
        typer.echo(f"listed for no home any more: {', '.join(alone)}; linli forget takes each of them out")


def _forget_at_influx(folder: DataDir, signals: InfluxSignalStore, settings: Settings) -> str:
    """Delete at the InfluxDB too, unless a linli runs that does it; return what is to be said of it."""
    clock = SystemClock()
    delivery = delivery_of(signals, settings, clock, Health(clock))
    try:
        with folder.lock():
            if delivery is not None:
                delivery.send_all()
    except StoreDown as why:
        return f"the InfluxDB's copy goes as soon as linli run reaches it: {why}"
    except LinliError:
        return "the InfluxDB's copy goes within a minute, unless linli check finds it away"
    if signals.cannot_erase:
        return "this InfluxDB cannot delete one home's signals: its copy is never shown again, and goes when its time is over"
    return "the InfluxDB's copy is erased too"


def _end_wish(care: CareStore, home: str) -> None:
    """Close what staff were told of her wish: it is done, and the log says when."""
    for alert in _wishes_of(care, home):
        _desk(care).end_by_itself(alert.id)


def _wishes_of(care: CareStore, home: str) -> list[Alert]:
    """Return the open notices of her wish to leave; one may outlive her home where `linli forget` was killed."""
    ours = _desk(care).open_alerts()
    return [alert for alert in ours if alert.kind is AlertKind.SYSTEM and alert.about == f"leave.{home}"]


def _desk(care: CareStore) -> Desk:
    with care.read() as connection:
        roster = roster_store.load(connection)
    return Desk(care, lambda: roster, SystemClock(), lambda: None)


def _forget_person(care: CareStore, person: str) -> None:
    with care.begin() as connection:
        gone = forgetting.person(connection, person)
    logger.info("person forgotten person=%s", person)
    typer.echo(f"{person} is forgotten: {gone.rows} rows are erased")

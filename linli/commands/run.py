"""`linli run`: the program."""

import logging
from typing import Annotated

import typer

from dashboard.pages.signin import entry_link
from linli.app import App, Asked
from linli.clock import SystemClock
from linli.commands.common import settings_from
from linli.commands.options import Config, Data
from linli.configured import care_url
from linli.data_dir import DataDir
from linli.errors import SignalsDamaged
from linli.moved_care import Moved, put_back
from linli.people import Role
from linli.store import access
from linli.store.access import Identity
from linli.store.care import CareStore
from linli.tuning.setting_desk import SettingsDesk

logger = logging.getLogger(__name__)

Http = Annotated[str | None, typer.Option("--http", help="Where the pages and the API listen, HOST:PORT.")]
Mqtt = Annotated[str | None, typer.Option("--mqtt", help="A broker, mqtt://user:pass@host:1883; none: linli runs one.")]
Signals = Annotated[
    str | None, typer.Option("--signals", help="An InfluxDB for signals, influxdb://host:8086/bucket; none: a file.")
]
MqttListen = Annotated[str | None, typer.Option("--mqtt-listen", help="Where linli's own broker listens, HOST:PORT.")]
Broker = Annotated[str | None, typer.Option("--broker", help="Linli's own broker: auto, mosquitto or demo.")]


def command(
    data: Data = None,
    http: Http = None,
    mqtt: Mqtt = None,
    mqtt_listen: MqttListen = None,
    broker: Broker = None,
    signals: Signals = None,
    config: Config = None,
) -> None:
    """Run linli: ingest, detection, alerts and pages in one process."""
    settings = settings_from(
        data, config, http=http, mqtt=mqtt, mqtt_listen=mqtt_listen, broker=broker, signals=signals
    )
    start_logging(settings.log_level)
    asked = Asked(http="http" in settings.model_fields_set, mqtt_listen="mqtt_listen" in settings.model_fields_set)
    folder = DataDir(settings.data)
    clock = SystemClock()

    def run(moved: Moved | None) -> Moved | None:
        app = App(settings, folder, clock, asked=asked, say=typer.echo, tuning=SettingsDesk)
        try:
            app.start()
            if moved is not None:
                app.go_on_after(moved)
            typer.echo(f"linli is running: {app.url}  broker: {app.mqtt_url}  data: {settings.data}")
            _let_the_first_one_in(app)
            app.serve()
        finally:
            app.stop()
        if app.is_damaged:
            raise SignalsDamaged("signals.db was damaged while linli ran")
        return app.moved

    def run_and_mend(moved: Moved | None) -> Moved | None:
        try:
            return run(moved)
        except SignalsDamaged as why:  # nobody would be called until a person comes and restores a backup
            aside = folder.set_signals_aside(clock.now())
            logger.warning("signals set aside file=%s reason=%s", aside.name, why)
            typer.echo(f"signals.db is damaged and was set aside as {aside.name}; linli goes on with a new one")
            return run(moved)

    with folder.lock():
        kept = put_back(CareStore(care_url(settings, folder)))
        if kept is not None:
            logger.warning("care file put back file=%s", kept.name)
            typer.echo(f"{kept.name} was put back in the place of the care database, which was gone")
        moved = run_and_mend(None)
        while moved is not None:  # each time somebody has put another file there
            logger.warning("going on with another file kept=%s signals=%s", moved.kept, moved.signals)
            typer.echo("a database was replaced while linli ran; linli goes on with the one that stands there now")
            moved = run_and_mend(moved)
    typer.echo("linli has stopped")


def _let_the_first_one_in(app: App) -> None:
    """Print a link to come in by while nobody has a password: whoever starts linli may."""
    with app.core.care.read() as connection:
        if access.has_users(connection):
            return
    typer.echo(
        f"nobody has a password yet; come in by this link, once: {entry_link(app.services, Identity(Role.STAFF))}"
    )


def start_logging(level: str) -> None:
    """Log to stderr, one line an event; only warnings of others."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("linli", "ingest", "models", "alerts", "dashboard", "simulators"):
        logging.getLogger(name).setLevel(level.upper())

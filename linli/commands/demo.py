"""`linli demo`: the whole program on a made-up community."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from dashboard.pages.signin import entry_link
from linli.app import App, Asked
from linli.clock import PacedClock, SystemClock
from linli.commands.common import settings_from
from linli.commands.options import Config, DataOrNone
from linli.commands.run import Broker, Http, Mqtt, MqttListen, start_logging
from linli.commands.simulate import FASTEST
from linli.data_dir import DataDir
from linli.demo import Phones, guests, move_in, publish, stream, tell_the_past
from linli.errors import LinliError
from linli.store.access import Identity
from linli.tuning.setting_desk import SettingsDesk
from simulators.community import build
from simulators.scenario import start_of


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    homes: Annotated[int, typer.Option("--homes", min=1, max=2000, help="How many homes.")] = 60,
    speed: Annotated[float, typer.Option("--speed", min=1, max=FASTEST, help="Times as fast as real time.")] = 60,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same lives.")] = 1,
    minutes: Annotated[float, typer.Option("--minutes", min=0, help="End after so many minutes; 0: never.")] = 0,
    data: DataOrNone = None,
    http: Http = None,
    mqtt: Mqtt = None,
    mqtt_listen: MqttListen = None,
    broker: Broker = None,
    config: Config = None,
) -> None:
    """Run linli on a made-up community: simulated homes, simulated neighbours who answer.

    Without --data everything is thrown away at the end. Within a minute: a calm building, a missed check-in, a call for
    help that a neighbour accepts; later a lost gateway and a dark stairwell.
    """
    with _folder(data) as folder:
        settings = settings_from(
            folder, config, http=http, mqtt=mqtt, mqtt_listen=mqtt_listen, broker=broker, signals=""
        )
        start_logging(settings.log_level if "log_level" in settings.model_fields_set else "warning")
        asked = Asked("http" in settings.model_fields_set, "mqtt_listen" in settings.model_fields_set)
        place = DataDir(folder)
        _refuse_real_data(place)
        plan = build(homes, seed)
        start = start_of(plan, SystemClock().now(), speed)
        clock = PacedClock(start, speed, stands=True)
        phones = Phones(clock, seed)
        community = build(homes, seed, phones.channel_for)
        with place.lock():
            app = App(
                settings, place, clock, asked=asked, say=typer.echo, tick_every=0.1, demo=True, tuning=SettingsDesk
            )
            try:
                move_in(app.core, community)
                past = stream(community, seed, start, speed)
                left = tell_the_past(app.core, past, start)
                clock.go()
                app.start()
                phones.start(app.core, app.url)
                stop = publish(app, community, chain(left, past), clock, speed)
                _welcome(app, community_guests=[(g.role, g.person) for g in guests(community)], speed=speed)
                if minutes:
                    threading.Timer(minutes * 60, app.end).start()
                app.serve()
                stop.set()
                phones.stop()
            finally:
                app.stop()
    typer.echo("the demo has ended")


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="linli-demo-") as throw_away:
        yield Path(throw_away)


def _refuse_real_data(place: DataDir) -> None:
    if place.care.exists() and not (place.path / "demo").exists():
        raise LinliError(f"{place.path} holds a real installation; the demo would mix made-up homes into it")
    (place.path / "demo").touch()


def _welcome(app: App, community_guests: list[tuple[str, str]], speed: float) -> None:
    typer.echo(f"\nlinli demo: {app.url}   time runs {speed:g} times as fast as outside   Ctrl+C ends it\n")
    for role, person in community_guests:
        typer.echo(f"  {role:10} {entry_link(app.services, Identity(role, person))}")
    typer.echo("")

"""`linli simulate`: homes that live, published to any broker or written as a recording with the truth beside it."""

import csv
import io
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from linli.clock import Clock, PacedClock, SystemClock
from linli.commands.common import as_typed, settings_from
from linli.commands.moments import moment_of
from linli.commands.options import Config, Data
from linli.commands.progress import Bar, bar
from linli.commands.run import start_logging
from linli.data_dir import DataDir
from linli.errors import LinliError, WrongUsage
from linli.keys import Keys
from linli.mqtt_url import MqttUrl, parse
from linli.tuning.installation import installed_or_none
from simulators.community import Community, build
from simulators.incidents import parse_incident
from simulators.languages import Languages, listed, parse_languages, spoken
from simulators.life import events, load_events
from simulators.page import Event
from simulators.publisher import MqttPublisher, Played, SitePublishers, play
from simulators.truth import truth_path, write_with_truth

FASTEST = 3600


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    mqtt: Annotated[str, typer.Option("--mqtt", help="The broker, mqtt://user:pass@host:1883.")] = "",
    homes: Annotated[int, typer.Option("--homes", min=1, max=100_000, help="How many homes.")] = 60,
    speed: Annotated[float, typer.Option("--speed", min=1, max=FASTEST, help="Times as fast as real time.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same lives.")] = 1,
    days: Annotated[float, typer.Option("--days", min=0.0001, help="How long, in days of the homes.")] = 1,
    start: Annotated[str, typer.Option("--start", help="When it begins, ISO with offset; default: now.")] = "",
    incident: Annotated[list[str], typer.Option("--incident", help="HOME:KIND@TIME; may be given several times.")] = [],  # noqa: B006
    per_minute: Annotated[
        float, typer.Option("--per-minute", min=0, help="A plain load instead: so many messages a home and minute.")
    ] = 0,
    speaks: Annotated[
        list[str], typer.Option("--speaks", help="zigbee2mqtt, chirpstack or linli, for all homes or as HOME:LANGUAGE.")
    ] = [],  # noqa: B006
    write: Annotated[Path | None, typer.Option("--write", help="Write a recording here instead of publishing.")] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="Also write the homes here, for linli import.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Publish simulated homes to a broker, or write them as a recording.

    With --data the homes' sites use their gateway tokens of that installation, so that no password is needed in --mqtt.
    Kinds of incident: see docs/simulation.md. TIME is ISO with offset, or +2h30m after the start, or "day3 09:00".
    """
    community = build(homes, seed)
    begin = moment_of(start, "--start") if start else SystemClock().now()
    until = begin + timedelta(days=days)
    with as_typed():
        languages = parse_languages(speaks, community)
        incidents = [parse_incident(text, start=begin, zone=community.zone) for text in incident]
        url = parse(mqtt) if mqtt else None
    if roster is not None:
        write_roster(community, roster, languages)
        typer.echo(f"{len(community.homes)} homes written to {roster}; import them with: linli import {roster}")
    if write is not None:
        with bar("writing") as shown:
            count = write_with_truth(write, community, seed, begin, until, incidents, tell=shown.tell)
        typer.echo(f"{count} signals written to {write}, the truth to {truth_path(write).name}")
        return
    if url is None:
        if roster is None:
            raise WrongUsage("say where to: --mqtt mqtt://user:pass@host:1883, --write FILE or --roster FOLDER")
        return
    if data is not None:
        data = installed_or_none(data, settings_from(data, config))
    stream = (
        load_events(community.homes, per_minute, seed, begin, until)
        if per_minute
        else events(community, seed, begin, until, incidents)
    )
    with bar("publishing") as shown:
        start_logging("warning")  # after the bar is there, so that a warning goes above it and not into it
        pace = _Pace(_clock(start, begin, speed), speed, begin, until)
        played = _publish(spoken(stream, community, languages), community, url, data, pace, shown)
    typer.echo(f"{played.sent} messages published; at most {played.most_behind_seconds:.1f} s late")


def _clock(start: str, begin: datetime, speed: float) -> Clock:
    return SystemClock() if not start and speed == 1 else PacedClock(begin, speed)


@dataclass(frozen=True, slots=True)
class _Pace:
    """From when to when the homes live, and how fast."""

    clock: Clock
    speed: float
    begin: datetime
    until: datetime

    @property
    def total(self) -> int:
        """Return how many seconds of the homes are to be lived."""
        return max(1, int((self.until - self.begin).total_seconds()))

    def lived(self, behind: float) -> int:
        """Return how many of them are over when the last message was `behind` real seconds late."""
        lived = (self.clock.now() - self.begin).total_seconds() - behind * self.speed
        return min(max(0, int(lived)), self.total)


def _publish(
    stream: Iterable[Event], community: Community, url: MqttUrl, data: Path | None, pace: _Pace, shown: Bar
) -> Played:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    played = Played()
    with _publisher(community, url, data, stop) as publisher:
        threading.Thread(target=_report, args=(played, pace, stop, shown), daemon=True).start()
        play(stream, publisher.publish, pace.clock, pace.speed, stop, played)
        _show(played, pace, shown)
        if not stop.is_set():
            shown.tell(pace.total, pace.total)
        stop.set()
    return played


def _report(played: Played, pace: _Pace, stop: threading.Event, shown: Bar) -> None:
    while not stop.wait(1.0):
        _show(played, pace, shown)


def _show(played: Played, pace: _Pace, shown: Bar) -> None:
    shown.say(f"{played.sent} messages, {played.behind_seconds:.1f} s behind")
    shown.tell(pace.lived(played.behind_seconds), pace.total)


@contextmanager
def _publisher(
    community: Community, url: MqttUrl, data: Path | None, stop: threading.Event
) -> Iterator[MqttPublisher | SitePublishers]:
    with ExitStack() as stack:
        if data is None:
            yield _connected(stack, url, url.user or "linli-simulate", stop)
            return
        keys = Keys(DataDir(data).secret())
        sites = sorted({home.site for home in community.homes})
        accounts = {s: MqttUrl(url.host, url.port, s, keys.gateway_token(s), url.tls) for s in sites}
        yield SitePublishers({s: _connected(stack, own, s, stop) for s, own in accounts.items()})


def _connected(stack: ExitStack, url: MqttUrl, user: str, stop: threading.Event) -> MqttPublisher:
    publisher = MqttPublisher(url, f"{user}-simulate", stop)
    publisher.connect()
    stack.callback(publisher.close)
    return publisher


def write_roster(community: Community, folder: Path, languages: Languages = {}) -> None:  # noqa: B006
    """Write a community, whose homes speak so, as the three CSV files that `linli import` reads.

    Raises LinliError for a file, and where the folder has a roster that says something else: somebody may have filled it in.
    """
    if folder.is_file():
        raise LinliError(f"{folder} is a file; name a folder with --roster")
    tables = {folder / f"{sheet}.csv": told for sheet, told in _roster(community, languages).items()}
    for path, told in tables.items():
        if path.exists() and path.read_bytes() != told:
            raise LinliError(f"{path} is there already and says something else; name another folder with --roster")
    folder.mkdir(parents=True, exist_ok=True)
    for path, told in tables.items():
        path.write_bytes(told)


def _roster(community: Community, languages: Languages) -> dict[str, bytes]:
    """Return the sheets as CSV, by name."""
    return {
        "homes": _table(
            "home site building unit floor door resident language phone birth_year timezone check_in_by note",
            (
                [
                    h.home,
                    h.site,
                    h.building,
                    h.unit,
                    h.floor,
                    h.door,
                    h.resident,
                    h.language,
                    h.phone,
                    h.birth_year or "",
                    h.timezone,
                    ";".join(by.isoformat("minutes") for by in h.check_in_by),
                    h.note,
                ]
                for h in community.homes
            ),
        ),
        "devices": _table(
            "device home room kind topic model",
            ([d.device, d.home, d.room, ",".join(d.kinds), d.topic, d.model] for d in listed(community, languages)),
        ),
        "people": _table(
            "person name role homes channel address language order",
            (
                [
                    p.person,
                    p.name,
                    p.role,
                    ";".join(c.target if c.scope == "home" else f"{c.scope}:{c.target}" for c in p.cares),
                    "" if p.role == "resident" else "inbox",
                    "" if p.role == "resident" else p.person,
                    p.language,
                    p.order,
                ]
                for p in community.people
            ),
        ),
    }


def _table(header: str, rows: Iterable[list[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header.split(), *rows])
    return text.getvalue().encode()

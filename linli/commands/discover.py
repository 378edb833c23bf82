"""`linli discover`: what speaks on the broker and stands in no device list; and one of it into the list, or out again."""

import shlex
import threading
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from sqlalchemy import Connection

from ingest.accounts import LINLI_USER
from ingest.strangers.listener import Listener
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import AsJson, Config, Data
from linli.data_dir import DataDir
from linli.device_role import DeviceRole
from linli.errors import LinliError, WrongUsage
from linli.keys import Keys
from linli.mqtt_url import MqttUrl
from linli.own_broker import elsewhere
from linli.people import Device, Roster
from linli.ports import reachable
from linli.roster_file import map_device, unmap_device
from linli.settings import Settings, address
from linli.store import roster as roster_store
from linli.stranger import Found, Stranger
from linli.words import say

_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 0.1


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    seconds: Annotated[float, typer.Option(help="For how long to listen.", min=1, max=3600)] = 15,
    topic: Annotated[str, typer.Option("--map", help="List the device that speaks on this topic.")] = "",
    home: Annotated[str, typer.Option("--home", help="With --map: the home that it is in.")] = "",
    room: Annotated[str, typer.Option("--room", help="With --map: the room.")] = "",
    role: Annotated[DeviceRole | None, typer.Option("--role", help="With --map: what it is there for.")] = None,
    unmap: Annotated[str, typer.Option("--unmap", help="Take a device out of the list: HOME/DEVICE.")] = "",
    mqtt: Annotated[str | None, typer.Option("--mqtt", help="Another broker than that of the settings.")] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show what speaks on the broker and is in no device list, with a guess; or list one. A running linli heeds it at once."""
    settings = settings_from(data, config, mqtt=mqtt)
    if topic and unmap:
        raise WrongUsage("name --map or --unmap, not both")
    with open_care(settings, may_be_new=True) as (folder, care):
        if topic:
            with care.begin() as connection:
                typer.echo(_mapped(connection, topic, home, room, role))
        elif unmap:
            with care.begin() as connection:
                typer.echo(_unmapped(connection, unmap))
        else:
            with care.read() as connection:
                roster = roster_store.load(connection)
            listener = Listener(_broker(settings, folder), SystemClock(), settings.mqtt_ca)
            _listen(listener, seconds)
            found = listener.found(roster)
            listener.stop()
            typer.echo(_json(found) if as_json else "\n".join(_told(found, roster)))


def _mapped(connection: Connection, topic: str, home: str, room: str, role: DeviceRole | None) -> str:
    if role is None:
        raise WrongUsage(f"say what it is there for with --role: {', '.join(DeviceRole)}")
    row = map_device(connection, topic=topic, home=home, room=room, role=role)
    return f"{_row(row)}\nback again: linli discover --unmap {row.home}/{row.device}"


def _unmapped(connection: Connection, named: str) -> str:
    home, _, device = named.partition("/")
    row = unmap_device(connection, home, device)
    return f"no longer listed: {_row(row)}"


def _row(row: Device) -> str:
    return f"{row.home}/{row.device}: {', '.join(row.kinds)}{f' in the {row.room}' if row.room else ''}, {row.topic}"


def _broker(settings: Settings, folder: DataDir) -> MqttUrl:
    """Return the broker of the settings, or linli's own where it listens at this moment."""
    if settings.mqtt:
        return elsewhere(settings, Keys(folder.secret()))
    host, port = address(folder.own_broker_at() or settings.mqtt_listen, "mqtt_listen")
    return MqttUrl(reachable(host), port, LINLI_USER, Keys(folder.secret()).own_password())


def _listen(listener: Listener, seconds: float) -> None:
    pause = threading.Event()
    listener.listen()
    waited = 0.0
    while not listener.is_connected:
        if listener.refusal:
            listener.stop()
            raise LinliError(
                f"the broker says no ({listener.refusal}); name the folder that linli runs in with --data, "
                "or the user and password of another broker with --mqtt"
            )
        if waited > _CONNECT_SECONDS:
            listener.stop()
            raise LinliError("the broker cannot be reached; start linli run, or name the broker with --mqtt")
        pause.wait(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
    pause.wait(seconds)


def _told(found: Found, roster: Roster) -> Iterator[str]:
    if not found.strangers:
        yield "nothing speaks that is not listed; press a button or walk past a sensor, and listen again"
        if len(roster.sites) > 1:
            yield (
                "there are several sites: a gateway is heard only where its site stands in the topic, such as "
                f"zigbee2mqtt-{roster.sites[0]}/…; see docs/ecosystems.md"
            )
        return
    for one in found.strangers:
        yield from _paragraph(one)
    if found.passed_over:
        yield f"{found.passed_over} more messages were passed over: too many strangers speak"
    yield f"roles: {', '.join(DeviceRole)}; --room NAME says in which room it is"


def _paragraph(one: Stranger) -> Iterator[str]:
    zone = ZoneInfo("UTC")
    yield one.topic
    heard = "not heard yet" if not one.times else f"heard {one.times} times" if one.times > 1 else "heard once"
    every = f", every {one.every.total_seconds():.0f} s" if one.every else ""
    said = f", last: {', '.join(one.said)}" if one.said else ""
    battery = "" if one.battery is None else f", battery {one.battery:g} %"
    signal = f", signal {one.signal}" if one.signal else ""
    yield f"    {one.ecosystem}{f' {one.model}' if one.model else ''}: {heard}{every}{said}{battery}{signal}"
    yield from (f"    {say(reason, 'en', zone)}" for reason in one.guess.reasons)
    yield f"    {_how(one)}"


def _how(one: Stranger) -> str:
    """Return the command that lists it; what must be said and is not known stands there in capitals."""
    guess = one.guess
    words = ["linli", "discover", "--map", one.topic, "--home", guess.home or "HOME"]
    words += ["--room", guess.room] if guess.room else []
    return shlex.join([*words, "--role", guess.role or "ROLE"])


def _json(found: Found) -> str:
    return msgspec.json.encode(
        [
            {
                "topic": one.topic,
                "ecosystem": one.ecosystem,
                "model": one.model,
                "last_at": one.last_at,
                "times": one.times,
                "every_seconds": one.every.total_seconds() if one.every else None,
                "said": one.said,
                "battery": one.battery,
                "signal": one.signal,
                "home": one.guess.home,
                "room": one.guess.room,
                "role": one.guess.role,
                "reasons": [say(reason, "en", ZoneInfo("UTC")) for reason in one.guess.reasons],
            }
            for one in found.strangers
        ]
    ).decode()

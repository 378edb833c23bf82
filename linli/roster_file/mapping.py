"""One device of another ecosystem into the device list and out of it again, by the same way as a file's rows."""

from sqlalchemy import Connection

from linli.device_role import DeviceRole, as_row
from linli.errors import Conflict, LinliError
from linli.people import Device, Roster
from linli.roster_file.cells import label
from linli.roster_file.cells import topic as topic_cell
from linli.roster_file.change import apply
from linli.roster_file.file import RosterFile
from linli.store import roster as store
from linli.wire import ROOT


class CannotMap(LinliError):
    """What was asked for is no row of a device list; the message says what to change."""


def map_device(
    connection: Connection, *, topic: str, home: str, room: str, role: DeviceRole, model: str = ""
) -> Device:
    """List a device in the caller's transaction and return its row; raises CannotMap, or Conflict where it is listed."""
    store.hold(connection)
    known = store.load(connection)
    if home not in known.homes:
        raise CannotMap(f'{home or "no home"} is not known; add the home with "linli import"')
    taken = {one.device for one in known.devices_by_home.get(home, ())}
    row = as_row(role, home=home, room=_room(room), topic=_topic(topic), model=model[:64], taken=taken)
    _refuse_twice(row, known)
    apply(connection, RosterFile(devices=(row,)))
    return row


def unmap_device(connection: Connection, home: str, device: str) -> Device:
    """Take a device of another ecosystem out of the list in the caller's transaction and return the row it had."""
    store.hold(connection)
    row = store.load(connection).devices.get((home, device))
    if row is None or not row.topic:
        raise CannotMap(f"{home}/{device} is no device of another ecosystem in the list")
    store.forget_device(connection, home, device)
    return row


def _room(text: str) -> str:
    try:
        return label(32)(text)
    except ValueError as why:
        raise CannotMap(f"the room {why}") from None


def _topic(text: str) -> str:
    try:
        topic = topic_cell(text).strip("/")
    except ValueError as why:
        raise CannotMap(str(why)) from None
    if not topic or f"{topic}/".startswith(f"{ROOT}/"):
        raise CannotMap("the topic must be one of another ecosystem, such as zigbee2mqtt/button 502")
    return topic


def _refuse_twice(row: Device, known: Roster) -> None:
    for other in known.devices_by_topic.get(row.topic, ()):
        if not row.may_share_topic(other):
            raise Conflict(f"{row.topic} is listed already, as {other.device} of {other.home}")

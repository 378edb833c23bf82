"""Taking an import back: what was changed is put back, what was new is removed, as far as nothing has come to rest on it."""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from linli.errors import Conflict
from linli.people import Device, Home, Person
from linli.roster_file.change import Change, apply
from linli.roster_file.file import RosterFile
from linli.store import forgetting
from linli.store import roster as store


@dataclass(frozen=True, slots=True)
class Done:
    """An import that was made: what it changed, the records as they were before, and the roster's revision after it."""

    change: Change
    homes: tuple[Home, ...]
    devices: tuple[Device, ...]
    people: tuple[Person, ...]
    revision: int


def apply_undoably(connection: Connection, file: RosterFile) -> Done:
    """Import a file in the caller's transaction and return what it takes to undo that."""
    store.hold(connection)
    before = store.load(connection)
    change = apply(connection, file)
    return Done(
        change,
        tuple(before.homes[home] for home in change.homes.changed),
        tuple(before.devices[_key(device)] for device in change.devices.changed),
        tuple(before.people[person] for person in change.people.changed),
        store.revision(connection),
    )


def undo(connection: Connection, done: Done) -> tuple[str, ...]:
    """Take an import back in the caller's transaction; return the new homes that had to stay, as something was heard there.

    Raises Conflict once anything else has changed the roster: putting back would undo that too.
    """
    store.hold(connection)
    if store.revision(connection) != done.revision:
        raise Conflict("the roster has changed since this import; import a file with what is right instead")
    store.save(connection, done.homes, done.devices, done.people)
    for person in done.change.people.added:
        forgetting.person(connection, person)
    for device in done.change.devices.added:
        store.forget_device(connection, *_key(device))
    return tuple(home for home in done.change.homes.added if not _forgotten(connection, home))


def _forgotten(connection: Connection, home: str) -> bool:
    try:
        with connection.begin_nested():
            store.forget_home(connection, home)
    except (Conflict, IntegrityError):
        return False
    return True


def _key(device: str) -> tuple[str, str]:
    home, _, name = device.partition("/")
    return home, name

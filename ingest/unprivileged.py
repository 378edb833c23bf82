"""The user of the system under which Mosquitto runs when linli itself runs as root."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import pwd


@dataclass(frozen=True, slots=True)
class Owner:
    """A user of the system, by number."""

    uid: int
    gid: int


def mosquitto_user(directory: Path) -> Owner | None:
    """Return Mosquitto's own user if linli is root: what is open to the network should not be.

    None where linli is not root, and where that user does not exist or cannot get to the directory, as below `/root`.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam("mosquitto")
    except KeyError:
        return None
    owner = Owner(user.pw_uid, user.pw_gid)
    folders = [folder for folder in directory.absolute().parents if folder.exists()]
    return owner if all(_may_pass(owner, folder) for folder in folders) else None


def _may_pass(owner: Owner, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == owner.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == owner.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)

"""What holds in an installation, for who only reads there while linli runs."""

import sys
from pathlib import Path

from linli.chosen_settings import effective
from linli.configured import care_url
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.settings import Settings
from linli.store import setting_choices
from linli.store.care import CareStore, newest_revision, revision


def is_installed(settings: Settings) -> bool:
    """Tell whether the data folder is a linli's; to open it would make it one."""
    if not settings.data.is_dir():
        return False
    folder = DataDir(settings.data)
    return (folder.secret_file if settings.care else folder.care).exists()


def refuse_if_not_installed(settings: Settings) -> None:
    """Raise LinliError where the data folder is no linli's."""
    if not is_installed(settings):
        raise LinliError(f"there is no linli in {settings.data}; name its folder with --data")


def installed_or_none(data: Path | None, settings: Settings) -> Path | None:
    """Return the folder that was named if it is a linli's; if not, say so on stderr, as what follows does without."""
    if data is None or is_installed(settings):
        return data
    sys.stderr.write(f"linli: there is no linli in {settings.data}; going on without it\n")
    return None


def as_chosen(given: Settings) -> Settings:
    """Return what holds in an installation: the settings with what staff have chosen."""
    care = CareStore(care_url(given, DataDir(given.data)))
    try:
        with care.read() as connection:
            if revision(connection) != newest_revision():
                return given  # whoever needs the care data will say so
            return effective(given, setting_choices.in_force(connection))
    finally:
        care.close()

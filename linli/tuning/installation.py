"""What holds in an installation, for who only reads there while linli runs."""

from linli.chosen_settings import effective
from linli.configured import care_url
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.settings import Settings
from linli.store import setting_choices
from linli.store.care import CareStore, newest_revision, revision


def refuse_without_care(settings: Settings) -> None:
    """Raise LinliError where there is no care data: to open it would make it."""
    if not settings.care and not DataDir(settings.data).care.exists():
        raise LinliError(f"there is no care data in {settings.data}; name the folder with --data")


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

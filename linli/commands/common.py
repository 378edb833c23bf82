"""What several commands do first: read the settings, open the care data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linli.configured import care_url
from linli.data_dir import DataDir
from linli.errors import LinliError, WrongUsage
from linli.mqtt_url import parse
from linli.settings import Settings, address, load
from linli.store.care import CareStore
from linli.tuning.installation import refuse_if_not_installed


def settings_from(data: Path | None, config: Path | None, **given: Any) -> Settings:
    """Return the settings, with what was given on the command line on top; raises WrongUsage where that alone is wrong."""
    with as_typed():
        load(given, environment={})
        for name in ("http", "mqtt_listen"):
            if given.get(name):
                address(given[name], name)
        if given.get("mqtt"):
            parse(given["mqtt"])
    return load({"data": data, **given}, config=config)


@contextmanager
def as_typed() -> Iterator[None]:
    """Take what is wrong within for wrong usage: it reads what was typed, and nothing else."""
    try:
        yield
    except LinliError as why:
        raise WrongUsage(str(why)) from None


@contextmanager
def open_care(settings: Settings, *, may_be_new: bool = False) -> Iterator[tuple[DataDir, CareStore]]:
    """Open the care data of an installation, also beside a running linli; a folder that is none is refused, or made one."""
    if not may_be_new:
        refuse_if_not_installed(settings)
    data = DataDir(settings.data)
    care = CareStore(care_url(settings, data))
    try:
        care.migrate()
        data.secret()  # made at the first use, so that the very first backup holds it
        yield data, care
    finally:
        care.close()

"""What other ladders would have changed in an installation's past."""

from datetime import datetime

from linli.configured import care_url
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.holidays import read_holidays
from linli.rehearsal import LaddersOf, Rehearsal, Rules, rehearse
from linli.settings import Settings
from linli.steps import Tell
from linli.store.care import CareStore, newest_revision, revision
from linli.tuning.installation import as_chosen, refuse_if_not_installed


def rehearsed_ladders(
    settings: Settings, ladders: LaddersOf, span: tuple[datetime, datetime], site: str | None, tell: Tell
) -> Rehearsal:
    """Return what other ladders would have changed. Reads only; works while linli runs."""
    refuse_if_not_installed(settings)
    data = DataDir(settings.data)
    settings = as_chosen(settings)
    rules = Rules(read_holidays(settings.holidays), settings.load_limit_per_week)
    care = CareStore(care_url(settings, data))
    try:
        with care.read() as connection:
            if revision(connection) != newest_revision():
                raise LinliError('the care data is of another version of linli; "linli check" brings it to this one')
            return rehearse(connection, ladders, *span, site=site, rules=rules, tell=tell)
    finally:
        care.close()

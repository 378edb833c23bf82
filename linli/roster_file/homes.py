"""From rows of the sheet `homes` to homes."""

from linli.people import Home
from linli.roster_file import cells
from linli.roster_file.problems import Problems
from linli.roster_file.reading import Reading
from linli.roster_file.sheets import Sheet
from linli.steps import Steps


def read_homes(sheet: Sheet, problems: Problems, this_year: int, steps: Steps) -> dict[str, tuple[int, Home]]:
    """Return each home with its row. Those with faults are among them, so that nobody is told that they are missing."""
    found: dict[str, tuple[int, Home]] = {}
    for row in steps.of(sheet.rows):
        reading = Reading(row, sheet.columns, problems)
        home = _home(reading, this_year)
        if home.home in found:
            reading.fault("home", f'"{home.home}" stands in row {found[home.home][0]} already')
        elif home.home:
            found[home.home] = (row.number, home)
    return found


def _home(reading: Reading, this_year: int) -> Home:
    return Home(
        home=reading.need("home", cells.linli_id, ""),
        site=reading.need("site", cells.linli_id, ""),
        building=reading.need("building", cells.building, ""),
        unit=reading.get("unit", cells.label(32), ""),
        floor=reading.get("floor", cells.label(16), ""),
        door=reading.get("door", cells.label(32), ""),
        resident=reading.get("resident", cells.words(100), ""),
        language=reading.get("language", cells.language, "zh"),
        phone=reading.get("phone", cells.label(64), ""),
        birth_year=reading.get("birth_year", cells.birth_year(this_year), None),
        timezone=reading.get("timezone", cells.timezone, "Asia/Shanghai"),
        check_in_by=reading.get("check_in_by", cells.clock_times, ()),
        note=reading.get("note", cells.words(2000), ""),
    )

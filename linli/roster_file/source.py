"""Where a roster file comes from: a workbook, a folder or one CSV file, read and checked as a whole."""

from pathlib import Path

from linli.clock import SystemClock
from linli.errors import LinliError
from linli.people import Roster
from linli.roster_file.csv_folder import read_csv, read_folder
from linli.roster_file.devices import read_devices
from linli.roster_file.file import RosterFile
from linli.roster_file.homes import read_homes
from linli.roster_file.people import read_people
from linli.roster_file.problems import Problems
from linli.roster_file.references import check_references
from linli.roster_file.sheets import COLUMNS, Sheet, sheet_name
from linli.roster_file.workbook import read_workbook
from linli.steps import Steps, Tell, nobody


def read_roster(
    path: Path, known: Roster | None = None, *, this_year: int | None = None, tell: Tell = nobody
) -> RosterFile:
    """Return what a workbook or a folder of CSV files says; raises BadRoster with all that is wrong with it.

    With the roster that is `known` already, names that lead nowhere are among that; otherwise `compare` and `apply`
    find them. `tell` counts rows: those of a workbook twice, as they are unpacked and as they are understood.
    """
    problems, steps = Problems(), Steps(tell)
    sheets, ignored = _sheets(path, problems, steps)
    if not sheets:
        raise LinliError(f"{path.resolve().name} has none of the sheets {', '.join(COLUMNS)}")
    file = _file(sheets, ignored, problems, this_year or SystemClock().now().year, steps)
    if known is not None:
        check_references(file, known, problems)
    problems.refuse()
    return file


def _sheets(path: Path, problems: Problems, steps: Steps) -> tuple[list[Sheet], list[str]]:
    try:
        if path.is_dir():
            return read_folder(path, problems)
        if not path.is_file():
            raise LinliError(f"there is no {path}")
        kind = path.suffix.lower()
        if kind in {".xlsx", ".xlsm"}:
            return read_workbook(path, problems, steps)
        name = sheet_name(path.stem)
        if kind == ".csv" and name is not None:
            return [read_csv(path, name, problems)], []
    except OSError as why:
        raise LinliError(f"{path} cannot be read: {why.strerror}") from why
    raise LinliError(
        f"{path.name} is neither an .xlsx workbook nor a folder with homes.csv, devices.csv and people.csv"
    )


def _file(sheets: list[Sheet], ignored: list[str], problems: Problems, this_year: int, steps: Steps) -> RosterFile:
    steps.expect(sum(len(sheet.rows) for sheet in sheets))
    by_name = {name: Sheet(name) for name in COLUMNS} | {sheet.name: sheet for sheet in sheets}
    homes = read_homes(by_name["homes"], problems, this_year, steps)
    devices = read_devices(by_name["devices"], problems, steps)
    people, channels = read_people(by_name["people"], problems, steps)
    return RosterFile(
        homes=tuple(home for _, home in homes.values()),
        devices=tuple(device for _, device in devices.values()),
        people=tuple(person for _, person in people.values()),
        columns={name: sheet.columns for name, sheet in by_name.items()},
        rows={
            **{("homes", home): row for home, (row, _) in homes.items()},
            **{("devices", f"{home}/{device}"): row for (home, device), (row, _) in devices.items()},
            **{("people", person): row for person, (row, _) in people.items()},
            **{("channels", channel): row for channel, row in channels.items()},
        },
        ignored=tuple(ignored),
    )

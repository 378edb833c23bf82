"""The device lists that the documents show can be imported as they stand there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.roster_file import read_roster
from tests.spreadsheets import GOOD, folder

DOCS = Path(__file__).parents[1] / "docs"
HEADING = "| device | home |"


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split("|"))


def _lists(path: Path) -> Iterator[list[tuple[str, ...]]]:
    """Yield each device list of a document, its heading first."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith(HEADING):
            rows = lines[number + 2 :]
            end = next((at for at, row in enumerate(rows) if not row.startswith("|")), len(rows))
            yield [_cells(line), *map(_cells, rows[:end])]


LISTS = [(path.name, table) for path in sorted(DOCS.rglob("*.md")) for table in _lists(path)]


def test_there_are_some() -> None:
    assert {name for name, _ in LISTS} >= {"ecosystems.md", "lorawan.md", "multitech.md", "zigbee2mqtt.md"}


@pytest.mark.parametrize(("name", "table"), LISTS)
def test_a_documented_device_list_is_imported(tmp_path: Path, name: str, table: list[tuple[str, ...]]) -> None:
    homes = [("home", "site", "building"), *((home, "garden", "3") for home in {row[1] for row in table[1:]})]
    people = [GOOD["people"][0], ("lin", "Lin Zhou", "staff", "site:garden", "email", "lin@example.org")]

    found = read_roster(folder(tmp_path, {"homes": homes, "devices": table, "people": people}))

    assert len(found.devices) == len(table) - 1, name

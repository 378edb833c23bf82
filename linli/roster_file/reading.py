"""Reading a row: a fault is noted and a stand-in goes on, so that one import tells everything that is wrong."""

from collections.abc import Callable
from typing import TypeVar

from linli.roster_file.problems import Problems
from linli.roster_file.sheets import Cell, Row

T = TypeVar("T")


class Reading:
    """One row on its way to a record. `faulty` are the columns that could not be read."""

    def __init__(self, row: Row, columns: frozenset[str], problems: Problems) -> None:
        self.row = row
        self.faulty: set[str] = set()
        self._columns = columns
        self._problems = problems

    def has(self, column: str) -> bool:
        """Tell whether there is anything in a column."""
        return column in self.row.cells

    def get(self, column: str, read: Callable[[Cell], T], default: T) -> T:
        """Return what a column says; the default where it is empty or cannot be read."""
        if column not in self.row.cells:
            return default
        try:
            return read(self.row.cells[column])
        except ValueError as why:
            self.fault(column, str(why))
            return default

    def need(self, column: str, read: Callable[[Cell], T], stand_in: T) -> T:
        """Return what a column says, which must say something."""
        if column not in self.row.cells and column in self._columns:
            self.fault(column, "is missing")
        return self.get(column, read, stand_in)

    def fault(self, column: str, text: str) -> None:
        """Note what is wrong."""
        self.faulty.add(column)
        self._problems.add(self.row.sheet, self.row.number, column, text)

"""What is wrong with a roster file: each fault with its place, all of them told at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.errors import LinliError

TOLD = 50
"""How many problems are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `row` counts as the spreadsheet does, the heading is row 1. Holds no name, phone or address."""

    sheet: str
    row: int
    column: str
    text: str

    def __str__(self) -> str:
        where = f"{self.sheet} row {self.row}"
        return f"{where}, {self.column}: {self.text}" if self.column else f"{where}: {self.text}"


class BadRoster(LinliError):
    """A roster file cannot be imported; nothing of it was. `problems` are the first ones, `count` says how many."""

    def __init__(self, problems: Sequence[Problem], count: int) -> None:
        self.problems = tuple(problems)
        self.count = count
        lines = [str(problem) for problem in problems]
        if count > len(lines):
            lines.append(f"and {count - len(lines)} more")
        found = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n  ".join([f"nothing was imported, the roster has {found}:", *lines]))


class Problems:
    """Collects what is wrong while reading goes on."""

    def __init__(self) -> None:
        self._told: list[Problem] = []
        self._count = 0

    def add(self, sheet: str, row: int, column: str, text: str) -> None:
        """Note a fault."""
        self._count += 1
        if len(self._told) < TOLD:
            self._told.append(Problem(sheet, row, column, text))

    def refuse(self) -> None:
        """Raise BadRoster if anything was noted."""
        if self._count:
            order = {"homes": 0, "devices": 1, "people": 2}
            told = sorted(self._told, key=lambda p: (order.get(p.sheet, 3), p.row))
            raise BadRoster(told, self._count)

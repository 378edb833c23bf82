"""Homes, devices and people from a spreadsheet or a folder of CSV files: read, checked, compared, imported.

`read_roster` says everything that is wrong with a file at once; `compare` shows what it would change; `apply` does it.
"""

from linli.roster_file.change import LISTED, Change, SheetChange, apply, compare
from linli.roster_file.channels import channel_id
from linli.roster_file.file import RosterFile
from linli.roster_file.mapping import CannotMap, map_device, unmap_device
from linli.roster_file.problems import BadRoster, Problem
from linli.roster_file.source import read_roster
from linli.roster_file.undo import Done, apply_undoably, undo

__all__ = [
    "LISTED",
    "BadRoster",
    "CannotMap",
    "Change",
    "Done",
    "Problem",
    "RosterFile",
    "SheetChange",
    "apply",
    "apply_undoably",
    "channel_id",
    "compare",
    "map_device",
    "read_roster",
    "undo",
    "unmap_device",
]

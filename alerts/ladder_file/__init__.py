"""Ladders as a text file that a community worker can read and write: docs/ladders.md tells its words."""

from alerts.ladder_file.faults import BadLadder
from alerts.ladder_file.reading import Ladders, load, read
from alerts.ladder_file.writing import written

__all__ = ["BadLadder", "Ladders", "load", "read", "written"]

"""Signals from one store to another: copied day by day, compared on both sides, gone on with after any interruption."""

from linli.moving.move import Difference, Move, Moved
from linli.moving.places import Place, Target, is_same, open_source, open_target, reached_file
from linli.moving.reached import Reached

__all__ = [
    "Difference",
    "Move",
    "Moved",
    "Place",
    "Reached",
    "Target",
    "is_same",
    "open_source",
    "open_target",
    "reached_file",
]

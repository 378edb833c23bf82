"""`python3 dev.py screenshots`: pictures of every page, from example worlds, as people see them.

Without arguments: those that docs/screens.md shows, into docs/pictures. `--all FOLDER`: every page, world, width, language,
light and way of seeing colour, for looking through; a page's name or a world's picks.
"""

import argparse
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    from bench.screens import gallery  # noqa: PLC0415 - the list of pages is read without a browser

    reader = argparse.ArgumentParser(prog="dev.py screenshots", description=__doc__)
    reader.add_argument("names", nargs="*", help="pages or worlds; none: all")
    reader.add_argument("--all", type=Path, metavar="FOLDER", help="every variant, into this folder")
    asked = reader.parse_args(arguments)
    return gallery.take(asked.names, asked.all)

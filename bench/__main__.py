"""`python3 dev.py bench [SECTION…]`: measures on this machine and prints what it found. Without a section: the short ones.

`bench prior FOLDER…` makes the prior of the silence line anew from recordings; `bench line FOLDER CUTS` measures it.
`bench night [HOMES]` measures what a night's learning costs; `bench days FOLDER` what changes in people's days are found.
"""

import sys
from importlib import import_module
from pathlib import Path

from bench import days, line, night
from bench.prior import make_prior_of

SECTIONS = ("sos", "kill", "outage", "load", "storm")
LONG = ("crash", "machine", "mistakes", "year", "mutants")
"""Sections that take from ten minutes to an hour: only by name."""


def main() -> int:
    """Run the sections that were named; 1 if one of them found something wrong."""
    wanted = sys.argv[1:] or list(SECTIONS)
    if wanted[0] == "prior":
        return make_prior_of([Path(name) for name in wanted[1:]])
    if wanted[0] == "line":
        return line.main(wanted[1:])
    if wanted[0] == "night":
        return night.main(wanted[1:])
    if wanted[0] == "days":
        return days.main(wanted[1:])
    unknown = [name for name in wanted if name not in (*SECTIONS, *LONG)]
    if unknown:
        sys.stderr.write(f"bench: there is no section {unknown[0]}; there are {', '.join((*SECTIONS, *LONG))}\n")
        return 2
    return max(import_module(f"bench.{name}").main() or 0 for name in wanted)


if __name__ == "__main__":
    sys.exit(main())

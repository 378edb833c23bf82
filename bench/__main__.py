"""`python3 dev.py bench [SECTION…]`: measures on this machine and prints what it found. Without a section: the short ones.

`bench prior FOLDER…` makes the prior of the silence line anew from recordings, `bench line FOLDER CUTS` measures it and
`bench robust FOLDER CUTS` what disturbs it; `bench days FOLDER` tells what changes in people's days are found, `bench night
[HOMES]` what a night's learning costs.
"""

import sys
from importlib import import_module

SECTIONS = ("sos", "kill", "outage", "load", "storm", "tick", "board", "codecs", "visible")
LONG = (
    "ingest", "influx", "reads", "growth", "soak", "locked", "company", "crash", "kinds", "machine", "mistakes", "phone",
    "year", "mutants",
)  # fmt: skip
"""Sections that take from five minutes to an hour: only by name."""
TOLD_WHAT = ("prior", "line", "robust", "days", "night", "screens")
"""Sections that take what follows for themselves."""


def main() -> int:
    """Run the sections that were named; 1 if one of them found something wrong."""
    wanted = sys.argv[1:] or list(SECTIONS)
    if wanted[0] in TOLD_WHAT:
        return int(import_module(f"bench.{wanted[0]}").main(wanted[1:]))
    unknown = [name for name in wanted if name not in (*SECTIONS, *LONG)]
    if unknown:
        known = ", ".join((*SECTIONS, *LONG, *TOLD_WHAT))
        sys.stderr.write(f"bench: there is no section {unknown[0]}; there are {known}\n")
        return 2
    return max(import_module(f"bench.{name}").main() or 0 for name in wanted)


if __name__ == "__main__":
    sys.exit(main())

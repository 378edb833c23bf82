"""`python3 dev.py bench [SECTION…]`: measures on this machine and prints what it found. Without a section: all of them."""

import sys
from importlib import import_module

SECTIONS = ("sos", "kill", "crash", "outage", "load", "storm", "machine", "year")


def main() -> int:
    """Run the sections that were named."""
    wanted = sys.argv[1:] or list(SECTIONS)
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        sys.stderr.write(f"bench: there is no section {unknown[0]}; there are {', '.join(SECTIONS)}\n")
        return 2
    for name in wanted:
        import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())

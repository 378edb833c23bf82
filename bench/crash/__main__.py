"""`python3 -m bench.crash [SCENARIO…] [--every N]`: the enumerator by itself, in part or whole."""

import sys

from bench.crash.report import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What serves a channel is read before anybody has to be called by it: Apprise alone takes longer than a try may."""

import subprocess
import sys
from pathlib import Path

import pytest

LIVE = """
import sys
from pathlib import Path
from linli.clock import VirtualClock
from linli.core import build
from linli.data_dir import DataDir
from linli.settings import Settings
from linli.store import roster
from tests.alerts.post import person
from tests.cast import EIGHT

core = build(Settings(data=Path(sys.argv[1])), DataDir(Path(sys.argv[1])), VirtualClock(EIGHT), "http://127.0.0.1")
with core.care.begin() as connection:
    roster.save(connection, [], [], [person("ana", (sys.argv[2], "an address"))])
core.refresh()
before = "apprise" in sys.modules
core.tidy()
print(before, "apprise" in sys.modules)
core.close()
"""


@pytest.mark.parametrize(("kind", "read"), [("telegram", "False True"), ("webhook", "False False")])
def test_apprise_is_read_once_somebody_is_listed_who_is_reached_by_it(tmp_path: Path, kind: str, read: str) -> None:
    done = subprocess.run([sys.executable, "-c", LIVE, tmp_path, kind], capture_output=True, text=True, check=False)

    assert done.stdout.strip() == read, done.stderr

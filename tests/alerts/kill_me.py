"""A sender in a process of its own, which a test kills while it sends: `python kill_me.py DATABASE PORT`."""

import sys
import threading
from pathlib import Path

from linli.clock import SystemClock
from tests.alerts.post import Post, person

if __name__ == "__main__":
    database, port = sys.argv[1:]
    post = Post(Path(database), person("ana", ("webhook", f"http://127.0.0.1:{port}/ana")), clock=SystemClock())
    post.sender.start()
    threading.Event().wait()

"""Ten thousand homes, one message a minute each: does the backlog stay flat, the memory small, the API quick?"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from bench.program import LINLI, Program, wait_for

HOMES = 10_000
MINUTES = 5


def backlog(program: Program) -> int:
    """Return how many messages wait in linli's memory."""
    text = httpx.get(f"{program.url}/metrics", timeout=10).text
    line = next(line for line in text.splitlines() if line.startswith("linli_messages_waiting "))
    return int(float(line.split()[1]))


def timed(api: httpx.Client, path: str) -> float:
    """Return how long a call takes, in milliseconds."""
    begun = time.perf_counter()
    api.get(path).raise_for_status()
    return (time.perf_counter() - begun) * 1000


def main(homes: int = HOMES, minutes: float = MINUTES) -> None:
    """Run the load and print backlog, memory and response times."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder))
        roster = Path(folder) / "roster"
        subprocess.run([*LINLI, "simulate", "--homes", str(homes), "--roster", str(roster)], check=True)
        begun = time.monotonic()
        program.command("import", str(roster))
        print(f"load: {homes} homes imported in {time.monotonic() - begun:.1f} s")
        print(f"load: ready in {program.start():.1f} s, {program.rss_mb():.0f} MB")
        words = ["simulate", "--homes", str(homes), "--per-minute", "1", "--days", str(minutes / 1440)]
        url = f"mqtt://127.0.0.1:{program.mqtt_port}"
        load = subprocess.Popen([*LINLI, *words, "--mqtt", url, "--data", str(program.data)])
        try:
            _watch(program, load)
        finally:
            load.terminate()
            load.wait(timeout=60)
            program.stop()


def _watch(program: Program, load: "subprocess.Popen[bytes]") -> None:
    api = program.api()
    waiting, calls = [], {"/homes": [], "/alerts?state=open": [], "/homes/w-1-1-101": []}  # type: tuple[list[int], dict[str, list[float]]]
    home = api.get("/homes").json()[0]["home"]
    calls = {"/homes": [], "/alerts?state=open": [], f"/homes/{home}": [], f"/homes/{home}/signals": []}
    while load.poll() is None:
        waiting.append(backlog(program))
        for path, times in calls.items():
            times.append(timed(api, path))
        time.sleep(5)
    wait_for("the queue is empty", lambda: backlog(program) == 0, 60)
    half = len(waiting) // 2
    print(
        f"load: backlog median {statistics.median(waiting)} max {max(waiting)}; "
        f"first half {statistics.mean(waiting[:half]):.1f}, second half {statistics.mean(waiting[half:]):.1f}"
    )
    print(f"load: memory {program.rss_mb():.0f} MB")
    for path, times in calls.items():
        told = sorted(times)
        print(f"load: GET {path:28} median {statistics.median(told):7.1f} ms  max {told[-1]:7.1f} ms  n {len(told)}")

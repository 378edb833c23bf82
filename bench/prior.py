"""Makes `models/habits/prior.json` anew from recordings: what people in general teach the silence line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import models.habits
from linli.recording import offset_of, read_recording
from models.habits.evidence import History
from models.habits.prior import prior_to_json
from models.habits.prior_making import make_prior
from models.habits.signs import signs_of

TARGET = Path(models.habits.__file__).with_name("prior.json")


def main(folders: Sequence[str]) -> int:
    """Write the prior of all recordings in some folders; only sums over all homes go into it."""
    files = sorted(file for folder in folders for file in Path(folder).glob("*.csv"))
    histories = dict(pair for file in files for pair in histories_in(file).items())
    if not histories:
        sys.stderr.write("bench: name folders that hold recordings (*.csv)\n")
        return 2
    prior = make_prior(histories)
    TARGET.write_bytes(prior_to_json(prior))
    sys.stdout.write(f"prior of {prior.homes} homes and {prior.days} days written\n")
    return 0


def histories_in(file: Path) -> dict[str, History]:
    """Return the histories of the homes in a recording, by file and home."""
    zone = ZoneInfo(offset_of(file))
    signals = list(read_recording(file))
    homes = sorted({signal.home for signal in signals})
    found = {
        f"{file.stem}/{home}": History(signs_of((signal for signal in signals if signal.home == home), zone))
        for home in homes
    }
    return {name: history for name, history in found.items() if len(history.signs)}

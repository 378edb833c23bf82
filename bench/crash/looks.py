"""What a look into the stores from outside shows. Plain SQL on purpose: the questions of linli are under test too."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, object]
TABLES = ("alerts", "outbox", "log", "episodes", "drills")
_STORED = "SELECT count(*) FROM signal JOIN word ON word.id = signal.home WHERE word.text LIKE 'home-%'"


@dataclass(frozen=True)
class Look:
    """The care data at one moment, each table a list of rows; and the (home, device, kind) of all signals."""

    alerts: Sequence[Row]
    outbox: Sequence[Row]
    log: Sequence[Row]
    episodes: Sequence[Row]
    drills: Sequence[Row] = ()

    def open_alerts(self, kind: str | None = None) -> list[Row]:
        """Return the alerts that nobody has closed, of one kind or of all."""
        return [a for a in self.alerts if a["state"] != "closed" and kind in {None, a["kind"]}]

    def about(self, home: str) -> "Look":
        """Return the part that is about one home: a whole linli also has alerts about itself."""
        alerts = [alert for alert in self.alerts if alert["home"] == home]
        ids = {alert["id"] for alert in alerts}
        return Look(
            alerts,
            *(
                [row for row in rows if row["alert"] in ids]
                for rows in (self.outbox, self.log, self.episodes, self.drills)
            ),
        )


def look(folder: Path) -> Look:
    """Read everything there is; nothing where the tables are not made yet."""
    if not (folder / "care.db").exists():
        return Look([], [], [], [])
    with closing(sqlite3.connect(f"file:{folder / 'care.db'}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return Look(*(_rows(db, name) if name in tables else [] for name in TABLES))


def _rows(db: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608 - names of our own


def stored_signals(folder: Path) -> int:
    """Return how many signals of the scenarios' homes are stored; none where the table is not made yet."""
    if not (folder / "signals.db").exists():
        return 0
    with closing(sqlite3.connect(f"file:{folder / 'signals.db'}?mode=ro", uri=True)) as db:
        made = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'signal'").fetchone()[0]
        return int(db.execute(_STORED).fetchone()[0]) if made else 0


def detail(row: Row) -> Mapping[str, object]:
    """Return the details of a line of the log."""
    found: Mapping[str, object] = json.loads(str(row["detail"]))
    return found


def moment(value: object) -> int | None:
    """Return a column's milliseconds, None where it is empty."""
    return value if isinstance(value, int) else None

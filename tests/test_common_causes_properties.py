"""Whatever falls silent in whatever order: nobody is missed, nobody is flooded, and no emergency waits."""

import tempfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.alert import Alert, AlertKind
from tests.cast import MINUTE
from tests.estate import SECOND, Estate, homes_of, roster_of

HOMES = homes_of(3, 2, 3)
NAMES = [home.home for home in HOMES]
STEP = 15 * SECOND
NOTICED = timedelta(seconds=90) + STEP
LASTS = 60

changes = st.lists(
    st.tuples(
        st.integers(0, LASTS - 1),
        st.sampled_from(["go", "go", "go", "come", "sos", "restart"]),
        st.one_of(
            st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
            st.sampled_from([NAMES, NAMES[:3], NAMES[3:6], NAMES[:9]]),
        ),
    ),
    max_size=8,
)


class Day:
    """What happens on an estate, and what must hold after every step."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.silent_since: dict[str, datetime] = {}

    def happen(self, what: str, homes: list[str]) -> None:
        now = self.estate.clock.now()
        if what == "go":
            self.estate.go(*homes)
            self.silent_since = dict.fromkeys(homes, now) | self.silent_since
        elif what == "come":
            self.estate.come(*homes)
            self.silent_since = {home: at for home, at in self.silent_since.items() if home not in homes}
        elif what == "sos":
            self.call(homes[0])
        else:
            self.estate.start_again()

    def call(self, home: str) -> None:
        self.estate.say(home, "button", "sos", "pressed")
        self.silent_since.pop(home, None)  # a button speaks past the hub: the home is heard or not, both are right
        assert home in {alert.home for alert in self.estate.open(AlertKind.SOS)}
        assert any(message.person == "ana" for message in self.estate.messages(AlertKind.SOS))

    def check(self) -> None:
        now, open_ = self.estate.clock.now(), self.estate.open()
        for home, since in self.silent_since.items():
            standing = [alert.id for alert in open_ if self.is_about(alert, home)]
            assert len(standing) <= 1, (home, standing)
            assert standing or now - since < NOTICED, home
        assert len([alert for alert in open_ if not alert.home]) <= 1

    def is_about(self, alert: Alert, home: str) -> bool:
        return alert.home == home or (not alert.home and home in self.estate.homes_of(alert))

    def check_messages(self) -> None:
        by_person: dict[str, list[datetime]] = {}
        for message in sorted([*self.estate.messages(), *self.estate.ends()], key=lambda one: one.due_at):
            by_person.setdefault(message.person, []).append(message.due_at)
        for moments in by_person.values():
            for before, after in pairwise(moments):
                assert after - before >= 10 * MINUTE


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes)
def test_each_silent_home_is_in_one_open_alert_and_nobody_is_written_to_twice(
    migrated_file: Path, changes: list[tuple[int, str, list[str]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        estate = Estate(Path(folder), migrated_file, roster_of(HOMES))
        day = Day(estate)
        estate.all_move()
        for step in range(LASTS + 8):
            for _, what, homes in (change for change in changes if change[0] == step):
                day.happen(what, homes)
            estate.wait(STEP, step=STEP)
            day.check()
        day.check_messages()
        estate.close()

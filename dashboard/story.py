"""The story of one alert: what happened, told from its log, and the stretch in which somebody had promised to be there.

Pure. What happened at one moment for one reason is one row; which messages went out is left to the whole log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from linli.alert import Alert, AlertState, Entry, Request, RequestState, Severity

TOGETHER = timedelta(seconds=1)
"""What was written down within this time was one step."""
CALLS = frozenset({"called", "asked", "second_channel", "reminded", "told"})
"""Lines that name whom linli wrote to."""
OF_MESSAGES = frozenset({"notice_sent", "notice_taken_back"})
"""Lines that say how a message went: said by whom it went to, and one by one in the whole log only."""
GOING = frozenset({"accepted", "joined"})
OF_THE_END = frozenset({"closed", "corrected"})
GOOD = frozenset({*GOING, *OF_THE_END, "promised", "at_door", "sign_of_life", "heard_again", "ended", "drill_answered"})
"""Lines that brought the matter nearer to its end."""


@dataclass(frozen=True)
class Row:
    """One row: the line that leads it, the lines that followed from it, and how the rails run beside it."""

    lead: Entry
    others: tuple[Entry, ...] = ()
    is_helped: bool = False
    """Somebody was at the door, or it was over."""
    lease: str = ""
    """`begins`, `runs`, `ends` or `both`, where somebody had promised to be at the door; empty elsewhere."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all lines of the row."""
        return (self.lead, *self.others)

    @property
    def people(self) -> tuple[str, ...]:
        """Return whom linli wrote to, each once."""
        named = (str(one.detail.get("person", "")) for one in self.entries if one.what in CALLS)
        return tuple(dict.fromkeys(person for person in named if person))

    @property
    def silent(self) -> tuple[str, ...]:
        """Return who was no longer waited for."""
        return tuple(str(one.detail.get("person", "")) for one in self.entries if one.what == "silent")

    @property
    def is_good(self) -> bool:
        """Tell whether the matter came nearer to its end."""
        return self.lead.what in GOOD


@dataclass(frozen=True)
class Group:
    """Some of those who were written to who stand alike now."""

    state: RequestState | None
    stand_by: bool
    people: tuple[str, ...]


@dataclass
class _Telling:
    rows: list[Row] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        before = self.rows[-1] if self.rows else None
        if before is not None and _belongs(entry, before):
            self.rows[-1] = replace(before, others=(*before.others, entry))
        else:
            self.rows.append(Row(entry))


def rows_of(log: Sequence[Entry], alert: Alert) -> list[Row]:
    """Return what happened, oldest first, with the rails beside it."""
    telling = _Telling()
    for entry in log:
        if entry.what not in OF_MESSAGES:
            telling.add(entry)
    return _with_rails(telling.rows, alert)


def _belongs(entry: Entry, before: Row) -> bool:
    """Tell whether a line is told with the row before it: the same again, or the calls that it led to."""
    if entry.at - before.lead.at >= TOGETHER:
        return False
    if entry.what == before.lead.what:
        return entry.what in CALLS or entry.what in {"silent", "notice_failed"}
    return entry.what in CALLS and before.lead.what not in {"opened", *CALLS}


def _with_rails(rows: Iterable[Row], alert: Alert) -> list[Row]:
    done: list[Row] = []
    going: set[str] = set()
    for row in rows:
        was_going = bool(going)
        _follow(going, row.lead)
        helped = alert.door_at is not None and row.lead.at >= alert.door_at
        done.append(replace(row, is_helped=helped or row.lead.what in OF_THE_END, lease=_lease(was_going, bool(going))))
    return done


def _follow(going: set[str], entry: Entry) -> None:
    """Keep who has promised to be at the door and is not there yet."""
    if entry.what in GOING and entry.who != "linli":  # of homes the log says too that they have joined
        going.add(entry.who)
    elif entry.what == "declined":
        going.discard(entry.who)
    elif entry.what in {"at_door", "lease_ended", "called_anew", "closed", "merged_into", "ended"}:
        going.clear()


def _lease(before: bool, after: bool) -> str:  # noqa: FBT001 - the two ends of a row
    if before and after:
        return "runs"
    if after:
        return "begins"
    return "ends" if before else ""


def groups_of(people: Iterable[str], requests: Iterable[Request], alert: Alert) -> list[Group]:
    """Return how those who were written to stand now: who goes first, each alone; the others by what they share."""
    states = {request.person: request.state for request in requests}
    somebody_goes = alert.state is not AlertState.OPEN
    found: dict[tuple[RequestState | None, bool], list[str]] = {}
    for person in people:
        state = states.get(person)
        waits = somebody_goes and state in {RequestState.ASKED, RequestState.SILENT}
        found.setdefault((None if waits else state, waits), []).append(person)
    ordered = sorted(found.items(), key=lambda one: _ORDER.index(one[0][0]))
    return [Group(state, waits, tuple(names)) for (state, waits), names in ordered]


_ORDER: tuple[RequestState | None, ...] = (
    RequestState.AT_DOOR,
    RequestState.ACCEPTED,
    RequestState.DECLINED,
    RequestState.ASKED,
    RequestState.SILENT,
    None,
)


def rail_of(alert: Alert) -> str:
    """Return how the rail is drawn: of what is no call to a door it never burns."""
    return "calm" if alert.drill or alert.severity is Severity.NOTICE else "burning"

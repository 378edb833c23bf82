"""How each of those who were written to about an alert stands, in the words that staff read. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.vocabulary import DRILL_STATES, REQUEST_STATES
from linli.alert import Alert, Entry, Notice, NoticeState, RequestState

UNANSWERED = frozenset({RequestState.ASKED, RequestState.SILENT})
AT_THE_END = {
    RequestState.ASKED: "was asked",
    RequestState.SILENT: "did not answer",
    RequestState.DECLINED: "could not come",
    RequestState.ACCEPTED: "was on the way",
    RequestState.AT_DOOR: "was at the door",
}
"""The same of an alert that is closed: nobody's answer is waited for any more."""
UNREACHED, CLOSED_IT, STANDS_BY = "could not be reached", "closed it", "stand by"


@dataclass(frozen=True)
class Answers:
    """What is known of each person's answer. `unreached`: to whom no message went out, with the reason of the last try."""

    alert: Alert
    unreached: Mapping[str, str] = field(default_factory=dict)
    closed_by: str = ""

    def said(self, person: str, state: RequestState) -> str:
        """Return how somebody stands."""
        is_closed = self.alert.closed_at is not None
        if is_closed and person == self.closed_by and state is not RequestState.AT_DOOR:
            return CLOSED_IT
        if self.missed(person, state):
            return UNREACHED
        if self.alert.drill and state not in UNANSWERED:
            return DRILL_STATES[state]
        return (AT_THE_END if is_closed else REQUEST_STATES)[state]

    def missed(self, person: str, state: RequestState) -> bool:
        """Tell whether somebody could not answer because no message reached them."""
        return state in UNANSWERED and person in self.unreached


def answers_of(alert: Alert, notices: Iterable[Notice], log: Sequence[Entry]) -> Answers:
    """Return what the messages and the log of an alert tell."""
    closed_by = next((entry.who for entry in reversed(log) if entry.what == "closed"), "")
    return Answers(alert, unreached_by(notices), closed_by)


def unreached_by(notices: Iterable[Notice]) -> dict[str, str]:
    """Return to whom every message that was tried failed, so far, with the reason of the last; oldest notices first."""
    of_each: dict[str, list[Notice]] = {}
    for notice in notices:
        of_each.setdefault(notice.person, []).append(notice)
    return {person: mine[-1].reason for person, mine in of_each.items() if all(_is_lost(one) for one in mine)}


def _is_lost(notice: Notice) -> bool:
    """Tell whether a try failed; one that will be tried again keeps the reason of the last."""
    return notice.state is NoticeState.FAILED or (notice.state is not NoticeState.SENT and bool(notice.reason))

"""What a night's look at a home's days has to say: the changes that were found of late, as findings."""

from collections.abc import Iterator, Mapping, Sequence

from linli.finding import Finding
from linli.people import Home
from models.days.decline import declines
from models.days.drawing import pictures_of
from models.days.life import Life
from models.days.picture import Pictures
from models.days.slow_kinds import WATCHED, SlowKind
from models.days.surprise import Change, changes
from models.days.unlike import unlike
from models.days.wording import changed, unlike_others

LATELY = 3
"""Days for which a change is reported again each night: linli may have been off when it was found. The key is the same."""

Changes = Mapping[SlowKind, Sequence[Change]]


def findings_of(home: Home, life: Life, today: int) -> list[Finding]:
    """Return what there is to tell on the morning of `today` (local days since 1970), from the days before it."""
    pictures = pictures_of(life, today)
    return list(findings_after(home, pictures, changes_of(pictures), len(pictures)))


def changes_of(pictures: Pictures) -> Changes:
    """Return all changes in a home's days, by kind. A day that is added changes none that were found before it."""
    slow = {kind: changes(watched.number(pictures), watched.bet) for kind, watched in WATCHED.items()}
    return {**slow, SlowKind.DECLINE: declines(pictures.movement)}


def findings_after(home: Home, pictures: Pictures, found: Changes, days: int) -> Iterator[Finding]:
    """Yield what there is to tell when so many of the days are over."""
    since = days - LATELY
    recent = [(kind, one) for kind, those in found.items() for one in those if since <= one.found < days]
    yield from (changed(home, kind, one, pictures) for kind, one in recent)
    if days > 0 and not recent:
        odd = unlike(pictures, days - 1)
        if odd is not None:
            yield unlike_others(home, odd, days - 1, pictures)

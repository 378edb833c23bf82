"""Which line of silence a home has where it is not its newest, and what the newer one would have done: for staff."""

from collections.abc import Iterator

from linli.held_model import Held, Why
from linli.people import Home
from linli.words import Sentence

_WHYS = {
    Why.NEW_KIND: Sentence("a new kind of line is tried beside it first."),
    Why.DOUBTED: Sentence("something speaks against the newer one."),
    Why.ROLLED_BACK: Sentence("staff have gone back to it."),
}


def held_line(held: Held | None, home: Home) -> list[Sentence]:
    """Return what is said of a line that is held; nothing where the home has its newest."""
    return [] if held is None else list(_said(held, home))


def _said(held: Held, home: Home) -> Iterator[Sentence]:
    day = f"{held.learned_at.astimezone(home.zone):%Y-%m-%d}"
    yield Sentence("This home keeps the line that was learned on {day}: {why}", {"day": day, "why": _WHYS[held.why]})
    found = held.difference
    if found:
        minutes = round(found["earlier_minutes"])
        sooner = Sentence("sooner") if minutes >= 0 else Sentence("later")
        yield Sentence(
            "Nights: {nights}. The newer one would have asked {new}× and this one {present}×; "
            "on the median it would ask {minutes} min {sooner}.",
            {
                "nights": found["nights"],
                "new": found["new"],
                "present": found["present"],
                "minutes": abs(minutes),
                "sooner": sooner,
            },
        )
    yield Sentence(
        "To use the newer one: linli model promote {home}. To stay with this one: linli model rollback {home}.",
        {"home": home.home},
    )

"""What a picture is drawn from: a home's signs of life, what else its devices said, and what nobody saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from models.days.beats import NO_BEATS, Beats
from models.habits.presence import Whereabouts, whereabouts_of
from models.habits.signs import Signs
from models.habits.silences import Span


@dataclass(frozen=True, slots=True)
class Life:
    """All that is known of a home's days. `unseen`: outages, declared absences, emergencies."""

    signs: Signs
    whereabouts: Whereabouts
    zone: ZoneInfo
    unseen: Sequence[Span] = ()
    beats: Beats = NO_BEATS


def life_of(signs: Signs, zone: ZoneInfo, unseen: Sequence[Span] = (), beats: Beats = NO_BEATS) -> Life:
    """Return the life that signs tell of."""
    return Life(signs, whereabouts_of(signs), zone, unseen, beats)

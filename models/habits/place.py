"""The place of a room in a day: where people sleep, wash or sit, as far as its name tells."""

from enum import IntEnum

SLEEPING_WORDS = ("bed", "sleep", "卧室", "床", "dormitor", "schlaf")
WASHING_WORDS = ("bath", "toilet", "wc", "washroom", "restroom", "shower", "卫生间", "厕所", "浴室", "洗手间")
KITCHEN_WORDS = ("kitchen", "cook", "pantry", "厨房", "灶", "cocina", "küche")
LIVING_WORDS = ("living", "lounge", "sitting", "sofa", "couch", "tv", "客厅", "沙发", "wohn")


class Place(IntEnum):
    """What silence after a sign there may mean: sleep, a moment, a long rest in a chair, or nothing special."""

    SLEEPING = 0
    WASHING = 1
    OTHER = 2
    LIVING = 3


_WORDS = {Place.WASHING: WASHING_WORDS, Place.SLEEPING: SLEEPING_WORDS, Place.LIVING: LIVING_WORDS}


def place_of(room: str) -> Place:
    """Return the place that a room's name speaks of; `bedroom-bathroom` is a bathroom. Unknown names are OTHER."""
    name = room.lower()
    for place, words in _WORDS.items():
        if any(word in name for word in words):
            return place
    return Place.OTHER


def is_kitchen(room: str) -> bool:
    """Tell whether a room's name speaks of where meals are made."""
    name = room.lower()
    return any(word in name for word in KITCHEN_WORDS)

"""What a stranger might be: whose, in which room and what for, by its name, its tags and what it tells. Pure.

A guess is only offered; a person decides. Nothing is guessed where two homes would fit.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from ingest.strangers.facts import Facts
from linli.device_role import DeviceRole
from linli.people import Home, Roster
from linli.signals import EXIT_ROOM
from linli.stranger import Guess, Stranger
from linli.words import Sentence

_ROOMS: dict[str, tuple[str, ...]] = {
    "bathroom": ("bathroom", "bath", "toilet", "wc", "shower", "卫生间", "浴室", "厕所", "洗手间"),
    "bedroom": ("bedroom", "bed", "卧室", "床"),
    "kitchen": ("kitchen", "stove", "厨房"),
    "living-room": ("living", "livingroom", "lounge", "sofa", "客厅"),
    EXIT_ROOM: ("entrance", "front", "frontdoor", "hall", "hallway", "entry", "玄关", "门口", "入户", "大门"),
}
_OUT = frozenset({"front", "frontdoor", "entrance", "entry", "入户", "大门", "门口", "玄关"})
_HELP = frozenset({"sos", "emergency", "panic", "pendant", "help", "求助", "紧急", "呼叫"})
_BED = frozenset({"bed", "mattress", "床", "床垫"})
_WORDS = re.compile(r"[a-z]+|\d+[a-z]?|[\u4e00-\u9fff]+")
_TELLS: tuple[tuple[DeviceRole, frozenset[str]], ...] = (
    (DeviceRole.SOS, frozenset({"sos", "emergency", "panic"})),
    (DeviceRole.SMOKE, frozenset({"smoke"})),
    (DeviceRole.GAS, frozenset({"gas", "carbon_monoxide"})),
    (DeviceRole.LEAK, frozenset({"leak", "water_leak", "moisture"})),
    (DeviceRole.BED, frozenset({"bed"})),
    (DeviceRole.DOOR, frozenset({"contact", "door", "opening", "window"})),
    (DeviceRole.MOTION, frozenset({"motion", "occupancy", "vibration"})),
    (DeviceRole.PRESENCE, frozenset({"presence"})),
    (DeviceRole.SOS, frozenset({"button", "action"})),
    (DeviceRole.POWER, frozenset({"power"})),
    (DeviceRole.CLIMATE, frozenset({"temperature", "humidity"})),
)
"""What a device tells and what it then is, the gravest first: a leak sensor tells a temperature too."""
_ROLE_TAGS = {**{str(role): role for role in DeviceRole}, "door_contact": DeviceRole.DOOR, "button": DeviceRole.SOS}


def guess(stranger: Stranger, facts: Sequence[Facts], roster: Roster) -> Guess:
    """Return what can be said of a stranger."""
    texts = [stranger.topic, *(text for one in facts for text in (one.name, one.area))]
    words = _words(texts)
    reasons: list[Sentence | None] = []
    home, why_home = _home(facts, words, roster)
    room, why_room = _room(facts, words)
    role, why_role = _role(stranger, facts, words)
    reasons += [why_home, why_room, why_role]
    if role is DeviceRole.DOOR and (room == EXIT_ROOM or not _OUT.isdisjoint(words)):
        role = DeviceRole.EXIT_DOOR
    return Guess(home, room, role, tuple(reason for reason in reasons if reason is not None))


def _words(texts: Iterable[str]) -> list[str]:
    return list(chain.from_iterable(_WORDS.findall(text.lower()) for text in texts))


def _home(facts: Sequence[Facts], words: Sequence[str], roster: Roster) -> tuple[str, Sentence | None]:
    for one in facts:
        if one.home in roster.homes:
            return one.home, Sentence("The tag in {source} names the home.", {"source": one.source})
    joined = f" {' '.join(words)} "
    named = {home for home in roster.homes if f" {' '.join(_words([home]))} " in joined}
    if len(named) == 1:
        return named.pop(), Sentence("Its name holds the home’s id.")
    best = _by_address(joined, roster.homes.values())
    if best is None:
        return "", None
    return best.home, Sentence("Its name holds the door {door}, which only one home here has.", {"door": best.door})


def _by_address(joined: str, homes: Iterable[Home]) -> Home | None:
    """Return the only home whose door stands in a name; building and stairwell before it tell equal doors apart."""
    at_the_door = [home for home in homes if home.door and _holds(joined, home.door)]
    for parts in (("building", "unit", "door"), ("building", "door"), ("unit", "door"), ("door",)):
        fitting = [home for home in at_the_door if _holds(joined, *(getattr(home, part) for part in parts))]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return None
    return None


def _holds(joined: str, *parts: str) -> bool:
    return f" {' '.join(_words(parts))} " in joined


def _room(facts: Sequence[Facts], words: Sequence[str]) -> tuple[str, Sentence | None]:
    for one in facts:
        if one.room:
            return one.room, Sentence("The tag in {source} names the room.", {"source": one.source})
    for room, names in _ROOMS.items():
        found = next((name for name in names if _says(words, name)), None)
        if found is not None:
            return room, Sentence("Its name says “{word}”.", {"word": found})
    return "", None


def _says(words: Sequence[str], name: str) -> bool:
    """Tell whether a name is among words; Chinese is written without gaps, so there it may stand within one."""
    return name in words if name.isascii() else any(name in word for word in words)


def _role(
    stranger: Stranger, facts: Sequence[Facts], words: Sequence[str]
) -> tuple[DeviceRole | None, Sentence | None]:
    for one in facts:
        tagged = _ROLE_TAGS.get(one.role.lower().replace("-", "_").replace(" ", "_"))
        if tagged is not None:
            return tagged, Sentence("{source} says what it is.", {"source": one.source})
    about = _words(text for one in facts for text in (one.about, one.name))
    if any(_says([*words, *about], word) for word in _HELP):
        return DeviceRole.SOS, Sentence("Its name or its description says that it calls for help.")
    tells = {word for one in facts for word in one.tells} | {said.split(" ")[0] for said in stranger.said}
    for role, names in _TELLS:
        found = sorted(names & tells)
        if found:
            return _in_bed(role, words), Sentence("It tells: {word}.", {"word": found[0]})
    if tells and tells <= {"online", "offline"}:
        return DeviceRole.GATEWAY, Sentence("It only says that it is there.")
    return None, None


def _in_bed(role: DeviceRole, words: Sequence[str]) -> DeviceRole:
    seen = role in {DeviceRole.MOTION, DeviceRole.PRESENCE}
    return DeviceRole.BED if seen and any(_says(words, word) for word in _BED) else role

"""What is not wrong and yet worth mending: who is listed to be called, and has nothing that would ring. Counts, no names."""

from linli.people import Person, Role, Roster

_PAGES_ALONE = {"inbox"}
"""Kinds of channel that are seen only by who looks at the pages."""


def advice(roster: Roster) -> list[str]:
    """Return a sentence for each thing that can be made better."""
    called = [person for person in roster.people.values() if _is_called(person)]
    silent = [person for person in called if not _would_ring(person)]
    told = []
    if silent:
        told.append(
            f"nothing would ring for {len(silent)} of {len(called)} people who are called:"
            " give them a channel in the roster, docs/channels.md"
        )
    homes = [[p for p in roster.around(home) if _is_called(p)] for home in roster.homes.values()]
    unheard = [people for people in homes if people and not any(map(_would_ring, people))]
    if unheard:
        told.append(f"for {len(unheard)} of {len(homes)} homes nobody has anything that would ring")
    return told


def _is_called(person: Person) -> bool:
    return person.role is not Role.RESIDENT and bool(person.cares)


def _would_ring(person: Person) -> bool:
    return any(way.kind not in _PAGES_ALONE for way in person.channels)

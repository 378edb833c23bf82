"""Who can open the door: said to whoever goes, and to staff. Nobody else need know who has a key to whose home."""

from collections.abc import Sequence

from linli.people import Person
from linli.words import Sentence


def where_the_key_is(holders: Sequence[Person], reader: str) -> Sentence | None:
    """Return where the spare key of a home is, as one person is told it; None where nobody holds one."""
    if any(person.person == reader for person in holders):
        return Sentence("You hold the key.")
    if not holders:
        return None
    return Sentence("The key is with {names}.", {"names": " · ".join(one.name or one.person for one in holders)})

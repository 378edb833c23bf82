"""Who holds the spare key of an alert's home, for those who may know it."""

from collections.abc import Sequence

from alerts.spare_key import where_the_key_is
from dashboard.access import Reach, may_know_key, may_see_whose
from linli.people import Person, Roster
from linli.store.overview import Involved
from linli.words import Sentence


def key_holders(involved: Involved, roster: Roster, reach: Reach) -> Sequence[Person]:
    """Return who holds the key; nobody where somebody may not know it."""
    alert, requests = involved.alert, involved.requests
    home = roster.homes.get(alert.home)
    if home is None or not (may_see_whose(reach, alert, requests) and may_know_key(reach, requests)):
        return ()
    return roster.key_holders(home)


def key_sentence(involved: Involved, roster: Roster, reach: Reach) -> Sentence | None:
    """Return where the key is, in the words of the messages; None where nobody holds one, or it is not theirs to know."""
    return where_the_key_is(key_holders(involved, roster, reach), reach.person)

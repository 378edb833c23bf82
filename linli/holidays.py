"""Public holidays: the days for which `PH` stands in somebody's hours, for every site or for one site alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from linli.duty import holidays_of

_WIDE = str.maketrans("，：；", ",:;")
_SITE = re.compile(r"\s*([a-z0-9][a-z0-9-]{0,62})\s*:(.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Holidays:
    """Days `everywhere`, and the sites that have days of their own, which then hold there in place of those."""

    everywhere: frozenset[date] = frozenset()
    by_site: Mapping[str, frozenset[date]] = field(default_factory=dict)

    def of(self, site: str) -> frozenset[date]:
        """Return the holidays of a site."""
        return self.by_site.get(site, self.everywhere)


NO_HOLIDAYS = Holidays()


def read_holidays(text: str) -> Holidays:
    """Return the holidays in a text such as `2026-10-01..2026-10-07, 2027-01-01; garden: 2026-10-01`; raises ValueError.

    What belongs to a site begins with its id and a colon; a semicolon or the end of a line ends it.
    """
    everywhere: frozenset[date] = frozenset()
    by_site: dict[str, frozenset[date]] = {}
    for part in re.split(r"[;\n]", text.translate(_WIDE)):
        found = _SITE.match(part)
        if found is None:
            everywhere |= holidays_of(part)
        elif found[1] in by_site:
            raise ValueError(f"{found[1]} stands there twice; write all its days in one list")
        else:
            by_site[found[1]] = holidays_of(found[2])
    return Holidays(everywhere, by_site)

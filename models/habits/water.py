"""Which of what a water meter told can be of her doing: not what runs and runs. Moments are milliseconds."""

from collections.abc import Iterable, Iterator

_HOUR = 3_600_000
GAP = 2 * _HOUR
"""Reports that lie further apart cannot tell whether the water stood still in between."""
NO_LIFE_AFTER = 6 * _HOUR
"""Nobody showers and washes up for so long: what still runs then is a cistern or a drip."""


def of_her_doing(reports: Iterable[tuple[int, float]]) -> Iterator[int]:
    """Yield the moments of one meter's reports, given in order of time, up to six hours after the water last stood still.

    The same rule as `Flow.running_since`, for what lies long back.
    """
    since = before = None
    for at, litres in reports:
        if since is None or before is None or litres <= 0 or at - before > GAP:
            since = at
        before = at
        if at - since < NO_LIFE_AFTER:
            yield at

"""A finding: a detector's statement that something is wrong in a home, with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from linli.alert import AlertKind, Severity
from linli.words import Sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong. `key` names the episode: the same key never opens a second alert.

    `at` is the first evidence, where the long-lie clock starts. `home` is empty only for findings about a site, of
    which `about` names the part (a stairwell, a gateway); in a home it parts findings of one kind of which none may join
    the other's alert. A `drill` is one that staff have asked for. `heard_at`: when the message came that says it, if one
    does: a device may use the same key for another call (`alerts.opening.is_another`).
    """

    key: str
    home: str
    site: str
    kind: AlertKind
    severity: Severity
    at: datetime
    why: Sentence
    evidence: Mapping[str, str | float] = field(default_factory=dict)
    about: str = ""
    drill: bool = False
    heard_at: datetime | None = None

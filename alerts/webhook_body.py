"""What a program is told of a notice: the JSON that a webhook is sent (docs/channels.md). What people read is `message`."""

import msgspec

from alerts.links import Ways
from linli.alert import Alert, NoticeType
from linli.people import Home, Person

_TYPES = {NoticeType.OVER: "alert.over", NoticeType.TELL: "alert.taken_back"}
"""Where a program is not asked for anybody to come, it must not take the message for a call."""
_JUST_TO_LOOK = frozenset({NoticeType.ASK, NoticeType.OVER, NoticeType.TELL})
"""Where nobody is asked to go: an answer by accident must change nothing."""
_OF_HOME = ("home", "site", "building", "unit", "floor", "door", "resident")


def webhook_body(alert: Alert, type_: NoticeType, *, home: Home, person: Person, text: str, ways: Ways) -> bytes:
    """Return the body of a notice of a type; `text` is the one sentence that it is about, fit for the person."""
    looks = type_ in _JUST_TO_LOOK
    return msgspec.json.encode(
        {
            "type": _TYPES.get(type_, "alert.notice"),
            "alert": {
                "id": alert.id,
                "kind": alert.kind,
                "severity": alert.severity,
                "opened_at": alert.opened_at.astimezone(home.zone).isoformat(),
                "text": text,
            },
            "home": {name: getattr(home, name) for name in _OF_HOME},
            "to": {"person": person.person, "name": person.name, "role": person.role},
            "links": {
                "accept": ways.page if looks else ways.accept,
                "decline": ways.page if looks else ways.decline,
            },
            **({"drill": True} if alert.drill else {}),
        }
    )

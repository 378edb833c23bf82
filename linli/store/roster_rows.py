"""The records of the roster as rows of its tables."""

from typing import Any

from linli.people import Channel, Device, Duty, Home, Person

_Row = dict[str, Any]


def home_row(home: Home) -> _Row:
    """Return the row of the table `homes`."""
    return {
        "home": home.home,
        "site": home.site,
        "building": home.building,
        "unit": home.unit,
        "floor": home.floor,
        "door": home.door,
        "timezone": home.timezone,
        "check_in_by": [moment.isoformat("minutes") for moment in home.check_in_by],
        "note": home.note,
    }


def resident_row(home: Home) -> _Row:
    """Return the row of the table `residents`."""
    return {
        "home": home.home,
        "name": home.resident,
        "language": home.language,
        "phone": home.phone,
        "birth_year": home.birth_year,
    }


def device_row(device: Device) -> _Row:
    """Return the row of the table `devices`."""
    return {
        "home": device.home,
        "device": device.device,
        "room": device.room,
        "kinds": list(device.kinds),
        "topic": device.topic,
        "model": device.model,
    }


def person_row(person: Person) -> _Row:
    """Return the row of the table `people`."""
    return {
        "person": person.person,
        "role": person.role,
        "name": person.name,
        "language": person.language,
        "position": person.order,
    }


def care_rows(person: Person) -> list[_Row]:
    """Return a person's rows of the table `cares`."""
    return [{"person": person.person, "scope": care.scope, "target": care.target} for care in person.cares]


def channel_rows(person: Person) -> list[_Row]:
    """Return a person's rows of the table `channels`."""
    return [_channel_row(person.person, channel) for channel in person.channels]


def _channel_row(person: str, channel: Channel) -> _Row:
    return {
        "channel": channel.id,
        "person": person,
        "kind": channel.kind,
        "address": channel.address,
        "secret": channel.secret,
        "position": channel.order,
    }


def duty_rows(person: Person) -> list[_Row]:
    """Return a person's rows of the table `duty`, in the order in which they were written down."""
    return [_duty_row(person.person, position, span) for position, span in enumerate(person.duty)]


def _duty_row(person: str, position: int, span: Duty) -> _Row:
    return {
        "person": person,
        "position": position,
        "weekdays": "".join(str(day) for day in sorted(span.weekdays)),
        "starts": span.start.isoformat("minutes"),
        "ends": span.end.isoformat("minutes"),
    }

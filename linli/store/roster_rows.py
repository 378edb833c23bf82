"""The records of the roster as rows of its tables."""

from datetime import date, time
from typing import Any

from sqlalchemy import Row

from linli.duty import Duty, DutyException, Hours
from linli.people import Channel, Device, Home, Person

_Row = dict[str, Any]

_HOLIDAYS = "PH"
"""What stands in place of a day for all public holidays."""


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
    return [{**channel_row(channel), "person": person.person} for channel in person.channels]


def channel_row(channel: Channel) -> _Row:
    """Return the row of one channel."""
    return {
        "channel": channel.id,
        "person": channel.person,
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


def duty_exception_rows(person: Person) -> list[_Row]:
    """Return a person's rows of the table `duty_exceptions`, in their order: the later one wins."""
    return [_exception_row(person.person, position, one) for position, one in enumerate(person.duty_exceptions)]


def _exception_row(person: str, position: int, exception: DutyException) -> _Row:
    return {
        "person": person,
        "position": position,
        "first_day": exception.first.isoformat() if exception.first else _HOLIDAYS,
        "last_day": exception.last.isoformat() if exception.last else _HOLIDAYS,
        "starts": ",".join(hours.start.isoformat("minutes") for hours in exception.hours),
        "ends": ",".join(hours.end.isoformat("minutes") for hours in exception.hours),
    }


def duty_exception(row: Row[Any]) -> DutyException:
    """Return the exception in a row of the table `duty_exceptions`; several hours of a day stand side by side."""
    spans = zip(row.starts.split(","), row.ends.split(","), strict=True) if row.starts else ()
    return DutyException(
        None if row.first_day == _HOLIDAYS else date.fromisoformat(row.first_day),
        None if row.last_day == _HOLIDAYS else date.fromisoformat(row.last_day),
        tuple(Hours(time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans),
    )

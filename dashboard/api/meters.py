"""The way in for meter platforms, which push JSON of their own: a template says where things stand in it.

Each reading goes through the intake as a message on `meters/{platform}/{meter}`, the topic that the device list names.
"""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body
from pydantic import JsonValue

from dashboard.access import Reach
from dashboard.api.shapes import Refused, Taken
from dashboard.api.signals import MOST_AT_ONCE
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.problems import Problem
from linli.errors import LinliError
from linli.meter_template import PLACE, MeterReading, MeterTemplate
from linli.people import Roster

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["signals"])


@router.post("/meters/{platform}", status_code=202)
def take_in(services: Web, asker: Asker, platform: str, body: Annotated[JsonValue, Body()]) -> Taken:
    """Take what a meter platform pushes in; what was accepted is durable when this answers, and so is what was refused.

    A reading that is refused is no reason for the platform to send all of them again for ever.
    """
    template = _template(services.meter_template, platform)
    told = template.pick(body)
    if not told:
        raise Problem(422, f"No reading at {'.'.join(template.readings) or 'the body'}.")
    if len(told) > MOST_AT_ONCE:
        raise Problem(413, f"At most {MOST_AT_ONCE} readings at once.")
    reasons: list[str | None] = [None] * len(told)
    messages: dict[int, tuple[str, bytes]] = {}
    for index, one in enumerate(told):
        try:
            messages[index] = _message(asker, platform, one, services.roster())
        except ValueError as why:
            reasons[index] = str(why)
    verdicts = services.intake.submit(list(messages.values())) if messages else ()
    for index, verdict in zip(messages, verdicts, strict=True):
        reasons[index] = verdict
    rejected = [Refused(index=index, reason=reason) for index, reason in enumerate(reasons) if reason]
    return Taken(accepted=len(reasons) - len(rejected), rejected=rejected)


def _template(find: Callable[[str], MeterTemplate | None], platform: str) -> MeterTemplate:
    try:
        template = find(platform)
    except LinliError as why:
        raise Problem(503, f"linli's template for this platform is wrong: {why}") from None
    if template is None:
        raise Problem(404, "There is no template for this platform; see docs/meters.md.")
    return template


def _message(asker: Reach, platform: str, one: MeterReading | str, roster: Roster) -> tuple[str, bytes]:
    if isinstance(one, str):
        raise ValueError(one)
    topic = PLACE.format(platform=platform, meter=one.meter)
    homes = [
        roster.homes[device.home] for device in roster.devices_by_topic.get(topic, ()) if device.home in roster.homes
    ]
    if not all(asker.covers(home) for home in homes):
        raise ValueError("this home is not yours")
    said = {"value": one.value, "unit": one.unit, "at": one.at, "total": one.total}
    try:
        return topic, msgspec.json.encode(said)
    except (OverflowError, RecursionError, UnicodeEncodeError):
        raise ValueError("the reading cannot be written as JSON") from None

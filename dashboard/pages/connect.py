"""Staff: connecting a device of a home: where it sends what, with which password, and what has come from it so far."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dashboard import first_steps
from dashboard.api.signals import visible_rejections
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages import drills as drill_page
from dashboard.pages.board import heading
from dashboard.qr import drawn
from dashboard.queue import name_of
from dashboard.refusals import why
from dashboard.screens import page, words_for
from dashboard.services import Services
from linli.alert import Notice, NoticeState, RequestState
from linli.people import Device, Home
from linli.signals import Kind
from linli.store import cases, drills, outbox
from linli.wire import signal_topic

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

SHOWN = timedelta(hours=24)
MOST_SIGNALS = 2000
PAYLOADS = {
    Kind.CHECK_IN: "ok",
    Kind.SOS: "pressed",
    Kind.CONTACT: "open",
    Kind.BUTTON: "single",
    Kind.BLOOD_PRESSURE: '{"value": {"systolic": 128, "diastolic": 76}}',
    Kind.HEART_RATE: "72",
    Kind.RESPIRATION: "16",
    Kind.SPO2: "97",
    Kind.BODY_TEMPERATURE: "36.6",
    Kind.WEIGHT: "62.5",
    Kind.GLUCOSE: "5.6",
    Kind.TEMPERATURE: "21.5",
    Kind.HUMIDITY: "45",
    Kind.MOOD: "4",
    Kind.BATTERY: "87",
    Kind.POWER: "40",
    Kind.WATER: "12",
}
"""An example of what a device sends, by kind; the others say on or off."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is typed into a device."""

    topic: str
    payload: str
    user: str
    password: str
    url: str


@dataclass(frozen=True, slots=True)
class Rung:
    """Somebody who was written to in a drill, and what became of it."""

    name: str
    channel: str
    state: NoticeState
    reason: str
    answer: RequestState | None


@router.get("/homes/{home}/connect")
def connect(
    services: Web,
    asker: Asker,
    request: Request,
    home: str,
    device: Annotated[str, Query(max_length=63)] = "",
    kind: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """One device and one thing that it tells."""
    place = services.roster().homes[home]
    words = words_for(request, zone=place.zone)
    devices = [one for one in services.roster().devices_by_home.get(home, ()) if one.kinds]
    drill, broker = drill_page.running(services, home), services.settings.broker
    # whoever has just announced a trial comes back without the device's name
    wished = device or (drill.device if drill else "")
    chosen = next((one for one in devices if one.device == wished), _first(devices))
    told = _kind(chosen, kind)
    way = _way(services, place, chosen, told) if chosen and told and not chosen.topic else None
    since = words.now - SHOWN
    heard = list(services.signals.recent(home, since=since, limit=MOST_SIGNALS))
    refused = [one for one in visible_rejections(services, asker, 100) if one.home == home and one.at > since]
    context = {
        "home": place,
        "devices": devices,
        "device": chosen,
        "kind": told,
        "way": way,
        "broker": broker,
        "is_loopback": broker is not None and first_steps.is_loopback(f"mqtt://{broker.host}"),
        "code": drawn(way.url, words("Address, user and password")) if way else None,
        "topic_code": drawn(way.topic, words("Topic")) if way else None,
        "heard": heard[:5],
        "here": next((one for one in heard if chosen and one.device == chosen.device), None),
        "refused": [(one, why(one.reason, words)) for one in refused[:3]],
        "drill": drill if drill and chosen and drill.device in {"", chosen.device} else None,
        **_last_drill(services, home),
        **heading(services, asker),
    }
    return page(request, "connect.html", words, context)


def _first(devices: list[Device]) -> Device | None:
    """Return the device to begin with: a call button, if there is one."""
    return next((one for one in devices if Kind.SOS in one.kinds), devices[0] if devices else None)


def _kind(device: Device | None, wish: str) -> str:
    if device is None:
        return ""
    return wish if wish in device.kinds else device.kinds[0]


def _way(services: Services, home: Home, device: Device, kind: str) -> Way:
    broker, password = services.settings.broker, services.device_token(home.home)
    scheme = "mqtts" if broker and broker.tls else "mqtt"
    where = f"{broker.host}:{broker.port}" if broker else ""
    return Way(
        topic=signal_topic(home.site, home.home, device.device, Kind(kind)),
        payload=PAYLOADS.get(Kind(kind), "on"),
        user=home.home,
        password=password,
        url=f"{scheme}://{quote(home.home)}:{quote(password)}@{where}",
    )


def _last_drill(services: Services, home: str) -> dict[str, object]:
    """Return the latest drill of a button here that came through, and who got it."""
    with services.care.read() as connection:
        found = [one for one in drills.of_home(connection, home) if one.passed_at and one.alert]
        if not found:
            return {"passed": None, "rungs": []}
        asked = {one.person: one.state for one in cases.requests(connection, found[0].alert)}
        notices = outbox.of_alert(connection, found[0].alert)
    return {"passed": found[0], "rungs": [_rung(services, notice, asked.get(notice.person)) for notice in notices]}


def _rung(services: Services, notice: Notice, answer: RequestState | None) -> Rung:
    person = services.roster().people.get(notice.person)
    channels = {channel.id: channel.kind for channel in person.ways} if person else {}
    name = name_of(notice.person, services.roster())
    return Rung(name, channels.get(notice.channel, ""), notice.state, notice.reason, answer)

"""A home behind a Zigbee bridge of its own, as Zigbee2MQTT publishes it: devices, their availability, buttons, the bridge.

A press comes as state and as `/action`, and both are emptied right after it, as the real one does.
"""

from collections.abc import Callable, Iterator

from linli.people import Device, Home
from linli.signals import Kind, Signal
from simulators.page import Event
from simulators.sensors import GATEWAY
from simulators.spoken import Message, written

_STATES: dict[str, Callable[[Signal], tuple[str, object]]] = {
    Kind.MOTION: lambda signal: ("occupancy", signal.value == "on"),
    Kind.BED: lambda signal: ("occupancy", signal.value == "on"),
    Kind.CONTACT: lambda signal: ("contact", signal.value == "closed"),
    Kind.SMOKE: lambda signal: ("smoke", signal.value == "on"),
    Kind.LEAK: lambda signal: ("water_leak", signal.value == "on"),
    Kind.BATTERY: lambda signal: ("battery", signal.value),
}
_ACTIONS = {(Kind.SOS, "pressed"): "emergency", (Kind.CHECK_IN, "ok"): "single"}
_CARRIED = {*map(str, _STATES), Kind.SOS, Kind.CHECK_IN}


def carries(device: Device) -> bool:
    """Tell whether there is such a device in this ecosystem; the gateway is the bridge itself."""
    return device.device == GATEWAY or set(device.kinds) <= _CARRIED


def base(home: Home) -> str:
    """Return the base topic of a home's bridge."""
    return f"zigbee2mqtt-{home.home}"


def topic(home: Home, device: Device) -> str:
    """Return where a device speaks."""
    return f"{base(home)}/{'bridge' if device.device == GATEWAY else device.device}"


def say(home: Home, device: Device, kind: str, event: Event) -> Iterator[Message]:
    """Yield what the bridge publishes of an event."""
    where, signal = topic(home, device), event.signal
    if device.device == GATEWAY:
        if signal is None:
            yield from _of_the_bridge(home, where, event)
    elif signal is None:
        yield f"{where}/{kind}", written({"state": event.payload.decode()}), True
    elif signal.kind in _STATES:
        name, value = _STATES[signal.kind](signal)
        yield where, _state(signal, **{name: value}), False
    else:
        yield from _press(where, signal)


def _of_the_bridge(home: Home, where: str, event: Event) -> Iterator[Message]:
    """Its state, and once it is there its list of devices. The room's warmth it cannot tell."""
    word = event.payload.decode()
    yield f"{where}/state", written({"state": word}), True
    if word == "online":
        yield f"{where}/devices", written([{"type": "Coordinator", "friendly_name": "Coordinator"}]), True
        yield f"{where}/info", written({"version": "2.1.0", "config": {"mqtt": {"base_topic": base(home)}}}), True


def _press(where: str, signal: Signal) -> Iterator[Message]:
    action = _ACTIONS.get((signal.kind, str(signal.value)))
    if action is None:
        return
    yield where, _state(signal, action=action), False
    yield f"{where}/action", action.encode(), False
    yield where, written({"action": "", "linkquality": 120}), False
    yield f"{where}/action", b"", False


def _state(signal: Signal, **told: object) -> bytes:
    return written({**told, "linkquality": 120, "last_seen": signal.at.isoformat()})

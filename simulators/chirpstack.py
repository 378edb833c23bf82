"""A compound behind one LoRaWAN gateway, as ChirpStack v4 publishes it: uplinks, joins, battery states, the gateway.

The gateway is every home's: when it is lost, all of them are. What it counts it tells once an hour here.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256

from linli.people import Device, Home
from linli.signals import Kind, Signal
from simulators.page import Event
from simulators.sensors import GATEWAY
from simulators.spoken import Message, written

REGION = "cn470"
_YES_NO = {"on": "alarm", "off": "normal"}
_OBJECTS: dict[str, Callable[[Signal], dict[str, object]]] = {
    Kind.MOTION: lambda signal: {"pir": "trigger" if signal.value == "on" else "idle"},
    Kind.BED: lambda signal: {"occupancy": "occupied" if signal.value == "on" else "vacant"},
    Kind.CONTACT: lambda signal: {"magnet_status": signal.value, "tamper_status": "installed"},
    Kind.SMOKE: lambda signal: {"smoke": _YES_NO[str(signal.value)]},
    Kind.LEAK: lambda signal: {"leakage_status": "leak" if signal.value == "on" else "normal"},
    Kind.SOS: lambda _signal: {"press": "long"},
    Kind.CHECK_IN: lambda _signal: {"press": "short"},
}
_CARRIED = {*map(str, _OBJECTS), Kind.BATTERY}


def carries(device: Device) -> bool:
    """Tell whether there is such a device in this ecosystem."""
    return device.device == GATEWAY or set(device.kinds) <= _CARRIED


def topic(home: Home, device: Device) -> str:
    """Return where a device speaks."""
    if device.device == GATEWAY:
        return f"{REGION}/gateway/{_eui(home.site)}"
    return f"application/{home.site}/device/{_eui(home.home, device.device)}"


def say(home: Home, device: Device, kind: str, event: Event) -> Iterator[Message]:
    """Yield what the network server publishes of an event; `kind` it never says."""
    del kind
    where, signal = topic(home, device), event.signal
    if device.device == GATEWAY:
        yield from _of_the_gateway(home, where, event)
    elif signal is None:
        if event.payload == b"online":
            yield f"{where}/event/join", written({**_head(home, device), "devAddr": "00189440"}), False
    elif signal.kind is Kind.BATTERY:
        told = {"margin": 10, "externalPowerSource": False, "batteryLevelUnavailable": False}
        at = {"time": signal.at.isoformat(), "batteryLevel": signal.value}
        yield f"{where}/event/status", written({**_head(home, device), **told, **at}), False
    elif not (signal.kind is Kind.SOS and signal.value != "pressed"):
        yield f"{where}/event/up", _uplink(home, device, signal), False


def _of_the_gateway(home: Home, where: str, event: Event) -> Iterator[Message]:
    gateway = _eui(home.site)
    if event.signal is None:
        yield f"{where}/state/conn", written({"gatewayId": gateway, "state": event.payload.decode().upper()}), True
    else:
        yield f"{where}/event/stats", written({"gatewayId": gateway, "rxPacketsReceived": 60}), False


def _uplink(home: Home, device: Device, signal: Signal) -> bytes:
    return written(
        {
            "deduplicationId": sha256(signal.identity.encode()).hexdigest()[:32],
            "time": signal.at.isoformat(),
            **_head(home, device),
            "fPort": 85,
            "confirmed": False,
            "data": "AQ==",
            "object": _OBJECTS[signal.kind](signal),
            "rxInfo": [{"gatewayId": _eui(home.site), "rssi": -71, "snr": 9.5}],
        }
    )


def _head(home: Home, device: Device) -> dict[str, object]:
    eui = _eui(home.home, device.device)
    return {"deviceInfo": {"applicationName": home.site, "deviceName": device.device, "devEui": eui}}


def _eui(*names: str) -> str:
    return sha256("/".join(names).encode()).hexdigest()[:16]

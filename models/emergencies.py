"""What needs no thought: somebody calls for help, or a detector rings. One signal is enough, whatever its time."""

from datetime import timedelta

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.people import Home
from linli.signals import Kind, Signal, Value
from linli.words import Sentence
from models.device_clock import MAX_CLOCK_SKEW
from models.sentences import UNKNOWN_ROOM

_CALLS: dict[tuple[Kind, Value], tuple[AlertKind, Severity, str]] = {
    (Kind.SOS, "pressed"): (AlertKind.SOS, Severity.EMERGENCY, "SOS pressed"),
    (Kind.CHECK_IN, "help"): (AlertKind.SOS, Severity.EMERGENCY, "Asked for help at check-in"),
    (Kind.FALL, "on"): (AlertKind.FALL, Severity.EMERGENCY, "Fall sensor triggered"),
    (Kind.SMOKE, "on"): (AlertKind.SMOKE, Severity.EMERGENCY, "Smoke alarm"),
    (Kind.GAS, "on"): (AlertKind.GAS, Severity.EMERGENCY, "Gas alarm"),
    (Kind.LEAK, "on"): (AlertKind.LEAK, Severity.URGENT, "Water leak"),
}

IN_TIME = "{what} at {at}, {room}."
CLOCKS_DIFFER = "{what}, received at {received}; the device's own clock said {said}. {room}."


def calls_for_help(kind: Kind, value: Value) -> bool:
    """Tell whether a signal of this kind and value opens an alert at once."""
    return (kind, value) in _CALLS


def emergency(signal: Signal, home: Home) -> Finding | None:
    """Return what one signal calls for at once. Its age does not matter: a wrong clock must not silence a call."""
    call = _CALLS.get((signal.kind, signal.value))
    if call is None:
        return None
    kind, severity, what = call
    return Finding(
        key=f"{kind}:{signal.identity}",
        home=home.home,
        site=home.site,
        kind=kind,
        severity=severity,
        at=min(signal.at, signal.received_at),
        why=_why(signal, what),
        evidence=_evidence(signal),
        heard_at=signal.received_at,
    )


def _clocks_differ(signal: Signal) -> bool:
    return abs(signal.received_at - signal.at) > MAX_CLOCK_SKEW


def _why(signal: Signal, what: str) -> Sentence:
    room = signal.room or UNKNOWN_ROOM
    if _clocks_differ(signal):
        return Sentence(CLOCKS_DIFFER, {"what": what, "received": signal.received_at, "said": signal.at, "room": room})
    return Sentence(IN_TIME, {"what": what, "at": min(signal.at, signal.received_at), "room": room})


def _evidence(signal: Signal) -> dict[str, str | float]:
    evidence: dict[str, str | float] = {"device": signal.device, "room": signal.room, "signal": signal.kind.value}
    if _clocks_differ(signal):
        behind = (signal.received_at - signal.at) / timedelta(minutes=1)
        evidence |= {
            "at": signal.at.isoformat(),
            "received_at": signal.received_at.isoformat(),
            "clock_behind_minutes": round(behind, 1),
        }
    return evidence

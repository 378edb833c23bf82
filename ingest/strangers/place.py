"""Where a device of another ecosystem stands: the topic by which the device list would name it."""

from ingest.codecs import entities
from ingest.codecs.codec import Codec

_TWINS = {"stat": "tele"}
_SHARED = "bthomedevice:"
"""What a Shelly calls the BLU devices that it hears; each is a device of its own."""


def place_of(codec: Codec, levels: tuple[str, ...], device: str) -> str:
    """Return the topic up to the device's own name; where messages are shared, the name stands behind the topic.

    An entity of ESPHome or Home Assistant is a place by itself: one board may hold sensors and lamps.
    """
    told = (_TWINS.get(levels[0], levels[0]), *levels[1:])
    if codec.NAME == entities.NAME:
        return "/".join(told[:-1])
    names = tuple(device.split("/"))
    if not any(name.startswith(_SHARED) for name in names):
        for length in range(len(names), 0, -1):
            end = _end_of(names[:length], told)
            if end is not None:
                return "/".join(told[:end])
    return "/".join((*told, *names))


def _end_of(names: tuple[str, ...], levels: tuple[str, ...]) -> int | None:
    """Return where in a topic a name of several levels ends, None where it does not stand there."""
    last = len(levels) - len(names)
    plain = tuple(name.replace(":", "") for name in names)  # an address as topics write it
    starts = (start for start in range(last + 1) if levels[start : start + len(names)] in {names, plain})
    return next((start + len(names) for start in starts), None)

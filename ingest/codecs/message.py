"""One message of another ecosystem, and how its payload is opened. What cannot be opened is a ValueError that says why."""

from datetime import datetime

import msgspec

_NAMES = (str, int)  # a union written out where it is asked for is made anew each time
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Message(msgspec.Struct, frozen=True, gc=False):
    """A topic, its levels, and what was published on it."""

    topic: str
    levels: tuple[str, ...]
    payload: bytes
    received_at: datetime

    def text(self) -> str:
        """Return the payload as text without the quotes that some add around a bare word."""
        try:
            return self.payload.decode("utf-8-sig").strip().strip('"').strip()
        except UnicodeDecodeError:
            raise ValueError("the payload is not UTF-8") from None

    def json(self) -> Json:
        """Return the payload as what it is in JSON."""
        try:
            opened: Json = msgspec.json.decode(self.payload)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ValueError("the payload is not valid JSON") from None
        return opened

    def object(self) -> dict[str, Json]:
        """Return the payload as a JSON object."""
        opened = self.json()
        if not isinstance(opened, dict):
            raise ValueError("the payload is not a JSON object")
        return opened

    def scalar_or_json(self) -> Json:
        """Return JSON where the payload is an object or a list, else a bare value or word."""
        text = self.text()
        if text[:1] in {"{", "["}:
            return self.json()
        try:
            bare: Json = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
        return bare


def inner(parent: Json, *path: str) -> Json:
    """Return what stands at the end of a path of names, or None where it breaks off."""
    found = parent
    for name in path:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def part(parent: Json, *path: str) -> dict[str, Json]:
    """Return the object at the end of a path of names; empty where there is none."""
    found = inner(parent, *path)
    return found if isinstance(found, dict) else {}


def named(*given: Json) -> str:
    """Return the first that can be a name: a text that is not empty, or a whole number."""
    return next((str(name) for name in given if isinstance(name, _NAMES) and name is not True and name != ""), "")


def items(given: Json) -> list[Json]:
    """Return a list as it is, and nothing for anything else."""
    return given if isinstance(given, list) else []

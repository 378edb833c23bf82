"""How each kind of reader is told what is new: programs in the API's words, the board by window, the map by building."""

from functools import partial
from typing import Protocol

import msgspec

from dashboard.access import STAFF, Reach
from dashboard.api.alerts import row as alert_row
from dashboard.api.homes import row as home_row
from dashboard.blocks import blocks_of
from dashboard.eyes import Change, Seen
from dashboard.facade import EVERYTHING, Part
from dashboard.services import Services
from dashboard.standing import Standing
from dashboard.windows import Window, title_of
from linli.store.overview import Involved


class Voice(Protocol):
    """How a kind of reader is told things."""

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the frames of what a reader may know of a change."""
        ...

    def beat(self, seen: Seen) -> bytes:
        """Return a heartbeat."""
        ...


def _frame(event: str, body: object, seq: int) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, event.encode(), msgspec.json.encode(body))


class ApiVoice:
    """Tells `home` and `alert` events, each as the API tells homes and alerts."""

    def __init__(self, services: Services, language: str | None) -> None:
        self._services = services
        self._language = language

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the events that a reader may know."""
        wording = (reach.role, self._language or "", reach.person if reach.is_helper else "")
        frames = []
        for standing, _ in change.homes_of(reach):
            key = ("home", *wording, standing.home.home)
            frames.append(change.frame(key, partial(self._home, standing, reach, change.seen.seq)))
        for involved in change.alerts_of(reach):
            key = ("alert", *wording, involved.alert.id)
            frames.append(change.frame(key, partial(self._alert, involved, reach, change.seen.seq)))
        return frames

    def beat(self, seen: Seen) -> bytes:
        """Return a comment: programs need no event to know that the line is open."""
        return b": %s\n\n" % seen.now.isoformat().encode()

    def _home(self, standing: Standing, reach: Reach, seq: int) -> bytes:
        return _frame("home", home_row(standing, reach, self._language).model_dump(mode="json"), seq)

    def _alert(self, involved: Involved, reach: Reach, seq: int) -> bytes:
        told = alert_row(self._services, involved, reach, self._language)
        return _frame("alert", told.model_dump(mode="json"), seq)


class PageVoice:
    """Tells our own pages: `windows` to redraw, `alerts` in which something happened, `troubles`, and `beat`.

    To who has just come it tells `all`: how each window looks, as homes by look, which is a tenth as long.
    Of windows it tells only those of a part of the homes; of alerts and troubles everything.
    """

    def __init__(self, language: str, part: Part = EVERYTHING) -> None:
        self._language = language
        self._part = part

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the events that a reader may know."""
        return [*self._windows(change, reach), *_told_on_every_page(change, reach)]

    def _windows(self, change: Change, reach: Reach) -> list[bytes]:
        key = ("windows", self._language, reach.role, reach.person, self._part.site, self._part.building)
        # whom a helper may see hangs on who asks them at this moment, so nothing of theirs is kept for others
        told = self._told(change, reach) if reach.is_helper else change.frame(key, partial(self._told, change, reach))
        return [told] if told else []

    def _told(self, change: Change, reach: Reach) -> bytes:
        homes = [one for one in change.homes_of(reach) if self._part.covers(one[0].home)]
        if change.is_all:
            by_look: dict[str, list[str]] = {}
            for _, window in homes:
                by_look.setdefault(f"{window.look}|{window.glyph}|{window.badge}", []).append(window.home)
            return _frame("all", by_look, change.seen.seq)
        windows = [self._window(standing, window) for standing, window in homes]
        return _frame("windows", windows, change.seen.seq) if windows else b""

    def _window(self, standing: Standing, window: Window) -> list[str]:
        return [window.home, window.look, window.glyph, window.badge, title_of(standing, self._language)]

    def beat(self, seen: Seen) -> bytes:
        """Return an event with our time: the pages count their clocks by it, and miss it when it does not come."""
        return _beat(seen)


class MapVoice:
    """Tells the map: `blocks`, how many homes of each building are in which state, and what every page is told."""

    def __init__(self, part: Part = EVERYTHING) -> None:
        self._part = part

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the events that a reader may know."""
        key = ("blocks", reach.role, reach.person, self._part.site, self._part.building)
        blocks = change.frame(key, partial(self._blocks, change, reach))
        return [blocks, *_told_on_every_page(change, reach)]

    def _blocks(self, change: Change, reach: Reach) -> bytes:
        """Return the buildings in which a home looks different, counted as a whole."""
        touched = {
            (one.home.site, one.home.building) for one, _ in change.homes_of(reach) if self._part.covers(one.home)
        }
        standings = (
            one
            for one in change.seen.standings.values()
            if (one.home.site, one.home.building) in touched and reach.covers(one.home)
        )
        counts = {block.id: block.states for block in blocks_of(standings)}
        return _frame("blocks", counts, change.seen.seq) if counts else b""

    def beat(self, seen: Seen) -> bytes:
        """Return an event with our time, as every page is told."""
        return _beat(seen)


class WallVoice:
    """Tells a wall only that something has changed: it draws itself anew, and learns nobody's home or state by this way."""

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return one event, or none where nothing has happened that concerns this wall."""
        concerns = change.is_all or change.troubles_changed or change.homes_of(reach) or change.alerts_of(reach)
        return [_frame("wall", None, change.seen.seq)] if concerns else []

    def beat(self, seen: Seen) -> bytes:
        """Return an event with our time, as every page is told."""
        return _beat(seen)


def _told_on_every_page(change: Change, reach: Reach) -> list[bytes]:
    frames = []
    alerts = [[one.alert.id, one.alert.severity, one.alert.state] for one in change.alerts_of(reach)]
    if alerts:
        frames.append(_frame("alerts", alerts, change.seen.seq))
    if change.troubles_changed and reach.role == STAFF:
        frames.append(_frame("troubles", change.seen.troubles, change.seen.seq))
    return frames


def _beat(seen: Seen) -> bytes:
    return _frame("beat", seen.now.isoformat(), seen.seq)

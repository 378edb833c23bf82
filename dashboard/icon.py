"""linli's icon as a picture of points, drawn on request for the browsers that take no SVG: a house with lit windows."""

import struct
import zlib
from functools import cache

Colour = tuple[int, int, int, int]
_GRID = 48
_PINE, _LAMP = (0x1D, 0x64, 0x56, 255), (0xFF, 0xE8, 0xA8, 255)
_WHITE, _NOTHING = (255, 255, 255, 255), (0, 0, 0, 0)
_LIT = ((13, 13, 9, 9), (26, 13, 9, 9), (26, 26, 9, 9))
_FRAME, _PANE = (13, 26, 9, 9), (15, 28, 5, 5)
"""Windows as (x, y, width, height) on a grid of 48: all within the circle that a phone may cut out."""


@cache
def app_icon(size: int) -> bytes:
    """Return the icon as a PNG without round corners: phones cut their own."""
    return _png(size, _PINE, _LAMP, _PINE)


@cache
def badge(size: int) -> bytes:
    """Return the windows alone, white on nothing, as a phone shows them in its status bar."""
    return _png(size, _NOTHING, _WHITE, _NOTHING)


def _png(size: int, ground: Colour, lit: Colour, pane: Colour) -> bytes:
    rows = (b"\0" + b"".join(bytes(_colour(x, y, size, ground, lit, pane)) for x in range(size)) for y in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _colour(x: int, y: int, size: int, ground: Colour, lit: Colour, pane: Colour) -> Colour:
    at = (x * _GRID / size, y * _GRID / size)
    if _is_in(_PANE, *at):
        return pane
    return lit if any(_is_in(window, *at) for window in (*_LIT, _FRAME)) else ground


def _is_in(window: tuple[int, int, int, int], x: float, y: float) -> bool:
    left, top, width, height = window
    return left <= x < left + width and top <= y < top + height


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

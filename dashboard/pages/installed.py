"""What makes linli's pages a thing on the home screen: the manifest, the icons, the worker, and the page without a line.

Nothing here knows who is asking, and nothing that a browser keeps of it holds a name.
"""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from dashboard.guard import GuardedRoute
from dashboard.icon import app_icon, badge
from dashboard.screens import HERE, page, words_for

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ICONS: dict[str, Callable[[], bytes]] = {
    "180": lambda: app_icon(180),
    "192": lambda: app_icon(192),
    "512": lambda: app_icon(512),
    "badge": lambda: badge(96),
}
_SVG = {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """What a browser wants to know before it puts linli on the home screen."""
    words = words_for(request)
    told = {
        "id": "/",
        "name": "linli 邻里",
        "short_name": "邻里" if words.language == "zh" else "linli",
        "description": str(words("A neighbourhood looks after its elders")),
        "lang": "zh-CN" if words.language == "zh" else "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f3eb",
        "theme_color": "#1d6456",
        "icons": [_SVG, *(_png(size, purpose) for size in (192, 512) for purpose in ("any", "maskable"))],
    }
    return JSONResponse(told, media_type="application/manifest+json")


def _png(size: int, purpose: str) -> dict[str, str]:
    return {"src": f"/icons/{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@router.get("/icons/{name}.png")
def icon(name: Literal["180", "192", "512", "badge"]) -> Response:
    """One icon as a PNG."""
    return Response(_ICONS[name](), media_type="image/png")


@router.get("/worker.js")
def worker() -> Response:
    """The service worker, at the root so that it serves every page."""
    return FileResponse(HERE / "static" / "worker.js", media_type="text/javascript")


@router.get("/offline")
def offline(request: Request) -> Response:
    """What the worker shows while linli cannot be reached: the same for everybody, so that it may be kept."""
    return page(request, "offline.html", words_for(request))

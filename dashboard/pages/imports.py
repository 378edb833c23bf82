"""Staff of all sites: homes, devices and people from a file, looked through before anything changes, and taken back after."""

import tempfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import Reach
from dashboard.drafts import Draft, Drafts
from dashboard.guard import GuardedRoute, Office, Web
from dashboard.pages.board import heading
from dashboard.queue import name_of
from dashboard.roster_faults import told
from dashboard.roster_preview import parts
from dashboard.roster_sample import sample
from dashboard.screens import page, words_for
from dashboard.services import Services
from linli.errors import Conflict, LinliError, StoreDown
from linli.roster_file import LISTED, BadRoster, RosterFile, apply_undoably, compare, read_roster, undo
from linli.store import roster as roster_store

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/import")
def form(services: Web, asker: Office, request: Request) -> Response:
    """Where a file is chosen."""
    return _form(services, asker, request)


def _form(
    services: Services,
    asker: Reach,
    request: Request,
    status: int = 200,
    *,
    bad: BadRoster | None = None,
    why: str = "",
    name: str = "",
) -> Response:
    words, latest = words_for(request), _drafts(request).latest
    with services.care.read() as connection:
        roster = roster_store.load(connection)  # as it is now: the program's own is up to a second older
    context = {
        "counts": {"homes": len(roster.homes), "devices": len(roster.devices), "people": len(roster.people)},
        "faults": [(fault, told(fault.text, words)) for fault in bad.problems] if bad else [],
        "fault_count": bad.count if bad else 0,
        "why": told(why, words) if why else "",
        "file": name,
        "latest": latest,
        "latest_by": name_of(latest.by, roster) if latest else "",
        **heading(services, asker),
    }
    return page(request, "import.html", words, context, status)


def _drafts(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts


@router.post("/import")
def upload(
    services: Web, asker: Office, request: Request, file: Annotated[list[UploadFile] | None, File()] = None
) -> Response:
    """Read a file; nothing changes yet."""
    chosen = [one for one in file or () if one.filename]
    name = ", ".join(_plain(one) for one in chosen)
    try:
        read = _read(services, chosen)
    except BadRoster as bad:
        return _form(services, asker, request, 422, bad=bad, name=name)
    except StoreDown:
        raise
    except LinliError as why:
        return _form(services, asker, request, 422, why=str(why), name=name)
    draft = _drafts(request).put(name, read, services.clock.now())
    return RedirectResponse(f"/import/{draft.id}", 303)


def _plain(file: UploadFile) -> str:
    """Return what a file is called, without the folders that some browsers send along."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name[:80]
    return "".join(sign for sign in name if sign.isprintable())


def _read(services: Services, chosen: list[UploadFile]) -> RosterFile:
    """Return what the files say; the same code reads them as `linli import`."""
    if not chosen:
        raise LinliError(NOTHING_CHOSEN)
    with services.care.read() as connection:
        known = roster_store.load(connection)
    year = services.clock.now().year
    with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
        for one in chosen:
            path = Path(folder) / (_plain(one) or "file")
            if path.exists():
                raise LinliError(TWICE)
            with path.open("wb") as target:
                target.write(one.file.read())
        only = path if len(chosen) == 1 else Path(folder)
        return read_roster(only, known, this_year=year)


NOTHING_CHOSEN = "no file was chosen"
TWICE = "two of the files have the same name"


@router.get("/import/sample.xlsx")
def sample_workbook(asker: Office, request: Request) -> Response:  # noqa: ARG001 - the door
    """An example to fill in."""
    content = BytesIO()
    sample(words_for(request).language).save(content)
    headers = {"content-disposition": 'attachment; filename="linli-roster.xlsx"'}
    return Response(content.getvalue(), media_type=_SPREADSHEET, headers=headers)


@router.get("/import/{draft}")
def preview(services: Web, asker: Office, request: Request, draft: str) -> Response:
    """What would change."""
    found = _drafts(request).get(draft)
    if found is None:
        return _form(services, asker, request, 410, why=GONE)
    return _preview(services, asker, request, found)


GONE = "what was uploaded is no longer kept; choose the file again"


def _preview(services: Services, asker: Reach, request: Request, draft: Draft, status: int = 200) -> Response:
    with services.care.read() as connection:
        known = roster_store.load(connection)
    try:
        change = compare(known, draft.file)
    except BadRoster as bad:
        return _form(services, asker, request, 409, bad=bad, name=draft.name)
    context = {
        "draft": draft,
        "change": change,
        "parts": parts(known, draft.file, change),
        "revision": known.revision,
        "listed": LISTED,
        "moved": status == 409,
        **heading(services, asker),
    }
    return page(request, "import_preview.html", words_for(request), context, status)


@router.post("/import/{draft}")
def apply_draft(
    services: Web, asker: Office, request: Request, draft: str, revision: Annotated[int, Form()] = -1
) -> Response:
    """Import what was looked through, all or nothing; shown once more if the roster has changed since."""
    drafts = _drafts(request)
    found = drafts.get(draft)
    if found is None:
        latest = drafts.latest
        if latest is not None and latest.id == draft:  # pressed twice
            return RedirectResponse("/import", 303)
        return _form(services, asker, request, 410, why=GONE)
    try:
        with services.care.begin() as connection:
            roster_store.hold(connection)
            if roster_store.revision(connection) != revision:
                return _preview(services, asker, request, found, 409)
            done = apply_undoably(connection, found.file)
    except BadRoster as bad:
        return _form(services, asker, request, 409, bad=bad, name=found.name)
    drafts.imported(found, done, asker.actor, services.clock.now())
    services.heed_roster()
    return RedirectResponse("/import", 303)


@router.post("/import/undo/{done}")
def take_back(services: Web, asker: Office, request: Request, done: str) -> Response:
    """Take the latest import back."""
    drafts = _drafts(request)
    latest = drafts.latest
    if latest is None or latest.id != done:
        return _form(services, asker, request, 409, why=TOO_LATE)
    try:
        with services.care.begin() as connection:
            stayed = undo(connection, latest.done)
    except Conflict as why:
        return _form(services, asker, request, 409, why=str(why))
    drafts.forget_latest()
    services.heed_roster()
    if stayed:
        return _form(services, asker, request, why=STAYED.format(homes=", ".join(stayed[:20])))
    return RedirectResponse("/import", 303)


TOO_LATE = "this import can no longer be taken back; import a file with what is right instead"
STAYED = "the import was taken back, but for homes of which something is known already: {homes}"

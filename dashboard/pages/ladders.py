"""Staff of all sites: who is called when, changed in a form or as a text, rehearsed on past alerts, kept and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.ladder_file import BadLadder, written
from alerts.ladder_file.lengths import written_length
from alerts.ladder_file.reading import MOST_BYTES
from alerts.ladder_file.vocabulary import section_name
from alerts.ladder_file.writing import call_of, when_of
from alerts.ladders import Section
from alerts.site_ladders import DEFAULT
from dashboard.access import Reach
from dashboard.guard import GuardedRoute, Office, RowNumber, Web
from dashboard.ladder_form import MOST_STEPS, Filled, Row, Who, field_of, filled_with, lines_of, put_in, told_of
from dashboard.ladder_picture import CLIMBERS, picture_of
from dashboard.ladder_tuning import LadderTuning, Saved
from dashboard.pages.board import heading
from dashboard.problems import Problem, not_found
from dashboard.queue import name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from linli.errors import Conflict
from linli.store.ladder_changes import LadderChange
from linli.words import Sentence

BUSY = Sentence("Another rehearsal is under way, so yours was not begun. Wait until it has ended, or stop it first.")
router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

SiteText = Annotated[str, Query(max_length=63)]
SiteField = Annotated[str, Form(max_length=63)]
LengthText = Annotated[str, StringConstraints(max_length=30)]
CountText = Annotated[str, StringConstraints(max_length=5)]
MOST_TEXT = MOST_BYTES // 4
"""Characters: so many fit into a file, whatever they are."""
LISTED = 40
"""How many past alerts a rehearsal lists; the sums hold the rest."""


def _tuning(services: Services) -> LadderTuning:
    if services.tuning is None:
        raise not_found()
    return services.tuning.ladders


def _name(services: Services, site: str) -> str:
    """Return whose ladder is meant: a site's, or the one of all that have none; the first site's if none is said."""
    sites = services.roster().sites
    if not site:
        return sites[0] if sites else DEFAULT
    if site not in {DEFAULT, *sites}:
        raise not_found()
    return site


def _context(services: Services, asker: Reach, words: Words, name: str) -> dict[str, object]:
    """Return what every page of a ladder needs."""
    return {
        "name": name,
        "names": [*services.roster().sites, DEFAULT],
        "section_name": lambda section: section_name(section, words.language),
        "when_of": lambda rung: when_of(
            written_length(rung.after, words.language) if rung.after else "", words.language
        ),
        "call_of": lambda rung: call_of(rung, words.language),
        "length": lambda length: written_length(length, words.language),
        **heading(services, asker),
    }


@router.get("/ladders")
def shown(services: Web, asker: Office, request: Request, site: SiteText = "") -> Response:
    """Who is called when at a compound."""
    return _shown(services, asker, request, _name(services, site))


def _shown(
    services: Services, asker: Reach, request: Request, name: str, status: int = 200, *, refused: str = ""
) -> Response:
    tuning, words = _tuning(services), words_for(request)
    saved = tuning.saved(name)
    context = {
        "saved": saved,
        "ladders": [(one, saved.ladders[one], picture_of(saved.ladders[one])) for one in Section],
        "climbers": CLIMBERS,
        "refused": refused,
        "trial": tuning.trial(),
        "history": _apart(tuning.history(name), words),
        "named": lambda person: name_of(person, services.roster()),
        **_context(services, asker, words, name),
    }
    return page(request, "ladders.html", words, context, status)


def _apart(changes: Sequence[LadderChange], words: Words) -> list[tuple[LadderChange, str]]:
    """Return each change with its time: to the second where two fall into one minute, or their buttons would say the same."""
    minutes = [words.when(one.at) for one in changes]
    return [
        (one, minute if minutes.count(minute) == 1 else f"{minute}:{one.at:%S}")
        for one, minute in zip(changes, minutes, strict=True)
    ]


@router.get("/ladders/edit")
def edit(
    services: Web, asker: Office, request: Request, site: SiteText = "", section: Section | None = None, draft: str = ""
) -> Response:
    """Change one ladder in a form, or all of them as a text; `draft`: go on with what is being rehearsed."""
    tuning, language = _tuning(services), words_for(request).language
    saved, trial = tuning.saved(_name(services, site)), tuning.trial()
    if draft and trial is not None and trial.name == saved.name:
        return _edit(services, asker, request, saved, _Sheet(trial.value))
    ladder = saved.ladders[section] if section and saved.fault is None else None
    if section is None or ladder is None or len(ladder.rungs) > MOST_STEPS:
        return _edit(services, asker, request, saved, _Sheet(_text(saved, language)))
    return _edit(services, asker, request, saved, _Sheet(section=section, filled=filled_with(ladder, language)))


def _text(saved: Saved, language: str) -> str:
    """Return what stands in the file, or what would if everything that holds were written down."""
    return written(saved.ladders, language) if saved.text is None else saved.text


def _edit(services: Services, asker: Reach, request: Request, saved: Saved, sheet: "_Sheet") -> Response:
    """Draw the form, or the text."""
    words = words_for(request)
    context = {
        "saved": saved,
        "sheet": sheet,
        "who": list(Who),
        "most_text": MOST_TEXT,
        **_context(services, asker, words, saved.name),
    }
    return page(
        request, "ladder_edit.html", words, context, 409 if sheet.fault is BUSY else 422 if sheet.fault else 200
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is changed: a whole text, or one section as it is filled in.

    `wrong` is the field that a fault is about, and `told` is what the form says of it.
    """

    text: str = ""
    section: Section | None = None
    filled: Filled | None = None
    fault: Sentence | None = None
    wrong: str = ""
    told: Sentence | None = None


@router.post("/ladders/text")
def change_text(
    services: Web,
    asker: Office,
    request: Request,
    site: SiteField = "",
    text: Annotated[str, Form(max_length=MOST_TEXT)] = "",
) -> Response:
    """Rehearse a whole ladder file; an empty one is none, so that what holds for all compounds holds here too."""
    name = _name(services, site)
    try:
        _tuning(services).rehearse(name, text if text.strip() else None, by=asker.actor)
    except BadLadder as why:
        return _edit(services, asker, request, _tuning(services).saved(name), _Sheet(text, fault=why.sentence))
    except Conflict:
        return _edit(services, asker, request, _tuning(services).saved(name), _Sheet(text, fault=BUSY))
    return RedirectResponse("/ladders/trial", 303)


class LadderForm(BaseModel):
    """The form of one ladder; of its steps the first of each list is the first, and so on."""

    section: Section
    site: str = Field("", max_length=63)
    after: list[LengthText] = Field([], max_length=MOST_STEPS)
    who: list[Who | Literal[""]] = Field([], max_length=MOST_STEPS)
    count: list[CountText] = Field([], max_length=MOST_STEPS)
    patience: LengthText = ""
    again: LengthText = ""
    lease: LengthText = ""
    goal: LengthText = ""
    limit: LengthText = ""

    def filled(self) -> Filled:
        """Return what was filled in."""
        rows = [Row(*cells) for cells in zip_longest(self.after, self.who, self.count, fillvalue="")]
        return Filled(rows, self.patience, self.again, self.lease, self.goal, self.limit)


@router.post("/ladders/form")
def change_form(services: Web, asker: Office, request: Request, form: Annotated[LadderForm, Form()]) -> Response:
    """Rehearse a ladder file in which one ladder is as the form says."""
    tuning, language = _tuning(services), words_for(request).language
    saved, filled = tuning.saved(_name(services, form.site)), form.filled()
    if saved.fault is not None:
        raise Problem(409, "Something in this form is not right.")
    lines = lines_of(form.section, filled, language)
    text, begin = put_in(saved.text or "", form.section, [line for _, line in lines])
    try:
        tuning.rehearse(saved.name, text, by=asker.actor)
    except BadLadder as why:
        field = field_of(why, lines, begin)
        sheet = _Sheet(text, form.section, filled, why.sentence, field, told_of(why, filled, field))
        return _edit(services, asker, request, saved, sheet)
    except Conflict:
        return _edit(services, asker, request, saved, _Sheet(text, form.section, filled, BUSY))
    return RedirectResponse("/ladders/trial", 303)


@router.get("/ladders/trial")
def trial(services: Web, asker: Office, request: Request) -> Response:
    """How far the rehearsal is, or what it found."""
    tuning = _tuning(services)
    found = tuning.trial()
    if found is None:
        return RedirectResponse("/ladders", 303)
    saved, roster, words = tuning.saved(found.name), services.roster(), words_for(request)
    context = {
        "trial": found,
        "still": (saved.text or "") == found.before,
        "same": (saved.text or "") == found.value,
        "homes": roster.homes,
        "named": lambda person: name_of(person, roster),
        "listed": LISTED,
        **_context(services, asker, words, found.name),
    }
    return page(request, "ladder_trial.html", words, context)


@router.post("/ladders/trial/save")
def save(services: Web, asker: Office, begun_at: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Let what was rehearsed hold, if it is what was looked at."""
    tuning = _tuning(services)
    found = tuning.trial()
    if found is None or found.begun_at.isoformat() != begun_at:
        return RedirectResponse("/ladders/trial", 303)
    try:
        tuning.save(found.name, found.value or None, before=found.before or None, by=asker.actor)
    except Conflict:
        return RedirectResponse("/ladders/trial", 303)  # which says so
    tuning.stop()
    return RedirectResponse(f"/ladders?site={found.name}", 303)


@router.post("/ladders/trial/stop")
def stop(services: Web, asker: Office) -> RedirectResponse:  # noqa: ARG001 - the door
    """Leave everything as it is."""
    tuning = _tuning(services)
    found = tuning.trial()
    tuning.stop()
    return RedirectResponse(f"/ladders?site={found.name}" if found else "/ladders", 303)


@router.post("/ladders/back/{change}")
def take_back(services: Web, asker: Office, request: Request, change: RowNumber, site: SiteField = "") -> Response:
    """Let hold again what held before a change."""
    tuning, name = _tuning(services), _name(services, site)
    found = next((one for one in tuning.history(name) if one.id == change), None)
    if found is None:
        return RedirectResponse(f"/ladders?site={name}", 303)
    try:
        tuning.save(name, found.before, before=tuning.saved(name).text, by=asker.actor)
    except BadLadder as why:
        return _shown(services, asker, request, name, 422, refused=words_for(request).say(why.sentence))
    return RedirectResponse(f"/ladders?site={name}", 303)

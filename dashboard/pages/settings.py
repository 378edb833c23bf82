"""Staff of all sites: the settings, each rehearsed on the homes' own past before it holds, and taken back after."""

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import Reach
from dashboard.guard import GuardedRoute, Office, Web
from dashboard.pages.board import heading
from dashboard.problems import not_found
from dashboard.queue import name_of
from dashboard.screens import page, words_for
from dashboard.services import Services
from dashboard.trial import Trial
from dashboard.tuning import HomeRate, Result, Setting, Tuning
from linli.errors import Conflict, LinliError, StoreDown
from linli.store import roster as roster_store
from linli.store import setting_choices

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

GROUPS = (
    ("How long may she be silent?", ("false_alerts_per_month", "day_line_hours", "night_line_hours", "out_line_hours")),
    ("At home", ("bathroom_least_minutes", "night_door_minutes", "check_in_grace_minutes")),
    ("Devices", ("supervision_hours", "mains_supervision_seconds", "low_battery_percent")),
    ("People", ("load_limit_per_week",)),
)
TITLES = {
    "false_alerts_per_month": "False alerts of silence a home may have in a month",
    "day_line_hours": "Silence by day",
    "night_line_hours": "Silence by night",
    "out_line_hours": "Silence after going out",
    "bathroom_least_minutes": "Shortest stay in the bathroom that is asked about",
    "night_door_minutes": "Out at night, or the door left open",
    "check_in_grace_minutes": "How late a check-in may be",
    "supervision_hours": "A battery device may be silent for",
    "mains_supervision_seconds": "A mains device may be silent for",
    "low_battery_percent": "A battery is low at",
    "load_limit_per_week": "Requests a volunteer is spared after, in a week",
}
OF_SITE = "name of "
"""With what the choices begin that give a compound its name."""
LONGEST_NAME = 40
"""Characters: the name stands at the head of every page, also on a phone."""
LISTED = 40
"""How many calls of a kind a result lists; the table of homes holds the rest."""


@router.get("/settings")
def listed(services: Web, asker: Office, request: Request) -> Response:
    """All that can be chosen."""
    return _page(services, asker, request)


def _page(
    services: Services,
    asker: Reach,
    request: Request,
    status: int = 200,
    *,
    wrong: str = "",
    unnamed: str = "",
    is_busy: bool = False,
) -> Response:
    """Return the page; `wrong` is the setting whose value was refused, `unnamed` the compound whose name was."""
    tuning = _tuning(services)
    known = {one.name: one for one in tuning.settings()}
    context = {
        "groups": [(title, [known[name] for name in names if name in known]) for title, names in GROUPS],
        "titles": TITLES,
        "wrong": wrong,
        "is_busy": is_busy,
        "unnamed": unnamed,
        "sites": services.roster().sites,
        "longest_name": LONGEST_NAME,
        "named_site": site_named,
        "trial": tuning.trial(),
        "history": tuning.history(),
        "units": {name: one.unit for name, one in known.items()},
        "fixed": {name for name, one in known.items() if one.fixed},
        "named": lambda person: name_of(person, services.roster()),
        **heading(services, asker),
    }
    return page(request, "settings.html", words_for(request), context, status)


def _tuning(services: Services) -> Tuning:
    if services.tuning is None:
        raise not_found()
    return services.tuning


@router.get("/settings/trial")
def trial(services: Web, asker: Office, request: Request) -> Response:
    """How far the rehearsal is, or what it found."""
    found = _tuning(services).trial()
    if found is None:
        return RedirectResponse("/settings", 303)
    context = {
        "trial": found,
        "title": TITLES.get(found.name, found.name),
        "unit": _setting(services, found.name).unit,
        "still": _setting(services, found.name).value == found.before,
        "homes": services.roster().homes,
        "listed": LISTED,
        "rates_of": _busiest_first(found),
        **heading(services, asker),
    }
    return page(request, "settings_trial.html", words_for(request), context)


def _setting(services: Services, name: str) -> Setting:
    return next((one for one in _tuning(services).settings() if one.name == name), None) or _unknown()


def _unknown() -> Setting:
    raise not_found()


def _busiest_first(found: Trial[Result]) -> list[HomeRate]:
    if found.result is None:
        return []
    return sorted(found.result.homes, key=lambda rate: (-abs(rate.new - rate.old), -rate.new, rate.home))


@router.post("/settings/trial/stop")
def stop(services: Web, asker: Office) -> RedirectResponse:  # noqa: ARG001 - the door
    """End the rehearsal and leave everything as it is."""
    _tuning(services).stop()
    return RedirectResponse("/settings", 303)


@router.post("/settings/{name}/try")
def rehearse(
    services: Web, asker: Office, request: Request, name: str, value: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Live the last weeks again under another value."""
    setting = _setting(services, name)
    value = _plain(value)
    if not _fits(setting, value):
        return _page(services, asker, request, 422, wrong=name)
    try:
        _tuning(services).rehearse(name, value, by=asker.actor)
    except StoreDown:
        raise
    except Conflict:
        return _page(services, asker, request, 409, is_busy=True)
    except LinliError:
        return _page(services, asker, request, 422, wrong=name)
    return RedirectResponse("/settings/trial", 303)


@router.post("/settings/{name}/choose")
def choose(
    services: Web, asker: Office, request: Request, name: str, value: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Let a value hold from now on; an empty one is the default."""
    setting = _setting(services, name)
    value = _plain(value)
    if value and not _fits(setting, value):
        return _page(services, asker, request, 422, wrong=name)
    tuning = _tuning(services)
    try:
        tuning.choose(name, value or None, by=asker.actor)
    except StoreDown:
        raise
    except LinliError:
        return _page(services, asker, request, 422, wrong=name)
    running = tuning.trial()
    if running is not None and running.name == name:
        tuning.stop()
    return RedirectResponse("/settings", 303)


@router.post("/settings/sites/{site}")
def name_site(
    services: Web,
    asker: Office,
    request: Request,
    site: str,
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
) -> Response:
    """Give a compound the name that people use; an empty one is its id again."""
    if site not in services.roster().sites:
        raise not_found()
    name = " ".join(name.split())
    with services.care.begin() as connection:
        names = roster_store.site_names(connection)
        taken = {named for one, named in names.items() if one != site}
        if name in taken or not name.isprintable():
            return _page(services, asker, request, 422, unnamed=site)
        if (name or site) != names.get(site):
            roster_store.rename_site(connection, site, name)
            setting_choices.choose(
                connection,
                f"{OF_SITE}{site}",
                name or None,
                before=names[site],
                by=asker.actor,
                at=services.clock.now(),
            )
    return RedirectResponse("/settings#sites", 303)


def site_named(choice: str) -> str:
    """Return the compound to which a choice gave a name, empty where it was about a setting."""
    return choice.removeprefix(OF_SITE) if choice.startswith(OF_SITE) else ""


def _plain(value: str) -> str:
    """Return a number as a program reads it: a Chinese keyboard may write it in wide digits."""
    return unicodedata.normalize("NFKC", value).strip()


def _fits(setting: Setting, value: str) -> bool:
    """Tell whether a value is a number within a setting's limits that staff may choose."""
    try:
        return not setting.fixed and setting.low <= float(value) <= setting.high
    except ValueError:
        return False

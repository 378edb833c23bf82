"""Which language somebody reads: their choice, else their browser's, else what the roster says of them."""

from starlette.requests import Request

from dashboard.access import Reach
from linli.people import Roster
from linli.words import LANGUAGES

COOKIE = "lang"


def accepted(request: Request) -> str | None:
    """Return the language that the browser or the program asks for, if it is one of ours."""
    wishes: list[tuple[float, int, str]] = []
    for part in request.headers.get("accept-language", "")[:200].split(","):
        name, _, quality = part.strip().partition(";q=")
        language = name.split("-")[0].strip().lower()
        if language in LANGUAGES:
            wishes.append((-_quality(quality), len(wishes), language))
    return min(wishes)[2] if wishes and min(wishes)[0] < 0 else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def of_program(request: Request, reach: Reach, roster: Roster) -> str | None:
    """Return the language of what a program is told: the one it asks for, else its person's; None: nobody has said."""
    person = roster.people.get(reach.person)
    return accepted(request) or (person.language if person else None)


def chosen(request: Request) -> str | None:
    """Return the language picked on this request with `?lang=`, or before."""
    for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return None


def of_page(request: Request, roster_says: str = "zh") -> str:
    """Return the language of a page."""
    return chosen(request) or accepted(request) or (roster_says if roster_says in LANGUAGES else "zh")

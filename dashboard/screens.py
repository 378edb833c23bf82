"""How pages are drawn: the templates, the words in the reader's language, and the clock times of their place."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import language as languages
from dashboard import vocabulary
from dashboard.access import Reach
from dashboard.guard import services_of
from dashboard.places import address, building_name, floor_name, unit_name, zone_of_reader
from linli.people import Home
from linli.words import LANGUAGES, Field, Sentence, catalogue, say, span, template_in, translate

HERE = Path(__file__).parent
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals.update(
    KINDS=vocabulary.KINDS,
    FOR_FAMILY=vocabulary.FOR_FAMILY,
    HEADLINES=vocabulary.HEADLINES,
    ALERT_STATES=vocabulary.ALERT_STATES,
    DRILL_STATES=vocabulary.DRILL_STATES,
    HOME_STATES=vocabulary.HOME_STATES,
    OUTCOMES=vocabulary.OUTCOMES,
    ROLES=vocabulary.ROLES,
    VISIT_RESULTS=vocabulary.VISIT_RESULTS,
    SHEETS=vocabulary.SHEETS,
    CHANNELS=vocabulary.CHANNELS,
    SIGNALS=vocabulary.SIGNALS,
    DISTANCES=vocabulary.DISTANCES,
    RUNGS=vocabulary.RUNGS,
    LOOK_REASONS=vocabulary.LOOK_REASONS,
    ABOUTS=vocabulary.ABOUTS,
)


def coded(text: str) -> Markup:
    """Return a text in which what stands between backticks is marked as to be typed so; all of it is escaped."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


_TICKED = re.compile("`([^`]+)`")
_PAGES.filters["coded"] = coded


class Words:
    """Says things in one language with the clock times of one zone; what it returns is safe to put into a page."""

    def __init__(self, language: str, zone: ZoneInfo, now: datetime) -> None:
        self.language = language
        self.zone = zone
        self.now = now

    def at(self, zone: ZoneInfo | None) -> "Words":
        """Return the same words with the clock times of another zone; of this one where none is meant."""
        return Words(self.language, zone or self.zone, self.now)

    def __call__(self, template: str, **fields: Field | Markup) -> Markup:
        """Return a sentence; what fills it is escaped unless it is markup already."""
        shown = {name: self._show(value) for name, value in fields.items()}
        return escape(template_in(self.language, template, fields)).format(**shown)

    def _show(self, value: Field | Markup) -> str | int | float:
        if isinstance(value, datetime):
            return self.clock(value)
        return span(value, self.language) if isinstance(value, timedelta) else value

    def name(self, text: str) -> str:
        """Return a name that the roster gives, such as a room's, in the reader's language; never filled, as it is not ours."""
        return translate(text, self.language)

    def knows(self, text: str) -> bool:
        """Tell whether a text is one of our sentences, which people are to read, and no word of a program's."""
        return text in catalogue("zh")

    def say(self, sentence: Sentence) -> str:
        """Return a sentence of the kernel's; a number stays with its percent sign."""
        return say(sentence, self.language, self.zone).replace(" %", "\N{NO-BREAK SPACE}%")

    def clock(self, moment: datetime) -> str:
        """Return a clock time, such as 9:05."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def seconds(self, moment: datetime) -> str:
        """Return a clock time to the second."""
        return f"{moment.astimezone(self.zone):%H:%M:%S}"

    def day(self, moment: datetime) -> str:
        """Return a date with its weekday."""
        local = moment.astimezone(self.zone)
        weekday = translate(WEEKDAYS[local.weekday()], self.language)
        if self.language == "zh":
            return f"{local.month}月{local.day}日 {weekday}"
        return f"{weekday[:3]} {local.day} {MONTHS[local.month - 1]}"

    def date(self, day: date) -> str:
        """Return a date without its year."""
        if self.language == "zh":
            return f"{day.month}月{day.day}日"
        return f"{day.day} {MONTHS[day.month - 1][:3]}"

    def short_day(self, moment: datetime) -> str:
        """Return a date with its weekday, the month in three letters."""
        local = moment.astimezone(self.zone)
        return (
            self.day(moment)
            if self.language == "zh"
            else f"{WEEKDAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1][:3]}"
        )

    def when(self, moment: datetime) -> str:
        """Return a clock time, with the day where it is not today's."""
        days = (moment.astimezone(self.zone).date() - self.now.astimezone(self.zone).date()).days
        if days == 0:
            return self.clock(moment)
        near = {-1: "yesterday {at}", 1: "tomorrow {at}"}.get(days)
        if near is not None:
            return translate(near, self.language).format(at=self.clock(moment))
        local = moment.astimezone(self.zone)
        if self.language == "zh":
            return f"{local.month}月{local.day}日 {self.clock(moment)}"
        return f"{local.day} {MONTHS[local.month - 1][:3]} {self.clock(moment)}"

    def ago(self, moment: datetime) -> str:
        """Return how long ago a moment was."""
        return translate("{span} ago", self.language).format(span=self.span(self.now - moment))

    def since(self, moment: datetime) -> str:
        """Return how long ago a moment was, in the first minute as just now."""
        if self.now - moment < timedelta(minutes=1):
            return translate("just now", self.language)
        return self.ago(moment)

    def midnight(self) -> datetime:
        """Return when today began."""
        local = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return local.astimezone(UTC)

    def span(self, length: timedelta) -> str:
        """Return a length of time."""
        return span(length, self.language)

    def length(self, seconds: float) -> str:
        """Return a length of time given in seconds: below two minutes in seconds, else as people say it."""
        if seconds < 120:
            return f"{round(seconds)} {translate('s', self.language)}"
        return self.span(timedelta(seconds=seconds))

    def running(self, since: datetime) -> str:
        """Return what a running clock shows: minutes and seconds, from an hour on hours too."""
        return self.between(since, self.now)

    def between(self, begin: datetime, end: datetime) -> str:
        """Return the time from one moment to another as a clock shows it."""
        seconds = max(0, int((end - begin).total_seconds()))
        if seconds < 3600:
            return f"{seconds // 60:02}:{seconds % 60:02}"
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"

    def left(self, until: datetime) -> str:
        """Return the time that is left until a moment."""
        return self.between(self.now, until)

    def building(self, home: Home) -> str:
        """Return the name of a home's building."""
        return building_name(home, self.language)

    def unit(self, home: Home) -> str:
        """Return the name of a home's stairwell."""
        return unit_name(home, self.language)

    def floor(self, home: Home) -> str:
        """Return the name of a home's floor."""
        return floor_name(home, self.language)

    def address(self, home: Home) -> str:
        """Return where a home is."""
        return address(home, self.language)


def words_for(request: Request, *, zone: ZoneInfo | None = None, roster_says: str = "zh") -> Words:
    """Return the words of a request's reader; without a zone, with the clocks of the first home that is theirs to see."""
    services = services_of(request)
    language = languages.of_page(request, roster_says)
    reach: Reach | None = getattr(request.state, "reach", None)
    return Words(language, zone or zone_of_reader(services.roster(), reach), services.clock.now())


def draw(template: str, words: Words, **context: object) -> str:
    """Return a drawn template."""
    return _PAGES.get_template(template).render(t=words, **context)


def page(
    request: Request,
    template: str,
    words: Words,
    context: Mapping[str, object] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a page, with what every page needs: who reads it, and the secret for its forms."""
    session = getattr(request.state, "session", None)
    known = {
        "role": session.identity.role if session else "",
        "csrf": session.csrf if session else "",
        "path": request.url.path,
        "query": _query_without_language(request),
        "demo": services_of(request).settings.demo,
    }
    response = HTMLResponse(draw(template, words, **{**known, **(context or {})}), status)
    picked = request.query_params.get("lang")
    if picked in LANGUAGES:
        response.set_cookie(languages.COOKIE, picked, max_age=365 * 86400, samesite="lax", httponly=True)
    return response


def _query_without_language(request: Request) -> str:
    """Return what else a page was asked for, up to where the language is added: the same page in another one."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{urlencode(kept)}&" if kept else ""

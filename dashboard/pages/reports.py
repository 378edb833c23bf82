"""Staff: what a month was like, to look at, to print, and to take along as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.places import zone_at
from dashboard.problems import Problem, not_found
from dashboard.queue import name_of
from dashboard.report import GOALS, Report, VisitReport, days_of, report_of, span_of, visit_report
from dashboard.report_sheets import Sheet, as_csv, as_workbook, sheets_of
from dashboard.screens import MONTHS, Words, page, words_for
from dashboard.services import Services
from dashboard.sight import judged_share
from linli.people import Home
from linli.store import reports, unseen, visits
from linli.store.reports import Past
from linli.visit import Visit
from linli.words import translate

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MONTHS_SHOWN = 24
"""How many months one can choose from; any other stands in the address."""
MOST_HOMES = 10
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MonthText = Annotated[str, Query(max_length=7)]
SiteText = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True)
class Month:
    """A month of somebody's homes, in figures."""

    first: date
    report: Report
    visited: VisitReport
    visits: Sequence[Visit]
    judged: float | None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all is to be told."""
        return not (self.report.alerts or self.visits or self.visited.planned)


@router.get("/reports")
def report(services: Web, asker: Asker, request: Request, month: MonthText = "", site: SiteText = "") -> Response:
    """A month in figures, beside the one before."""
    words, roster = _words(services, request, site), services.roster()
    first = _month(month, words)
    shown = _figures(services, asker, words, first, site)
    current = words.now.astimezone(words.zone).date().replace(day=1)
    context = {
        "shown": shown,
        "report": shown.report,
        "before": _figures(services, asker, words, _earlier(first), site),
        "days": days_of(shown.report.alerts, first, words.zone),
        "goals": GOALS,
        "month": f"{first:%Y-%m}",
        "months": [(f"{one:%Y-%m}", _month_name(one, words)) for one in _months(current, first)],
        "month_name": _month_name(first, words),
        "earlier": f"{_earlier(first):%Y-%m}",
        "later": f"{_later(first):%Y-%m}" if first < current else "",
        "is_running": first == current,
        "sheets": list(Sheet),
        "most_homes": MOST_HOMES,
        "sites": [one for one in roster.sites if asker.covers_site(one, roster)],
        "site": site,
        "home_of": roster.homes.get,
        "named": lambda person: name_of(person, roster),
        **heading(services, asker),
    }
    return page(request, "reports.html", words, context)


@router.get("/reports.csv")
def report_csv(
    services: Web,
    asker: Asker,
    request: Request,
    month: MonthText = "",
    site: SiteText = "",
    table: Sheet = Sheet.ALERTS,
) -> Response:
    """One table of a month, for a spreadsheet."""
    words = _words(services, request, site)
    first = _month(month, words)
    rows = _sheets(_figures(services, asker, words, first, site), words)[table]
    return _file(as_csv(rows).encode(), f"linli-{first:%Y-%m}-{table}.csv", "text/csv; charset=utf-8")


@router.get("/reports.xlsx")
def report_xlsx(services: Web, asker: Asker, request: Request, month: MonthText = "", site: SiteText = "") -> Response:
    """All tables of a month as one workbook."""
    words = _words(services, request, site)
    first = _month(month, words)
    sheets = _sheets(_figures(services, asker, words, first, site), words)
    return _file(as_workbook(sheets), f"linli-{first:%Y-%m}.xlsx", WORKBOOK)


def _sheets(month: Month, words: Words) -> dict[Sheet, Sequence[Sequence[str | int | float | None]]]:
    made = sheets_of(month.report, month.visited, month.visits, month.judged, words)
    return {sheet: list(rows) for sheet, rows in made.items()}


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _words(services: Services, request: Request, site: str) -> Words:
    """Return the reader's words, with the clocks of the site that is looked at."""
    return words_for(request, zone=zone_at(services.roster(), "", site))


def _month(text: str, words: Words) -> date:
    """Return the first day of a month such as 2026-11, of the running one for an empty text."""
    if not text:
        return words.now.astimezone(words.zone).date().replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01" if text.startswith("20") else "")
    except ValueError:
        raise Problem(422, "The month must be given as year and month, such as 2026-11.") from None


def _earlier(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _later(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _months(current: date, chosen: date) -> list[date]:
    """Return the months to choose from, newest first, the chosen one among them."""
    found = [current]
    while len(found) < MONTHS_SHOWN:
        found.append(_earlier(found[-1]))
    return sorted({*found, chosen}, reverse=True)


def _month_name(first: date, words: Words) -> str:
    if words.language == "zh":
        return f"{first.year}年{first.month}月"
    return f"{translate(MONTHS[first.month - 1], words.language)} {first.year}"


def _figures(services: Services, asker: Reach, words: Words, first: date, site: str) -> Month:
    roster = services.roster()
    if site and not (site in roster.sites and asker.covers_site(site, roster)):
        raise not_found()
    homes = {one.home: one for one in roster.homes.values() if asker.covers(one) and site in ("", one.site)}
    sites = {one for one in roster.sites if asker.covers_site(one, roster) and site in ("", one)}
    since, until = span_of(first, words.zone)
    with services.care.read() as connection:
        found = [one for one in reports.alerts(connection, since=since, until=until) if _is_of(one, homes, sites)]
        ids = {one.alert.id for one in found}
        asked = reports.asked(connection, ids, since=since, until=until)
        carried = reports.carried(connection, ids, since=since, until=until)
        plans = [of_home for home, of_home in visits.plans_until(connection, until).items() if home in homes]
        made = [one for one in visits.made(connection, since=since, until=until) if one.home in homes]
        blind = unseen.overlapping(connection, since, until)
    views = {view.home: view for view in services.homes.states()}
    return Month(
        first,
        report_of(found, asked, carried, len(homes)),
        visit_report(plans, made, since=since, until=min(until, words.now)),
        made,
        judged_share(
            homes, blind, views, since=since, until=until, now=words.now, heard_from=services.signals.oldest()
        ),
    )


def _is_of(one: Past, homes: dict[str, Home], sites: set[str]) -> bool:
    return one.alert.home in homes if one.alert.home else one.alert.site in sites

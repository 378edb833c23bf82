"""Staff: what a month was like, as tables to look at, to print and to take along as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.problems import Problem
from dashboard.queue import name_of
from dashboard.report import Report, report_of, span_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from linli.store import reports
from linli.store.reports import Past

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Table = Literal["alerts", "people", "channels"]
BYTE_ORDER_MARK = "\ufeff"
"""Without it the usual spreadsheet programs take UTF-8 for something else, and Chinese for noise."""


@router.get("/reports")
def report(
    services: Web,
    asker: Asker,
    request: Request,
    month: Annotated[str, Query(max_length=7)] = "",
    site: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """A month in figures."""
    words = words_for(request)
    first = _month(month, words)
    context = {
        "report": _report(services, asker, words, first, site),
        "month": f"{first:%Y-%m}",
        "earlier": f"{first - timedelta(days=1):%Y-%m}",
        "later": f"{first + timedelta(days=32):%Y-%m}"
        if first < words.now.astimezone(words.zone).date().replace(day=1)
        else "",
        "sites": [one for one in services.roster().sites if asker.covers_site(one, services.roster())],
        "site": site,
        "named": lambda person: name_of(person, services.roster()),
        **heading(services, asker),
    }
    return page(request, "reports.html", words, context)


@router.get("/reports.csv")
def report_csv(
    services: Web,
    asker: Asker,
    request: Request,
    month: Annotated[str, Query(max_length=7)] = "",
    site: Annotated[str, Query(max_length=80)] = "",
    table: Table = "alerts",
) -> Response:
    """One table of a month, for a spreadsheet."""
    words = words_for(request)
    first = _month(month, words)
    made = _report(services, asker, words, first, site)
    rows: dict[str, Iterable[Sequence[object]]] = {
        "alerts": _alert_rows(made.alerts, words),
        "people": _people_rows(made),
        "channels": _channel_rows(made),
    }
    told = io.StringIO(newline="")
    csv.writer(told).writerows(rows[table])
    name = f"linli-{first:%Y-%m}-{table}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(BYTE_ORDER_MARK + told.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _month(text: str, words: Words) -> date:
    """Return the first day of a month such as 2026-11, of the running one for an empty text."""
    if not text:
        return words.now.astimezone(words.zone).date().replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01" if text.startswith("20") else "")
    except ValueError:
        raise Problem(422, "The month must be given as year and month, such as 2026-11.") from None


def _report(services: Services, asker: Reach, words: Words, first: date, site: str) -> Report:
    roster = services.roster()
    homes = {one.home for one in roster.homes.values() if asker.covers(one) and site in ("", one.site)}
    sites = {one for one in roster.sites if asker.covers_site(one, roster) and site in ("", one)}
    since, until = span_of(first, words.zone)
    with services.care.read() as connection:
        found = [one for one in reports.alerts(connection, since=since, until=until) if _is_of(one, homes, sites)]
        ids = {one.alert.id for one in found}
        asked = reports.asked(connection, ids, since=since, until=until)
        carried = reports.carried(connection, ids, since=since, until=until)
    return report_of(found, asked, carried, len(homes))


def _is_of(one: Past, homes: set[str], sites: set[str]) -> bool:
    return one.alert.home in homes if one.alert.home else one.alert.site in sites


def _alert_rows(alerts: Iterable[Past], words: Words) -> Iterable[Sequence[object]]:
    yield ("alert", "home", "site", "kind", "severity", "evidence_at", "opened_at", "accepted_at", "door_at", "closed_at", "outcome")  # fmt: skip
    for one in alerts:
        alert = one.alert
        moments = (alert.evidence_at, alert.opened_at, one.accepted_at, alert.door_at, alert.closed_at)
        told = [_local(moment, words) for moment in moments]
        yield (alert.id, alert.home, alert.site, alert.kind, alert.severity, *told, alert.outcome or "")


def _local(moment: datetime | None, words: Words) -> str:
    return moment.astimezone(words.zone).isoformat(timespec="seconds") if moment else ""


def _people_rows(made: Report) -> Iterable[Sequence[object]]:
    yield ("person", "role", "asked", "went", "declined", "silent")
    for load in made.people:
        yield (load.person, load.role, load.asked, load.went, load.declined, load.silent)


def _channel_rows(made: Report) -> Iterable[Sequence[object]]:
    yield ("channel", "sent", "failed", "other")
    for channel in made.channels:
        yield (channel.kind, channel.sent, channel.failed, channel.other)

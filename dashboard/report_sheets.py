"""The tables of a month as rows, for a spreadsheet: by CSV one at a time, as a workbook all together. No names, only ids."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from dashboard.report import Report, VisitReport
from dashboard.screens import Words
from linli.store.reports import Past
from linli.visit import Visit

BYTE_ORDER_MARK = "\ufeff"
"""Without it the usual spreadsheet programs take UTF-8 for something else, and Chinese for noise."""

Value = str | int | float | None
Rows = Iterable[Sequence[Value]]


class Sheet(StrEnum):
    """One table of a month."""

    FIGURES = "figures"
    ALERTS = "alerts"
    KINDS = "kinds"
    HOMES = "homes"
    PEOPLE = "people"
    CHANNELS = "channels"
    VISITS = "visits"


def sheets_of(
    report: Report, visited: VisitReport, visits: Iterable[Visit], judged: float | None, words: Words
) -> Mapping[Sheet, Rows]:
    """Return all tables of a month, each with its heads first."""
    return {
        Sheet.FIGURES: _figures(report, visited, judged),
        Sheet.ALERTS: _alerts(report.alerts, words),
        Sheet.KINDS: _kinds(report),
        Sheet.HOMES: _homes(report),
        Sheet.PEOPLE: _people(report, visited),
        Sheet.CHANNELS: _channels(report),
        Sheet.VISITS: _visits(visits, words),
    }


def as_csv(rows: Rows) -> str:
    """Return a table as CSV that spreadsheet programs read."""
    told = io.StringIO(newline="")
    csv.writer(told).writerows([[_harmless(value) for value in row] for row in rows])
    return BYTE_ORDER_MARK + told.getvalue()


def _harmless(value: Value) -> Value:
    """Return a text that no spreadsheet program takes for a formula: an id may come from anybody's list."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def as_workbook(sheets: Mapping[Sheet, Rows]) -> bytes:
    """Return all tables as one workbook, each a sheet with its heads in bold and kept in sight."""
    book = Workbook(write_only=True)
    for sheet, rows in sheets.items():
        page = book.create_sheet(sheet.value)
        page.freeze_panes = "A2"
        for number, row in enumerate(rows):
            cells = [WriteOnlyCell(page, value=value) for value in row]
            for cell, value in zip(cells, row, strict=True):
                if isinstance(value, str):
                    cell.data_type = "s"  # else a text that begins with = would be a formula
                if number == 0:
                    cell.font = Font(bold=True)
            page.append(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _figures(report: Report, visited: VisitReport, judged: float | None) -> Rows:
    yield ("figure", "value", "unit")
    yield ("homes", report.homes, "")
    yield ("alerts", len(report.alerts), "")
    yield ("alerts_that_called_people", report.calling, "")
    yield ("emergencies", report.emergencies, "")
    yield ("called_for_nothing", report.for_nothing, "")
    yield ("called_for_nothing_per_home", report.for_nothing_per_home, "")
    for name, times in (("accepted", report.to_yes), ("at_the_door", report.to_door)):
        yield (f"{name}_count", times.count, "")
        yield (f"{name}_median", times.median, "s")
        yield (f"{name}_90th_percentile", times.p90, "s")
    yield ("visits_met", visited.met, "")
    yield ("visits_nobody_opened", visited.not_met, "")
    yield ("visits_planned", round(visited.planned, 1), "")
    yield ("time_homes_could_be_judged", None if judged is None else round(judged, 4), "share")


def _alerts(alerts: Iterable[Past], words: Words) -> Rows:
    yield ("alert", "home", "site", "kind", "severity", "evidence_at", "opened_at", "accepted_at", "door_at", "closed_at", "outcome")  # fmt: skip
    for one in alerts:
        alert = one.alert
        moments = (alert.evidence_at, alert.opened_at, one.accepted_at, alert.door_at, alert.closed_at)
        told = [_local(moment, words) for moment in moments]
        yield (alert.id, alert.home, alert.site, alert.kind.value, alert.severity.value, *told, alert.outcome or "")


def _local(moment: datetime | None, words: Words) -> str:
    return moment.astimezone(words.zone).isoformat(timespec="seconds") if moment else ""


def _kinds(report: Report) -> Rows:
    yield ("kind", "alerts", "called_people", "for_nothing", "median_seconds_to_yes", "median_seconds_to_door")
    for one in report.kinds:
        yield (one.kind.value, one.count, one.calling, one.for_nothing, one.to_yes, one.to_door)


def _homes(report: Report) -> Rows:
    yield ("home", "called_people", "for_nothing")
    for one in report.by_home:
        yield (one.home, one.calling, one.for_nothing)


def _people(report: Report, visited: VisitReport) -> Rows:
    yield ("person", "role", "asked", "went", "declined", "silent", "visits")
    asked = set()
    for load in report.people:
        asked.add(load.person)
        visits = visited.by.get(load.person, 0)
        yield (load.person, load.role.value, load.asked, load.went, load.declined, load.silent, visits)
    for person, visits in sorted(visited.by.items()):
        if person not in asked:
            yield (person, "", 0, 0, 0, 0, visits)


def _channels(report: Report) -> Rows:
    yield ("channel", "sent", "failed", "other", "failed_tries")
    for channel in report.channels:
        yield (channel.kind, channel.sent, channel.failed, channel.other, channel.failed_tries)


def _visits(visits: Iterable[Visit], words: Words) -> Rows:
    yield ("home", "at", "by", "result")
    for one in visits:
        yield (one.home, _local(one.at, words), one.by, one.result.value)

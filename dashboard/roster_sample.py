"""An example of a roster to fill in: one made-up home, its devices, and who looks after it."""

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from linli.roster_file.sheets import COLUMNS

_ROWS: Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]] = {
    "homes": {
        "zh": [{"home": "b1-1-101", "site": "garden", "building": "1", "unit": "1", "floor": "1", "door": "101", "resident": "示例：王奶奶", "language": "zh", "phone": "13800000000", "birth_year": "1940", "check_in_by": "09:00;20:00", "note": "示例行，导入前请删掉或改掉"}],
        "en": [{"home": "b1-1-101", "site": "garden", "building": "1", "unit": "1", "floor": "1", "door": "101", "resident": "Example: Mrs Wang", "language": "en", "phone": "13800000000", "birth_year": "1940", "check_in_by": "09:00;20:00", "note": "An example: change or delete it before importing"}],
    },
    "devices": {
        "*": [
            {"device": "button", "home": "b1-1-101", "room": "bedroom", "kind": "sos, check_in, battery"},
            {"device": "door", "home": "b1-1-101", "room": "entrance", "kind": "contact, battery"},
            {"device": "kitchen", "home": "b1-1-101", "room": "kitchen", "kind": "motion, battery"},
        ]
    },
    "people": {
        "zh": [
            {"person": "volunteer-1", "name": "示例：志愿者", "role": "volunteer", "homes": "b1-1-101", "channel": "sms", "address": "13800000001", "language": "zh"},
            {"person": "daughter-1", "name": "示例：女儿", "role": "family", "homes": "b1-1-101", "channel": "sms", "address": "13800000002", "language": "zh"},
            {"person": "staff-1", "name": "示例：社区值班", "role": "staff", "homes": "site:garden", "channel": "sms", "address": "13800000003", "language": "zh", "on_duty": "Mo-Fr 08:00-20:00"},
        ],
        "en": [
            {"person": "volunteer-1", "name": "Example: volunteer", "role": "volunteer", "homes": "b1-1-101", "channel": "sms", "address": "13800000001", "language": "en"},
            {"person": "daughter-1", "name": "Example: daughter", "role": "family", "homes": "b1-1-101", "channel": "sms", "address": "13800000002", "language": "en"},
            {"person": "staff-1", "name": "Example: staff on duty", "role": "staff", "homes": "site:garden", "channel": "sms", "address": "13800000003", "language": "en", "on_duty": "Mo-Fr 08:00-20:00"},
        ],
    },
}  # fmt: skip


def sample(language: str) -> Workbook:
    """Return the workbook, its cells as text, so that no spreadsheet makes numbers or dates of them."""
    book = Workbook()
    for place, (name, columns) in enumerate(COLUMNS.items()):
        sheet = book.create_sheet(name, place)
        sheet.append(list(columns))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        found = _ROWS[name]
        for row in found.get(language) or found["*"]:
            sheet.append([row.get(column) for column in columns])
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 16
            for cell in column:
                cell.number_format = "@"
        sheet.freeze_panes = "A2"
    del book["Sheet"]
    return book

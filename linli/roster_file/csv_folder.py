"""Reading CSV files as spreadsheet programs write them: in UTF-8, in UTF-16 with tabs, or in China's GB 18030."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from linli.errors import LinliError
from linli.roster_file.problems import Problems
from linli.roster_file.sheets import MAX_COLUMNS, Cell, Sheet, clean, read_sheet, sheet_name

MAX_FILE_BYTES = 100_000_000
_COMMON_SHARE = 0.75


def read_folder(folder: Path, problems: Problems) -> tuple[list[Sheet], list[str]]:
    """Return our sheets of a folder's CSV files, and the names of other CSV files in it."""
    sheets: list[Sheet] = []
    others: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        name = sheet_name(path.stem)
        if name is None:
            others.append(path.name)
        elif name in (sheet.name for sheet in sheets):
            raise LinliError(f"{folder.name} has two files called {name}")
        else:
            sheets.append(read_csv(path, name, problems))
    return sheets, others


def read_csv(path: Path, name: str, problems: Problems) -> Sheet:
    """Return one of our sheets from a CSV file."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise LinliError(f"{path.name} is larger than {MAX_FILE_BYTES // 1_000_000} MB; divide it")
    text = decode(path.read_bytes(), path.name)
    return read_sheet(name, _lines(path.name, text), problems)


def _lines(file: str, text: str) -> Iterator[list[Cell]]:
    heading = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in heading else ";" if ";" in heading and "," not in heading else ","
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as why:
            if "field limit" in str(why):
                most = csv.field_size_limit()
                raise LinliError(
                    f"{file} line {rows.line_num}: a cell is longer than {most} characters; "
                    "look for a quotation mark that is never closed"
                ) from why
            raise LinliError(f"{file} line {rows.line_num}: the quotation marks do not fit together ({why})") from why
        if len(row) > MAX_COLUMNS:
            raise LinliError(f"{file} line {rows.line_num}: more than {MAX_COLUMNS} columns")
        yield [clean(cell) for cell in row]


def decode(content: bytes, file: str) -> str:
    """Return a file's text; where the encoding is a guess that does not read like Chinese, refuse."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strict(content, encoding, file)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(content, "gb18030", file)
    if not _reads_like_chinese(text):
        raise _unknown_encoding(file)
    return text


def _strict(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as why:
        raise _unknown_encoding(file) from why


def _unknown_encoding(file: str) -> LinliError:
    return LinliError(f'{file} is neither UTF-8 nor GB 18030; save it as "CSV UTF-8"')


def _reads_like_chinese(text: str) -> bool:
    """Tell whether most signs are of the common set. GB 18030 takes nearly any bytes and makes rare signs of them."""
    foreign = [sign for sign in text if not sign.isascii()]
    common = len("".join(foreign).encode("gb2312", "ignore")) // 2
    return common >= _COMMON_SHARE * len(foreign)

"""XLSX: the first sheet that names a question and an answer in a row of its own at the top."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from bot.knowledge.imports.formats import archive, columns
from bot.knowledge.imports.formats.base import MOST_ROWS, Format, Row, Unreadable

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
MOST_COLUMNS = 60
EMPTY_AT_MOST = 100_000
"""Rows without a word, after which a sheet is taken to be at its end."""
FORMULA = "f"
BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
)
"""What openpyxl raises for a damaged workbook."""


def read(data: bytes, _name: str) -> Iterator[Row]:
    import openpyxl

    if data.startswith(OLD_EXCEL):
        raise Unreadable("This is an old or an encrypted Excel file. Save it as .xlsx without a password.")
    archive.opened(data).close()
    number = 0
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = _sheet(book)
        sheet.reset_dimensions()
        fields: list[str | None] | None = None
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            if number > MOST_ROWS + EMPTY_AT_MOST:
                break
            if all(cell.value is None for cell in cells):
                continue
            if fields is None:
                fields = columns.named([cell.value for cell in cells], number)
            else:
                yield _row(number, fields, cells)
    except BROKEN as error:
        raise Unreadable("This workbook is damaged after row {row}.", words={"row": number}) from error
    if fields is None:
        raise Unreadable("The file is empty.")


def _sheet(book: Any) -> Any:
    if not book.worksheets:
        raise Unreadable("The file is empty.")
    return book.worksheets[0]


def _row(number: int, fields: Sequence[str | None], cells: Sequence[Any]) -> Row:
    named = [(field, cell) for field, cell in zip(fields, cells, strict=False) if field and cell.value is not None]
    flaws = {field: "holds a formula: put its value in its place" for field, cell in named if cell.data_type == FORMULA}
    return Row(
        number, columns.of_cells([field for field, _ in named], [_words(cell.value) for _, cell in named]), flaws=flaws
    )


def _words(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


FORMAT = Format(
    "xlsx",
    read,
    endings=(".xlsx", ".xlsm"),
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)

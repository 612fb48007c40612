"""CSV with a header: commas, semicolons or tabs, cells in quotes where they need them."""

import csv
import io
from collections.abc import Iterator

from bot.knowledge.imports.formats import columns, text
from bot.knowledge.imports.formats.base import Format, Row, Unreadable

SEPARATORS = ",;\t"
LONGEST_CELL = 1_000_000
QUOTED = '"'


def read(data: bytes, _name: str) -> Iterator[Row]:
    lines = text.decoded(data)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=_separator(lines), strict=True)
    fields: list[str | None] | None = None
    begins = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif fields is None:
                fields = columns.named(cells, begins)
            else:
                yield _row(begins, fields, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            "Row {row}: this is no CSV ({problem}).",
            words={"row": begins, "problem": error},
            fields={"row": begins},
        ) from error
    if fields is None:
        raise Unreadable("The file is empty.")


def _row(number: int, fields: list[str | None], cells: list[str]) -> Row:
    more = [cell for cell in cells[len(fields) :] if cell.strip()]
    flaws = {"row": "there are more cells than columns"} if more else {}
    return Row(number, columns.of_cells(fields, cells), flaws=flaws)


def _separator(lines: str) -> str:
    """What stands most often outside quotes in the first line that says anything."""
    head = next((line for line in lines.splitlines() if line.strip()), "")
    plain = "".join(head.split(QUOTED)[::2])
    return max(SEPARATORS, key=plain.count)


FORMAT = Format("csv", read, endings=(".csv", ".tsv"), media_type="text/csv; charset=utf-8")

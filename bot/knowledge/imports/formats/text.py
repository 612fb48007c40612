"""A file's bytes as text: UTF-8 with or without a mark, UTF-16, or GB18030, and never a guess that spoils words."""

import codecs

from bot.knowledge.imports.formats.base import Unreadable

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LOOKED_AT = 4_000
SHARE_OF_ZEROS = 0.2
"""In UTF-16 every second byte of plain letters is 0."""
LEAST_HAN = 0.5
"""Of what is not ASCII in a text that is read as GB18030: bytes of another encoding come out as rare signs."""
BROKEN = "Line {line}: byte {byte} is not UTF-8. Save the file as UTF-8 and bring it again."


def decoded(data: bytes) -> str:
    """Raises Unreadable, naming the line, for what is none of these."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if without_mark := _utf16_without_mark(data):
        return _strict(data, without_mark)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = None if _is_mostly_utf8(data) else _gb18030(data)
        if found is None:
            raise _broken(data, error.start) from error
        return found


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        raise Unreadable(
            "Line {line}: the file is broken there: it is not {encoding} throughout.",
            words={"line": line, "encoding": encoding.upper()},
            fields={"row": line},
        ) from error


def _broken(data: bytes, place: int) -> Unreadable:
    line = data.count(b"\n", 0, place) + 1
    return Unreadable(BROKEN, words={"line": line, "byte": f"0x{data[place]:02X}"}, fields={"row": line})


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:LOOKED_AT]
    if len(head) < 4 or head.count(0) < SHARE_OF_ZEROS * len(head):
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 with a few bytes broken: its other characters came out well."""
    text = data.decode("utf-8", "replace")
    good = sum(char > "\x7f" and char != "\ufffd" for char in text)
    return good > text.count("\ufffd")


def _gb18030(data: bytes) -> str | None:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [char for char in text if char > "\x7f"]
    usual = sum("\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" or char >= "\uff00" for char in foreign)
    return text if usual >= LEAST_HAN * len(foreign) else None

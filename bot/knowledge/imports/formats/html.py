"""HTML to Markdown, and a page whose headings are questions: what follows each is its answer.

Scripts, styles and forms are dropped; of links only those that lead somewhere by http, https, mailto or tel stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from bot.knowledge.imports.formats import text
from bot.knowledge.imports.formats.base import Format, Row, Unreadable

HEADINGS = ("h1", "h2", "h3", "h4")
DROPPED = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "svg", "head", "nav", "form", "button"}
)
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "del": "~~", "s": "~~"}
BLOCKS = frozenset(
    {"p", "div", "section", "article", "table", "blockquote", "ul", "ol", "pre", "tr", "details", "summary"}
)
VOID = frozenset(
    {"br", "img", "hr", "input", "meta", "link", "col", "wbr", "source", "area", "base", "embed", "param", "track"}
)
LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
SPECIAL = re.compile(r"([\\`*_\[\]<])")


@dataclass
class Section:
    """A heading with the text below it. `line` is where the heading stands."""

    line: int
    level: int
    heading: str = ""
    body: str = ""


@dataclass
class _List:
    ordered: bool
    item: int = 0


class Reader(HTMLParser):
    """Gathers sections of Markdown; the first has no heading."""

    def __init__(self, *, sections: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found = [Section(1, 0)]
        self._by_heading = sections
        self._dropped: list[str] = []
        self._lists: list[_List] = []
        self._links: list[str] = []
        self._in_heading = False
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropped or tag in DROPPED:
            if tag not in VOID:
                self._dropped.append(tag)
        elif tag in HEADINGS:
            self._begin_heading(tag)
        elif not self._in_heading:
            self._begin(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID or tag in BLOCKS:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped:
                del self._dropped[self._dropped.index(tag) :]
        elif tag in HEADINGS:
            self._end_heading(tag)
        elif not self._in_heading:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        if self._dropped:
            return
        if self._in_heading:
            self.found[-1].heading += data
        elif self._preformatted:
            self._add(data)
        else:
            self._add(SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data)))

    def _begin_heading(self, tag: str) -> None:
        if self._by_heading:
            self.found.append(Section(self.getpos()[0], int(tag[1])))
            self._in_heading = True
        else:
            self._block()
            self._add("#" * max(3, int(tag[1])) + " ")

    def _end_heading(self, _tag: str) -> None:
        self._in_heading = False
        self._block()

    def _begin(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(_List(tag == "ol"))
        elif tag == "li":
            self._item()
        elif tag == "a":
            self._links.append(_target(attrs.get("href")))
            self._add("[" if self._links[-1] else "")
        elif tag in ("br", "hr"):
            self._add("  \n" if tag == "br" else "\n\n---\n\n")
        elif tag == "pre":
            self._preformatted += 1
            self._add("\n\n```\n")
        elif tag in ("td", "th"):
            self._add(" ")
        else:
            self._add(MARKS.get(tag, "") if not self._preformatted else "")
        if tag in BLOCKS and tag != "pre":
            self._block()

    def _end(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "a" and self._links:
            target = self._links.pop()
            self._add(f"]({target})" if target else "")
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
            self._add("\n```\n\n")
        elif not self._preformatted:
            self._add(MARKS.get(tag, ""))
        if tag in BLOCKS:
            self._block()

    def _item(self) -> None:
        if not self._lists:
            self._add("\n- ")
            return
        inner = self._lists[-1]
        inner.item += 1
        sign = f"{inner.item}." if inner.ordered else "-"
        self._add("\n" + "   " * (len(self._lists) - 1) + f"{sign} ")

    def _block(self) -> None:
        self._add("\n" if self._lists else "\n\n")

    def _add(self, words: str) -> None:
        self.found[-1].body += words


def markdown(source: str) -> str:
    """A piece of HTML as Markdown."""
    return _read(source, sections=False)[0].body


def read(data: bytes, _name: str) -> Iterator[Row]:
    sections = [one for one in _read(text.decoded(data), sections=True) if one.heading]
    answered = [one for one in sections if one.body]
    if not answered:
        raise Unreadable("There is no heading with a text below it on this page.")
    for one in answered:
        yield Row(one.line, {"question": one.heading, "answer": one.body})


def _read(source: str, *, sections: bool) -> list[Section]:
    reader = Reader(sections=sections)
    reader.feed(source)
    reader.close()
    for one in reader.found:
        one.heading = " ".join(one.heading.split())
        one.body = _tidy(one.body)
    return reader.found


def _tidy(body: str) -> str:
    lines = [line.rstrip(" ") if not line.endswith("  ") else line for line in body.split("\n")]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(line if line.strip() else "" for line in lines))
    return re.sub(r"(?m)^ (?=\S)", "", kept).strip()


def _target(href: str | None) -> str:
    plain = (href or "").strip()
    return plain.replace("(", "%28").replace(")", "%29").replace(" ", "%20") if LINK.match(plain) else ""


FORMAT = Format("html", read, endings=(".html", ".htm"), media_type="text/html; charset=utf-8")

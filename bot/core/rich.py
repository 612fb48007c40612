"""Markdown as a tree of plain nodes that a page builds elements of, and as text without its marks.

A node is a string, or `{"tag", "href"?, "src"?, "alt"?, "start"?, "children"}` with one of TAGS. HTML in the source
is text. Links lead to http, https, mailto, tel or a path of this site; pictures are our own alone: one from elsewhere
would tell its owner who reads, so it becomes a link.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from bot.core import marks

Node = str | dict[str, Any]
BLOCKS = ("p", "h3", "h4", "pre", "ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td")
TAGS = frozenset((*BLOCKS, "strong", "em", "del", "code", "a", "img", "br"))
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}
"""A page's own headings stand above those of an article."""
TAG_OF = {"s": "del", **HEADINGS}
IMAGE_PATH = re.compile(r"/images/[0-9a-f]{32}\.(?:png|jpg|gif|webp)")
WEB = re.compile(r"https?://[^\s<>\"'`（）【】《》「」，。；！？、]+", re.IGNORECASE)
AFTER_AN_ADDRESS = ".,;:!?)]}*_~"
KEPT = 1024


@dataclass(frozen=True)
class Rich:
    """`tree` is None where the text says all there is: plain lines, without marks or links."""

    tree: tuple[Node, ...] | None
    text: str


@lru_cache(maxsize=KEPT)
def read(source: str) -> Rich:
    """The Markdown of an article's answer. What it returns is shared: leave it as it is."""
    tree = tuple(_nodes(marks.tokens(source)))
    text = plain(tree)
    has_more = not all(_is_plain(node) for node in tree)
    return Rich(tree if has_more else None, source if _says_the_same(source, text) else text)


def tree_of(source: str) -> list[Node]:
    """The tree of any text, of plain lines too."""
    return list(read(source).tree or _nodes(marks.tokens(source)))


def links(tree: Sequence[Node]) -> list[str]:
    """Every address that it leads to or shows, each once, in order."""
    return list(dict.fromkeys(_addresses(tree)))


def is_allowed(href: str) -> bool:
    scheme, colon, rest = href.partition(":")
    if href.startswith("/"):
        return not href.startswith(("//", "/\\"))
    return bool(colon and rest) and scheme.lower() in ("http", "https", "mailto", "tel")


def plain(tree: Sequence[Node]) -> str:
    """The text without its marks: paragraphs apart, lists by line, addresses behind their words."""
    return "\n\n".join(part for part in (_block(node) for node in tree) if part)


def _nodes(tokens: Sequence[Token]) -> list[Node]:
    """A flat list of tokens, of which some open and some close, as a tree."""
    root: list[Node] = []
    stack: list[list[Node]] = [root]
    for token in tokens:
        if token.nesting == 1:
            node = _opened(token)
            stack[-1].append(node)
            stack.append(node["children"])
        elif token.nesting == -1:
            stack.pop()
        else:
            stack[-1].extend(_whole(token))
    return [_tidied(node) for node in root]


def _opened(token: Token) -> dict[str, Any]:
    tag = TAG_OF.get(token.tag, token.tag)
    node: dict[str, Any] = {"tag": tag if tag in TAGS else "p", "children": []}
    if token.type == "paragraph_open" and token.hidden:
        node["tag"] = ""
    if token.type == "link_open":
        node["href"] = str(token.attrs.get("href", ""))
    if token.type == "ordered_list_open" and token.attrs.get("start", 1) != 1:
        node["start"] = int(token.attrs["start"])
    return node


def _whole(token: Token) -> list[Node]:
    match token.type:
        case "inline":
            return _nodes(token.children or [])
        case "text" | "html_inline" | "html_block":
            return _with_links(token.content)
        case "softbreak" | "hardbreak":
            return [{"tag": "br", "children": []}]
        case "code_inline":
            return [{"tag": "code", "children": [token.content]}]
        case "fence" | "code_block":
            return [{"tag": "pre", "children": [{"tag": "code", "children": [token.content.rstrip("\n")]}]}]
        case "hr":
            return [{"tag": "hr", "children": []}]
        case "image":
            return [_image(token)]
    return [token.content] if token.content else []


def _image(token: Token) -> Node:
    src, alt = str(token.attrs.get("src", "")), token.content
    if IMAGE_PATH.fullmatch(src):
        return {"tag": "img", "src": src, "alt": alt, "children": []}
    return {"tag": "a", "href": src, "children": [alt or src]} if is_allowed(src) else alt


def _with_links(text: str) -> list[Node]:
    """Addresses that stand in a text without marks are links too."""
    found: list[Node] = []
    last = 0
    for match in WEB.finditer(text):
        address = match[0].rstrip(AFTER_AN_ADDRESS)
        if address.lower() in ("http://", "https://", "http:", "https:"):
            continue
        found += [text[last : match.start()], {"tag": "a", "href": address, "children": [address]}]
        last = match.start() + len(address)
    return [node for node in (*found, text[last:]) if node]


def _tidied(node: Node, *, in_link: bool = False) -> Node:
    """Links to where nobody may be sent are their words; paragraphs of a tight list are their content."""
    if isinstance(node, str):
        return node
    children: list[Node] = []
    for child in node["children"]:
        tidy = _tidied(child, in_link=in_link or node["tag"] == "a")
        if isinstance(tidy, dict) and (
            tidy["tag"] == "" or (tidy["tag"] == "a" and _leads_nowhere(tidy, node, in_link))
        ):
            children.extend(tidy["children"])
        elif tidy != "":
            children.append(tidy)
    return {**node, "children": _run_together(children)}


def _leads_nowhere(link: dict[str, Any], around: dict[str, Any], in_link: bool) -> bool:
    return in_link or around["tag"] == "a" or not is_allowed(link["href"])


def _run_together(children: list[Node]) -> list[Node]:
    found: list[Node] = []
    for child in children:
        if isinstance(child, str) and found and isinstance(found[-1], str):
            found[-1] += child
        else:
            found.append(child)
    return found


def _is_plain(node: Node) -> bool:
    if isinstance(node, str):
        return True
    return node["tag"] in ("p", "br") and all(_is_plain(child) for child in node["children"])


def _says_the_same(source: str, text: str) -> bool:
    """Whether nothing but blanks was taken off: then the lines stay as they were written."""
    return "".join(source.split()) == "".join(text.split())


def _addresses(tree: Sequence[Node]) -> Iterator[str]:
    for node in tree:
        if isinstance(node, dict):
            if address := node.get("href") or node.get("src"):
                yield address
            yield from _addresses(node["children"])


def _block(node: Node) -> str:
    if isinstance(node, str):
        return node
    match node["tag"]:
        case "ul" | "ol":
            return "\n".join(_items(node))
        case "table" | "thead" | "tbody":
            return "\n".join(_block(row) for row in node["children"])
        case "tr":
            return " | ".join(_line(cell) for cell in node["children"])
        case "blockquote":
            return plain(node["children"])
        case "hr":
            return ""
    return _line(node)


def _items(node: dict[str, Any]) -> Iterator[str]:
    for number, item in enumerate(node["children"], start=node.get("start", 1)):
        mark = f"{number}. " if node["tag"] == "ol" else "- "
        lines = [line for line in _item(item).split("\n") if line.strip()]
        yield "\n".join([mark + (lines[0] if lines else ""), *(f"  {line}" for line in lines[1:])])


def _item(item: Node) -> str:
    """Its own words, then whatever lists and blocks it holds, each on lines of their own."""
    lines = [""]
    for child in item["children"] if isinstance(item, dict) else [item]:
        if isinstance(child, dict) and child["tag"] in ("p", "ul", "ol", "pre", "blockquote", "table"):
            lines += [_block(child), ""]
        else:
            lines[-1] += _line(child)
    return "\n".join(line for line in lines if line)


def _line(node: Node) -> str:
    if isinstance(node, str):
        return node
    if node["tag"] == "br":
        return "\n"
    if node["tag"] == "img":
        return str(node["alt"])
    words = "".join(_line(child) for child in node["children"])
    href = node.get("href")
    if href is None or href in (words, f"mailto:{words}", f"tel:{words}"):
        return words
    return f"{words} ({href})"

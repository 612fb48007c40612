"""Markdown becomes nodes that a page can trust, and a text that says the same without marks."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import rich
from knowledge_index import seed

ALPHABET = ["*", "_", "~~", "`", "```", "[", "](", ")", "!", "<", ">", "|", "\n", "\n\n", "- ", "1. ", "  ", "#", "a"]
ALPHABET += ["钟", "：", "\\", "http://x.y", "javascript:x", "&amp;", "&#0;", "/images/", "\t", "\u202e", "---", "|-|"]


def nodes(tree: Any) -> list[dict[str, Any]]:
    """Every node of a tree, its texts left out."""
    found = [node for node in tree if isinstance(node, dict)]
    return [*found, *itertools.chain.from_iterable(nodes(node["children"]) for node in found)]


def strong(text: str) -> list[Any]:
    return [node["children"] for node in nodes(rich.tree_of(text)) if node["tag"] == "strong"]


def test_an_answer_with_marks_is_a_tree_and_a_text() -> None:
    found = rich.read("# Reset\n\n1. **Hold** `OK`\n2. See [here](/help/en)\nDone.")
    assert found.text == "Reset\n\n1. Hold OK\n2. See here (/help/en)\n\nDone."
    assert found.tree is not None
    assert [node["tag"] for node in nodes(found.tree)] == ["h3", "ol", "p", "li", "li", "strong", "code", "a"]


def test_plain_lines_stay_as_they_are_and_have_no_tree() -> None:
    for text in (
        "One line.",
        "Two\nlines\n\n  and more",
        "3 * 4 * 5",
        "a_b_c",
        "<b>no</b> & co",
        "    indented",
        "A\n---x",
    ):
        assert rich.read(text) == rich.Rich(None, text)


def test_every_starter_article_reads_as_it_was_written() -> None:
    assert [one["id"] for one in seed.articles() if rich.read(one["answer"]).text != one["answer"]] == []


@pytest.mark.parametrize("text", ["**注意：**请先关机", "请**“先”**关机", "**A：**和**B**", "先**（关机）**后"])
def test_emphasis_holds_beside_chinese(text: str) -> None:
    assert strong(text)
    assert "*" not in rich.read(text).text


def test_emphasis_in_english_stays_as_commonmark_has_it() -> None:
    assert strong("a **b** c") == [["b"]]
    assert strong("2 ** 3 ** 4") == []


def test_links_lead_only_where_one_may_be_sent() -> None:
    bad = (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "vbscript:x",
        "ftp://x",
    )
    text = " ".join(f"[w{place}](<{href}>)" for place, href in enumerate(bad))
    assert rich.links(rich.tree_of(text)) == []
    good = ["https://x.y/z", "http://x.y", "mailto:a@b.c", "tel:+491", "/help/en"]
    assert rich.links(rich.tree_of(" ".join(f"[w]({href})" for href in good))) == good


def test_pictures_are_ours_alone_and_others_become_links() -> None:
    ours = f"/images/{'a' * 32}.png"
    tree = rich.tree_of(
        f"![one]({ours}) ![two](https://x.y/spy.gif) ![three](data:image/png;base64,x) ![four](/images/../x.png)"
    )
    assert [(node["tag"], node.get("src"), node.get("href")) for node in nodes(tree)] == [
        ("p", None, None),
        ("img", ours, None),
        ("a", None, "https://x.y/spy.gif"),
        ("a", None, "/images/../x.png"),
    ]


def test_addresses_without_marks_are_links_without_the_stops_behind_them() -> None:
    text = "See https://x.y/a_b, or（https://x.cn/路）。 http://"
    assert rich.links(rich.tree_of(text)) == ["https://x.y/a_b", "https://x.cn/路"]
    assert rich.read(text).text == text


def test_a_table_a_quote_and_code_have_their_text() -> None:
    found = rich.read("|a|b|\n|-|-|\n|1|**2**|\n\n> so\n> it is\n\n```\nx  y\n```")
    assert found.text == "a | b\n1 | 2\n\nso\nit is\n\nx  y"


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join))
def test_whatever_comes_is_a_tree_of_known_nodes(text: str) -> None:
    for node in nodes(rich.tree_of(text)):
        assert node["tag"] in rich.TAGS
        assert set(node) <= {"tag", "href", "src", "alt", "start", "children"}
        assert "href" not in node or (node["tag"] == "a" and rich.is_allowed(node["href"]))
        assert "src" not in node or (node["tag"] == "img" and rich.IMAGE_PATH.fullmatch(node["src"]))
    assert isinstance(rich.read(text).text, str)


@pytest.mark.parametrize("piece", ["> ", "- ", "**a ", "[", "![", "<a ", "`", "_a", "|a", "1. ", "&#x", "~~"])
def test_what_is_nested_without_end_comes_to_one(piece: str) -> None:
    tree = rich.tree_of((piece * 3_000)[:6_000])
    assert _depth(tree) < 200


def _depth(tree: Any) -> int:
    return max((1 + _depth(node["children"]) for node in tree if isinstance(node, dict)), default=0)

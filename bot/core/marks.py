"""Markdown as people mean it who write an answer, not a manual: CommonMark with tables, and four differences.

A line break is one. Indented lines are no code, underlined ones no headings. A line at the margin ends a list, also
without a blank line before it. And marks of emphasis hold beside Chinese as they do beside a blank: CommonMark takes
those of `**注意：**请` for plain stars, because no word is split there in English.
"""

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

DEEPEST = 20
ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
FENCE = re.compile(r"\s*(?:```|~~~)")
CHINESE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")


def tokens(source: str) -> list[Token]:
    return _parser().parse("\n".join(_lines(source)))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    inline = _Inline()
    for theirs, ours in ((parser.inline.ruler, inline.ruler), (parser.inline.ruler2, inline.ruler2)):
        ours.enableOnly(theirs.get_active_rules())
    parser.inline = inline
    return parser.enable(["table", "strikethrough"]).disable(["code", "lheading", "reference", "html_block"])


def _lines(source: str) -> Iterator[str]:
    """The lines, with a blank one more where a list ends at a line of the margin."""
    in_list = in_code = False
    for line in source.split("\n"):
        if FENCE.match(line):
            in_code = not in_code
        begins_item = not in_code and ITEM.match(line) is not None
        at_margin = bool(line) and not line[0].isspace()
        if in_list and at_margin and not begins_item:
            yield ""
        in_list = begins_item or (in_list and bool(line.strip()) and not at_margin)
        yield line


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - the parser's own names
        """What a run of marks may do: begin something, end something."""
        found = super().scanDelims(start, canSplitWord)
        after = start + found.length
        before_it = self.src[start - 1 : start] or " "
        behind_it = self.src[after : after + 1] or " "
        if not canSplitWord or not (CHINESE.match(before_it) or CHINESE.match(behind_it)):
            return found
        return Scanned(not behind_it.isspace(), not before_it.isspace(), found.length)

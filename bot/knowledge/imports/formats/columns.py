"""What the columns of a table may be called, in both languages, and how lists and formulas stand in a cell."""

import re
from collections.abc import Iterable
from typing import Any

from bot.knowledge.imports.formats.base import Unreadable

LISTS = ("variants", "tags")
NAMES = {
    "id": ("id", "article_id", "编号", "条目编号"),
    "external_id": ("external_id", "external id", "外部编号"),
    "language": ("language", "lang", "locale", "语言"),
    "question": ("question", "title", "standard question", "标准问", "问题", "标题"),
    "variants": ("variants", "variant", "similar questions", "相似问", "相似问法", "相似问题"),
    "answer": ("answer", "body", "content", "reply", "答案", "回答", "内容", "回复"),
    "tags": ("tags", "tag", "labels", "标签"),
    "audience": ("audience", "受众", "可见范围"),
    "kind": ("kind", "类型"),
    "category": ("category", "分类", "目录"),
    "team": ("team", "技能组"),
    "status": ("status", "状态"),
    "subject": ("subject", "主题"),
    "valid_from": ("valid_from", "valid from", "生效日期"),
    "valid_until": ("valid_until", "valid until", "失效日期"),
    "review_by": ("review_by", "review by", "复审日期"),
    "steps": ("steps", "步骤"),
}
FIELDS = tuple(NAMES)
MEANT = {name: field for field, names in NAMES.items() for name in names}
REQUIRED = ("question", "answer")
FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
"""What a spreadsheet would take for a formula, with or without what we set before it."""
_BAR = re.compile(r"(\\*)\|")
JOINED_BY = " | "


def named(header: Iterable[Any], row: int) -> list[str | None]:
    """The field of each column; None for one that is not ours. Raises Unreadable where an article has no place."""
    fields = [MEANT.get(str(name or "").strip().lower()) for name in header]
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise Unreadable(
            "Row {row} is to name the columns: there is none called {missing}.",
            words={"row": row, "missing": ", ".join(missing)},
            fields={"row": row, "columns": missing},
        )
    twice = sorted({field for field in fields if field and fields.count(field) > 1})
    if twice:
        raise Unreadable(
            "Row {row} names the column {twice} twice.",
            words={"row": row, "twice": ", ".join(twice)},
            fields={"row": row, "columns": twice},
        )
    return fields


def of_cells(fields: Iterable[str | None], cells: Iterable[str]) -> dict[str, Any]:
    """An article's fields from the cells of its row; empty cells say nothing."""
    found = {field: bare(cell) for field, cell in zip(fields, cells, strict=False) if field and cell.strip()}
    return {field: parted(value) if field in LISTS else value for field, value in found.items()}


def defused(cell: str) -> str:
    """A cell that no spreadsheet computes. `bare` gives back what it was."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def joined(parts: Iterable[str]) -> str:
    """A list in one cell: `a | b`. A bar within a part, and backslashes right before it, get a backslash."""
    return JOINED_BY.join(_BAR.sub(lambda found: found[1] * 2 + r"\|", part) for part in parts)


def parted(cell: str) -> list[str]:
    parts: list[str] = []
    held = ""
    end = 0
    for found in _BAR.finditer(cell):
        held += cell[end : found.start()] + "\\" * (len(found[1]) // 2)
        if len(found[1]) % 2:
            held += "|"
        else:
            parts, held = [*parts, held], ""
        end = found.end()
    return [part.strip() for part in (*parts, held + cell[end:]) if part.strip()]

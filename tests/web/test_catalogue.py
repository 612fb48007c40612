"""The pages' files as they lie: both languages whole, every word known, nothing that a strict policy would refuse."""

import asyncio
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from bot import wire, wiring
from bot.alerts.models import Phase, Trigger
from bot.chat.models import Owner
from bot.core import settings
from bot.core.auth import Role
from bot.desk import records
from bot.desk.models import Status
from bot.knowledge import compare
from bot.knowledge import models as knowledge_models
from bot.operations import loudness, parts, work
from bot.operations.models import Did
from bot.policy import load
from bot.policy.base import Risk
from bot.policy.shapes import Level, RequestType, Severity

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"
CATALOGUES = {lang: json.loads((WEB / "static" / f"words.{lang}.json").read_text("utf-8")) for lang in ("en", "zh")}
KEYS = {key.removesuffix(".one") for key in CATALOGUES["en"]}
GIVEN_BY_POLICY = {"team", "department", "topic"}
SVG_NAMESPACE = "http://www.w3.org/2000/svg"

FILES = sorted(path for path in WEB.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg", ".json"})
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
PAGES = [path for path in FILES if path.suffix == ".html"]
POLICY = load.load()
INTENTS = {
    name.removeprefix("complain_")
    for intent in yaml.safe_load((WEB.parents[1] / "domain.yml").read_text("utf-8"))["intents"]
    for name in (intent if isinstance(intent, dict) else [intent])
    if not name.startswith("complain_")
}
VOCABULARIES: dict[str, Iterable[str]] = {
    "state": {*Owner, "closed"},
    "status": Status,
    "ticket.status": Status,
    "priority": Level,
    "type": RequestType,
    "signal": {*wire.SIGNALS, *INTENTS, *Risk},
    "reason": {"asked", "accepted", "unresolved", "angry", "complaint", "time_out", *Risk},
    "event": records.SHOWN | {"raised", "corrected"},
    "phase": Phase,
    "level": Severity,
    "trigger": Trigger,
    "part": {*parts.FEELS, *loudness.PARTS},
    "feels": parts.FEELS,
    "work": {work.TURN, work.COUNT},
    "did": Did,
    "logs": loudness.LEVELS,
    "role": Role,
    "article.status": knowledge_models.Status,
    "audience": knowledge_models.Audience,
    "kind": {"answer", "procedure"},
    "decision": {"answer", "choices", "none"},
    "link": {"ok", "broken", "refused", "unchecked"},
    "duplicate": {"words", "meaning"},
    "contradiction": {"number", "negation", "opposite"},
    "field": {*compare.FIELDS},
    "held": {"en", "zh", "hard_en", "hard_zh"},
    "step": {"warned", "raised", "confirmed", "dismissed", "passed_on"},
    "channel": {"web", "app"},
    "family": POLICY.crisis.families,
}

HOLE = re.compile(r"\$\{[^}]*\}")
CALLS = re.compile(r"""(?<![\w.])(?:t|known)\(\s*("[^"]*"|`[^`]*`)""")
WORDS_IN_DATA = re.compile(r"""(?:data: \{ words(?:Label)?:|dataset\.words =) ("[^"]*"|`[^`]*`)""")
STRINGS = re.compile(r""""([a-z][\w-]*(?:\.[\w?/-]+)+)\"""")
LABELS = re.compile(r"""(?<![\w.])(?:label|optionsOf|namesOf|names)\("([\w.]+)\"""")
WORDS_IN_HTML = re.compile(r"""data-words(?:-label|-placeholder|-title)?="([^"]*)\"""")


def named_by(path: Path) -> set[str]:
    """The keys that a file names; holes of a template are `*`."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        return set(WORDS_IN_HTML.findall(text))
    found = {HOLE.sub("*", call[1:-1]) for call in [*CALLS.findall(text), *WORDS_IN_DATA.findall(text)]}
    return found | {f"{kind}.*" for kind in LABELS.findall(text) if kind not in GIVEN_BY_POLICY}


def matching(name: str, keys: set[str]) -> set[str]:
    pattern = re.compile(".+".join(re.escape(part) for part in name.split("*")))
    return {key for key in keys if pattern.fullmatch(key)}


def test_both_languages_have_the_same_keys() -> None:
    for lang, catalogue in CATALOGUES.items():
        assert {key.removesuffix(".one") for key in catalogue} == KEYS, lang
        assert catalogue.keys() >= KEYS, f"{lang}: a singular without its plural"


def test_both_languages_fill_in_the_same_values() -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    filled = {key: holes(text) for key, text in CATALOGUES["en"].items()}
    other = {key: holes(CATALOGUES["zh"][key.removesuffix(".one")]) for key in filled}
    assert {key for key in KEYS if filled[key] != other[key]} == set()
    assert {key for key in filled.keys() - KEYS if filled[key] | {"n"} != other[key] | {"n"}} == set()


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_every_name_of_the_wire_has_its_word(kind: str) -> None:
    assert {name for name in VOCABULARIES[kind] if f"{kind}.{name}" not in KEYS} == set()


def test_every_kind_of_job_has_its_word(tmp_path: Path) -> None:
    """Whatever can fail is listed for operators by its name."""
    parts = wiring.build(settings.load(data_dir=tmp_path))
    try:
        assert {kind for kind in wiring.handlers(parts) if f"work.{kind}" not in KEYS} == set()
    finally:
        asyncio.run(wiring.close_parts(parts))


def test_names_of_the_policy_stand_in_the_policy_alone() -> None:
    assert {key for key in KEYS if key.partition(".")[0] in GIVEN_BY_POLICY and key.count(".")} == set()


def test_no_sentence_is_empty() -> None:
    empty = [(lang, key) for lang, words in CATALOGUES.items() for key, text in words.items() if not text.strip()]
    assert empty == []


@pytest.mark.parametrize("path", [*PAGES, *SCRIPTS], ids=lambda path: str(path.relative_to(WEB)))
def test_every_key_that_a_file_names_exists(path: Path) -> None:
    assert {name for name in named_by(path) if not matching(name, KEYS)} == set()


def test_every_key_is_used() -> None:
    used = set().union(*(matching(name, KEYS) for path in [*PAGES, *SCRIPTS] for name in named_by(path)))
    spelled = set().union(*(STRINGS.findall(path.read_text("utf-8")) for path in SCRIPTS))
    assert KEYS - used - spelled == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_no_script_makes_markup_of_data_or_code_of_text(path: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|setHTML"
    code = r"\beval\(|new Function|set(?:Timeout|Interval)\(\s*[\"'`]"
    assert re.findall(f"{markup}|{code}", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_holds_styles_or_scripts_of_its_own(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text, re.IGNORECASE) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>[^<]*", text) if not re.fullmatch(r"<script[^>]* src=[^>]*>", tag)
    ] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(WEB)))
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    """The example in the widget's comment fetches nothing."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL).replace(SVG_NAMESPACE, "")
    assert re.findall(r"https?://", text) == []
    assert re.findall(r"""(?:src|href)=["']//|url\(["']?//""", text) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_file_that_a_file_names_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    named = {HOLE.sub("*", name) for name in re.findall(r"""["'`(](/static/[^"'`)]+)""", text)}
    assert {name for name in named if not list(WEB.glob(name.partition("#")[0].lstrip("/")))} == set()
    imported = re.findall(r"""from "(\.[^"]+)\"""", text)
    assert {name for name in imported if not (path.parent / name).is_file()} == set()


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'id="([\w-]+)"', (WEB / "static" / "icons.svg").read_text("utf-8")))
    texts = [path.read_text("utf-8") for path in [*PAGES, *SCRIPTS]]
    used = {
        name for text in texts for name in re.findall(r'icons\.svg#([\w-]+)|icon\("([\w-]+)"\)|icon: "([\w-]+)"', text)
    }
    assert {name for names in used for name in names if name} - drawn == set()

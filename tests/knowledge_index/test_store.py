import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_index.calibration import Calibration
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.library import Library
from knowledge_index.manifest import IndexRefused, Manifest, ModelFacts
from knowledge_index.store import Change, IndexStore
from tests.knowledge_index.made_up import everything, made_up
from tests.knowledge_index.room import room_for

FACTS = {"en": ModelFacts("a", "1" * 64, 384), "multi": ModelFacts("b", "2" * 64, 384)}
HELD = [made_up("a"), made_up("b", 3, "zh"), made_up("c", 2)]


def opened(folder: Path, **models: ModelFacts) -> IndexStore:
    return IndexStore(folder, Manifest({**FACTS, **models}))


def restored(store: IndexStore) -> KnowledgeIndex:
    stored = store.load()
    assert stored is not None
    index = built(Calibration.read(), {"en": 384, "multi": 384}, stored.articles)
    index.tombstones.update(stored.tombstones)
    for change in stored.changes:
        change.apply(index)
    return index


def test_nothing_stored_is_not_an_error(tmp_path: Path) -> None:
    assert opened(tmp_path).load() is None


def test_what_was_saved_comes_back_and_answers_alike(tmp_path: Path) -> None:
    opened(tmp_path).save(HELD, {"gone.en": 4})
    index = restored(opened(tmp_path))
    assert everything(index) == everything(built(index.calibration, index.dimensions, HELD))
    assert index.tombstones == {"gone.en": 4}


def test_changes_after_the_snapshot_come_back_with_their_vectors(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(HELD, {})
    newer = made_up("a", 2)
    store.append(Change("a.en", 2, newer))
    store.append(Change("b.zh", 4))
    index = restored(opened(tmp_path))
    assert index.version_of("a.en") == 2
    assert np.array_equal(index.articles["a.en"].vectors["en"], newer.vectors["en"])
    assert index.tombstones == {"b.zh": 4}


def test_a_journal_may_begin_before_any_snapshot(tmp_path: Path) -> None:
    opened(tmp_path).append(Change("a.en", 1, made_up("a")))
    assert list(restored(opened(tmp_path)).articles) == ["a.en"]


def test_a_line_torn_by_a_crash_is_dropped(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.append(Change("a.en", 1, made_up("a")))
    store.append(Change("c.en", 2, made_up("c", 2)))
    journal = next(tmp_path.glob("g-*/journal.jsonl"))
    journal.write_bytes(journal.read_bytes()[:-40])
    assert list(restored(opened(tmp_path)).articles) == ["a.en"]


def test_a_change_after_a_torn_line_is_not_lost(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.append(Change("a.en", 1, made_up("a")))
    journal = next(tmp_path.glob("g-*/journal.jsonl"))
    journal.write_bytes(journal.read_bytes() + b'{"op": "put", "id": "torn')
    opened(tmp_path).append(Change("c.en", 2, made_up("c", 2)))
    assert sorted(restored(opened(tmp_path)).articles) == ["a.en", "c.en"]


def test_a_crash_before_the_switch_leaves_the_old_generation(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(HELD, {})
    pointer = (tmp_path / "current").read_text()
    store.save([made_up("d")], {})
    second = tmp_path / (tmp_path / "current").read_text()
    shutil.copytree(second, tmp_path / pointer)
    (tmp_path / "current").write_text((tmp_path / "current").read_text())
    assert list(restored(opened(tmp_path)).articles) == ["d.en"]
    store.save(HELD, {})
    assert len(list(tmp_path.glob("g-*"))) == 1


def test_another_model_is_refused_in_words(tmp_path: Path) -> None:
    opened(tmp_path).save(HELD, {})
    other = opened(tmp_path, multi=ModelFacts("another", "3" * 64, 384))
    with pytest.raises(IndexRefused, match=r"built with b \(2{12}, 384 numbers\) as 'multi'; running is another"):
        other.load()
    assert [article.id for article in other.articles()] == ["a.en", "b.zh", "c.en"]


def test_another_format_is_refused_in_words(tmp_path: Path) -> None:
    opened(tmp_path).save(HELD, {})
    future = IndexStore(tmp_path, replace(Manifest(FACTS), format=99))
    with pytest.raises(IndexRefused, match="format 1, this program reads 99"):
        future.load()


@pytest.mark.parametrize("name", ["manifest.json", "articles.jsonl", "vectors-en.npy", "vectors-multi.npy"])
def test_a_damaged_index_is_refused_and_never_half_read(tmp_path: Path, name: str) -> None:
    opened(tmp_path).save(HELD, {})
    damaged = next(tmp_path.glob("g-*")) / name
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    with pytest.raises(IndexRefused):
        opened(tmp_path).load()


def test_vectors_of_other_passages_are_refused(tmp_path: Path) -> None:
    opened(tmp_path).save(HELD, {})
    articles = next(tmp_path.glob("g-*")) / "articles.jsonl"
    lines = [json.loads(line) for line in articles.read_text("utf-8").splitlines()]
    lines[0]["question"] = "another question"
    articles.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with pytest.raises(IndexRefused, match="other passages"):
        opened(tmp_path).load()


@pytest.mark.parametrize("name", ["manifest.json", "articles.jsonl", "vectors-en.npy", "current"])
def test_an_emptied_file_is_refused_or_nothing_and_the_next_save_mends_it(tmp_path: Path, name: str) -> None:
    opened(tmp_path).save(HELD, {})
    emptied = tmp_path / name if name == "current" else next(tmp_path.glob("g-*")) / name
    emptied.write_bytes(b"")
    if name == "current":
        assert opened(tmp_path).load() is None
    else:
        with pytest.raises(IndexRefused):
            opened(tmp_path).load()
    opened(tmp_path).save(HELD, {})
    assert len(restored(opened(tmp_path)).articles) == len(HELD)


def test_what_a_crash_left_half_written_is_cleared_away_at_the_next_start(tmp_path: Path) -> None:
    opened(tmp_path).save(HELD, {})
    used = (tmp_path / "current").read_text()
    shutil.copytree(tmp_path / used, tmp_path / "g-000002")
    (tmp_path / "g-000002" / "manifest.json").unlink()
    (tmp_path / "current.new").write_text("g-000002")
    assert len(restored(opened(tmp_path)).articles) == len(HELD)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["current", used]


def test_without_room_a_new_generation_leaves_the_old_one_in_use_and_nothing_behind(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(HELD, {})
    before = sorted(str(entry.relative_to(tmp_path)) for entry in tmp_path.rglob("*"))
    with room_for(2_000), pytest.raises(OSError, match="too large"):
        store.save([*HELD, made_up("d")], {})
    assert sorted(str(entry.relative_to(tmp_path)) for entry in tmp_path.rglob("*")) == before
    assert len(restored(opened(tmp_path)).articles) == len(HELD)


def test_without_room_no_change_is_half_noted(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.append(Change("a.en", 1, made_up("a")))
    journal = next(tmp_path.glob("g-*/journal.jsonl"))
    size = journal.stat().st_size
    with room_for(size + 200), pytest.raises(OSError, match="too large"):
        store.append(Change("gone.en", 1), Change("b.en", 1, made_up("b")))
    assert journal.stat().st_size == size
    assert restored(opened(tmp_path)).tombstones == {}
    store.append(Change("c.en", 2, made_up("c", 2)))
    assert sorted(restored(opened(tmp_path)).articles) == ["a.en", "c.en"]


def test_what_is_appended_while_a_generation_is_written_is_in_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(HELD, {})
    store.append(Change("a.en", 2, made_up("a", 2)))
    index, mark = restored(store), store.mark()
    made = store.write(list(index.articles.values()), index.tombstones)
    store.append(Change("d.en", 1, made_up("d")))
    store.append(Change("b.zh", 4), Change("a.en", 3, made_up("a", 3)))
    store.switch(made, since=mark)
    after = restored(opened(tmp_path))
    assert {name: held.article.version for name, held in after.articles.items()} == {"a.en": 3, "c.en": 2, "d.en": 1}
    assert after.tombstones == {"b.zh": 4}
    assert [folder.name for folder in tmp_path.glob("g-*")] == [made.name]


def test_a_journal_is_long_when_it_is_longer_than_half_of_what_it_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_index.store.JOURNAL_LIMIT_BYTES", 100)
    store = opened(tmp_path)
    store.save([made_up(f"{first}{second}") for first in "abcdef" for second in "abcdef"], {})
    store.append(Change("new.en", 1, made_up("new")))
    assert not store.journal_is_long()
    small = opened(tmp_path / "small")
    small.append(Change("new.en", 1, made_up("new")))
    assert small.journal_is_long()


def test_the_journal_is_shortened_while_changes_go_on(
    tmp_path: Path, embedders: dict[Key, Embedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_index.store.JOURNAL_LIMIT_BYTES", 100)
    names = [f"{first}{second}" for first in "abcdef" for second in "abcdef"]

    async def journey() -> set[str]:
        library = Library(tmp_path, embedders, Calibration.read())
        for name in names:
            await library.follow([Change(f"{name}.en", 1, made_up(name))])
        await library.delete(f"{names[0]}.en", 2)
        await library.close()
        again = Library(tmp_path, embedders, Calibration.read())
        await again.open()
        await again.close()
        return set(again.index.articles)

    assert asyncio.run(journey()) == {f"{name}.en" for name in names[1:]}
    assert int((tmp_path / "current").read_text().removeprefix("g-")) > 1

"""The running library: models, index and store as one. Everything here runs in the event loop of the service.

A change is on disk before it can be found, and can be found when its call returns. Changes are accepted one at a
time; searches never wait for them.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge_index import logs, passages, questions, recalibrate, search
from knowledge_index.articles import Article
from knowledge_index.batching import Batcher
from knowledge_index.cache import ResultCache
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle, Wanted, assembled, wanted
from knowledge_index.embedder import CannotEmbed, Embedder, Key, Vectors, key_for
from knowledge_index.evaluate import Evaluation
from knowledge_index.following import Following, offered
from knowledge_index.growing import Growing
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.kept import KeptVectors
from knowledge_index.leaning import leaning
from knowledge_index.manifest import IndexRefused, Manifest
from knowledge_index.recalibrate import Measured, Unusable
from knowledge_index.search import Result
from knowledge_index.store import Change, IndexStore
from knowledge_index.text import mixes_scripts

APPLIED_AT_ONCE = 20
NEAR_ENOUGH = 0.9
"""Of the nearest one's score: what else a text may be near to that hardly says anything."""
UNCERTAIN = 2.0
"""A threshold that no chance reaches."""


@dataclass(frozen=True)
class Asked:
    """A search. `before` is the question that the text may go on from, `said` the article that answered that one."""

    text: str
    language: str = "und"
    audience: str = "public"
    k: int = 3
    before: str = ""
    said: str | None = None


class Changed(Exception):
    """The index is no longer the one that the caller looked at."""


class Library:
    def __init__(
        self, folder: Path, embedders: dict[Key, Embedder], calibration: Calibration, *, kept: Path | None = None
    ) -> None:
        self.manifest = Manifest.of(embedders)
        self._kept = KeptVectors(kept, {key: one.digest for key, one in embedders.items()}) if kept else None
        self.notes: list[str] = []
        self.batcher = Batcher(embedders)
        self.shipped = self._trusted(calibration)
        self.store = IndexStore(folder, self.manifest)
        self._calibrated = folder / "calibration.json"
        self.calibration = self._own_calibration()
        self._calibrating = asyncio.Lock()
        self.index = KnowledgeIndex(self.calibration, self._dimensions())
        self._found = ResultCache()
        self._writing = asyncio.Lock()
        self._replacing = asyncio.Lock()
        self._saving = asyncio.Lock()
        """Held while a generation is written: taken before `_writing`."""
        self._shortening: asyncio.Task[None] | None = None
        self._since_replacing: list[Change] | None = None
        self.following = Following(self)
        self.growing = Growing(self)

    async def open(self) -> list[Article]:
        """Load what is stored. Returns the articles that must be embedded anew because the index was refused."""
        try:
            stored = await asyncio.to_thread(self.store.load)
        except IndexRefused as refusal:
            self.notes.append(f"index refused, building it anew: {refusal}")
            return await asyncio.to_thread(self.store.articles)
        if stored is not None:
            self.index = await asyncio.to_thread(built, self.calibration, self._dimensions(), stored.articles)
            self.index.tombstones.update(stored.tombstones)
            for change in stored.changes:
                change.apply(self.index)
            self.following.wake()
            self.growing.wake()
        return []

    async def close(self) -> None:
        await self.following.close()
        await self.growing.close()
        if self._shortening is not None:
            await self._shortening
        await self.batcher.close()

    async def search(self, asked: Asked) -> Result:
        """Never raises for a strange text: what cannot be embedded has no answer.

        What was found before is given again as long as the index is the same; what found nothing is looked for again,
        since a model may have refused a text for want of memory.
        """
        edition = self.index.edition
        held = self._found.get(asked, edition)
        if held is not None:
            return held
        found = await self._looked_up(asked)
        if found.hits and self.index.edition == edition:
            self._found.put(asked, found, edition)
        return found

    async def _looked_up(self, asked: Asked) -> Result:
        """Where its own language has nothing, an article that is told in another language alone may answer it."""
        found = await self._searched(asked)
        if found.decision != "none" or search.elsewhere(self.index, asked.language) is None:
            return found
        try:
            vector = await self.batcher.vector(Wanted("multi", "query", asked.text))
        except CannotEmbed:
            return found
        return search.or_elsewhere(
            self.index, found, text=asked.text, vector=vector, audience=asked.audience, k=asked.k
        )

    async def _searched(self, asked: Asked) -> Result:
        """A text of several questions is searched question by question, and as a whole where none of them is answered;
        one that leans on the question before it, also together with that one.
        """
        texts = questions.split(asked.text)
        if len(texts) > 1:
            parts = await self._one_by_one(asked, texts)
            answered = next((part for part in parts if part.decision == "answer"), None)
            if answered is not None:
                return replace(answered, parts=tuple(parts))
        found = await self._search(asked)
        return await self._gone_on(asked, found) if asked.before else found

    async def _one_by_one(self, asked: Asked, texts: Sequence[str]) -> list[Result]:
        """What each of several questions is found to mean, the later ones after those before them."""
        parts = list(await asyncio.gather(*(self._search(replace(asked, text=text)) for text in texts)))
        for place in range(1, len(parts)):
            said = parts[place - 1].hits[0].article_id if parts[place - 1].decision == "answer" else None
            later = replace(asked, text=texts[place], before=texts[place - 1], said=said)
            parts[place] = await self._gone_on(later, parts[place])
        return parts

    async def _gone_on(self, asked: Asked, found: Result) -> Result:
        """What a text that leans on the question before it was `found` to mean together with that one.

        That question fills what was said with its own subject, whose nearest article would answer anything: what is
        meant has to be near to the text alone as well. What only asks, and no other article is near to, asks of the
        article that was just given.
        """
        leans = leaning(asked.text)
        if leans is None or (found.decision == "answer" and leans != "asks"):
            return found
        joined = replace(asked, text=f"{asked.before} {asked.text}")
        further = await self._search(joined, without=asked.said)
        if leans == "names":
            return max(found, further, key=lambda result: result.confidence)
        near = {hit.article_id for hit in found.hits if hit.score >= NEAR_ENOUGH * found.hits[0].score}
        if further.decision != "none" and further.hits[0].article_id in near:
            return further
        if leans != "asks":
            return found
        again = await self._search(joined)
        of_the_same = bool(again.hits) and again.hits[0].article_id == asked.said
        return replace(again, decision="answer") if of_the_same else again

    async def _search(self, asked: Asked, without: str | None = None) -> Result:
        """What is not answered as it is written is asked again with its slips put right.

        And, where it mixes two scripts, of the articles of all languages: "smart lock打不开".
        """
        found = await self._decided(asked, without)
        meant = None if found.decision == "answer" else search.meant(self.index, asked.text, asked.language)
        if meant is not None:
            found = search.surer(found, await self._decided(replace(asked, text=meant), without))
        if found.decision == "answer" or not mixes_scripts(asked.text):
            return found
        across = await self._decided(replace(asked, language=search.ACROSS), without)
        own = search.told_in(self.index, across, language=asked.language, audience=asked.audience)
        return search.surer(found, own)

    async def _decided(self, asked: Asked, without: str | None) -> Result:
        within = search.scope(self.index, asked.language)
        late = await self.following.hasten(asked.text, within.languages[0] if within.languages else "", within.key)
        try:
            vector = await self.batcher.vector(Wanted(within.key, "query", asked.text))
        except CannotEmbed:
            return Result("none", 0.0, asked.language, ())
        if search.scope(self.index, asked.language) != within:
            return await self._decided(asked, without)
        said = self.index.articles.get(without) if without else None
        found = search.search(
            self.index,
            text=asked.text,
            vector=vector,
            language=asked.language,
            audience=asked.audience,
            k=asked.k,
            without=said.article.subject if said else None,
        )
        return offered(self.index, found, late, audience=asked.audience, k=asked.k) if late else found

    async def put(self, article: Article) -> int:
        """Make the article findable. Returns the version that is held afterwards; an older one changes nothing."""
        if article.version > self.index.version_of(article.id):
            embedded = await self.embedded(article)
            await self._accept(Change(article.id, article.version, embedded))
        return self.index.version_of(article.id)

    async def put_many(self, articles: Sequence[Article]) -> int:
        """Make many findable by their words; their vectors follow. Returns how many of them were news."""
        async with self._writing:
            news = {one.id: one for one in articles if one.version > self.index.version_of(one.id)}
            await self._take_in([self._with_words(one) for one in news.values()])
        self.following.wake()
        return len(news)

    async def follow(self, changes: Sequence[Change]) -> None:
        """Accept vectors that articles lacked."""
        async with self._writing:
            await self._take_in(changes)

    async def delete(self, article_id: str, version: int) -> int:
        await self._accept(Change(article_id, version))
        return self.index.version_of(article_id)

    async def replace(self, articles: Sequence[Article], if_digest: str | None = None) -> None:
        """Make these the only articles, whatever versions were held; built beside the running index, then switched.

        Changes that arrive while it is built are kept. With `if_digest`, raises Changed unless the index is still
        the one that the caller saw, so that nothing that it did not know of is undone.
        """
        async with self._replacing:
            async with self._writing:
                if if_digest is not None and if_digest != self.index.digest():
                    raise Changed
                self._since_replacing = []
            try:
                embedded = await asyncio.gather(*(self._whole_or_words(article) for article in articles))
                async with self._saving, self._writing:
                    await self._switch_to(embedded, self._since_replacing)
            finally:
                self._since_replacing = None
        self.following.wake()
        self.growing.wake()

    @property
    def is_replacing(self) -> bool:
        """Whether a `replace` is under way. A second one waits for it, and looks at `if_digest` after it."""
        return self._replacing.locked()

    async def _switch_to(self, embedded: Sequence[EmbeddedArticle], since: Sequence[Change]) -> None:
        """Whoever calls holds `_writing`."""
        fresh = await asyncio.to_thread(built, self.calibration, self._dimensions(), embedded)
        for change in since:
            change.apply(fresh)
        await asyncio.to_thread(self.store.save, list(fresh.articles.values()), dict(fresh.tombstones))
        fresh.decide_by(self.calibration)
        self.index = fresh

    async def _whole_or_words(self, article: Article) -> EmbeddedArticle:
        """One that no model can read is found by its words: the others are not refused for it."""
        try:
            return await self.embedded(article, background=True)
        except CannotEmbed:
            return EmbeddedArticle(article, tuple(passages.of(article)), {})

    async def lasting(self, asked: Sequence[Wanted], *, background: bool = False) -> list[Vectors | CannotEmbed]:
        """As the batcher's `vectors`, but kept for the next start: never for what customers write."""
        if self._kept is None:
            return await self.batcher.vectors(asked, background=background)
        held = await asyncio.to_thread(self._kept.get, asked)
        missing = list(dict.fromkeys(one for one in asked if one not in held))
        made = dict(zip(missing, await self.batcher.vectors(missing, background=background), strict=True))
        fresh = {one: vector for one, vector in made.items() if not isinstance(vector, CannotEmbed)}
        if fresh:
            await asyncio.to_thread(self._kept.put, fresh)
        return [held[one] if one in held else made[one] for one in asked]

    async def evaluate(self, language: str, precision: float) -> Measured:
        """Ask variants as if nobody had written them, of copies of the index, beside the searches; changes nothing."""
        copy = Evaluation(self.index, self.shipped)
        return await asyncio.to_thread(recalibrate.measured, copy, language, precision)

    async def recalibrate(self, precision: float) -> list[Measured]:
        """Decide from now on, and after the next start, as the articles that are held now suggest."""
        async with self._calibrating:
            found = [await self.evaluate(language, precision) for language in recalibrate.LANGUAGES]
            await asyncio.to_thread(recalibrate.write, self._calibrated, self.shipped, found)
            self.calibration = recalibrate.calibrated(self.shipped, found)
            self.index.decide_by(self.calibration)
        return found

    async def _accept(self, change: Change) -> None:
        async with self._writing:
            if not self._is_news(change):
                return
            await self._take_in([change])

    async def _take_in(self, changes: Sequence[Change]) -> None:
        """Whoever calls holds `_writing`. Searches go on between the changes."""
        if not changes:
            return
        await asyncio.to_thread(self.store.append, *changes)
        for place, change in enumerate(changes, start=1):
            change.apply(self.index)
            if place % APPLIED_AT_ONCE == 0:
                await asyncio.sleep(0)
        if self._since_replacing is not None:
            self._since_replacing.extend(changes)
        self.growing.wake()
        if (self._shortening is None or self._shortening.done()) and self.store.journal_is_long():
            self._shortening = asyncio.create_task(self._shorten_journal())

    async def _shorten_journal(self) -> None:
        """Changes go on meanwhile. What was accepted stays so where there is no room for it: the journal grows."""
        try:
            async with self._saving:
                async with self._writing:
                    held, gone, mark = [*self.index.articles.values()], dict(self.index.tombstones), self.store.mark()
                made = await asyncio.to_thread(self.store.write, held, gone)
                async with self._writing:
                    await asyncio.to_thread(self.store.switch, made, since=mark)
        except OSError as fault:
            self.store.put_off()
            logs.event("the journal cannot be shortened", level=logging.WARNING, why=str(fault))

    def _with_words(self, article: Article) -> Change:
        """What may be kept of its vectors is kept: those of an article in the same words."""
        held = self.index.articles.get(article.id)
        same = held is not None and replace(held.article, version=article.version) == article
        vectors = held.vectors if held is not None and same else {}
        return Change(article.id, article.version, EmbeddedArticle(article, tuple(passages.of(article)), vectors))

    def _is_news(self, change: Change) -> bool:
        known = self.index.version_of(change.article_id)
        if change.embedded is not None:
            return change.version > known
        return change.version >= known and self.index.tombstones.get(change.article_id) != change.version

    async def embedded(self, article: Article, *, background: bool = False) -> EmbeddedArticle:
        """Raises CannotEmbed when the model refuses a passage."""
        held = self.index.articles.get(article.id)
        is_whole = held is not None and not any(article.id in lacking for lacking in self.index.lacking.values())
        if held is not None and is_whole and replace(held.article, version=article.version) == article:
            return replace(held, article=article)
        vectors = []
        for vector in await self.lasting(wanted(article), background=background):
            if isinstance(vector, CannotEmbed):
                raise vector
            vectors.append(vector)
        return assembled(article, vectors)

    def without_vectors(self) -> int:
        """How many articles are found by their words alone as yet, in their own language."""
        lacking = self.index.lacking.items()
        return sum(
            key_for(self.index.articles[name].article.language) == key for key, names in lacking for name in names
        )

    def _dimensions(self) -> dict[Key, int]:
        return {key: embedder.dimension for key, embedder in self.batcher.embedders.items()}

    def _own_calibration(self) -> Calibration:
        try:
            return recalibrate.read(self._calibrated, self.shipped)
        except Unusable as fault:
            self.notes.append(f"{fault}; the shipped one decides until `firebreak kb calibrate` is run")
            return self.shipped

    def _trusted(self, calibration: Calibration) -> Calibration:
        """The calibration; with other models than it was measured with, one that offers choices and never answers."""
        running = {key: facts.digest for key, facts in self.manifest.models.items()}
        strangers = sorted(key for key, digest in running.items() if calibration.models.get(key) != digest)
        if not strangers:
            return calibration
        self.notes.append(f"not calibrated for the models {', '.join(strangers)}: choices are offered, never an answer")
        judges = {name: replace(judge, answer_at=UNCERTAIN) for name, judge in calibration.judges.items()}
        centres = {key: calibration.centres[key] for key in running if key not in strangers}
        blank = {key: [0.0] * self.manifest.models[key].dimension for key in strangers}
        return Calibration(running, {**centres, **blank}, judges)

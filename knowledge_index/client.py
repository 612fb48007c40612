"""The way to the knowledge service for everybody else. Imports neither models nor index.

    async with KnowledgeClient("http://127.0.0.1:5065") as knowledge:
        found = await knowledge.search("my smart lock is offline", language="en")

Raises KnowledgeUnavailable when the service is down, loading or too slow: ask again later. Raises KnowledgeRefused
when it understood and said no: asking again will not help.
"""

import base64
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote

import aiohttp

SEARCH_SECONDS = 2.0
EMBED_SECONDS = 2.0
CHANGE_SECONDS = 10.0
MANY_SECONDS = 30.0
REPLACE_SECONDS = 900.0
TRIAL_SECONDS = 120.0
HEALTH_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 15.0
"""Less than the service's own, so that no request meets a connection that is just being closed."""


class KnowledgeUnavailable(Exception):
    """Down, loading or too slow."""


class KnowledgeRefused(Exception):
    """The service's own error: `code` and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Hit:
    article_id: str
    question: str
    answer: str
    language: str
    score: float


@dataclass(frozen=True)
class Found:
    """`confidence` is the chance, 0 to 1, that the first hit answers it. `none` still lists the nearest.

    `parts`: where a text asked several questions and at least one is answered, what each of them got.
    """

    decision: Literal["answer", "choices", "none"]
    confidence: float
    language: str
    hits: tuple[Hit, ...]
    parts: "tuple[Found, ...]" = ()

    def answers(self) -> list[Hit]:
        """The hit that answers each of its questions, none twice."""
        answered = [part.hits[0] for part in self.parts or (self,) if part.decision == "answer"]
        return list({hit.article_id: hit for hit in answered}.values())

    def offers(self) -> list[Hit]:
        """What the questions that are not answered may be about, without what is answered anyway."""
        said = {hit.article_id for hit in self.answers()}
        offered = [hit for part in self.parts or (self,) if part.decision == "choices" for hit in part.hits]
        return list({hit.article_id: hit for hit in offered if hit.article_id not in said}.values())

    def without(self, article_id: str | None) -> "Found":
        """The same where this article may not be given: what it would have answered is offered from the next ones."""
        if article_id is None:
            return self
        hits = tuple(hit for hit in self.hits if hit.article_id != article_id)
        decision = self.decision if hits else "none"
        if decision == "answer" and self.hits[0].article_id == article_id:
            decision = "choices"
        return replace(self, decision=decision, hits=hits, parts=tuple(part.without(article_id) for part in self.parts))


@dataclass(frozen=True)
class Embedded:
    """One vector a text, in order; None for a text that cannot be embedded. `digest`: of the model's weights."""

    vectors: list[list[float] | None]
    digest: str


class KnowledgeClient:
    """One connection pool; use it as a context manager or call `close`."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._open: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "KnowledgeClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()
            self._open = None

    async def embed(
        self, texts: Sequence[str], *, model: str, timeout: float = EMBED_SECONDS
    ) -> list[list[float] | None]:
        """The vectors alone."""
        return (await self.embedded(texts, model=model, timeout=timeout)).vectors

    async def embedded(self, texts: Sequence[str], *, model: str, timeout: float = EMBED_SECONDS) -> Embedded:
        body = {"input": list(texts), "model": model, "encoding_format": "base64"}
        answer = await self._call("POST", "/v1/embeddings", timeout, body)
        return Embedded([_floats(entry["embedding"]) for entry in answer["data"]], str(answer.get("digest", "")))

    async def search(
        self,
        text: str,
        *,
        language: str,
        audience: str = "public",
        k: int = 3,
        before: str = "",
        said: str | None = None,
        timeout: float = SEARCH_SECONDS,
    ) -> Found:
        """`before` is the question that this one may go on from, `said` the article that answered it."""
        body = {"text": text, "language": language, "audience": audience, "k": k, "before": before, "said": said}
        return _found(await self._call("POST", "/search", timeout, body))

    async def put_article(self, article: dict[str, Any], *, timeout: float = CHANGE_SECONDS) -> int:
        """Takes the wire article with its `id`. Returns the version that is held now."""
        body = {name: value for name, value in article.items() if name != "id"}
        return int((await self._call("PUT", _path(article["id"]), timeout, body))["version"])

    async def put_articles(self, articles: Sequence[dict[str, Any]], *, timeout: float = MANY_SECONDS) -> None:
        """Many in one call: they are found by their words when it returns, and by meaning as their vectors follow."""
        if articles:
            await self._call("POST", "/articles/batch", timeout, {"articles": list(articles)})

    async def delete_article(self, article_id: str, *, version: int, timeout: float = CHANGE_SECONDS) -> int:
        return int((await self._call("DELETE", f"{_path(article_id)}?version={version}", timeout))["version"])

    async def replace(
        self, articles: Sequence[dict[str, Any]], *, if_digest: str | None = None, timeout: float = REPLACE_SECONDS
    ) -> dict[str, Any]:
        """Make these the only articles; returns the health afterwards. See the service on `if_digest`."""
        body = {"articles": list(articles), "if_digest": if_digest}
        return await self._call("POST", "/articles/replace", timeout, body)

    async def article(self, article_id: str, *, timeout: float = SEARCH_SECONDS) -> dict[str, Any] | None:
        try:
            return await self._call("GET", _path(article_id), timeout)
        except KnowledgeRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    async def trial(
        self,
        questions: Sequence[tuple[str, str]],
        *,
        draft: dict[str, Any] | None,
        audience: str = "public",
        k: int = 3,
        timeout: float = TRIAL_SECONDS,
    ) -> list[tuple[Found, Found]]:
        """What each (text, language) gets now, and what it would get if `draft` (with its `id`) stood in the index."""
        asked = [{"text": text, "language": language} for text, language in questions]
        body = {"questions": asked, "draft": draft, "audience": audience, "k": k}
        answer = await self._call("POST", "/trial", timeout, body)
        return [(_found(one["now"]), _found(one["then"])) for one in answer["items"]]

    async def neighbours(self, draft: dict[str, Any], *, timeout: float = CHANGE_SECONDS) -> list[dict[str, Any]]:
        """The held articles near a draft, the likest first, with the sentences that contradict its own."""
        return list((await self._call("POST", "/neighbours", timeout, {"draft": draft}))["items"])

    async def health(self, *, timeout: float = HEALTH_SECONDS) -> dict[str, Any]:
        return await self._call("GET", "/healthz", timeout)

    async def evaluate(
        self, language: str, *, precision: float | None = None, timeout: float = REPLACE_SECONDS
    ) -> dict[str, Any]:
        """What decisions for this precision would do with the articles that are held; changes nothing."""
        return await self._call("POST", "/evaluate", timeout, {"language": language, **_stated(precision)})

    async def calibrate(
        self, *, precision: float | None = None, timeout: float = REPLACE_SECONDS
    ) -> list[dict[str, Any]]:
        """Decide for this precision from now on; what `evaluate` tells, a language each."""
        answer = await self._call("POST", "/calibrate", timeout, _stated(precision))
        return list(answer["languages"])

    async def _call(self, method: str, path: str, timeout: float, body: Any = None) -> dict[str, Any]:
        try:
            async with self._session().request(
                method, self._base + path, json=body, timeout=aiohttp.ClientTimeout(total=timeout)
            ) as response:
                answer = await response.json()
                return _checked(response.status, answer)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
            raise KnowledgeUnavailable(f"the knowledge service did not answer ({type(fault).__name__})") from fault

    def _session(self) -> aiohttp.ClientSession:
        if self._open is None or self._open.closed:
            self._open = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS))
        return self._open


def _checked(status: int, answer: Any) -> dict[str, Any]:
    if status < 400 and isinstance(answer, dict):
        return answer
    error = answer.get("error", {}) if isinstance(answer, dict) else {}
    message = str(error.get("message", "no reason given"))
    if status >= 500 or status < 400:
        raise KnowledgeUnavailable(message)
    raise KnowledgeRefused(str(error.get("code", "refused")), message)


def _found(answer: dict[str, Any]) -> Found:
    hits = tuple(Hit(**hit) for hit in answer["hits"])
    parts = tuple(_found(part) for part in answer.get("parts", ()))
    return Found(answer["decision"], answer["confidence"], answer["language"], hits, parts)


def _stated(precision: float | None) -> dict[str, float]:
    return {} if precision is None else {"precision": precision}


def _path(article_id: str) -> str:
    return "/articles/" + quote(article_id, safe="")


def _floats(packed: str | None) -> list[float] | None:
    if packed is None:
        return None
    numbers = array("f")
    numbers.frombytes(base64.b64decode(packed))
    return numbers.tolist()

"""The knowledge service: `python -m knowledge_index.service [--host 127.0.0.1] [--port 5065] [--data-dir var]`.

It listens at once and says "loading" until models and index are up; till then only `/healthz` answers. Errors have
the product's one shape. Bound to loopback: it trusts who can reach it.
"""

import argparse
import asyncio
import base64
import errno
import itertools
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from knowledge_index import homophones, kept, lock, logs
from knowledge_index.alike import neighbours
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed, Embedder, Key, Vectors, load_all
from knowledge_index.library import Asked, Changed, Library
from knowledge_index.schemas import (
    ArticleBody,
    ArticleWithId,
    BatchRequest,
    CalibrateRequest,
    EmbeddingsRequest,
    EvaluateRequest,
    LogLevelRequest,
    NeighboursRequest,
    ReplaceRequest,
    SearchRequest,
    TrialRequest,
    TunedRequest,
)
from knowledge_index.search import ACROSS, REPLY_LANGUAGES
from knowledge_index.trial import Question, tried
from knowledge_index.tuned import FOLDER, NotTuned, TunedModels

MAX_INPUTS = 2_048
GRACEFUL_SECONDS = 3
LOAD_AGAIN_SECONDS = (2.0, 10.0, 30.0)
KEEP_ALIVE_SECONDS = 75
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FIRST_TEXT = "Where is my order?"


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.fields = status, code, message, fields


class Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


class Loading:
    """How far the start has come. `library` is there once everything is up."""

    def __init__(self) -> None:
        self.library: Library | None = None
        self.tuned: dict[Key, TunedModels] = {}
        self.failure: str | None = None

    def ready(self) -> Library:
        if self.library is None:
            raise Refusal(503, "loading", self.failure or "The knowledge service is still loading its models.")
        return self.library

    def tuning(self, model: Key) -> TunedModels:
        self.ready()
        return self.tuned[model]


Loader = Callable[[], dict[Key, Embedder]]


def create_app(data_dir: Path, load: Loader = load_all) -> FastAPI:
    """The service over the index below `data_dir`. `load` brings the models; it runs in a thread after the start."""
    loading = Loading()
    app = FastAPI(title="Firebreak knowledge service", lifespan=_lifespan(data_dir, loading, load))
    app.state.loading = loading
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(OSError, _no_room)
    app.add_exception_handler(Exception, _failed)
    _routes(app, loading)
    return app


def _routes(app: FastAPI, loading: Loading) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        return Json(_health(loading))

    @app.post("/v1/embeddings")
    async def embeddings(body: EmbeddingsRequest) -> Response:
        library = loading.ready()
        texts = _inputs(body.input)
        asked = [Wanted(body.model, "query", text if isinstance(text, str) else "") for text in texts]
        tuned = loading.tuning(body.model) if body.tuned else None
        found = await (_by_tuned(tuned, body.tuned, asked) if tuned else _by_model(library, asked, body.keep))
        data = [_embedding(place, one, body.encoding_format) for place, one in enumerate(found)]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        answer = {"object": "list", "data": data, "model": body.model, "usage": usage}
        return Json({**answer, "digest": body.tuned or library.manifest.models[body.model].digest})

    @app.post("/tuned")
    async def tune(body: TunedRequest) -> Response:
        models = loading.tuning(body.model)
        name = models.begin(body.examples, body.seconds)
        return Json({"tuned": name, **asdict(models.standing(name))})

    @app.get("/tuned/{model}/{name}")
    async def tuned(model: Key, name: Annotated[str, InPath(pattern=r"^[0-9a-f]{16}$")]) -> Response:
        return Json({"tuned": name, **asdict(loading.tuning(model).standing(name))})

    @app.post("/search")
    async def search(body: SearchRequest) -> Response:
        result = await loading.ready().search(Asked(**body.model_dump()))
        facts = {"decision": result.decision, "confidence": result.confidence, "language": result.language}
        logs.event("searched", level=logging.DEBUG, **facts)
        return Json(result)

    @app.get("/articles/{article_id:path}")
    async def article(article_id: str) -> Response:
        held = loading.ready().index.articles.get(article_id)
        if held is None:
            raise Refusal(404, "not_found", "There is no such article in the index.")
        return Json(held.article.as_wire())

    @app.put("/articles/{article_id:path}")
    async def put_article(article_id: str, body: ArticleBody) -> Response:
        with _readable():
            version = await loading.ready().put(body.article(article_id))
        logs.event("article put", article_id=article_id, version=version)
        return Json({"article_id": article_id, "version": version})

    @app.post("/articles/batch")
    async def put_articles(body: BatchRequest) -> Response:
        taken = await loading.ready().put_many([one.article(one.id) for one in body.articles])
        logs.event("articles put", articles=taken)
        return Json({"articles": taken})

    @app.delete("/articles/{article_id:path}")
    async def delete_article(article_id: str, version: int) -> Response:
        held = await loading.ready().delete(article_id, version)
        logs.event("article deleted", article_id=article_id, version=held)
        return Json({"article_id": article_id, "version": held})

    @app.post("/articles/replace")
    async def replace(body: ReplaceRequest) -> Response:
        library = loading.ready()
        started = time.perf_counter()
        try:
            await library.replace([one.article(one.id) for one in body.articles], body.if_digest)
        except Changed as changed:
            raise Refusal(409, "changed", "The index has changed since you looked: look again.") from changed
        logs.event("index replaced", articles=len(body.articles), seconds=round(time.perf_counter() - started, 2))
        return Json(_health(loading))

    @app.post("/trial")
    async def trial(body: TrialRequest) -> Response:
        asked = [Question(one.text, one.language) for one in body.questions]
        with _readable():
            found = await tried(loading.ready(), _draft(body.draft), asked, audience=body.audience, k=body.k)
        return Json({"items": found})

    @app.post("/neighbours")
    async def near(body: NeighboursRequest) -> Response:
        return Json({"items": await neighbours(loading.ready(), body.draft.article(body.draft.id))})

    @app.put("/log-level")
    async def log_level(body: LogLevelRequest) -> Response:
        if logs.set_level(body.level):
            logs.event("log level set", to=body.level)
        return Json({})

    @app.post("/evaluate")
    async def evaluate(body: EvaluateRequest) -> Response:
        return Json(await loading.ready().evaluate(body.language, body.precision))

    @app.post("/calibrate")
    async def calibrate(body: CalibrateRequest) -> Response:
        found = await loading.ready().recalibrate(body.precision)
        logs.event("calibrated", languages=[one.language for one in found if one.fitted], precision=body.precision)
        return Json({"languages": found})


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except CannotEmbed as refused:
        raise Refusal(422, "invalid", "The article cannot be embedded.") from refused


def _draft(given: ArticleWithId | None) -> Article | None:
    return given.article(given.id) if given else None


def _health(loading: Loading) -> dict[str, Any]:
    library = loading.library
    if library is None:
        return {"state": "loading", "articles": 0, "digest": None, "models": {}, "failure": loading.failure}
    return {
        "state": "ready",
        "articles": len(library.index.articles),
        "digest": library.index.digest(),
        "without_vectors": library.without_vectors(),
        "vectors_to_come": sum(map(len, library.index.lacking.values())),
        "models": library.manifest.as_json()["models"],
        "rebuilding": library.is_replacing,
        "cache": {"vectors": len(library.batcher.cache), "hits": library.batcher.cache.hits},
        "notes": library.notes,
    }


async def _by_model(library: Library, asked: Sequence[Wanted], keep: bool) -> list[Vectors | CannotEmbed]:
    return await (library.lasting(asked) if keep else library.batcher.vectors(asked))


async def _by_tuned(models: TunedModels, name: str, asked: Sequence[Wanted]) -> list[Vectors | CannotEmbed]:
    try:
        return await models.vectors(name, [one.text for one in asked])
    except NotTuned as missing:
        raise Refusal(404, "not_tuned", str(missing)) from missing


def _inputs(given: Any) -> Sequence[Any]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_INPUTS:
        message = f"`input` must be a text or a list of 1 to {MAX_INPUTS} texts."
        raise Refusal(422, "invalid", message, {"input": message})
    return texts


def _embedding(place: int, found: Vectors | CannotEmbed, encoding: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"object": "embedding", "index": place}
    if isinstance(found, CannotEmbed):
        return {**entry, "embedding": None, "error": str(found)}
    if encoding == "base64":
        return {**entry, "embedding": base64.b64encode(found.tobytes()).decode()}
    return {**entry, "embedding": found}


def _lifespan(data_dir: Path, loading: Loading, load: Loader) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        start = asyncio.create_task(_start(data_dir, loading, load))
        yield
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)
        if loading.library is not None:
            await loading.library.close()
        for models in loading.tuned.values():
            await models.close()

    return lifespan


async def _start(data_dir: Path, loading: Loading, load: Loader) -> None:
    """Until it stands: what failed (no memory, no room, a file that is not there) may be mended meanwhile."""
    started = time.perf_counter()
    pauses = itertools.chain(LOAD_AGAIN_SECONDS, itertools.repeat(LOAD_AGAIN_SECONDS[-1]))
    while True:
        opened = await _open(data_dir, loading, load)
        if opened is not None:
            break
        await asyncio.sleep(next(pauses))
    library, refused = opened
    folder = _models_dir(data_dir) / FOLDER
    loading.tuned = {key: TunedModels(folder / key, base) for key, base in library.batcher.embedders.items()}
    loading.library, loading.failure = library, None
    for note in library.notes:
        logs.event("note", level=logging.WARNING, note=note)
    seconds = round(time.perf_counter() - started, 2)
    logs.event("ready", articles=len(library.index.articles), seconds=seconds)
    if refused:
        try:
            await library.replace(refused)
            logs.event("index built anew", articles=len(refused))
        except Exception:
            logging.getLogger("knowledge").exception("the index was not built anew; whoever looks after it will do so")


async def _open(data_dir: Path, loading: Loading, load: Loader) -> tuple[Library, list[Article]] | None:
    """The library and what must be embedded anew; None, and why in `loading`, when it could not be opened."""
    try:
        embedders = await asyncio.to_thread(load)
        library = Library(data_dir / "index", embedders, Calibration.read(), kept=_models_dir(data_dir) / kept.FILE)
        refused = await library.open()
        await _warm_up(library)
        return library, refused
    except Exception as fault:
        loading.failure = f"The knowledge service could not load: {fault}"
        logging.getLogger("knowledge").exception("loading failed")
        return None


async def _warm_up(library: Library) -> None:
    """A model's first pass and an index's first search take many times what the next ones do: let no customer wait."""
    await asyncio.to_thread(homophones.table)
    await library.batcher.vectors([Wanted(key, "query", FIRST_TEXT) for key in library.batcher.embedders])
    for language in (*REPLY_LANGUAGES, ACROSS):
        await library.search(Asked(FIRST_TEXT, language))


def _models_dir(data_dir: Path) -> Path:
    """The trained models', beside which lies what is made again from what is written alike."""
    return Path(os.environ.get("FIREBREAK_MODELS_DIR") or data_dir / "models")


def _problem(status: int, code: str, message: str, fields: dict[str, str] | None = None) -> Response:
    return Json({"error": {"code": code, "message": message, **({"fields": fields} if fields else {})}}, status)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return _problem(refusal.status, refusal.code, refusal.message, refusal.fields)


async def _invalid(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    fields = {".".join(str(part) for part in one["loc"][1:]) or "body": str(one["msg"]) for one in fault.errors()}
    return _problem(422, "invalid", "The request is not of the expected shape.", fields)


async def _not_served(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(fault.status_code, "refused")
    return _problem(fault.status_code, code, "There is nothing of that kind here.")


async def _no_room(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, OSError)
    if fault.errno not in NO_ROOM:
        raise fault
    logs.event("no room on the disk", level=logging.ERROR, why=str(fault))
    return _problem(507, "storage_full", "There is no room on the disk for it; nothing of it was taken.")


async def _failed(request: Request, fault: Exception) -> Response:
    return _problem(500, "internal", "The knowledge service failed on this request.")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="knowledge_index.service", description="Embeddings and search over HTTP.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5065)
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("FIREBREAK_DATA_DIR", "var")))
    options = parser.parse_args(arguments)
    try:
        with lock.held(options.data_dir):
            _serve(options)
    except lock.DataDirInUse as error:
        sys.exit(f"knowledge: {error}")


def _serve(options: argparse.Namespace) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logs.set_up()
    import uvicorn

    uvicorn.run(
        create_app(options.data_dir),
        host=options.host,
        port=options.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


if __name__ == "__main__":
    main()

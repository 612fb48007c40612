"""One dense sentence vector a message, asked of the knowledge service: the only home of the models."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import wire
from bot.nlu.embeddings import EmbeddingsClient, EmbeddingsUnavailable, knowledge_url

logger = logging.getLogger(__name__)

RETRY_PAUSE_SECONDS: Final = 1.0


class EmbeddingsNeeded(RasaException):  # type: ignore[misc]
    def __init__(self, url: str) -> None:
        super().__init__(f"The knowledge service at {url} gave no embeddings. Start it, then try again.")


def space_of(message: Message) -> str:
    """The key of the embedding space that the message's vector lives in."""
    metadata = message.get(METADATA) or {}
    named = metadata.get("embedding")
    if named in (wire.EMBEDDING_EN, wire.EMBEDDING_MULTI):
        return str(named)
    return wire.embedding_of(wire.script_language(message.get(TEXT) or ""))


def by_space(messages: list[Message]) -> dict[str, list[Message]]:
    """Those with a text."""
    found: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        if message.get(TEXT):
            found[space_of(message)].append(message)
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EmbeddingsFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Waits and retries in training, tests and the shell, whose judgement without vectors would be about the service.

    While a customer waits it asks once, briefly, and leaves the message bare when that fails. Options:
    docs/intents.md. Raises EmbeddingsNeeded where patience ends.
    """

    a_customer_waits: ClassVar[bool] = False
    """Set in the process that answers turns, before its model is loaded."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            "url": None,
            "timeout_seconds": 1.0,
            "training_timeout_seconds": 60.0,
            "training_patience_seconds": 60.0,
            "training_batch": 64,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to refuse: every value has a default."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Other models behind the same address mean other vectors: Rasa's training cache must not mix them."""
        try:
            return EmbeddingsClient(config.get("url") or knowledge_url(), timeout=5.0).models()
        except EmbeddingsUnavailable:
            return None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EmbeddingsFeaturizer":
        return cls(execution_context.node_name, config)

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        url = config["url"] or knowledge_url()
        self._brief = EmbeddingsClient(url, timeout=config["timeout_seconds"])
        self._patient = EmbeddingsClient(url, timeout=config["training_timeout_seconds"])

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._add(message, self._vector(message))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for space, examples in by_space(training_data.training_examples).items():
            for batch in in_batches(examples, self._config["training_batch"]):
                vectors = self._embed_patiently([example.get(TEXT) for example in batch], space, keep=True)
                for example, vector in zip(batch, vectors, strict=True):
                    self._add(example, vector)
        return training_data

    def _vector(self, message: Message) -> list[float] | None:
        texts, space = [message.get(TEXT)], space_of(message)
        if not self.a_customer_waits:
            return self._embed_patiently(texts, space, keep=False)[0]
        try:
            return self._brief.embed(texts, model=space)[0]
        except EmbeddingsUnavailable as error:
            logger.warning("embedding_missing", extra={"reason": str(error)})
            return None

    def _embed_patiently(self, texts: list[str], space: str, *, keep: bool) -> list[list[float] | None]:
        give_up = time.monotonic() + self._config["training_patience_seconds"]
        while True:
            try:
                return self._patient.embed(texts, model=space, keep=keep)
            except EmbeddingsUnavailable as error:
                if time.monotonic() > give_up:
                    raise EmbeddingsNeeded(self._patient.url) from error
                time.sleep(RETRY_PAUSE_SECONDS)

    def _add(self, message: Message, vector: list[float] | None) -> None:
        if vector is not None:
            self.add_features_to_message(None, np.asarray([vector], dtype=np.float32), TEXT, message)


def in_batches(examples: list[Message], size: int) -> Iterator[list[Message]]:
    for start in range(0, len(examples), size):
        yield examples[start : start + size]

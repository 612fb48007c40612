"""One dense sentence vector a message, asked of the knowledge service: the only home of the models."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

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


class TrainingNeedsEmbeddings(RasaException):  # type: ignore[misc]
    def __init__(self, url: str) -> None:
        super().__init__(f"The knowledge service at {url} gave no embeddings. Start it, then train again.")


def space_of(message: Message) -> str:
    """The key of the embedding space that the message's vector lives in."""
    metadata = message.get(METADATA) or {}
    named = metadata.get("embedding")
    if named in (wire.EMBEDDING_EN, wire.EMBEDDING_MULTI):
        return str(named)
    return wire.embedding_of(wire.script_language(message.get(TEXT) or ""))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EmbeddingsFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """In training it waits and retries; in use it asks once, briefly, and leaves a message bare when that fails.

    `training_patience_seconds`: how long training waits for a knowledge service that is still loading.
    """

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
        self._url = config["url"] or knowledge_url()
        self._client = EmbeddingsClient(self._url, timeout=config["timeout_seconds"])

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not message.get(TEXT):
                continue
            try:
                vectors = self._client.embed([message.get(TEXT)], model=space_of(message))
            except EmbeddingsUnavailable as error:
                logger.warning("embedding_missing", extra={"reason": str(error)})
                continue
            self._add(message, vectors[0])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        by_space: dict[str, list[Message]] = defaultdict(list)
        for example in training_data.training_examples:
            if example.get(TEXT):
                by_space[space_of(example)].append(example)
        client = EmbeddingsClient(self._url, timeout=self._config["training_timeout_seconds"])
        for space, examples in by_space.items():
            for batch in _batches(examples, self._config["training_batch"]):
                vectors = self._embed_patiently(client, [example.get(TEXT) for example in batch], space)
                for example, vector in zip(batch, vectors, strict=True):
                    self._add(example, vector)
        return training_data

    def _embed_patiently(self, client: EmbeddingsClient, texts: list[str], space: str) -> list[list[float] | None]:
        give_up = time.monotonic() + self._config["training_patience_seconds"]
        while True:
            try:
                return client.embed(texts, model=space, keep=True)
            except EmbeddingsUnavailable as error:
                if time.monotonic() > give_up:
                    raise TrainingNeedsEmbeddings(client.url) from error
                time.sleep(RETRY_PAUSE_SECONDS)

    def _add(self, message: Message, vector: list[float] | None) -> None:
        if vector is not None:
            self.add_features_to_message(None, np.asarray([vector], dtype=np.float32), TEXT, message)


def _batches(examples: list[Message], size: int) -> Iterator[list[Message]]:
    for start in range(0, len(examples), size):
        yield examples[start : start + size]

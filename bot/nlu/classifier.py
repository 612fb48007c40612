"""Intents from sentence vectors and grams: one head for each embedding space, since two spaces do not mix.

Where a tuned encoder gives a second vector, its space has a head too, which is heard beside the first.
"""

import json
import logging
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import fitting
from bot.nlu import head as heads
from bot.nlu.featurizer import space_of
from bot.nlu.names import is_name
from bot.nlu.tuned import ORIGIN as TUNED

logger = logging.getLogger(__name__)

DEGRADED: Final = "degraded"
"""Key in a message's parse: true when it was never understood, because it came without a vector."""

NONE_OF_THESE: Final = "none_of_these"
"""Key in a message's parse: the probability that none of the intents is meant."""

_INDEX_FILE: Final = "heads.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VectorIntentClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Options and what they do: docs/intents.md."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"c": 20.0, "grams": True, "gram_c": 20.0, "none_threshold": 0.8, "ranking_length": 5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "VectorIntentClassifier":
        return cls(config, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "VectorIntentClassifier":
        with model_storage.read_from(resource) as folder:
            spaces = json.loads((folder / _INDEX_FILE).read_text(encoding="utf-8"))
            kept = {space: heads.Head.load(folder / f"{space}.npz") for space in spaces}
            tuned = {space: heads.Head.load(path) for space in spaces if (path := _tuned_file(folder, space)).exists()}
        return cls(config, model_storage, resource, kept, tuned)

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        kept: dict[str, heads.Head],
        tuned: dict[str, heads.Head] | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._heads = kept
        self._tuned = tuned or {}

    def train(self, training_data: TrainingData) -> Resource:
        by_space: dict[str, list[Message]] = defaultdict(list)
        for example in training_data.intent_examples:
            if _vector(example) is not None:
                by_space[space_of(example)].append(example)
        for space, given in by_space.items():
            examples = self._examples(given)
            self._heads[space] = fitting.fit(examples, c=self._config["c"], gram_c=self._config["gram_c"])
            second = [_tuned_vector(example) for example in given]
            if all(vector is not None for vector in second):
                moved = replace(examples, vectors=np.asarray(second, dtype=np.float64))
                self._tuned[space] = fitting.fit_tuned(moved, c=self._config["c"])
        self._persist()
        return self._resource

    def _examples(self, given: list[Message]) -> fitting.Examples:
        return fitting.examples(
            np.asarray([_vector(example) for example in given], dtype=np.float64),
            [example.get(INTENT) for example in given],
            [example.get(TEXT) for example in given] if self._config["grams"] else (),
            [is_name(example) for example in given],
        )

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._ranking(message)
            if not ranking:
                message.set(DEGRADED, True, add_to_output=True)
            best = ranking[0] if ranking else {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
            logger.debug("classified", extra={"intent": best["name"], "confidence": best["confidence"]})
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking or [best], add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        """The likeliest intents, before them the fallback where none is likely meant; empty without a vector."""
        vector, head = _vector(message), self._heads.get(space_of(message))
        if vector is None or head is None:
            return []
        if vector.shape[0] != head.dimension:
            logger.error("vector_of_another_model", extra={"space": space_of(message), "dimension": vector.shape[0]})
            return []
        none = float(head.none_of_these(vector[np.newaxis, :])[0])
        message.set(NONE_OF_THESE, none, add_to_output=True)
        chances = head.probabilities(vector[np.newaxis, :], [message.get(TEXT)], self._opinion_beside(message))[0]
        order = np.argsort(-chances)[: self._config["ranking_length"]]
        likeliest = [{"name": head.labels[at], "confidence": float(chances[at])} for at in order]
        if none < self._config["none_threshold"]:
            return likeliest
        return [{"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": none}, *likeliest]

    def _opinion_beside(self, message: Message) -> Any:
        """What the tuned encoder says, where there is one and its vector came."""
        vector, head = _tuned_vector(message), self._tuned.get(space_of(message))
        return None if vector is None or head is None else head.log_probabilities(vector[np.newaxis, :])

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            (folder / _INDEX_FILE).write_text(json.dumps(sorted(self._heads)), encoding="utf-8")
            for space, head in self._heads.items():
                head.save(folder / f"{space}.npz")
            for space, head in self._tuned.items():
                head.save(_tuned_file(folder, space))


def _tuned_file(folder: Path, space: str) -> Path:
    return folder / f"{space}-tuned.npz"


def _vector(message: Message) -> Any:
    return _features(message, tuned=False)


def _tuned_vector(message: Message) -> Any:
    return _features(message, tuned=True)


def _features(message: Message, *, tuned: bool) -> Any:
    origins = {one.origin for one in message.features if (one.origin == TUNED) is tuned}
    _, sentence = message.get_dense_features(TEXT, sorted(origins)) if origins else (None, None)
    return None if sentence is None else sentence.features[0]

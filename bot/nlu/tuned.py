"""A second vector a message, by an encoder that was tuned to this project's own examples when it was trained.

Not in the pipeline unless it is put there, below EmbeddingsFeaturizer: docs/intents.md says what it gives and costs.
"""

import json
import logging
import time
from typing import Any, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.embeddings import EmbeddingsClient, EmbeddingsUnavailable, knowledge_url
from bot.nlu.featurizer import EmbeddingsFeaturizer, by_space, in_batches

logger = logging.getLogger(__name__)

ORIGIN: Final = "tuned"
"""Of the features that this adds, beside those of the encoder as it is shipped."""

LOOK_AGAIN_SECONDS: Final = 2.0
LATE_SECONDS: Final = 120.0
"""Beyond its own time, for reading the model and writing what was learnt."""

_FILE: Final = "tuned.json"


class NotTuned(RasaException):  # type: ignore[misc]
    def __init__(self, why: str) -> None:
        super().__init__(f"The encoder could not be tuned: {why}")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TunedFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """One a language's encoder. What each has learnt lies with the knowledge service, by the name that is kept here.

    A message whose tuned vector does not come is classified without it, and the log says so.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            FEATURIZER_CLASS_ALIAS: ORIGIN,
            "url": None,
            "seconds": 240.0,
            "timeout_seconds": 1.0,
            "training_timeout_seconds": 60.0,
            "training_batch": 64,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to refuse: every value has a default."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TunedFeaturizer":
        return cls(config, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TunedFeaturizer":
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, kept["tuned"])

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, tuned: dict[str, str]
    ) -> None:
        super().__init__(ORIGIN, config)
        self._storage = model_storage
        self._resource = resource
        self._tuned = dict(tuned)
        url = config["url"] or knowledge_url()
        self._brief = EmbeddingsClient(url, timeout=config["timeout_seconds"])
        self._patient = EmbeddingsClient(url, timeout=config["training_timeout_seconds"])

    def train(self, training_data: TrainingData) -> Resource:
        """Wait until the encoders are tuned. Raises NotTuned with the service's own words."""
        for space, said in by_space(training_data.intent_examples).items():
            examples = [(one.get(TEXT), one.get(INTENT)) for one in said]
            if len({intent for _, intent in examples}) > 1:
                self._tuned[space] = self._tune(examples, space)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps({"tuned": self._tuned}), encoding="utf-8")
        return self._resource

    def _tune(self, examples: list[tuple[str, str]], space: str) -> str:
        give_up = time.monotonic() + self._config["seconds"] + LATE_SECONDS
        why = "the knowledge service did not answer"
        name, state = "", "absent"
        while time.monotonic() < give_up:
            try:
                if state == "absent":
                    name, state, why = self._patient.tune(examples, self._config["seconds"], model=space)
                else:
                    state, why = self._patient.tuning(name, model=space)
            except EmbeddingsUnavailable as error:
                why = str(error)
            if state == "ready":
                return name
            if state == "failed":
                break
            time.sleep(LOOK_AGAIN_SECONDS)
        raise NotTuned(why)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for space, said in by_space(training_data.training_examples).items():
            for batch in in_batches(said, self._config["training_batch"]):
                try:
                    self._add_to(batch, space, self._patient)
                except EmbeddingsUnavailable as error:
                    raise NotTuned(str(error)) from error
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        client = self._brief if EmbeddingsFeaturizer.a_customer_waits else self._patient
        for space, said in by_space(messages).items():
            for message in said:
                try:
                    self._add_to([message], space, client)
                except EmbeddingsUnavailable as error:
                    logger.warning("tuned_vector_missing", extra={"reason": str(error), "tuned": self._tuned[space]})
        return messages

    def _add_to(self, messages: list[Message], space: str, client: EmbeddingsClient) -> None:
        """Nothing where that space's encoder was not tuned."""
        if space not in self._tuned:
            return
        vectors = client.embed([one.get(TEXT) for one in messages], model=space, tuned=self._tuned[space])
        for message, vector in zip(messages, vectors, strict=True):
            if vector is not None:
                self.add_features_to_message(None, np.asarray([vector], dtype=np.float32), TEXT, message)

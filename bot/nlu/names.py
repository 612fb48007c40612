"""The names of the intents as examples: "complain_delivery_late" is worth a sentence where few are written yet."""

from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.featurizer import space_of
from bot.nlu.fitting import in_words

NAMED: Final = "intent_name"
"""Key in an example's metadata: true where it is an intent's own name, not something a customer said."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class IntentNames(GraphComponent):  # type: ignore[misc]
    """Adds, in training, one example to each intent and embedding space that has examples; in use it does nothing.

    Stands before the featurizer. Leave it out where names say nothing ("faq_17").
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "IntentNames":
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        wanted = {(example.get(INTENT), space_of(example)) for example in training_data.intent_examples}
        return training_data.merge(TrainingData([_named(intent, space) for intent, space in sorted(wanted)]))

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def is_name(example: Message) -> bool:
    return bool((example.get(METADATA) or {}).get(NAMED))


def _named(intent: str, space: str) -> Message:
    return Message({TEXT: in_words(intent), INTENT: intent, METADATA: {NAMED: True, "embedding": space}})

"""Entities that the caller has read already: they come in the request's metadata, and the language with them."""

from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot import wire

LANGUAGE_ENTITY: Final = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MetadataEntityExtractor(EntityExtractorMixin, GraphComponent):  # type: ignore[misc]
    """Adds an entity `language` that fills the slot of that name, on which the variants of responses hang.

    Where no metadata came along (`rasa shell`, `rasa test`) a text in Chinese script is marked so and others are left
    bare: the slot's second mapping makes them English, and English test stories need no marks.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MetadataEntityExtractor":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not message.get(TEXT):
                continue
            metadata = message.get(METADATA) or {}
            found = [dict(entity) for entity in metadata.get("entities") or [] if _is_entity(entity)]
            found.extend(_language(message.get(TEXT), metadata.get("language")))
            self.add_extractor_name(found)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def _is_entity(entity: Any) -> bool:
    return isinstance(entity, dict) and {"entity", "value", "start", "end"} <= entity.keys()


def _language(text: str, named: Any) -> list[dict[str, Any]]:
    if named not in wire.REPLY_LANGUAGES:
        named = wire.script_language(text)
        if named == "en":
            return []
    return [{"entity": LANGUAGE_ENTITY, "value": named, "start": 0, "end": len(text)}]

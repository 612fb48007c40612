"""The graph components on messages of both languages, with a real local endpoint for the vectors."""

import hashlib
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import featurizer, tuned
from bot.nlu.classifier import DEGRADED, NONE_OF_THESE, VectorIntentClassifier
from bot.nlu.entities import MetadataEntityExtractor
from bot.nlu.featurizer import EmbeddingsFeaturizer, EmbeddingsNeeded, space_of
from bot.nlu.names import IntentNames
from bot.nlu.tokenizer import ScriptTokenizer
from bot.nlu.tuned import TunedFeaturizer
from tests.rasa.local_http import serving

DIMENSIONS = {"en": 16, "multi": 24}
EXAMPLES = (
    [(f"hello {n}", "greet") for n in range(6)]
    + [(f"parcel late {n}", "complain_delivery_late") for n in range(6)]
    + [(f"你好 {n}", "greet") for n in range(6)]
    + [(f"快递 晚了 {n}", "complain_delivery_late") for n in range(6)]
)


def word_vectors(_path: str, asked: Any) -> Any:
    """An embeddings endpoint whose vectors are hashed words: near where words are shared, and of a size by model."""
    return {"data": [{"index": n, "embedding": _vector(text, asked["model"])} for n, text in enumerate(asked["input"])]}


def _vector(text: str, model: str) -> Any:
    if text == "cannot be embedded":
        return None
    vector = [0.1] * DIMENSIONS[model]
    for word in text.split():
        vector[hashlib.md5(word.encode()).digest()[0] % len(vector)] += 1.0
    return vector


class Components(unittest.TestCase):
    def setUp(self) -> None:
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.url = stack.enter_context(serving(word_vectors)).url
        self.storage = LocalModelStorage(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        self.resource = Resource("classifier")

    def featurizer(self, url: str = "", **config: Any) -> EmbeddingsFeaturizer:
        defaults = EmbeddingsFeaturizer.get_default_config()
        return EmbeddingsFeaturizer("vectors", {**defaults, "url": url or self.url, "timeout_seconds": 0.3, **config})

    def set_meanwhile(self, owner: Any, name: str, *, value: Any) -> None:
        self.addCleanup(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def trained(self, **options: Any) -> VectorIntentClassifier:
        examples = [Message({TEXT: text, INTENT: intent}) for text, intent in EXAMPLES]
        data = self.featurizer().process_training_data(TrainingData(examples))
        config = {**VectorIntentClassifier.get_default_config(), **options}
        VectorIntentClassifier(config, self.storage, self.resource, {}).train(data)
        context = ExecutionContext(GraphSchema({}))
        return VectorIntentClassifier.load(config, self.storage, self.resource, context)

    def understood(self, text: str, **metadata: Any) -> Message:
        message = Message({TEXT: text, METADATA: metadata})
        return self.trained().process(self.featurizer().process([message]))[0]


class AMessage(Components):
    def test_is_understood_in_either_language_by_a_model_read_from_its_file(self) -> None:
        for text, intent in (
            ("hello there", "greet"),
            ("my parcel is late", "complain_delivery_late"),
            ("你好 啊", "greet"),
            ("快递 又 晚了", "complain_delivery_late"),
        ):
            with self.subTest(text=text):
                message = self.understood(text)
                assert message.get(INTENT)["name"] == intent
                assert message.get(INTENT)["confidence"] > 0.5
                assert message.get(INTENT_RANKING_KEY)[0]["name"] == intent
                assert message.get(DEGRADED) is None

    def test_carries_the_probability_that_it_means_none_of_the_intents(self) -> None:
        message = self.understood("hello there")
        shown = message.as_dict(only_output_properties=True)
        assert 0.0 <= shown[NONE_OF_THESE] <= 1.0

    def test_is_a_fallback_where_none_of_the_intents_is_likely_enough(self) -> None:
        classifier = self.trained(none_threshold=0.0)
        message = classifier.process(self.featurizer().process([Message({TEXT: "hello there"})]))[0]
        assert message.get(INTENT)["name"] == DEFAULT_NLU_FALLBACK_INTENT_NAME
        assert [one["name"] for one in message.get(INTENT_RANKING_KEY)][:2] == [
            DEFAULT_NLU_FALLBACK_INTENT_NAME,
            "greet",
        ]

    def test_lives_in_the_space_that_its_metadata_names(self) -> None:
        assert space_of(Message({TEXT: "bonjour", METADATA: {"embedding": "multi"}})) == "multi"
        assert space_of(Message({TEXT: "hello", METADATA: {"embedding": "nonsense"}})) == "en"
        assert space_of(Message({TEXT: "你好", METADATA: None})) == "multi"
        message = self.understood("hello 你好", embedding="multi")
        assert message.get(INTENT)["name"] == "greet"

    def test_without_a_vector_is_a_fallback_that_says_so(self) -> None:
        message = self.understood("cannot be embedded")
        assert message.get(INTENT) == {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
        assert message.as_dict(only_output_properties=True)[DEGRADED] is True

    def test_of_a_model_of_another_size_is_a_fallback(self) -> None:
        classifier = self.trained()
        message = Message({TEXT: "hello", METADATA: {"embedding": "multi"}})
        self.featurizer().process([message])
        message.set(METADATA, {"embedding": "en"})
        assert classifier.process([message])[0].get(INTENT)["confidence"] == 0.0


class TheFeaturizer(Components):
    def test_leaves_a_message_bare_while_a_customer_waits_and_the_service_is_gone(self) -> None:
        message = Message({TEXT: "hello"})
        self.set_meanwhile(EmbeddingsFeaturizer, "a_customer_waits", value=True)
        self.featurizer(url="http://127.0.0.1:9").process([message])
        assert message.features == []

    def test_asks_again_for_a_late_vector_while_no_customer_waits(self) -> None:
        late = iter([503, 503])
        message = Message({TEXT: "hello there"})
        self.set_meanwhile(featurizer, "RETRY_PAUSE_SECONDS", value=0.0)
        with serving(lambda path, asked: next(late, None) or word_vectors(path, asked)) as service:
            self.featurizer(url=service.url).process([message])
        assert len(service.asked) == 3
        assert len(message.features) == 1

    def test_ends_a_test_of_sentences_with_a_word_when_the_service_stays_away(self) -> None:
        away = self.featurizer(url="http://127.0.0.1:9", training_patience_seconds=0.0)
        with self.assertRaises(EmbeddingsNeeded):  # noqa: PT027 - pytest is not here
            away.process([Message({TEXT: "hello"})])

    def test_ends_training_with_a_sentence_when_the_service_stays_away(self) -> None:
        away = self.featurizer(url="http://127.0.0.1:9", training_patience_seconds=0.0)
        with self.assertRaises(EmbeddingsNeeded) as refused:  # noqa: PT027 - pytest is not here
            away.process_training_data(TrainingData([Message({TEXT: "hello", INTENT: "greet"})]))
        assert "Start it, then try again" in str(refused.exception)


class TheTunedFeaturizer(Components):
    """Beside an endpoint whose tuned vectors tell what the plain ones cannot."""

    PLAIN: ClassVar[list[float]] = [0.5] * 16

    def answer(self, path: str, asked: Any) -> Any:
        if path == "/tuned":
            return {"tuned": "0123456789abcdef", "state": "tuning", "why": ""}
        if path.startswith("/tuned/"):
            return {"state": next(self.states, "ready"), "why": "no memory"}
        if not asked.get("tuned"):
            return {"data": [{"index": n, "embedding": self.PLAIN} for n, _ in enumerate(asked["input"])]}
        if self.lost:
            return 404
        return word_vectors(path, asked)

    def setUp(self) -> None:
        super().setUp()
        self.states, self.lost = iter(["tuning"]), False
        self.set_meanwhile(tuned, "LOOK_AGAIN_SECONDS", value=0.0)
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.service = stack.enter_context(serving(self.answer))

    def tuned(self, name: str = "") -> TunedFeaturizer:
        config = {**TunedFeaturizer.get_default_config(), "url": self.service.url}
        if not name:
            return TunedFeaturizer(config, self.storage, Resource("tuned"), {})
        return TunedFeaturizer.load(config, self.storage, Resource("tuned"), ExecutionContext(GraphSchema({})))

    def learnt(self) -> VectorIntentClassifier:
        english = [Message({TEXT: text, INTENT: intent}) for text, intent in EXAMPLES[:12]]
        data = self.featurizer(url=self.service.url).process_training_data(TrainingData(english))
        self.tuned().train(data)
        data = self.tuned("kept").process_training_data(data)
        config = {**VectorIntentClassifier.get_default_config(), "grams": False}
        VectorIntentClassifier(config, self.storage, self.resource, {}).train(data)
        return VectorIntentClassifier.load(config, self.storage, self.resource, ExecutionContext(GraphSchema({})))

    def asked(self, text: str) -> Message:
        message = Message({TEXT: text})
        self.featurizer(url=self.service.url).process([message])
        return self.tuned("kept").process([message])[0]

    def test_is_heard_beside_the_vector_that_the_encoder_gives_as_it_is_shipped(self) -> None:
        classifier = self.learnt()
        for text, intent in (("hello there", "greet"), ("parcel late again", "complain_delivery_late")):
            best = classifier.process([self.asked(text)])[0].get(INTENT)
            assert best["name"] == intent
            assert best["confidence"] > 0.6

    def test_is_done_without_where_what_it_learnt_is_lost(self) -> None:
        classifier = self.learnt()
        self.lost = True
        with self.assertLogs("bot.nlu.tuned", "WARNING"):
            message = self.asked("hello there")
        assert len(message.features) == 1
        assert classifier.process([message])[0].get(INTENT)["confidence"] > 0.0

    def test_leaves_a_language_alone_that_it_had_no_examples_of(self) -> None:
        self.learnt()
        assert len(self.asked("你好").features) == 1

    def test_ends_training_with_the_services_own_words(self) -> None:
        self.states = iter(["tuning", "failed"])
        with self.assertRaises(tuned.NotTuned) as refused:  # noqa: PT027 - pytest is not here
            self.learnt()
        assert "no memory" in str(refused.exception)


class TheNamesOfIntents(Components):
    def test_are_examples_once_for_each_space_that_has_others(self) -> None:
        examples = [Message({TEXT: text, INTENT: intent}) for text, intent in EXAMPLES]
        english_only = Message({TEXT: "where is it", INTENT: "order/where_is"})
        data = IntentNames().process_training_data(TrainingData([*examples, english_only]))
        added = [(one.get(TEXT), one.get(INTENT), space_of(one)) for one in data.training_examples[len(EXAMPLES) + 1 :]]
        assert sorted(added) == [
            ("complain delivery late", "complain_delivery_late", "en"),
            ("complain delivery late", "complain_delivery_late", "multi"),
            ("greet", "greet", "en"),
            ("greet", "greet", "multi"),
            ("order where is", "order/where_is", "en"),
        ]

    def test_are_enough_to_be_understood_by(self) -> None:
        data = IntentNames().process_training_data(
            TrainingData([Message({TEXT: text, INTENT: intent}) for text, intent in EXAMPLES])
        )
        config = VectorIntentClassifier.get_default_config()
        classifier = VectorIntentClassifier(config, self.storage, self.resource, {})
        classifier.train(self.featurizer().process_training_data(data))
        message = self.featurizer().process([Message({TEXT: "complain delivery"})])[0]
        assert classifier.process([message])[0].get(INTENT)["name"] == "complain_delivery_late"


class TheTokenizer(unittest.TestCase):
    def test_splits_words_and_characters_with_their_places(self) -> None:
        for text, words in (
            ("My lock's offline!", ["My", "lock", "s", "offline"]),
            ("门锁离线", ["门", "锁", "离", "线"]),
            ("订单AB1234567还没到", ["订", "单", "AB1234567", "还", "没", "到"]),
            ("!!!", ["!!!"]),
        ):
            with self.subTest(text=text):
                message = Message({TEXT: text})
                ScriptTokenizer(ScriptTokenizer.get_default_config()).process([message])
                tokens = message.get(TEXT_TOKENS)
                assert [token.text for token in tokens] == words
                assert all(text[token.start : token.end] == token.text for token in tokens)


class TheEntityExtractor(unittest.TestCase):
    def found(self, text: str, metadata: Any) -> list[tuple[str, str]]:
        message = MetadataEntityExtractor().process([Message({TEXT: text, METADATA: metadata})])[0]
        return [(entity["entity"], entity["value"]) for entity in message.get(ENTITIES, [])]

    def test_takes_language_and_entities_from_metadata(self) -> None:
        order = {"entity": "order", "value": "AB1234567", "start": 2, "end": 11}
        assert self.found("订单AB1234567", {"language": "zh", "entities": [order]}) == [
            ("order", "AB1234567"),
            ("language", "zh"),
        ]

    def test_goes_by_the_script_where_no_metadata_came(self) -> None:
        assert self.found("门锁离线", None) == [("language", "zh")]
        assert self.found("lock offline", None) == []

    def test_lets_metadata_overrule_the_script(self) -> None:
        assert self.found("ok", {"language": "zh"}) == [("language", "zh")]
        assert self.found("bonjour", {"language": "fr"}) == []

    def test_passes_over_what_is_no_entity(self) -> None:
        assert self.found("hello", {"entities": ["order", {"entity": "order"}, None]}) == []

"""The action server, asked as Rasa asks it, with a local knowledge service at its far end."""

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rasa.local_http import LocalServer, serving
from tests.rasa.processes import Running, call, started

HIT = {
    "article_id": "smart-lock-offline.en",
    "question": "My lock is offline",
    "answer": "Look at the hub.",
    "language": "en",
    "score": 0.91,
}
ORDER = {"entity": "order", "value": "AB1234567", "start": 0, "end": 9}
LANGUAGE = {"entity": "language", "value": "en", "start": 0, "end": 9, "extractor": "MetadataEntityExtractor"}


def found(decision: str, *hits: Any) -> dict[str, Any]:
    return {"decision": decision, "confidence": 0.9, "language": "en", "hits": list(hits)}


@pytest.fixture(scope="module")
def knowledge() -> Iterator[LocalServer]:
    with serving(lambda _path, _body: found("none")) as local:
        yield local


@pytest.fixture(scope="module")
def actions(knowledge: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("actions") / "actions.log"
    command = [sys.executable, "-m", "actions.serve"]
    with started(command, health="/health", log=log, FIREBREAK_KNOWLEDGE_URL=knowledge.url) as running:
        yield running


class Bot:
    def __init__(self, actions: Running) -> None:
        self._url = f"{actions.url}/webhook"

    def does(
        self, action: str, text: str, intent: str, *, degraded: bool = False, events: Any = (), **metadata: Any
    ) -> list[Any]:
        """The messages that the action sends: (response or text or None, signal or None)."""
        message: dict[str, Any] = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.8},
            "entities": [dict(ORDER), dict(LANGUAGE)],
            "metadata": metadata,
        }
        if degraded:
            message["degraded"] = True
        tracker = {"sender_id": "ada", "slots": {}, "latest_message": message, "events": list(events)}
        sent = call(self._url, {"next_action": action, "sender_id": "ada", "tracker": tracker, "version": "3.6.21"})
        assert sent["events"] == []
        return [(one.get("response") or one.get("text"), one.get("custom") or None) for one in sent["responses"]]


@pytest.fixture
def bot(actions: Running, knowledge: LocalServer) -> Bot:
    knowledge.answer = lambda _path, _body: found("none")
    knowledge.delay_seconds = 0.0
    return Bot(actions)


def signal(name: str, intent: str, **extra: Any) -> dict[str, Any]:
    sure = 0.0 if intent == "nlu_fallback" else 0.8
    return {"signal": name, "intent": intent, "confidence": sure, "entities": [ORDER], **extra}


def test_an_article_that_fits_is_the_answer_and_is_named(bot: Bot, knowledge: LocalServer) -> None:
    knowledge.answer = lambda _path, _body: found("answer", HIT)
    said, told = bot.does("action_answer", "lock offline", "device_offline", language="en", embedding="en")
    assert said == ("Look at the hub.", None)
    about = {"article_id": "smart-lock-offline.en", "score": 0.91, "question": "My lock is offline", "language": "en"}
    assert told == (None, signal("answered", "device_offline", **about))
    asked = knowledge.asked[-1][1]
    assert (asked["text"], asked["language"], asked.get("audience", "public")) == ("lock offline", "en", "public")


def test_every_question_of_a_message_is_answered_and_what_is_not_is_offered(bot: Bot, knowledge: LocalServer) -> None:
    other, third = ({**HIT, "article_id": f"{name}.en", "question": name, "answer": f"All on {name}."} for name in "bc")
    parts = [found("answer", HIT), found("answer", other), found("answer", HIT), found("choices", HIT, third)]
    knowledge.answer = lambda _path, _body: {**found("answer", HIT), "parts": parts}
    said, (_, told) = bot.does("action_answer", "four questions", "device_offline", language="en", embedding="en")
    assert said == ("Look at the hub.", None)
    assert [(one["article_id"], one["text"]) for one in told["more"]] == [("b.en", "All on b.")]
    assert told["choices"] == [{"title": "c", "payload": "article:c.en"}]


def test_the_question_before_goes_along_as_the_article_put_it_or_as_it_was_asked(
    bot: Bot, knowledge: LocalServer
) -> None:
    answered = {"signal": "answered", "question": "My lock is offline", "article_id": "smart-lock-offline.en"}
    asked = {"event": "user", "text": "lock offline"}
    now = {"event": "user", "text": "and the camera?"}
    told = {"event": "bot", "text": None, "data": {"custom": answered}}
    untold = {"event": "bot", "text": None, "data": {"custom": {"signal": "unanswered"}}}
    for events, before, said in (
        ([asked, told, now], "My lock is offline", "smart-lock-offline.en"),
        ([asked, untold, now], "lock offline", None),
        ([now], "", None),
    ):
        bot.does("action_answer", "and the camera?", "device_offline", events=events, language="en", embedding="en")
        sent = knowledge.asked[-1][1]
        assert (sent["before"], sent["said"]) == (before, said)


def test_near_articles_are_offered_as_choices_without_a_word_of_ours(bot: Bot, knowledge: LocalServer) -> None:
    knowledge.answer = lambda _path, _body: found("choices", HIT, {**HIT, "article_id": "b.en", "question": "B?"})
    choices = [
        {"title": "My lock is offline", "payload": "article:smart-lock-offline.en"},
        {"title": "B?", "payload": "article:b.en"},
    ]
    assert bot.does("action_answer", "lock", "nlu_fallback") == [
        (None, signal("choices", "nlu_fallback", choices=choices))
    ]


def test_what_no_article_answers_is_unanswered_without_a_word(bot: Bot) -> None:
    assert bot.does("action_answer", "flux capacitor", "nlu_fallback") == [(None, signal("unanswered", "nlu_fallback"))]


def test_a_message_that_was_never_understood_says_so(bot: Bot) -> None:
    ((_, told),) = bot.does("action_answer", "hello", "nlu_fallback", degraded=True)
    assert told["degraded"] is True


@pytest.mark.parametrize(
    ("text", "metadata", "language"),
    [
        ("锁离线了", {"language": "zh", "embedding": "multi"}, "zh"),
        ("bonjour", {"language": "en", "embedding": "multi"}, "und"),
        ("锁离线了", {}, "zh"),
        ("lock", {}, "en"),
    ],
)
def test_the_articles_searched_are_those_of_the_language(
    bot: Bot, knowledge: LocalServer, text: str, metadata: dict[str, Any], language: str
) -> None:
    bot.does("action_answer", text, "nlu_fallback", **metadata)
    assert knowledge.asked[-1][1]["language"] == language


def test_a_knowledge_service_that_hangs_or_fails_is_unanswered_in_time(bot: Bot, knowledge: LocalServer) -> None:
    down = [(None, signal("unanswered", "nlu_fallback", reason="knowledge_down"))]
    knowledge.answer = lambda _path, _body: 500
    assert bot.does("action_answer", "my secret words", "nlu_fallback") == down
    knowledge.delay_seconds = 20.0
    assert bot.does("action_answer", "my secret words", "nlu_fallback") == down


def test_a_person_is_promised_nothing_here_only_signalled(bot: Bot) -> None:
    assert bot.does("action_handoff", "human", "human_please") == [
        (None, signal("handoff", "human_please", reason="asked"))
    ]


def test_a_complaint_gets_its_topics_words_or_the_approved_ones(bot: Bot) -> None:
    told = (None, signal("complaint", "complain_app_outage", topic="app_outage"))
    usual = bot.does("action_complaint", "app is down", "complain_app_outage", holding={"long_wait": "We know."})
    assert usual == [("utter_complain_app_outage", None), told]
    approved = bot.does("action_complaint", "app is down", "complain_app_outage", holding={"app_outage": "We know."})
    assert approved == [("We know.", None), told]


def test_the_words_about_a_ticket_are_left_to_the_ticket(bot: Bot) -> None:
    told = (None, signal("ticket_status", "ticket_status"))
    assert bot.does("action_ticket_status", "any news?", "ticket_status", ticket={"number": 1042}) == [told]
    assert bot.does("action_ticket_status", "any news?", "ticket_status") == [("utter_no_ticket", None), told]


def test_feedback_is_acknowledged_or_only_counted(bot: Bot) -> None:
    for intent in ("suggestion", "praise"):
        told = (None, signal(intent, intent))
        assert bot.does("action_feedback", "well", intent) == [(f"utter_{intent}", None), told]
    assert bot.does("action_feedback", "useless", "not_helpful") == [(None, signal("not_helpful", "not_helpful"))]


def test_talk_is_answered_in_kind(bot: Bot) -> None:
    assert bot.does("action_talk", "hello", "greet") == [("utter_greet", None), (None, signal("said", "greet"))]


def test_it_listens_on_the_one_address_that_it_was_given(actions: Running) -> None:
    outward = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    port = int(actions.url.rpartition(":")[2])
    for address in outward:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            assert probe.connect_ex((str(address), port)) != 0


def test_no_log_holds_what_a_customer_wrote(bot: Bot, actions: Running) -> None:
    with pytest.raises(OSError, match="HTTP Error"):
        call(f"{actions.url}/webhook", {"next_action": "no_such_action", "tracker": {"text": "my secret words"}})
    with pytest.raises(OSError, match="HTTP Error"):
        call(f"{actions.url}/webhook", {"next_action": "action_talk", "tracker": "my secret words"})
    bot.does("action_answer", "my secret words", "nlu_fallback")
    assert any(line["level"] == "error" for line in actions.lines())
    assert "secret" not in actions.log.read_text(encoding="utf-8")

"""The patch of Rasa's answer validation: same verdicts, same words, tied to one release."""

import unittest
from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction

from bot.nlu import validation

STOCK = RemoteAction._validate_action_result

GOOD: tuple[Any, ...] = (
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "language", "value": "zh"}], "responses": [{"text": "hi", "custom": {}}]},
)
BAD: tuple[Any, ...] = (
    [],
    None,
    {"events": [{"name": "no kind of event"}], "responses": []},
    {"events": {}, "responses": []},
    {"events": [], "responses": ["a text"]},
    {"events": [{"event": "slot", "value": 1}]},
)


class AnAnswerOfTheActionServer(unittest.TestCase):
    def setUp(self) -> None:
        validation.install()
        self.action = RemoteAction("action_any", None)

    def test_is_accepted_where_stock_accepts_it(self) -> None:
        for answer in GOOD:
            with self.subTest(answer=answer):
                assert STOCK(self.action, answer) is True
                assert self.action._validate_action_result(answer) is True

    def test_is_refused_in_the_same_words_where_stock_refuses_it(self) -> None:
        for answer in BAD:
            with self.subTest(answer=answer):
                assert refusal(self.action._validate_action_result, answer) == refusal(STOCK, self.action, answer)


class ThePatch(unittest.TestCase):
    def test_replaces_the_stock_check_and_may_be_installed_twice(self) -> None:
        validation.install()
        validation.install()
        assert RemoteAction._validate_action_result is not STOCK

    def test_refuses_another_release_loudly(self) -> None:
        with self.assertRaises(validation.UnknownRasa) as refused:  # noqa: PT027 - pytest is not here
            validation.install(release="3.6.22")
        assert "3.6.22" in str(refused.exception)


def refusal(check: Any, *arguments: Any) -> str:
    try:
        check(*arguments)
    except jsonschema.ValidationError as error:
        return str(error.message)
    return "accepted"

"""The one patch to Rasa: the schema for an action's answer is compiled once, not checked and compiled on every answer.

That check took 55 % of a turn. What is accepted, refused and said stays the same, so it is tied to the very release
that it was read from.
"""

from functools import cache
from typing import Any, Final

import rasa
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

PATCHED_RELEASE: Final = "3.6.21"


class UnknownRasa(RuntimeError):
    def __init__(self, release: str) -> None:
        super().__init__(
            f"The patch in bot/nlu/validation.py was written for Rasa {PATCHED_RELEASE}, this is {release}. "
            "Read RemoteAction._validate_action_result of that release, then move the patch or drop it."
        )


def install(*, release: str = rasa.__version__) -> None:
    """Idempotent. Raises UnknownRasa under any other release."""
    if release != PATCHED_RELEASE:
        raise UnknownRasa(release)
    RemoteAction._validate_action_result = _validate_action_result


@cache
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _validate_action_result(_action: RemoteAction, result: Any) -> bool:
    error = best_match(_validator().iter_errors(result))
    if error is None:
        return True
    error.message += (
        ". Failed to validate Action server response from API, make sure your response from the Action endpoint "
        f"is valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
    )
    raise error

"""One error base: a code for programs, a status for HTTP, a sentence for people in their language."""

from typing import Any

from bot.core import sentences


class FirebreakError(Exception):
    """Whatever may be told to a caller. Subclasses set `code`, `status` and a default sentence.

    `message` is an English sentence, translated in `sentences.zh.yml`; `{name}` in it is filled from `words`.
    """

    code = "internal"
    status = 500
    sentence = "Something went wrong on our side. Nothing that was acknowledged is lost."

    def __init__(
        self,
        message: str | None = None,
        *,
        words: dict[str, Any] | None = None,
        fields: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.template = message or self.sentence
        self.words = words or {}
        self.fields = fields
        self.retry_after = retry_after
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return self.in_words("en")

    def in_words(self, language: str) -> str:
        """The sentence; where `language` has none of its own for it, that of the code."""
        found = sentences.told(self.template, language)
        return sentences.fill(found or sentences.told(self.sentence, language) or self.template, self.words)

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """The wire's error object, as REST and WebSocket carry it."""
        body: dict[str, Any] = {"code": self.code, "message": self.in_words(language)}
        if self.fields:
            body["fields"] = self.fields
        return body


class NotFound(FirebreakError):
    code, status, sentence = "not_found", 404, "There is no such thing here."


class Unauthenticated(FirebreakError):
    code, status, sentence = "unauthenticated", 401, "Sign in first."


class Forbidden(FirebreakError):
    code, status, sentence = "forbidden", 403, "Your roles do not allow this."


class PasswordChangeNeeded(Forbidden):
    code, sentence = "password_change_needed", "This password opens nothing but its change. Choose one of your own."


class MethodNotAllowed(FirebreakError):
    code, status, sentence = "method_not_allowed", 405, "This address does not take that method."


class TooSlow(FirebreakError):
    code, status, sentence = "too_slow", 408, "The request took too long to arrive."


class Invalid(FirebreakError):
    code, status, sentence = "invalid", 422, "The request is not valid."


class TooLarge(FirebreakError):
    code, status, sentence = "too_large", 413, "The request is too large."


class RateLimited(FirebreakError):
    code, status, sentence = "rate_limited", 429, "Too many requests. Please wait a moment."


class Conflict(FirebreakError):
    code, status, sentence = "conflict", 409, "Somebody else changed this in the meantime."


class Stale(Conflict):
    code, sentence = "stale", "The customer has written again since you last looked."


class OwnerChanged(Conflict):
    code, sentence = "owner_changed", "Somebody else took this conversation over."


class Unavailable(FirebreakError):
    code, status, sentence = "unavailable", 503, "This part is not ready yet. Please try again shortly."


class StorageFull(FirebreakError):
    code, status = "storage_full", 507
    sentence = "There is no room to store this at the moment. Please try again later."

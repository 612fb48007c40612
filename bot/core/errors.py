"""One error base: a code for programs, a status for HTTP, a sentence for people."""

from typing import Any


class FirebreakError(Exception):
    """Whatever may be told to a caller. Subclasses set `code`, `status` and a default sentence."""

    code = "internal"
    status = 500
    sentence = "Something went wrong on our side. Nothing that was acknowledged is lost."

    def __init__(
        self, message: str | None = None, *, fields: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message or self.sentence)
        self.message = message or self.sentence
        self.fields = fields
        self.retry_after = retry_after

    def as_dict(self) -> dict[str, Any]:
        """The wire's error object, as REST and WebSocket carry it."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fields:
            body["fields"] = self.fields
        return body


class NotFound(FirebreakError):
    code, status, sentence = "not_found", 404, "There is no such thing here."


class Unauthenticated(FirebreakError):
    code, status, sentence = "unauthenticated", 401, "Sign in first."


class Forbidden(FirebreakError):
    code, status, sentence = "forbidden", 403, "Your roles do not allow this."


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

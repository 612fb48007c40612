"""An article as the service holds it: what it answers, in which words it is asked, and who may see it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Literal

Audience = Literal["public", "agents"]


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    version: int
    language: str
    question: str
    answer: str
    variants: tuple[str, ...] = ()
    audience: Audience = "public"
    tags: tuple[str, ...] = ()
    subject: str = ""
    """The same for an article and its translations; without one, the id without its language."""

    def __post_init__(self) -> None:
        if not self.subject:
            object.__setattr__(self, "subject", self.id.removesuffix(f".{self.language}"))

    @classmethod
    def from_wire(cls, fields: dict[str, Any]) -> "Article":
        """From the JSON shape of `PUT /articles/{id}` with the id inside; lists become tuples."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        known["variants"] = tuple(known.get("variants", ()))
        known["tags"] = tuple(known.get("tags", ()))
        return cls(**known)

    def as_wire(self) -> dict[str, Any]:
        return {**asdict(self), "variants": list(self.variants), "tags": list(self.tags)}

    def seen_by(self, audience: str) -> bool:
        """Agents see everything; the public sees public articles."""
        return audience == "agents" or self.audience == "public"


def digest(versions: Iterable[tuple[str, int]]) -> str:
    """SHA-256 over the sorted lines `id:version`: equal digests mean equal sets of articles."""
    lines = sorted(f"{article_id}:{version}\n" for article_id, version in versions)
    return sha256("".join(lines).encode()).hexdigest()

"""What a stored index was built with. A mismatch is refused in words, and the index is built anew."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from knowledge_index.embedder import Embedder, Key

FORMAT = 1


class IndexRefused(Exception):
    """The stored index does not belong to these models or this program; the message says why."""


@dataclass(frozen=True)
class ModelFacts:
    name: str
    digest: str
    dimension: int


@dataclass(frozen=True)
class Manifest:
    models: Mapping[str, ModelFacts]
    format: int = FORMAT

    @classmethod
    def of(cls, embedders: Mapping[Key, Embedder]) -> "Manifest":
        return cls({key: ModelFacts(one.name, one.digest, one.dimension) for key, one in embedders.items()})

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Manifest":
        """Raises IndexRefused for anything that is not a manifest."""
        try:
            models = {key: ModelFacts(**facts) for key, facts in stored["models"].items()}
            return cls(models, stored["format"])
        except (KeyError, TypeError, AttributeError) as fault:
            raise IndexRefused("the stored index has no readable manifest") from fault

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def check(self, running: "Manifest") -> None:
        """Raises IndexRefused unless an index stored with this manifest can be used as `running` says."""
        if self.format != running.format:
            raise IndexRefused(f"the stored index has format {self.format}, this program reads {running.format}")
        for key, expected in running.models.items():
            held = self.models.get(key)
            if held is None:
                raise IndexRefused(f"the stored index has no vectors of the model {key!r}")
            if held != expected:
                raise IndexRefused(
                    f"the stored index was built with {held.name} ({held.digest[:12]}, {held.dimension} numbers) as "
                    f"{key!r}; running is {expected.name} ({expected.digest[:12]}, {expected.dimension} numbers)"
                )

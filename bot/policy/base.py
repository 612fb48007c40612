"""What the shapes of all policy files are made of."""

import enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Risk(enum.StrEnum):
    SAFETY = "safety"
    LEGAL = "legal"
    MEDIA = "media"
    REGULATOR = "regulator"
    DATA = "data"
    SELF_HARM = "self_harm"


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Shape):
    """A text in every reply language."""

    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

    def of(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

"""What the rooms' wire shapes are made of. Fields that are not known are ignored, so that newer clients may call."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

from bot.core import texts

LARGEST_INTEGER = 2**31 - 1


def _trimmed(value: Any) -> Any:
    return texts.trim(value) if isinstance(value, str) else value


Trimmed = BeforeValidator(_trimmed)
Storable = AfterValidator(texts.check_storable)
Shown = AfterValidator(texts.check_shown)

Words = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=4_000), Storable, Shown]
"""What people write to people. Counted after trimming; something of it can be seen."""
Line = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=500), Storable, Shown]
Key = Annotated[str, StringConstraints(min_length=1, max_length=40), Storable]
"""A name that programs know: a team, a topic, an id of ours."""
Query = Annotated[str, StringConstraints(max_length=200), Storable]
Cursor = Annotated[str, StringConstraints(max_length=400), Storable]
Seq = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]


class Shape(BaseModel):
    """The body of a call. Of a key that is there twice, the last one holds."""

    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return texts.check_storable(value) if isinstance(value, str) else value

"""The wire shapes of the editor's calls."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, ValidationInfo, field_validator

from bot.core import texts
from bot.core.shapes import LARGEST_INTEGER, Key, Query, Shape, Shown, Storable, Trimmed
from bot.knowledge.models import Audience, Status

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
CATEGORY_DEPTH = 5
ENDS_TOO_EARLY = "must be later than valid_from"


def _in_our_time(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must lie between the years 2000 and 2199")
    return moment


def _tidy_category(path: str) -> str:
    """`a / b` is `a/b`."""
    parts = [texts.trim(part) for part in path.split("/")]
    if not all(parts) or len(parts) > CATEGORY_DEPTH:
        raise ValueError("is one to five names with / between them")
    return "/".join(parts)


MOST_VARIANTS = 200
Question = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=500), Storable, Shown]
Answer = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=20_000), Storable, Shown]
Tag = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=60), Storable, Shown]
Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=120), Storable]
Language = Literal["en", "zh"]
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Category = Annotated[
    str, Trimmed, StringConstraints(min_length=1, max_length=200), Storable, Shown, AfterValidator(_tidy_category)
]


class Step(Shape):
    """One step of a procedure: what to do, who does it, within how long, and what the customer is told."""

    text: Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=2_000), Storable, Shown]
    team: Key | None = None
    minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None
    sentence: Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=1_000), Storable, Shown] | None = None


class ArticleIn(Shape):
    """What an editor gives. `translation_of`: an article whose subject this one has too, in the other language.

    In a change, what stands below `kind` may be left out and stays as it is; null takes it away.
    """

    language: Language
    question: Question
    variants: list[Question] = Field(default_factory=list, max_length=MOST_VARIANTS)
    answer: Answer
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    audience: Literal["public", "agents"] = "public"
    kind: Literal["answer", "procedure"] = "answer"
    subject: Id | None = None
    category: Category | None = None
    team: Key | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    review_by: Moment | None = None
    steps: list[Step] = Field(default_factory=list, max_length=100)
    translation_of: Id | None = None

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: datetime | None, given: ValidationInfo) -> datetime | None:
        begins = given.data.get("valid_from")
        if until and begins and until <= begins:
            raise ValueError(ENDS_TOO_EARLY)
        return until


class NewArticle(ArticleIn):
    """`id`: chosen by the client, so that sending the article again after an answer that was lost makes no second."""

    id: Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] | None = None


class ArticleChange(ArticleIn):
    version: Version


class Restore(Shape):
    version: Version


class StepDraft(Shape):
    text: Annotated[str, StringConstraints(max_length=2_000), Storable] | None = None
    team: Annotated[str, StringConstraints(max_length=40), Storable] | None = None
    minutes: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] | None = None
    sentence: Annotated[str, StringConstraints(max_length=1_000), Storable] | None = None


class ArticleDraftIn(Shape):
    """An article that is still being written: anything may be missing or empty, nothing longer than in the end.

    Dates are kept as they were typed.
    """

    language: Annotated[str, StringConstraints(max_length=8), Storable] | None = None
    question: Annotated[str, StringConstraints(max_length=500), Storable] | None = None
    variants: list[Annotated[str, StringConstraints(max_length=500), Storable]] = Field([], max_length=200)
    answer: Annotated[str, StringConstraints(max_length=20_000), Storable] | None = None
    tags: list[Annotated[str, StringConstraints(max_length=60), Storable]] = Field([], max_length=50)
    audience: Annotated[str, StringConstraints(max_length=8), Storable] | None = None
    kind: Annotated[str, StringConstraints(max_length=16), Storable] | None = None
    subject: Annotated[str, StringConstraints(max_length=120), Storable] | None = None
    translation_of: Annotated[str, StringConstraints(max_length=120), Storable] | None = None
    category: Annotated[str, StringConstraints(max_length=200), Storable] | None = None
    team: Annotated[str, StringConstraints(max_length=40), Storable] | None = None
    valid_from: Annotated[str, StringConstraints(max_length=40), Storable] | None = None
    valid_until: Annotated[str, StringConstraints(max_length=40), Storable] | None = None
    review_by: Annotated[str, StringConstraints(max_length=40), Storable] | None = None
    steps: list[StepDraft] = Field([], max_length=100)


class DraftIn(Shape):
    """`based_on`: the version of the article that was being changed."""

    article_id: Id | None = None
    based_on: Version | None = None
    content: ArticleDraftIn


class DraftOut(BaseModel):
    key: str
    article_id: str | None
    based_on: int | None
    content: dict[str, Any]
    at: str


class DraftsOut(BaseModel):
    items: list[DraftOut]


class PreviewIn(Shape):
    answer: Annotated[str, StringConstraints(max_length=20_000), Storable]


class LinkOut(BaseModel):
    """`reason` is for programs, `why` a sentence for people."""

    url: str
    state: Literal["unchecked", "ok", "broken", "refused"]
    reason: str | None = None
    why: str | None = None


class LinksOut(BaseModel):
    links: list[LinkOut]


class LinksIn(Shape):
    urls: list[Annotated[str, StringConstraints(min_length=1, max_length=2_000), Storable]] = Field(max_length=100)


class ImageOut(BaseModel):
    image_id: str
    url: str
    bytes: int
    media_type: str
    width: int
    height: int


class PreviewOut(LinksOut):
    """`rich`: a list of nodes, each a text or `{tag, href?, src?, alt?, start?, children}`."""

    rich: list[Any]
    text: str


class Narrowing(Shape):
    """Which articles are meant. `status` takes several by commas; without it all but the archived ones, or `all`."""

    q: Query = ""
    language: Query = ""
    status: Query = ""
    tag: Query = ""
    audience: Query = ""
    team: Query = ""
    category: Annotated[str, StringConstraints(max_length=200), Storable] = ""
    kind: Query = ""
    stale: bool | None = None
    broken: bool | None = None
    untranslated: Literal["", "en", "zh"] = ""


class Listing(Narrowing):
    sort: Literal["id", "updated", "question"] = "id"
    after: Annotated[str, StringConstraints(max_length=4_000), Storable] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Untranslated(Shape):
    to: Language
    after: Query = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ByOut(BaseModel):
    id: str
    name: str


class StepOut(BaseModel):
    text: str
    team: str | None = None
    minutes: int | None = None
    sentence: str | None = None


class ContentOut(BaseModel):
    """What an article says, and whatever an editor sets of it."""

    version: int
    language: str
    kind: str
    question: str
    variants: list[str]
    answer: str
    tags: list[str]
    audience: Audience
    status: Status
    category: str | None
    team: str | None
    valid_from: str | None
    valid_until: str | None
    review_by: str | None
    steps: list[StepOut]


class VersionOut(ContentOut):
    at: str
    by: ByOut | None


class TranslationOut(BaseModel):
    """`behind`: this article was changed after that one had last been brought in step with it."""

    id: str
    language: str
    status: Status
    behind: bool


class DraftMarkOut(BaseModel):
    """Somebody has an unsaved draft."""

    by: ByOut
    at: str
    based_on: int | None


class ArticleOut(ContentOut):
    """`stale`: past its `review_by` or `valid_until`. `in_force`: published and within its dates now. `from_ticket`:
    the number of the ticket that it was written from. `broken_links`: those that led nowhere when they were looked at
    last."""

    id: str
    subject: str
    created_at: str
    updated_at: str
    updated_by: ByOut | None
    stale: bool
    in_force: bool
    behind: bool
    from_ticket: int | None
    broken_links: list[str]
    translations: list[TranslationOut]
    drafts: list[DraftMarkOut] | None = None


class ArticlesOut(BaseModel):
    items: list[ArticleOut]
    next: str | None = None


class ReminderOut(ArticleOut):
    """`due`: what comes first, its `review` or its `end`."""

    due: Literal["review", "end"]
    due_at: str


class RemindersOut(BaseModel):
    items: list[ReminderOut]


class NamedCountOut(BaseModel):
    name: str
    count: int


class CountsOut(BaseModel):
    """How many articles each filter would leave. A filter's own counts leave that filter out: one sees what else
    could be chosen."""

    total: int
    status: dict[str, int]
    language: dict[str, int]
    audience: dict[str, int]
    kind: dict[str, int]
    tags: list[NamedCountOut]
    teams: list[NamedCountOut]
    categories: list[NamedCountOut]
    stale: int
    broken: int
    untranslated: dict[str, int]


class VersionsOut(BaseModel):
    items: list[VersionOut]


class PartOut(BaseModel):
    op: Literal["same", "gone", "new"]
    text: str


class ChangedFieldOut(BaseModel):
    field: str
    parts: list[PartOut]


class ComparisonOut(BaseModel):
    """What changed between two versions, field by field; fields that are the same are left out."""

    fields: list[ChangedFieldOut]


class HitOut(BaseModel):
    article_id: str
    question: str
    score: float


class SearchOut(BaseModel):
    """`confidence`: the chance that the first hit answers."""

    decision: Literal["answer", "choices", "none"]
    confidence: float
    language: str
    hits: list[HitOut]


class GapOut(BaseModel):
    """Questions in the same words, counted together."""

    text: str
    language: str
    people: int
    messages: int
    last_at: str
    conversation_id: str


class GapsOut(BaseModel):
    items: list[GapOut]

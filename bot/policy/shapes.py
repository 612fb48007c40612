"""What each policy file may say. Frozen; an unknown key is an error."""

import enum
import string
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.policy.base import Risk, Shape, Text
from bot.policy.safety import HelpLines, Safety

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 366)]
Score = Annotated[float, Field(ge=0, le=1)]
Step = Annotated[int, Field(ge=1, le=3)]
Points = Annotated[int, Field(ge=-20, le=20)]
PLACEHOLDERS = frozenset({"words", "times", "tier", "impact", "urgency"})


class RequestType(enum.StrEnum):
    QUESTION = "question"
    TECHNICAL = "technical"
    REPAIR = "repair"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Level(enum.StrEnum):
    """Priorities, the most pressing first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most pressing."""
        return list(Level).index(self)


class Severity(enum.StrEnum):
    """What a supervisor declares a released alert to be."""

    ADVISORY = "advisory"
    POTENTIAL = "potential"
    CRISIS = "crisis"


class ReasonText(Text):
    """A text whose placeholders are those of a priority reason."""

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        for template in (self.en, self.zh):
            names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
            if names - PLACEHOLDERS:
                raise ValueError(f"placeholders are {', '.join(sorted(PLACEHOLDERS))}; not {sorted(names)}")
        return self


class When(Shape):
    """Conditions; all that are given must hold."""

    risk: tuple[Risk, ...] | None = None
    grave: bool | None = None
    impact_at_least: Step | None = None
    urgency_at_least: Score | None = None
    anger_at_least: Score | None = None
    anger_below: Score | None = None
    repetition_at_least: Annotated[int, Field(ge=1)] | None = None
    repetition_below: Annotated[int, Field(ge=1)] | None = None
    tier: tuple[str, ...] | None = None
    request_type: tuple[RequestType, ...] | None = None
    topic: tuple[Key, ...] | None = None
    signal: tuple[str, ...] | None = None
    reason: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"names no condition; there are: {', '.join(When.model_fields)}")
        return self


class Rule(Shape):
    id: Key
    when: When
    points: Points | None = None
    level: Level | None = None
    text: ReasonText

    @model_validator(mode="after")
    def _effect(self) -> Self:
        if (self.points is None) == (self.level is None):
            raise ValueError("a rule gives either points or a level")
        return self


class LevelPoints(Shape):
    urgent: Points
    high: Points
    normal: Points

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if not self.urgent > self.high > self.normal:
            raise ValueError("points must fall from urgent over high to normal")
        return self


class Impact(Shape):
    request_types: dict[RequestType, Step]
    topics: dict[Key, Step] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(RequestType) - set(self.request_types)
        if missing:
            raise ValueError(f"request_types lacks {', '.join(sorted(missing))}")
        return self

    def of(self, request_type: RequestType, topic: str | None) -> int:
        return self.topics.get(topic or "", self.request_types[request_type])


class Urgency(Shape):
    pressing: Score
    at_once: Score

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.pressing >= self.at_once:
            raise ValueError("pressing must lie below at_once")
        return self

    def step(self, score: float) -> int:
        return 3 if score >= self.at_once else 2 if score >= self.pressing else 1


Row = tuple[Points, Points, Points]


class Matrix(Shape):
    points: tuple[Row, Row, Row]
    text: ReasonText


class Priorities(Shape):
    levels: LevelPoints
    impact: Impact
    urgency: Urgency
    matrix: Matrix
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        ids = [rule.id for rule in self.rules]
        twice = sorted({rule for rule in ids if ids.count(rule) > 1})
        if twice:
            raise ValueError(f"rules: the id {', '.join(twice)} is used twice")
        return self


class Promise(Shape):
    first_response_minutes: Minutes
    resolution_minutes: Minutes

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.first_response_minutes > self.resolution_minutes:
            raise ValueError("first_response_minutes is longer than resolution_minutes")
        return self


class Sla(Shape):
    priorities: dict[Level, Promise]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(Level) - set(self.priorities)
        if missing:
            raise ValueError(f"priorities lacks {', '.join(sorted(missing))}")
        return self


class WithFamilies(Shape):
    """Fewer people are enough when they come by so many families of channel."""

    families: Annotated[int, Field(ge=2)]
    people: Annotated[int, Field(ge=1)]


class Window(Shape):
    minutes: Minutes
    people: Annotated[int, Field(ge=1)]
    with_families: WithFamilies | None = None


Windows = Annotated[tuple[Window, ...], Field(min_length=1)]


class DepartmentMinutes(Shape):
    advisory: Minutes
    potential: Minutes
    crisis: Minutes
    passed_on: Minutes


class Crisis(Shape):
    families: dict[Key, tuple[Key, ...]]
    windows: Windows
    topics: dict[Key, Windows] = Field(default_factory=dict)
    quiet_minutes: Annotated[int, Field(ge=0)]
    baseline_days: Annotated[int, Field(ge=1, le=90)]
    departments: DepartmentMinutes

    def windows_of(self, topic: str) -> tuple[Window, ...]:
        """The topic's windows, the shortest first."""
        return tuple(sorted(self.topics.get(topic, self.windows), key=lambda window: window.minutes))

    def family_of(self, channel: str) -> str | None:
        return next((family for family, channels in self.families.items() if channel in channels), None)


class Team(Shape):
    name: Text
    request_types: tuple[RequestType, ...] = ()
    topics: tuple[Key, ...] = ()


class Teams(Shape):
    default: Key
    teams: dict[Key, Team]
    departments: dict[Key, Text]

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        if self.default not in self.teams:
            raise ValueError(f"default: there is no team {self.default!r}")
        for taken in ("request_types", "topics"):
            keys = [key for team in self.teams.values() for key in getattr(team, taken)]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{taken}: {', '.join(twice)} is taken by two teams")
        return self


class Topic(Shape):
    name: Text
    request_type: RequestType = RequestType.COMPLAINT
    departments: tuple[Key, ...] = ()
    complaint_team: Key
    grave: bool = False
    risks: tuple[Risk, ...] = ()


class Topics(Shape):
    topics: dict[Key, Topic]


class Dialogue(Shape):
    """When the bot stops trying and a person takes over."""

    anger_hands_over: Score
    misses_hand_over: Annotated[int, Field(ge=1)]
    complaints_hand_over: Annotated[int, Field(ge=1)]
    certainty_again_seconds: Annotated[int, Field(ge=0)]
    ticket_after_seconds: Annotated[int, Field(ge=10)]
    turns_per_sender: Annotated[int, Field(ge=1)]


class Policy(Shape):
    """All of it. Read by desk and alerts; the same for the whole life of a process."""

    priority: Priorities
    sla: Sla
    crisis: Crisis
    teams: Teams
    topics: Topics
    safety: Safety
    help_lines: HelpLines
    dialogue: Dialogue

    def problems(self) -> list[str]:
        """References from one file to another that lead nowhere, in words."""
        topics, teams, departments = set(self.topics.topics), set(self.teams.teams), set(self.teams.departments)
        found = _lost("priority.yml: impact.topics", "topic", self.priority.impact.topics, topics)
        found += _lost("crisis.yml: topics", "topic", self.crisis.topics, topics)
        for key, team in self.teams.teams.items():
            found += _lost(f"teams.yml: teams.{key}.topics", "topic", team.topics, topics)
        for rule in self.priority.rules:
            found += _lost(f"priority.yml: rules.{rule.id}.when.topic", "topic", rule.when.topic or (), topics)
        for key, topic in self.topics.topics.items():
            found += _lost(f"topics.yml: topics.{key}.complaint_team", "team", (topic.complaint_team,), teams)
            found += _lost(f"topics.yml: topics.{key}.departments", "department", topic.departments, departments)
        return found

    def team_for(self, request_type: str, topic: str | None) -> str:
        """The key of the team that takes this; unknown topics go by the request type."""
        known = self.topics.topics.get(topic or "")
        if known is not None and request_type == RequestType.COMPLAINT:
            return known.complaint_team
        by_topic = (key for key, team in self.teams.teams.items() if topic in team.topics)
        by_type = (key for key, team in self.teams.teams.items() if request_type in team.request_types)
        return next(by_topic, None) or next(by_type, self.teams.default)

    def team_name(self, team: str, language: str) -> str:
        known = self.teams.teams.get(team)
        return known.name.of(language) if known else team

    def topic_name(self, topic: str, language: str) -> str:
        known = self.topics.topics.get(topic)
        return known.name.of(language) if known else topic

    def topic_of_risks(self, kinds: Iterable[str]) -> str | None:
        """The topic that words of these risks belong to, whatever else was understood of them."""
        found = set(kinds)
        return next((key for key, topic in self.topics.topics.items() if found.intersection(topic.risks)), None)

    def is_grave(self, topic: str | None) -> bool:
        known = self.topics.topics.get(topic or "")
        return known is not None and known.grave

    def risk_words(self, kind: str, language: str) -> str | None:
        """What the customer is told at once when their words speak of a risk of this kind, confirmed numbers below."""
        told = {risk.value: text for risk, text in self.safety.risks.items()}.get(kind)
        if told is None:
            return None
        return "\n".join(filter(None, (told.of(language), self.help_lines.told(kind, language))))


def _lost(where: str, noun: str, keys: Iterable[str], known: set[str]) -> list[str]:
    return [f"{where}: there is no {noun} {key!r}." for key in keys if key not in known]

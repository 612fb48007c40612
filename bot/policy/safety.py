"""What is said in danger: the shapes of safety.yml and help_lines.yml. A number is told only once it is confirmed."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import StringConstraints

from bot.policy.base import Risk, Shape, Text

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9+ ()-]{0,24}$", strip_whitespace=True)]
Stated = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]


class Safety(Shape):
    risks: dict[Risk, Text]


class Line(Shape):
    name: Text
    number: Number
    risks: tuple[Risk, ...]


class Country(Shape):
    """`confirmed`: who called the numbers, and when; blank until somebody has."""

    name: Text
    lines: tuple[Line, ...]
    confirmed: Stated = ""

    def of(self, kind: str, language: str) -> str:
        """The numbers for a risk in one line; blank where there are none that may be told."""
        told = [line for line in self.lines if self.confirmed and line.number and kind in line.risks]
        if not told:
            return ""
        if language.startswith("zh"):
            return f"{self.name.zh}：{'，'.join(f'{line.name.zh} {line.number}' for line in told)}。"
        return f"{self.name.en}: {', '.join(f'{line.name.en} {line.number}' for line in told)}."


class HelpLines(Shape):
    countries: dict[CountryCode, Country]

    def told(self, kind: str, language: str) -> str:
        """Every confirmed number for a risk, a line a country."""
        return "\n".join(filter(None, (country.of(kind, language) for country in self.countries.values())))

    def doubts(self) -> Iterator[str]:
        """What keeps numbers from being told, in words."""
        if not self.countries:
            yield "no country is named"
        for code, country in self.countries.items():
            blank = [line.name.en for line in country.lines if not line.number]
            if blank:
                yield f"{code}: no number stands for {', '.join(blank)}"
            if not country.confirmed:
                yield f"{code}: nobody has confirmed its numbers"

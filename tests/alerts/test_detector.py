"""When mentions make a warning."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.detector import Decision, Seen, decide
from bot.policy.load import load

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WINDOWS = load().crisis.windows_of("delivery_late")


def seen(place: int, *, person: str | None = None, family: str = "chat", minutes: float = 0.0) -> Seen:
    return Seen(f"m{place}", person or f"p{place}", family, "web", NOON + timedelta(minutes=minutes))


def crossed(mentions: list[Seen]) -> Decision | None:
    return decide(mentions, WINDOWS, newest=mentions[-1])


def test_six_people_in_half_an_hour_are_a_warning_and_five_are_not() -> None:
    mentions = [seen(place, minutes=place) for place in range(6)]
    decision = crossed(mentions)
    assert decision is not None
    assert (decision.people, decision.window_minutes, decision.needed_people) == (6, 30, 6)
    assert crossed(mentions[:5]) is None


def test_four_people_are_enough_by_two_families_of_channel() -> None:
    mentions = [seen(place) for place in range(3)] + [seen(3, family="email")]
    decision = crossed(mentions)
    assert decision is not None
    assert (decision.people, decision.families, decision.needed_families) == (4, 2, 2)
    assert crossed([seen(place) for place in range(4)]) is None


def test_one_person_complaining_twenty_times_on_two_channels_is_one_person() -> None:
    mentions = [seen(place, person="ada", family="email" if place % 2 else "chat") for place in range(20)]
    assert crossed(mentions) is None


def test_a_slow_wave_is_seen_by_the_longer_window() -> None:
    mentions = [seen(place, minutes=place * 11) for place in range(10)]
    decision = crossed(mentions)
    assert decision is not None
    assert (decision.window_minutes, decision.people) == (120, 10)


def test_a_window_ends_before_its_full_length_has_passed() -> None:
    mentions = [seen(0), *(seen(place, minutes=30) for place in range(1, 6))]
    assert crossed(mentions) is None
    assert crossed([seen(0, minutes=0.01), *mentions[1:]]) is not None


def test_a_mention_that_is_counted_late_is_judged_by_when_it_was_written() -> None:
    later = [seen(place, minutes=place) for place in range(1, 6)]
    assert crossed([*later, seen(0)]) is not None


def test_one_grave_case_is_enough() -> None:
    decision = decide([], WINDOWS, newest=seen(0), grave=True)
    assert decision is not None
    assert decision.people == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from(["chat", "email"]), st.floats(0, 300)), min_size=1, max_size=40
    )
)
def test_every_warning_rests_on_enough_people_within_its_window(told: list[tuple[int, str, float]]) -> None:
    mentions = [
        seen(place, person=f"p{person}", family=family, minutes=minutes)
        for place, (person, family, minutes) in enumerate(told)
    ]
    decision = crossed(mentions)
    if decision is None:
        return
    assert mentions[-1] in decision.evidence
    assert decision.people >= decision.needed_people
    assert decision.families >= decision.needed_families
    times = [found.at for found in decision.evidence]
    assert max(times) - min(times) < timedelta(minutes=decision.window_minutes)

"""The fault bench's checker finds each kind of defect, and nothing in a story that went well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.faults import checker
from bench.faults.journal import Acked, Entry, Replied, Seen, Sent, Told, text_hash
from bench.faults.rows import EventRow, JobRow, MessageRow, Rows, TicketRow, TurnRow

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Story = tuple[list[Entry], Rows]
Break = Callable[[list[Entry], Rows], None]


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def customer(seq: int, words: str) -> MessageRow:
    return MessageRow("c1", seq, f"m{seq}", "customer", text_hash(words), f"f{seq}")


def said(seq: int, words: str, *, to: int | None = None, author: str = "bot", part: int | None = 0) -> MessageRow:
    reply, place = (f"m{to}", part) if to else (None, None)
    return MessageRow(
        "c1", seq, f"m{seq}", author, text_hash(words), None, reply, place, words if author == "system" else ""
    )


@pytest.fixture
def story() -> Story:
    """Ada asks twice, is handed over, is answered by Ben, writes to him, gets the bot back and asks again."""
    promise = "Your request has the number 1001 and is with our team."
    messages = [
        customer(1, "how long is the warranty"),
        said(2, "Two years.", to=1),
        customer(3, "a person please"),
        said(4, promise, to=3, author="system"),
        said(5, "Ben from service has taken over.", author="system"),
        MessageRow("c1", 6, "m6", "agent", text_hash("I am on it."), "ben:a1"),
        customer(7, "thank you Ben"),
        said(8, "The bot answers again.", author="system"),
        customer(9, "hello"),
        said(10, "Hello.", to=9),
    ]
    events = [
        EventRow(1001, "c1", "received", minute(3), None),
        EventRow(1001, "c1", "claimed", minute(5), 5),
        EventRow(1001, "c1", "answered", minute(6), 6),
        EventRow(1001, "c1", "returned", minute(8), 8),
    ]
    outcomes = {1: "answered", 3: "handoff", 7: "with_agent", 9: "said"}
    turns = [TurnRow(f"m{seq}", "done", minute(seq), outcome) for seq, outcome in outcomes.items()]
    tickets = [TicketRow(1001, "c1", minute(3), None)]
    rows = Rows(messages, turns, tickets, events, [JobRow(1, "index_article", "done"), JobRow(2, "mail", "failed")])
    return _journal(messages), rows


def _journal(messages: list[MessageRow]) -> list[Entry]:
    journal: list[Entry] = []
    for row in messages:
        if row.author == "customer":
            journal.append(Sent("c1", f"f{row.seq}", row.text_hash, row.seq))
            journal.append(Acked("c1", f"f{row.seq}", row.message_id, row.seq, row.seq + 0.1))
        else:
            journal.append(
                Seen("c1", 1, row.seq, row.message_id, row.author, row.text_hash, row.in_reply_to, row.seq + 0.2)
            )
    return [*journal, Told("c1", 1001, 4.0), Replied(1001, "m6", text_hash("I am on it."), 6.0)]


def test_a_story_that_went_well_has_no_defect(story: Story) -> None:
    assert checker.check(*story) == {name: [] for name in checker.CHECKS}


def _drop(rows: Rows, seq: int) -> None:
    rows.messages[:] = [row for row in rows.messages if row.seq != seq]


def _change(rows: Rows, seq: int, /, **values: object) -> None:
    rows.messages[:] = [replace(row, **values) if row.seq == seq else row for row in rows.messages]  # type: ignore[arg-type]


def _again(rows: Rows, seq: int, **values: object) -> None:
    row = next(row for row in rows.messages if row.seq == seq)
    rows.messages.append(replace(row, seq=11, message_id="m11", **values))  # type: ignore[arg-type]


def _turn(rows: Rows, seq: int, **values: object) -> None:
    rows.turns[:] = [replace(turn, **values) if turn.message_id == f"m{seq}" else turn for turn in rows.turns]  # type: ignore[arg-type]


def _not_seen(journal: list[Entry], seq: int) -> None:
    journal[:] = [one for one in journal if not (isinstance(one, Seen) and one.seq == seq)]


def _swap(rows: Rows, one: int, other: int) -> None:
    rows.messages[:] = [
        replace(row, seq={one: other, other: one}.get(row.seq, row.seq)) for row in rows.messages
    ]  # fmt: skip


BROKEN: dict[str, tuple[str, Break]] = {
    "an acknowledged message is gone": ("lost", lambda j, r: _drop(r, 9)),
    "it is stored under another number": ("lost", lambda j, r: _swap(r, 7, 9)),
    "it is stored with other words": ("lost", lambda j, r: _change(r, 1, text_hash=text_hash("hm"))),
    "it is stored in another conversation": ("lost", lambda j, r: _change(r, 1, conversation_id="c2")),
    "an agent's reply is gone": ("lost", lambda j, r: _drop(r, 6)),
    "a message is stored twice": ("doubled", lambda j, r: _again(r, 9)),
    "a part of an answer is said twice": ("doubled", lambda j, r: _again(r, 2, text_hash=text_hash("One year."))),
    "an answer is said again as another part": ("doubled", lambda j, r: _again(r, 2, part=1)),
    "an agent's reply is said twice": ("doubled", lambda j, r: _again(r, 6)),
    "a number is missing": ("disordered", lambda j, r: _drop(r, 5)),
    "a number is given twice": ("disordered", lambda j, r: _change(r, 10, seq=9)),
    "messages are not in the order of writing": ("disordered", lambda j, r: _swap(r, 1, 3)),
    "answers are not in the order of the questions": ("disordered", lambda j, r: _swap(r, 2, 4)),
    "the page got them out of order": (
        "disordered",
        lambda j, r: j.append(Seen("c1", 1, 2, "m2", "bot", text_hash("Two years."), "m1", 30.0)),
    ),
    "a turn still waits": ("unanswered", lambda j, r: _turn(r, 9, state="waiting", answered_at=None)),
    "a turn was never written": ("unanswered", lambda j, r: r.turns.clear()),
    "a turn is settled without a word": ("unanswered", lambda j, r: _change(r, 10, in_reply_to=None)),
    "nothing was said to the queue, and there is no ticket": ("unanswered", lambda j, r: r.tickets.clear()),
    "only the words that it takes longer came": ("unanswered", lambda j, r: _change(r, 10, part=1000)),
    "the bot speaks under an agent": ("bot after claim", lambda j, r: _change(r, 6, author="bot")),
    "a message never reached the page": ("unseen", lambda j, r: _not_seen(j, 10)),
    "the page got other words": ("unseen", lambda j, r: _change(r, 10, text_hash=text_hash("Bye."))),
    "a number was told without a ticket": ("promises without a ticket", lambda j, r: r.tickets.clear()),
    "a state told of a ticket that is not there": (
        "promises without a ticket",
        lambda j, r: j.append(Told("c1", 1002, 9.0)),
    ),
    "a sentence names another's ticket": (
        "promises without a ticket",
        lambda j, r: _change(r, 4, text="您的工单号是 1007，由客服处理。"),
    ),
    "a job neither ended nor failed": (
        "unfinished jobs",
        lambda j, r: r.jobs.append(JobRow(3, "index_article", "running")),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_story_is_found(story: Story, name: str) -> None:
    journal, rows = story
    check, broken = BROKEN[name]
    broken(journal, rows)
    assert checker.check(journal, rows)[check]


def test_silence_is_right_while_a_person_has_the_conversation(story: Story) -> None:
    journal, rows = story
    assert not any(row.in_reply_to == "m7" for row in rows.messages)
    assert checker.unanswered(journal, rows) == []


def test_a_resend_that_got_its_first_receipt_again_is_no_defect(story: Story) -> None:
    journal, rows = story
    journal.append(Acked("c1", "f9", "m9", 9, 12.0))
    assert checker.check(journal, rows) == {name: [] for name in checker.CHECKS}


def test_what_is_shown_again_on_another_line_is_no_defect(story: Story) -> None:
    journal, rows = story
    journal.append(Seen("c1", 2, 2, "m2", "bot", text_hash("Two years."), "m1", 30.0))
    assert checker.check(journal, rows) == {name: [] for name in checker.CHECKS}

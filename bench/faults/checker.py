"""Compares what was acknowledged, promised and seen with what is stored. Pure: journal and rows in, defects out.

A defect is a short sentence that names its conversation or row; an empty list is what everybody hopes for.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from bench.faults.journal import Acked, Entry, Replied, Seen, Sent, Told
from bench.faults.rows import EventRow, MessageRow, Rows, TicketRow, TurnRow

AGENT_SPEAKS = frozenset({"claimed", "reopened"})
AGENT_SPEAKS_NO_MORE = frozenset({"returned", "resolved", "transferred"})
SILENCE_IS_RIGHT = frozenset({"in_queue", "with_agent"})
"""How a turn is remembered that met people in charge: they were told, and a ticket is owed."""
WAITING_WORDS = 1000
"""From this part on, a message says that the answer takes longer; it is none."""
Row = TypeVar("Row", TicketRow, EventRow)
PROMISED_NUMBER = re.compile(r"(?:number|request|工单号是|工单) (\d+)")


def lost(journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Acknowledged to a customer or an agent, but not stored as it was: absent, under another number, other words."""
    stored = {row.message_id: row for row in rows.messages}
    hashes = {(one.conversation_id, one.client_message_id): one.text_hash for one in journal if isinstance(one, Sent)}
    found = []
    for one in journal:
        if isinstance(one, Acked):
            place = (one.conversation_id, one.client_message_id)
            row = stored.get(one.message_id)
            if row is None:
                found.append(f"{place}: acknowledged and not stored")
            elif (row.conversation_id, row.client_message_id, row.seq) != (*place, one.seq):
                found.append(f"{place}: acknowledged as {one.seq}, stored as {row.seq} of {row.conversation_id}")
            elif row.text_hash != hashes.get(place):
                found.append(f"{place}: stored with other words")
        if isinstance(one, Replied) and getattr(stored.get(one.message_id), "text_hash", None) != one.text_hash:
            found.append(f"reply on ticket {one.number}: acknowledged and not stored as it was")
    return found


def doubled(_journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Stored twice: a customer's or an agent's message, or an answer."""
    sent = Counter((row.conversation_id, row.client_message_id) for row in rows.messages if row.client_message_id)
    answers = [row for row in rows.messages if row.in_reply_to]
    parts = Counter((row.in_reply_to, row.part) for row in answers)
    words = Counter((row.in_reply_to, row.text_hash) for row in answers)
    repeated = {row.in_reply_to for row in answers if parts[row.in_reply_to, row.part] > 1}
    return [
        *(f"{place}: stored {count} times" for place, count in sent.items() if count > 1),
        *(
            f"part {part} of the answer to {reply}: {count} times"
            for (reply, part), count in parts.items()
            if count > 1
        ),
        *(
            f"the answer to {reply}: the same words {count} times"
            for (reply, _), count in words.items()
            if count > 1 and reply not in repeated
        ),
    ]


def disordered(journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Numbers with gaps, messages not in the order in which they were written, answers not in that of the questions."""
    written: dict[str, dict[str, int]] = defaultdict(dict)
    for one in journal:
        if isinstance(one, Sent):
            written[one.conversation_id].setdefault(one.client_message_id, len(written[one.conversation_id]))
    found = []
    for conversation_id, thread in _threads(rows).items():
        if [row.seq for row in thread] != list(range(1, len(thread) + 1)):
            found.append(f"{conversation_id}: numbers are not 1 to {len(thread)}")
        order = written.get(conversation_id, {})
        places = [order[row.client_message_id] for row in thread if row.client_message_id in order]
        if places != sorted(places):
            found.append(f"{conversation_id}: stored in another order than written")
        questions = {row.message_id: row.seq for row in thread}
        answers = [questions.get(row.in_reply_to or "", 0) for row in thread if _is_answer(row)]
        if answers != sorted(answers):
            found.append(f"{conversation_id}: answered in another order than asked")
    return found + _seen_out_of_order(journal)


def unanswered(_journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Customers' messages with a turn that is not settled, or without any answer while no ticket was open."""
    turns = {turn.message_id: turn for turn in rows.turns}
    answered = {row.in_reply_to for row in rows.messages if _is_answer(row)}
    tickets = _by_conversation(rows.tickets)
    found = []
    for row in rows.messages:
        if row.author != "customer":
            continue
        turn = turns.get(row.message_id)
        if turn is None or turn.state != "done" or turn.answered_at is None:
            found.append(f"{row.conversation_id} {row.seq}: its turn is {turn.state if turn else 'absent'}")
        elif row.message_id not in answered and not _with_people(turn, tickets[row.conversation_id]):
            found.append(f"{row.conversation_id} {row.seq}: settled without a word, and no person has it")
    return found


def bot_after_claim(_journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Words of the bot between an agent's claim and the agent's letting go, by the owner's history in the thread."""
    events = _by_conversation(rows.events)
    found = []
    for conversation_id, thread in _threads(rows).items():
        turns_of_owner = {one.seq: one.event for one in events[conversation_id] if one.seq is not None}
        agent_speaks = False
        for row in thread:
            event = turns_of_owner.get(row.seq)
            agent_speaks = event in AGENT_SPEAKS or (agent_speaks and event not in AGENT_SPEAKS_NO_MORE)
            if agent_speaks and row.author == "bot":
                found.append(f"{conversation_id} {row.seq}: the bot spoke under an agent")
    return found


def unseen(journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Messages that the customer's page did not get in the end, or got with other words."""
    seen: dict[str, dict[int, tuple[str, str | None]]] = defaultdict(dict)
    for one in journal:
        if isinstance(one, Acked):
            seen[one.conversation_id].setdefault(one.seq, (one.message_id, None))
        if isinstance(one, Seen):
            seen[one.conversation_id][one.seq] = (one.message_id, one.text_hash)
    found = []
    for conversation_id, thread in _threads(rows).items():
        if conversation_id not in seen:
            continue
        for row in thread:
            message_id, words = seen[conversation_id].get(row.seq, (None, None))
            if message_id != row.message_id or words not in (None, row.text_hash):
                found.append(f"{conversation_id} {row.seq}: never seen, or seen as something else")
    return found


def broken_promises(journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Ticket numbers that a customer was told, by a sentence or a state, without a ticket of that conversation."""
    tickets = {(ticket.conversation_id, ticket.number) for ticket in rows.tickets}
    told = {(one.conversation_id, one.number) for one in journal if isinstance(one, Told)}
    said = {
        (row.conversation_id, int(number))
        for row in rows.messages
        if row.author == "system"
        for number in PROMISED_NUMBER.findall(row.text)
    }
    return [f"{place}: told, but there is no such ticket" for place in sorted((told | said) - tickets)]


def unfinished_jobs(_journal: Sequence[Entry], rows: Rows) -> list[str]:
    """Jobs that neither ended nor visibly failed."""
    return [f"job {job.job_id} ({job.kind}) is {job.state}" for job in rows.jobs if job.state not in ("done", "failed")]


Check = Callable[[Sequence[Entry], Rows], list[str]]
CHECKS: dict[str, Check] = {
    "lost": lost,
    "doubled": doubled,
    "disordered": disordered,
    "unanswered": unanswered,
    "bot after claim": bot_after_claim,
    "unseen": unseen,
    "promises without a ticket": broken_promises,
    "unfinished jobs": unfinished_jobs,
}


def check(journal: Sequence[Entry], rows: Rows) -> dict[str, list[str]]:
    """Every check's defects."""
    return {name: one(journal, rows) for name, one in CHECKS.items()}


def _threads(rows: Rows) -> dict[str, list[MessageRow]]:
    threads: dict[str, list[MessageRow]] = defaultdict(list)
    for row in sorted(rows.messages, key=lambda row: (row.conversation_id, row.seq)):
        threads[row.conversation_id].append(row)
    return threads


def _by_conversation(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(row)
    return found


def _is_answer(row: MessageRow) -> bool:
    return row.in_reply_to is not None and (row.part is None or row.part < WAITING_WORDS)


def _with_people(turn: TurnRow, tickets: list[TicketRow]) -> bool:
    """Whether the turn met the queue or an agent, and a ticket was open then."""
    at = turn.answered_at
    if at is None or turn.outcome not in SILENCE_IS_RIGHT:
        return False
    return any(one.created_at <= at and (one.resolved_at is None or at <= one.resolved_at) for one in tickets)


def _seen_out_of_order(journal: Sequence[Entry]) -> list[str]:
    lines: dict[tuple[str, int], list[int]] = defaultdict(list)
    for one in journal:
        if isinstance(one, Seen):
            lines[one.conversation_id, one.line].append(one.seq)
    return [
        f"{conversation_id}: shown out of order on line {line}"
        for (conversation_id, line), numbers in lines.items()
        if any(later <= earlier for earlier, later in pairwise(numbers))
    ]

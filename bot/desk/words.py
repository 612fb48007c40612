"""What the customer is told of a ticket, written from its row. The one place for these sentences, in both languages."""

from datetime import datetime

from bot.desk import sla
from bot.desk.models import Status, Ticket
from bot.policy.shapes import Policy

MINUTES_SPOKEN_UP_TO = 120
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_EN = {
    "promise": "I am handing you over to a person. Your request has the number {number} and is with our {team} team: "
    "somebody will answer by {due}. Everything you wrote is passed on, so you need not repeat it.",
    "late_promise": "Your request has the number {number} and is with our {team} team. We promised an answer by {due} "
    "and are late; it now stands at the front of the queue.",
    "held_promise": "Your request {number} is with {holder} from {team}, who has been told that you wrote again.",
    "queue": "Your message is with request {number}. Our {team} team will answer by {due}.",
    "late_queue": "Your message is with request {number}. Our {team} team should have answered by {due} and is late; "
    "your request stands at the front of the queue.",
    "status_new": "Your request {number} is with our {team} team and waits for a person, who will answer by {due}.",
    "status_new_late": "Your request {number} is with our {team} team. We promised an answer by {due} and are late; "
    "it now stands at the front of the queue.",
    "status_open": "Your request {number} is with {holder} from {team}. We owe you a solution by {due}.",
    "status_open_late": "Your request {number} is with {holder} from {team}. We promised a solution by {due} and are "
    "late; it stands first in {holder}'s list.",
    "status_waiting": "Your request {number} is with {holder} from {team} and on hold: {holder} waits for your "
    "answer or for a date. Write here at any time to go on.",
    "status_resolved": "Your request {number} is solved. If something is left, just write again.",
    "next_new": "A person from {team} will answer you.",
    "next_open": "{holder} from {team} is working on it.",
    "next_waiting": "{holder} waits for your answer or for a date.",
    "next_resolved": "Nothing is left to do. Write again if something is missing.",
    "event_received": "Your request {number} was received by {team}.",
    "event_raised": "Your request was given a higher priority.",
    "event_claimed": "{name} from {team} has taken over.",
    "event_answered": "{name} answered.",
    "event_waiting": "{name} waits for your answer or for a date.",
    "event_transferred": "Your request {number} now goes to our {team} team.",
    "event_transferred_unanswered": "Your request {number} now goes to our {team} team, who will answer by {due}.",
    "event_resolved": "{name} marked your request {number} as solved. If something is left, just write again.",
    "event_reopened": "{name} has taken up your request {number} again.",
    "event_returned": "The bot answers again. {name} keeps working on your request {number}.",
}
_ZH = {
    "promise": "我正在为您转接人工客服。您的工单号是 {number}，由{team}处理，{due}会有人回复您。"
    "您之前说的内容都已转交，无需重复。",
    "late_promise": "您的工单 {number} 由{team}处理。我们原定{due}回复您，现已超时，您的工单已排到最前面。",
    "held_promise": "您的工单 {number} 由{team}的{holder}处理，已告知对方您又留言了。",
    "queue": "您的消息已加入工单 {number}，{team}{due}会回复您。",
    "late_queue": "您的消息已加入工单 {number}。{team}原定{due}回复您，现已超时，您的工单已排到最前面。",
    "status_new": "您的工单 {number} 已交给{team}，正在等待人工处理，{due}会有人回复您。",
    "status_new_late": "您的工单 {number} 已交给{team}。我们原定{due}回复您，现已超时，您的工单已排到最前面。",
    "status_open": "您的工单 {number} 由{team}的{holder}处理，我们将{due}给出解决方案。",
    "status_open_late": "您的工单 {number} 由{team}的{holder}处理。我们原定{due}解决，现已超时，"
    "已排在{holder}待办的最前面。",
    "status_waiting": "您的工单 {number} 由{team}的{holder}处理，目前暂挂：在等您的答复或约定的时间。"
    "您随时可以在这里留言继续。",
    "status_resolved": "您的工单 {number} 已解决。如还有问题，直接留言即可。",
    "next_new": "{team}的客服会回复您。",
    "next_open": "{team}的{holder}正在处理。",
    "next_waiting": "{holder}在等您的答复或约定的时间。",
    "next_resolved": "已处理完毕。如有遗漏，请再次留言。",
    "event_received": "{team}已收到您的工单 {number}。",
    "event_raised": "您的工单优先级已提高。",
    "event_claimed": "{team}的{name}已接手。",
    "event_answered": "{name}已回复。",
    "event_waiting": "{name}在等您的答复或约定的时间。",
    "event_transferred": "您的工单 {number} 已转交{team}。",
    "event_transferred_unanswered": "您的工单 {number} 已转交{team}，{due}会有人回复您。",
    "event_resolved": "{name}已将您的工单 {number} 标记为解决。如还有问题，直接留言即可。",
    "event_reopened": "{name}已重新处理您的工单 {number}。",
    "event_returned": "现在由机器人继续接待，{name}仍在处理您的工单 {number}。",
}


def promise(policy: Policy, ticket: Ticket, *, language: str, now: datetime) -> str:
    """The handoff sentence: ticket number, team, and the time by which a person answers."""
    if ticket.first_response_at is not None and ticket.holder is not None:
        return _say(policy, "held_promise", ticket, language, now)
    return _say(policy, _or_late("promise", ticket, now), ticket, language, now)


def queue(policy: Policy, ticket: Ticket, *, language: str, now: datetime) -> str:
    """The certainty that a message written in the queue has arrived where it should."""
    return _say(policy, _or_late("queue", ticket, now), ticket, language, now)


def status(policy: Policy, ticket: Ticket, *, language: str, now: datetime) -> str:
    """Where a request is: who has it, and what is owed by when."""
    key = f"status_{_standing(ticket)}"
    late = ticket.status in (Status.NEW, Status.OPEN) and now > sla.next_due(ticket)
    return _say(policy, f"{key}_late" if late else key, ticket, language, now)


def next_step(policy: Policy, ticket: Ticket, *, language: str, now: datetime) -> str:
    return _say(policy, f"next_{_standing(ticket)}", ticket, language, now)


def event(policy: Policy, ticket: Ticket, happened: str, *, now: datetime, name: str = "") -> str:
    """What happened to the ticket, in the ticket's language. `name`: the agent who did it."""
    return _say(policy, f"event_{happened}", ticket, ticket.language, now, name=name)


def moment(at: datetime, *, language: str, now: datetime) -> str:
    """A due time as it is told: the clock in UTC, the customer's own being unknown, and how long that is from now."""
    zh = language.startswith("zh")
    clock_time = f"{at:%H:%M} UTC"
    if at.date() != now.date():
        clock_time = f"{at.month}月{at.day}日 {clock_time}" if zh else f"{at.day} {_MONTHS[at.month - 1]}, {clock_time}"
    if at <= now:
        return f"在 {clock_time} 前" if zh else clock_time
    span = _span(at, now, zh=zh)
    return f"最晚 {clock_time} 前（{span}内）" if zh else f"{clock_time} (within {span})"


def _span(at: datetime, now: datetime, *, zh: bool) -> str:
    minutes = max(1, -(-int((at - now).total_seconds()) // 60))
    if minutes <= MINUTES_SPOKEN_UP_TO:
        return f"{minutes} 分钟" if zh else f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours = -(-minutes // 60)
    return f"{hours} 小时" if zh else f"{hours} hours"


def _or_late(key: str, ticket: Ticket, now: datetime) -> str:
    return f"late_{key}" if now > sla.next_due(ticket) else key


def _standing(ticket: Ticket) -> str:
    return Status.RESOLVED if ticket.status == Status.CLOSED else ticket.status


def _say(policy: Policy, key: str, ticket: Ticket, language: str, now: datetime, *, name: str = "") -> str:
    catalogue = _ZH if language.startswith("zh") else _EN
    return catalogue[key].format(
        number=ticket.number,
        team=policy.team_name(ticket.team, language),
        holder=ticket.holder.name if ticket.holder else "",
        due=moment(sla.next_due(ticket), language=language, now=now),
        name=name,
    )

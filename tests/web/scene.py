"""A morning at the demo shop: who wrote what, and when. Shown on the screenshots and by whoever tries the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import update

from bot import wire
from bot.chat.models import Conversation, Customer
from bot.core import clock
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from tests.people import Ada, StaffMember, until
from tests.sites import PASSWORD, Site

SEED = Path(__file__).resolve().parents[2] / "knowledge_index" / "seed"
ARTICLES = {
    "offline": "smart-lock-offline",
    "离线": "smart-lock-offline",
    "battery": "smart-lock-battery",
    "invoice": "invoice",
}
COMPLAINTS = {
    "parcel": "delivery_late",
    "包裹": "delivery_late",
    "refund": "refund_delay",
    "third time": "refund_delay",
}
COMPLAINT_REPLIES = {
    "en": "This is now on record, where our team sees it. Send me the order number, so that a colleague has it.",
    "zh": "您说的情况已经记录，我们的同事会看到。请把订单号发给我，同事接手时手边就有。",
}
WAVE = [
    ("Omar Haddad", "My parcel was due on Monday and nobody can tell me where it is."),
    ("Lena Fischer", "Third day without my parcel, the tracking page has not moved."),
    ("Priya Nair", "The parcel is late again, the courier never rang."),
    ("王芳", "包裹三天没有更新了，到底什么时候能到？"),
    ("Jonas Weber", "Still no parcel although the app says delivered."),
    ("Sofia Rossi", "Where is my parcel? It should have come on Tuesday."),
    ("陈晨", "包裹说好昨天送到，今天还没有消息。"),
]


def shop(turn: TurnInput) -> EngineReply:
    """Answers from the starter articles by a word of the message; complains, calls a person, or does not know."""
    text, language = turn.text.lower(), turn.language
    if turn.asks_human:
        return EngineReply((), (Signal(wire.HANDOFF, "human_please", 0.95),), "scripted")
    for word, article in ARTICLES.items():
        if word in text:
            return _article(article, language)
    for word, topic in COMPLAINTS.items():
        if word in text:
            signal = Signal(wire.COMPLAINT, f"complain_{topic}", 0.9, {"topic": topic})
            return EngineReply((COMPLAINT_REPLIES[language],), (signal,), "scripted")
    return EngineReply((), (Signal(wire.UNANSWERED, "nlu_fallback", 0.3),), "scripted")


class Morning:
    """Plays the morning on a site; time only ever goes forward, as leases and due times expect."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ben = StaffMember(site.url, "ben@emberly.example", PASSWORD)

    def play(self) -> None:
        """Leaves Grace's ticket with Ben, half answered, as the one to look at."""
        with at_minutes_ago(58):
            self._asks(
                "Tom Becker", "Can I get the invoice with my company's name on it?", "Please let me talk to a person"
            )
        with at_minutes_ago(41):
            self._wave()
        with at_minutes_ago(26):
            self._asks("张伟", "门锁离线了怎么办？", "试过了还是不行，我要找人工", language="zh")
            self._asks("Mina Park", "My smart lock is offline", "I did all four steps. Please let me talk to a person")
        with at_minutes_ago(12):
            self.grace = self._asks(
                "Grace Lin",
                "My refund for order AB1234567 has still not arrived.",
                "This is the third time I ask, nobody helps, I am furious!",
            )
        with at_minutes_ago(9):
            self._answer(self.grace)
        with at_minutes_ago(2):
            self.grace.writes("Thank you, Ben. Please send it as soon as you have it.")
            self._asks("Visitor", "门锁冒烟了，很烫", language="zh")

    def number_of(self, person: "Person") -> int:
        number: int = self.ben.ticket_of(person)["number"]
        return number

    def _asks(self, name: str, *texts: str, language: str = "en") -> "Person":
        person = Person(self.site, name, language=language)
        for text in texts:
            person.asks(text)
        return person

    def _wave(self) -> None:
        for place, (name, text) in enumerate(WAVE):
            with clock.travel(timedelta(minutes=2 * place)):
                channel = "app" if place % 3 == 2 else "web"
                Person(self.site, name, language="zh" if "包裹" in text else "en", channel=channel).asks(text)

    def _answer(self, person: "Person") -> None:
        path = f"/desk/tickets/{self.number_of(person)}"
        self.ben.post(f"{path}/claim")
        self.ben.post(f"{path}/note", {"text": "Refund left us on Monday. Finance sends the bank's reference by noon."})
        text = (
            "Hello, this is Ben. Your refund left us on Monday and is with your bank. "
            "You will have the bank's reference here within the hour, so that you can see where it is."
        )
        seq = person.messages()[-1]["seq"]
        self.ben.post(f"{path}/reply", {"text": text, "based_on_seq": seq, "client_message_id": "morning-1"})


class Person(Ada):
    """A customer whose name we know."""

    def __init__(self, site: Site, name: str, **more: Any) -> None:
        super().__init__(site.url, **more)
        if name == "Visitor":
            return
        with site.db.transaction() as session:
            conversation = session.get_one(Conversation, self.id)
            session.execute(update(Customer).where(Customer.id == conversation.customer_id).values(name=name))

    def writes(self, text: str) -> None:
        """Write under an agent, where nobody but the agent answers."""
        receipt = self.say(text)
        until(lambda: self.thread()["messages"][-1]["seq"] >= receipt["seq"])


@contextmanager
def at_minutes_ago(minutes: float) -> Iterator[None]:
    with clock.travel(timedelta(minutes=-minutes)):
        yield


def _article(key: str, language: str) -> EngineReply:
    entries = (entry for path in sorted(SEED.glob("*.yml")) for entry in yaml.safe_load(path.read_text("utf-8")))
    article = next(entry for entry in entries if entry["id"] == key)[language]
    extra = {"article_id": f"{key}.{language}", "question": article["question"], "score": 0.9}
    return EngineReply((article["answer"].strip(),), (Signal(wire.ANSWERED, "device_offline", 0.9, extra),), "scripted")
